/* Anderson acceleration of a fixed-point iteration x = G(x), type II (Anderson 1965; Walker, Ni 2011). */
#ifndef SPIKEBENCH_SUPPORT_ANDERSON_H
#define SPIKEBENCH_SUPPORT_ANDERSON_H

#include "support/err.h"
#include "support/mem.h"
#include "support/real.h"
#include <stdbool.h>
#include <stddef.h>

struct anderson {
    size_t n, memory; /* length of x; differences kept at most */
    double regularization;
    size_t used, next;  /* differences kept; the column that the next one goes to */
    size_t seen;        /* points seen since the last anderson_forget */
    real *df, *dg;      /* n x memory: differences of f = G(x) - x and of G(x), columns in any order */
    real *f, *g;        /* n: the last f and G(x) */
    real *a, *b, *work; /* (n + memory) x memory, n + memory, LAPACK's */
    int lwork;
};

/* Allocates in the arena; memory >= 1. ST_MEMORY. */
status anderson_create(struct anderson *s, size_t n, size_t memory, double regularization, struct mem *m,
                       struct error *e);

/* Takes the point x and its image g = G(x) (both n, only read) and, from the second call on, writes to `next`
 * (n, may be x or g)
 *
 *   next = g - DG gamma,  gamma = argmin ||f - DF gamma||^2 + regularization ||DF||_F^2 / used ||gamma||^2
 *
 * solved by QR. *ready tells whether there is a candidate (not at the first point). 2 n used^2 FLOPs and
 * about 2 used + 6 passes over n numbers. ST_NUMERIC if the least-squares problem cannot be solved: the
 * history is then forgotten. */
status anderson_step(struct anderson *s, const real *x, const real *g, real *next, bool *ready,
                     struct error *e);

/* Starts afresh: the next point is the first. */
void anderson_forget(struct anderson *s);

#endif
