/* admm_resync once more, from docs/method.md, section 5, by plain loops over samples, steps and units: one
 * sweep over a mini-batch with all options, for tests. It shares no code with the solver. */
#ifndef SPIKEBENCH_TESTS_PLAIN_RESYNC_H
#define SPIKEBENCH_TESTS_PLAIN_RESYNC_H

#include "tests/plain_solve.h"
#include <stdbool.h>

enum { RESYNC_N = 5, RESYNC_T = 4, RESYNC_LAYERS = 4 };

struct plain_resync_settings {
    double leak, theta, rho, win, rho_hidden, kappa, momentum, keep;
    bool margin, time_credit, single_flip, multiplier, auxiliary;
    bool precondition;  /* dW = D (G + shift)^-1, else D */
    bool cross_entropy; /* else the squared loss */
};

/* A number for each layer, step, sample and unit. */
typedef double plain_block[RESYNC_LAYERS + 1][RESYNC_T][RESYNC_N][PLAIN_WIDTH];
typedef double plain_weights[RESYNC_LAYERS + 1][PLAIN_WIDTH][PLAIN_WIDTH];

/* t and all indices from 0; layer 0 are the inputs, of all training samples. */
struct plain_resync {
    struct plain_resync_settings set;
    size_t L, n[RESYNC_LAYERS + 1];
    int label[RESYNC_N];
    plain_weights W, velocity; /* [l][i][j]: from j to i */
    plain_block z, a, pull, y; /* potentials, spikes that the layer above sees, pulls, kept potentials */
    double lbar[RESYNC_N][PLAIN_WIDTH];
    double penalty[RESYNC_LAYERS + 1]; /* of the last mini-batch that had gains */
    size_t differ[RESYNC_LAYERS + 1];  /* entries since this was set to 0 where spikes of y0 and z differ */
    size_t idle[RESYNC_LAYERS + 1];    /* mini-batches that left the layer alone */
    size_t moved[RESYNC_LAYERS + 1];   /* and where the branch step moved a potential */
};

/* The kept potentials are those of the simulation; velocities and multipliers are zero. */
void plain_resync_start(struct plain_resync *p);
/* One sweep over these samples, with steps tau long. */
void plain_resync_sweep(struct plain_resync *p, const size_t *samples, size_t count, double tau);

#endif
