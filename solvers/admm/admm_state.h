/* The state of the ADMM family (docs/method.md, sections 1 and 2): weights W, membrane potentials z, spikes a
 * relaxed to numbers, multiplier lambda; layers l = 1..L, steps t = 1..T, delta the leak, theta the
 * threshold. The problem (per sample, summed over samples):
 *
 *   L = loss(z_{L,T}, y) + <lambda, z_{L,T} - delta z_{L,T-1} - W_L a_{L-1,T}>
 *     + sum_{l,t} rho_l/2 ||z_{l,t} - delta z_{l,t-1} - W_l a_{l-1,t} + theta a_{l,t-1}||^2
 *     + beta/2 sum_{l<L,t} ||a_{l,t} - H(z_{l,t} - theta)||^2             (no theta term for l = L)
 *
 * Data layout: the samples are cut into chunks (support/parallel.h); a chunk of C samples owns, for every
 * layer, a column-major block of n_l rows and T*C columns, column t*C + c (network/spikes.h). In the code t
 * runs from 0 to T-1. With several ranks (support/ranks.h) each keeps these blocks for its own chunks; the
 * others' are never touched, and so take no memory. */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_STATE_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_STATE_H

#include "solvers/admm/admm_precision.h"
#include "solvers/admm/admm_systems.h"
#include "solvers/proximal/joint_output.h"
#include "solvers/proximal/joint_potentials.h"
#include "trainer/solver.h"

enum admm_weights { WEIGHTS_RIDGE, WEIGHTS_PINV, WEIGHTS_PROXIMAL };
enum admm_box { BOX_CLIP, BOX_EXACT, BOX_NONE };
enum admm_potentials { POTENTIALS_SEQUENTIAL, POTENTIALS_PATTERN, POTENTIALS_DYNAMIC };
enum admm_output { OUTPUT_SEQUENTIAL, OUTPUT_JOINT };

/* Closes the open side of the threshold: the least potential that spikes is theta + ADMM_EPS. */
#define ADMM_EPS R(1e-5)

struct admm_settings {
    double rho;     /* penalty of the hidden layers' dynamics */
    double rho_out; /* penalty of the output layer's dynamics */
    double beta;    /* penalty of a = H(z - theta) */
    enum admm_weights weights;
    double kappa;  /* ridge: kappa tr(G)/n on the diagonal; proximal: the pull towards the last W, likewise */
    double cutoff; /* pinv: relative eigenvalue cut-off */
    enum admm_box box;
    /* the constraints that have one: the readout's dynamics at t = T, at all t, none */
    enum joint_multiplier multiplier;
    enum admm_potentials potentials; /* hidden z: step by step, or all steps of a neuron at once */
    enum admm_output output;         /* z_L: step by step, or all steps of a sample at once */
    /* Blocks that take one majorised (inversion-free) step instead of their exact solve. */
    bool linear_weights, linear_readout, linear_spikes, linear_last_spikes;
    size_t inner; /* linearised steps of a weight block in an iteration; 0 counts as 1 */
};

/* Per-thread workspaces, the first ones of the largest layer width x T x largest chunk each. */
struct admm_work {
    real *target, *rhs, *product, *small;
    struct lists lists; /* for the products with the data */
    double *doubles;    /* for the proximal steps of a chunk */
    struct precision_work precision;
    struct joint_work paths;
};

/* Sums of an iteration over a part, of one layer. */
struct admm_sums {
    double change_a, change_z;    /* change of the Lagrangian in the block, from exact differences */
    double residual2, x2, b2;     /* squared norms for backward errors */
    double distance2, norm2;      /* squared norms of refined spike solves */
    double kkt;                   /* largest KKT residual of box-constrained spikes */
    double unsolved;              /* steps of the loss and boxes that did not converge */
    double rejected;              /* (neuron, sample) paths whose joint step did not lower the cost */
    double kkt_z;                 /* largest KKT residual of the joint z-steps */
    double products;              /* columns (samples x steps) that spike solves took through W and W' */
    double path_macs;             /* of the joint z-steps (joint_stats) */
    double moved2;                /* squared change of z_{L,T} */
    struct step_time diagnostics; /* what measuring took */
};

