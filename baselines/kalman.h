/* The analysis step of an ensemble Kalman filter (Evensen 1994; perturbed observations: Burgers, van Leeuwen,
 * Evensen 1998), with systems of the ensemble's size only.
 *
 *   Theta (D x J): the members. G (M x J): what they predict. y (M): the observations, M = samples x outputs.
 *   A = (Theta - mean) / sqrt(J - 1),   Y = (G - mean) / sqrt(J - 1)
 *   Theta += A X,   X = (Y'Y + shift I)^-1 Y'E
 *
 * By (Y'Y + s I)^-1 Y' = Y' (YY' + s I)^-1 that is the gain C_tg (C_gg + s I)^-1 of sample covariances,
 * without a matrix of M x M or D x M numbers. */
#ifndef SPIKEBENCH_BASELINES_KALMAN_H
#define SPIKEBENCH_BASELINES_KALMAN_H

#include "network/spikes.h"
#include "support/linsolve.h"
#include "support/rng.h"

struct kalman {
    size_t J, K;         /* members, outputs */
    size_t columns;      /* of E: J, one for each member; or 1, that of the mean alone */
    size_t samples;      /* that were observed last */
    real *predictions;   /* Y: row k * samples + i, output k of sample i */
    real *innovations;   /* E: the same rows */
    struct chol system;  /* Y'Y + shift I */
    real *x;             /* J x columns: X */
    real *scratch;       /* [threads]: blocks of rows of A and A X */
    double innovation;   /* rms of y - mean prediction, of the last observation */
    double disagreement; /* rms of G - mean, of the last observation */
};

/* Allocates for at most `samples` samples. columns: J or 1. ST_MEMORY. */
status kalman_create(struct kalman *k, size_t J, size_t K, size_t columns, size_t samples, size_t threads,
                     struct mem *m, struct error *e);

/* Takes the members' scores on a batch (scores[(j n + i) K + k]) to Y and E: y is the batch's target, or
 * one-hot; E = y + noise xi - G, xi standard normal, for each member; or y - mean of G, without noise, in the
 * single column. */
void kalman_observe(struct kalman *k, const struct batch *batch, const real *scores, double noise,
                    struct rng *rng);

/* X of the observations of one output, or of all (output = K). shift: added to the diagonal of Y'Y, or
 * `relative` to its mean. ST_NUMERIC if that is not positive definite. */
status kalman_solve(struct kalman *k, size_t output, double shift, bool relative, struct error *e);

/* Rows first, first + stride, ...: n of them. */
struct kalman_rows {
    size_t first, stride, n;
};
/* target (D x columns) += A X in these rows; members: D x J. target may be members. Blocks of rows are spread
 * over the pool (NULL: one thread); the same bits for any number of threads. */
void kalman_move(const struct kalman *k, const struct kalman_rows *rows, const real *members, size_t D,
                 real *target, struct pool *pool);

#endif
