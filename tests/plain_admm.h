/* The ADMM family once more, from docs/method.md, sections 1 to 4, by plain loops over samples, steps and
 * units: one iteration with all its blocks and multipliers, for tests. It shares no code with the solvers. */
#ifndef SPIKEBENCH_TESTS_PLAIN_ADMM_H
#define SPIKEBENCH_TESTS_PLAIN_ADMM_H

#include "tests/plain_solve.h"
#include <stdbool.h>

enum { PLAIN_N = 6, PLAIN_T = 4, PLAIN_LAYERS = 3, PLAIN_STATE = 2048 };

enum plain_paths { PLAIN_SEQUENTIAL, PLAIN_PATTERN, PLAIN_ALL_PATTERNS };

struct plain_settings {
    double rho, rho_out, beta, kappa, delta, theta;
    bool proximal; /* the weights' shift pulls to the last weights */
    bool pinv;     /* weights by the pseudo-inverse, with this cutoff */
    double cutoff;
    bool clip;                        /* spikes into [0, 1] */
    bool box;                         /* spikes as the minimiser in [0, 1] */
    bool linear[PLAIN_LAYERS + 1];    /* W_l by one linearised step */
    bool linear_spikes[PLAIN_LAYERS]; /* a_l */
    int inner;                        /* linearised steps of a weight block */
    enum plain_paths paths;           /* hidden potentials */
    bool joint_output, all_multipliers;
    bool cross_entropy; /* else the squared loss */
    bool label_start;   /* the readout begins at the labels */
    int warmup;
};

/* Blocks whose updates may raise the Lagrangian: of hidden layers, of the readout. */
enum plain_block { PLAIN_W, PLAIN_A, PLAIN_Z, PLAIN_W_OUT, PLAIN_Z_OUT, PLAIN_BLOCKS };

/* t and all indices from 0; layer 0 are the inputs. */
struct plain {
    struct plain_settings set;
    size_t L, n[PLAIN_LAYERS + 1];
    double W[PLAIN_LAYERS + 1][PLAIN_WIDTH][PLAIN_WIDTH], W_old[PLAIN_LAYERS + 1][PLAIN_WIDTH][PLAIN_WIDTH];
    double z[PLAIN_LAYERS + 1][PLAIN_T][PLAIN_N][PLAIN_WIDTH];
    double a[PLAIN_LAYERS + 1][PLAIN_T][PLAIN_N][PLAIN_WIDTH];
    double lambda[PLAIN_T][PLAIN_N][PLAIN_WIDTH]; /* of every step of the readout; only the last with !all */
    int label[PLAIN_N], iteration;
    double rises[PLAIN_BLOCKS];     /* updates so far that raised the Lagrangian */
    double rcond[PLAIN_LAYERS + 1]; /* of the weights' systems: reciprocal condition number */
    double rejected;                /* joint z-steps so far that were not taken */
    double scale;                   /* the Lagrangian's magnitude at the start of the iteration */
    double dual; /* rho_L times the rms of the last change of z_{L,T}; nan in the warm-up */
    /* Linearised blocks: the bound on the largest eigenvalue that the solver took in this iteration, which a
     * power iteration need only bring near to the eigenvalue itself. */
    double bound_w[PLAIN_LAYERS + 1], bound_a[PLAIN_LAYERS];
    double worst_bound; /* out: largest relative distance of a bound from the eigenvalue; infinite if below */
};

/* z and a by the forward simulation, lambda zero. */
void plain_start(struct plain *p);
/* One iteration: W_l, a_l, z_l of each hidden layer, then W_L, z_L and the multipliers. */
void plain_step(struct plain *p);
double plain_lagrangian(const struct plain *p);
/* z - delta z_before - W a + theta a_before, of the readout without its last term. */
double plain_residual(const struct plain *p, size_t l, size_t t, size_t s, size_t i);
/* Of the auxiliary scores of sample s. */
double plain_sample_loss(const struct plain *p, size_t s);

/* What the columns of a run say of this state, by their definitions (docs/method.md, section 2); arrays by
 * layer. */
struct plain_columns {
    double primal, accuracy, loss, change;
    double dynamics[PLAIN_LAYERS + 1], spikes[PLAIN_LAYERS + 1], rate[PLAIN_LAYERS + 1],
        gap[PLAIN_LAYERS + 1];
};
void plain_measure(const struct plain *p, struct plain_columns *c);

/* The state as numbers: W, z, a, lambda. Returns how many. */
size_t plain_gather(const struct plain *p, double *x);
void plain_scatter(struct plain *p, const double *x);

#endif
