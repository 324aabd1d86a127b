/* The hot loops: one source (levels.c) compiled for several processors, chosen at run time.
 *
 * Every level gives the same bits. Each output has an accumulator of its own, its terms are added in the
 * order of the list, nothing is contracted to fused operations: how many outputs a register holds changes
 * nothing. SPIKEBENCH_ISA = generic, avx2 or avx512 in the environment chooses a level; else it is the
 * highest that the processor has. */
#ifndef SPIKEBENCH_NETWORK_KERNELS_KERNELS_H
#define SPIKEBENCH_NETWORK_KERNELS_KERNELS_H

#include "network/lif.h"
#include "support/err.h"
#include <stdbool.h>
#include <stdint.h>

/* Rows of a layer are worked on in tiles of at most KERNEL_TILE, a multiple of KERNEL_LINE (64 bytes). */
enum { KERNEL_LINE = 64 / sizeof(real), KERNEL_TILE = 4 * KERNEL_LINE };

/* Rows row .. row + width - 1; those below `fresh` belong to an earlier tile as well and are computed twice.
 * In a layer of fewer than KERNEL_LINE rows, those from n on do not exist: they are neither read nor written
 * in matrices of n rows. */
struct tile {
    size_t row, width, fresh;
};
/* The tile after the one that ends at row `done` (0 at first), done < n. */
struct tile tile_after(size_t n, size_t done);

/* Columns of spikes as lists: column j = t*C + c holds index[from[j]] .. index[to[j] - 1], ascending; value:
 * NULL where all values are 1. */
struct spike_columns {
    const size_t *from, *to;
    const uint32_t *index;
    const real *value;
};

/* A layer forwards over T steps of C samples: v_t = W x_t, and the recursion of lif_simulate. */
struct forward_pass {
    size_t n, T, C;
    const struct lif *lif;          /* NULL: the product alone, z = W x */
    bool spiking;                   /* false: a leaky integrator without reset */
    const struct spike_columns *in; /* NULL: the currents v stand in z */
    const real *W;                  /* column i of the tile: W + i * ld */
    size_t ld;
    real *z;        /* NULL, or n x T*C: out, the potentials */
    uint32_t *bits; /* NULL, or spike_words(n) words for each of the T*C columns: out, row i in bit i % 32 */
    /* NULL, or n x C: out, what a readout makes of the spikes, sum_t leak^(T-t) a_t, or with `mean` the mean
     * over the steps t of sum_{s<=t} leak^(t-s) a_s; leak: the readout's. */
    real *filtered;
    real readout_leak;
    bool mean;
};
static inline size_t spike_words(size_t n)
{
    return (n + 31) / 32;
}

/* The way back through the neurons of a layer, samples c0 .. c1-1; see backward_block. */
struct backward_pass {
    size_t n, T, C, c0, c1;
    const struct lif *lif;
    enum surrogate_kind surrogate;
    real slope;
    bool detach_reset;
    const real *z, *a; /* n x T*C; a: NULL where it is z > threshold */
    const real *da;    /* n x T*C, or NULL: da_t = readout_leak da_{t+1} + own, own only at the last step or
                          (mean) at all */
    const real *own;   /* n x C */
    real readout_leak;
    bool mean;
    real *dz;    /* NULL, or n x T*C: out */
    real *block; /* NULL, or out: column (c - c0)*T + t, width rows each */
};

/* D (n x inputs, the tile's fresh rows) += for each input i, the columns column[start[i]] .. of `block`, each
 * times its value (NULL: 1), in the order of the list. */
struct outer_pass {
    size_t n, inputs;
    const uint32_t *start, *column; /* start: [inputs + 1] */
    const real *value, *block;
    real *D;
};

/* An update by Adam or AdamW (trainer/optimizer.h): what is fixed for all weights of a step. */
struct adam_step {
    real beta1, beta2, eps;
    real decay;  /* times the weight, added to the gradient */
    real shrink; /* times the weight, beforehand */
    real rate;   /* learning rate / (1 - beta1^steps) */
    real scale;  /* 1 / (1 - beta2^steps) */
};

struct kernels {
    const char *name;
    void (*forward)(const struct forward_pass *p, struct tile tile);
    void (*backward)(const struct backward_pass *p, struct tile tile);
    void (*outer)(const struct outer_pass *p, struct tile tile);
    void (*add_scaled)(size_t n, real factor, const real *x, real *y); /* y += factor x */
    void (*scale)(size_t n, real factor, real *x);                     /* x *= factor */
    double (*squares)(size_t n, const real *x);                        /* sum of the squares, in 16 sums */
    bool (*ones)(size_t n, const real *x);                             /* whether all of them are 1 */
    size_t (*count)(size_t words, const uint32_t *bits);               /* bits that are set */
    /* counts[k] += bits that are set both in `row` and in the k-th of n rows, of so many words each */
    void (*overlaps)(size_t words, const uint64_t *row, size_t n, const uint64_t *rows, real *counts);
    void (*adam)(const struct adam_step *s, size_t n, real *W, const real *g, real *m, real *v);
};

/* The level in use. Asks the environment at each call: once for each pass over a block. */
const struct kernels *kernels(void);
/* Its name: generic, avx2 or avx512. */
const char *kernels_name(void);
/* ST_CONFIG if SPIKEBENCH_ISA names a level that is unknown or that this processor lacks; kernels() then
 * takes the highest that it has. */
status kernels_check(struct error *e);
/* The k-th level that this processor has, from the lowest; NULL beyond the last. */
const struct kernels *kernels_level(size_t k);

#endif