struct admm {
    struct admm_settings set;
    struct train_env env;
    struct net *net;
    size_t T, N, L;
    struct partition part;
    double rho[NET_MAX_LAYERS + 1]; /* penalty of layer l's dynamics: set.rho, set.rho_out for l = L */
    real *z[NET_MAX_LAYERS + 1];    /* l = 1..L: n_l x (T N), chunk after chunk */
    real *a[NET_MAX_LAYERS + 1];    /* l = 1..L-1 */
    real *v[NET_MAX_LAYERS + 1];    /* W_l a_{l-1}, valid where fresh[l] */
    bool fresh[NET_MAX_LAYERS + 1];
    real *lambda;  /* n_L x N: the multiplier at t = T; MULTIPLIER_ALL: lambda_t = delta^(T-t) lambda */
    int *labels;   /* [N], in the order of the training batch */
    real *adjoint; /* n_L x N: rho r~_T = -grad loss(z*) of the last joint z_L step */
    real *last;    /* n_L x N: z_{L,T} before its update */
    real *W_old;   /* the largest weight matrix */
    struct weight_system weight[NET_MAX_LAYERS + 1];
    struct spike_system spike[NET_MAX_LAYERS + 1][2]; /* [l][0]: t < T, [l][1]: t = T */
    real *d_sum[PART_MAX], *g_sum[PART_MAX];          /* over parts, see pool_sum */
    real *d_kept, *scratch; /* of the largest weight matrix: the last weight solve's D, kept while measuring
                               and for linearised steps */
    struct admm_work *work; /* [threads] */
    size_t *time_order;     /* [T]: the order in which steps t < T-1 are visited; NULL: ascending */
    struct joint_potentials paths; /* joint z-steps: the tables of the leak */
    struct trace trace;            /* a chunk of the forward simulation */
    bool measure;
    struct step_report *report; /* of the step that is running: its clock; else NULL */
    struct admm_sums *sums;     /* [n_parts][L], see admm_sums_of */
    /* Numerical error of the last measured iteration. */
    double backward_w[NET_MAX_LAYERS + 1], rcond_w[NET_MAX_LAYERS + 1];
    double backward_a[NET_MAX_LAYERS + 1], rcond_a[NET_MAX_LAYERS + 1];
    double precision_w[NET_MAX_LAYERS + 1], precision_a[NET_MAX_LAYERS + 1];
    double change_w, weight2; /* squared norms: change of all weights in this iteration, and the weights */
    double kkt;
};

static inline bool admm_is_output(const struct admm *s, size_t l)
{
    return l == s->L;
}
/* Whether W_l takes a linearised step instead of an exact solve. */
static inline bool admm_is_linear(const struct admm_settings *set, const struct net *net, size_t l)
{
    return l == net->L ? set->linear_readout : set->linear_weights;
}
/* The block of `chunk` in an array of layer l. */
static inline real *admm_block(const struct admm *s, real *array, size_t l, size_t chunk)
{
    return array + s->net->n[l] * s->T * chunk_first(&s->part, chunk);
}
static inline struct admm_sums *admm_sums_of(const struct admm *s, size_t part, size_t l)
{
    return s->sums + part * s->L + l - 1;
}
static inline size_t admm_chunk_size(const struct admm *s, size_t chunk)
{
    return chunk_first(&s->part, chunk + 1) - chunk_first(&s->part, chunk);
}
/* What lambda_T counts in the constraint of step t. */
static inline double admm_multiplier_share(const struct admm *s, size_t t)
{
    if (t + 1 == s->T) return s->set.multiplier == MULTIPLIER_OFF ? 0.0 : 1.0;
    return s->set.multiplier == MULTIPLIER_ALL ? pow((double)s->net->lif[s->L].leak, (double)(s->T - 1 - t))
                                               : 0.0;
}
/* H(z - theta) as a number. */
static inline real admm_step(real z, real theta)
{
    return z > theta ? R(1.0) : R(0.0);
}

/* Allocates everything in the arena; z, a and lambda are zero. ST_MEMORY; ST_CONFIG if a hidden layer's
 * threshold + ADMM_EPS is the threshold in `real`. */
status admm_create(struct admm *s, const struct admm_settings *set, const struct shapes *shapes,
                   struct mem *m, struct error *e);
/* Takes net and data (copies *env and the labels). Then one of the starts that follow sets z and a. */
void admm_attach(struct admm *s, const struct train_env *env);
/* From the forward simulation of the net. */
void admm_start_forward(struct admm *s);
/* z_L on the path of least sum_t u_t^2 from 0 to the one-hot label: u_t = delta^(T-t) y / sum_s
 * delta^(2(T-s)). The readout's first weights are then fitted to the labels instead of to the random start's
 * output. */
void admm_start_output(struct admm *s);
/* z and a uniform on [0, 1), the published start; draws in the order layer, z before a. */
void admm_start_uniform(struct admm *s, struct rng *rng);
/* v[l] = W_l a_{l-1} unless fresh. */
void admm_refresh(struct admm *s, size_t l);
/* target (n_l x (last - first) C) of steps first .. last-1 of a chunk: x_{l,t} = z_t - delta z_{t-1} + theta
 * a_{t-1}; for l = L u_t = z_t - delta z_{t-1}, with lambda / rho_L added at t = T: what W_l a_{l-1,t} should
 * be. */
void admm_target(const struct admm *s, size_t l, size_t chunk, size_t first, size_t last, real *target);

#endif
