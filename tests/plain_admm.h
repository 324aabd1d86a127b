/* The ADMM family once more, from docs/method.md, sections 1 to 4, by plain loops over samples, steps and
 * units: one iteration with all its blocks and multipliers, for tests. It shares no code with the solvers. */
#ifndef SPIKEBENCH_TESTS_PLAIN_ADMM_H
#define SPIKEBENCH_TESTS_PLAIN_ADMM_H

#include <stdbool.h>
#include <stddef.h>

enum { PLAIN_N = 6, PLAIN_T = 4, PLAIN_LAYERS = 3, PLAIN_WIDTH = 8, PLAIN_STATE = 2048 };

enum plain_paths { PLAIN_SEQUENTIAL, PLAIN_PATTERN, PLAIN_ALL_PATTERNS };

struct plain_settings {
    double rho, rho_out, beta, kappa, delta, theta;
    bool proximal;                    /* the weights' shift pulls to the last weights */
    bool clip;                        /* spikes into [0, 1] */
    bool linear[PLAIN_LAYERS + 1];    /* W_l by one linearised step */
    bool linear_spikes[PLAIN_LAYERS]; /* a_l */
    int inner;                        /* linearised steps of a weight block */
    enum plain_paths paths;           /* hidden potentials */
    bool joint_output, all_multipliers;
    int warmup;
};

/* t and all indices from 0; layer 0 are the inputs. The loss is the squared one. */
struct plain {
    struct plain_settings set;
    size_t L, n[PLAIN_LAYERS + 1];
    double W[PLAIN_LAYERS + 1][PLAIN_WIDTH][PLAIN_WIDTH];
    double z[PLAIN_LAYERS + 1][PLAIN_T][PLAIN_N][PLAIN_WIDTH];
    double a[PLAIN_LAYERS + 1][PLAIN_T][PLAIN_N][PLAIN_WIDTH];
    double lambda[PLAIN_T][PLAIN_N][PLAIN_WIDTH]; /* of every step of the readout; only the last with !all */
    int label[PLAIN_N], iteration;
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

/* The state as numbers: W, z, a, lambda. Returns how many. */
size_t plain_gather(const struct plain *p, double *x);
void plain_scatter(struct plain *p, const double *x);

/* Solves A x = b (n x n, row by row, overwritten) by elimination. */
void plain_solve(size_t n, long double A[][PLAIN_WIDTH], const double *b, double *x);

#endif
