/* The block updates of the ADMM family, once, under names that say what they solve. Notation of the method's
 * paper (Perin et al., arXiv 2505.05527): weights W, membrane potentials z, spikes a, multiplier lambda;
 * layers l = 1..L, steps t = 1..T, delta the leak, theta the threshold. The problem (per sample, summed over
 * samples):
 *
 *   L = ||z_{L,T} - y||^2 + <lambda, z_{L,T} - delta z_{L,T-1} - W_L a_{L-1,T}>
 *     + sum_{l,t} rho_l/2 ||z_{l,t} - delta z_{l,t-1} - W_l a_{l-1,t} + theta a_{l,t-1}||^2    (no theta term
 * for l = L)
 *     + beta/2 sum_{l<L,t} ||a_{l,t} - H(z_{l,t} - theta)||^2
 *
 * Data layout: the samples are cut into chunks (support/parallel.h); a chunk of C samples owns, for every
 * layer, a column-major block of n_l rows and T*C columns, column t*C + c (network/spikes.h). In the code t
 * runs from 0 to T-1. */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_BLOCKS_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_BLOCKS_H

#include "solvers/proximal/joint_output.h"
#include "solvers/proximal/joint_potentials.h"
#include "support/linsolve.h"
#include "trainer/solver.h"

enum admm_weights { WEIGHTS_RIDGE, WEIGHTS_PINV, WEIGHTS_PROXIMAL };
enum admm_box { BOX_CLIP, BOX_EXACT, BOX_NONE };
enum admm_potentials { POTENTIALS_SEQUENTIAL, POTENTIALS_PATTERN, POTENTIALS_DYNAMIC };
enum admm_output { OUTPUT_SEQUENTIAL, OUTPUT_JOINT };

struct admm_settings {
    double rho;     /* penalty of the hidden layers' dynamics */
    double rho_out; /* penalty of the output layer's dynamics */
    double beta;    /* penalty of a = H(z - theta) */
    enum admm_weights weights;
    double
        kappa; /* ridge: kappa tr(G)/n on the diagonal; proximal: the pull towards the previous W, likewise */
    double cutoff; /* pinv: relative eigenvalue cut-off */
    enum admm_box box;
    enum joint_multiplier
        multiplier; /* the constraints that have one: the readout's dynamics at t = T, at all t, none */
    enum admm_potentials potentials; /* hidden z: step by step, or all steps of a neuron at once */
    enum admm_output output;         /* z_L: step by step, or all steps of a sample at once */
    /* Blocks that take one majorised (inversion-free) step instead of their exact solve. */
    bool linear_weights, linear_readout, linear_spikes, linear_last_spikes;
    size_t inner; /* linearised steps of a weight block in an iteration; 0 counts as 1 */
};

/* The least-squares system of one layer's weights: W (G + shift I) = D + shift W_old (proximal) or D. */
struct weight_system {
    real *gram;       /* n_{l-1} x n_{l-1}, lower triangle: sum a a' */
    struct chol chol; /* ridge and proximal */
    struct pinv pinv;
    double shift;
    double lipschitz; /* linearised: bound of the Gram matrix's largest eigenvalue (largest_eigenvalue) */
    real *power;      /* 2 n_{l-1}: workspace of the power iteration */
    size_t powers;    /* products that the last one took */
    bool fixed;       /* layer 1: the Gram matrix is that of the data, factored once */
};

/* The system of one hidden layer's spikes: M = rho_{l+1} W'W + s I, W = W_{l+1}, with s = rho_l theta^2 +
 * beta before the last step and s = beta at the last one. Where W has few rows, solved through Woodbury's
 * identity M^-1 = (I - W' (s/rho I + W W')^-1 W) / s. */
struct spike_system {
    bool woodbury, linear;
    struct chol chol; /* linearised: only the matrix W'W or W W' of the power iteration */
    double s, rho;
    double lipschitz; /* an upper bound of M's largest eigenvalue */
    size_t powers;    /* linearised: products that the power iteration took */
};

/* Per-thread workspaces, each of the largest layer width x T x largest chunk. */
struct admm_work {
    real *target, *rhs, *product, *small;
    double *doubles; /* for the proximal steps of a chunk */
    real *column;    /* 3 times the widest layer or input: for refinement, as is */
    long double *wide;
    struct joint_work paths;
};

/* Per-part sums of a measured iteration. */
struct admm_sums {
    double change_a, change_z; /* change of the Lagrangian in the block, from exact differences */
    double residual2, x2, b2;  /* squared norms for backward errors */
    double distance2, norm2;   /* squared norms of refined spike solves */
    double kkt;                /* largest KKT residual of box-constrained spikes */
    double unsolved;           /* proximal steps of the loss that did not converge */
    double rejected;           /* (neuron, sample) paths whose joint step did not lower the cost */
    double kkt_z;              /* largest KKT residual of the joint z-steps */
    double products;           /* columns (samples x steps) that spike solves took through W and W' */
    double path_macs;          /* of the joint z-steps (joint_stats) */
    /* what these sums took */
    struct step_time diagnostics;
};

struct admm {
    struct mem mem;
    struct admm_settings set;
    const struct train_env *env;
    struct net *net;
    size_t T, N, L;
    struct partition part;
    size_t entries[NET_MAX_LAYERS + 1]; /* n_l */
    double rho[NET_MAX_LAYERS + 1];     /* penalty of layer l's dynamics: rho, rho_out for l = L */
    real *z[NET_MAX_LAYERS + 1];        /* l = 1..L: n_l x (T N), chunk after chunk */
    real *a[NET_MAX_LAYERS + 1];        /* l = 1..L-1 */
    real *v[NET_MAX_LAYERS + 1];        /* W_l a_{l-1}, valid where fresh[l] */
    bool fresh[NET_MAX_LAYERS + 1];
    real *lambda;  /* n_L x N: the multiplier at t = T; MULTIPLIER_ALL: lambda_t = delta^(T-t) lambda */
    int *labels;   /* [N], in the order of the training batch */
    real *adjoint; /* n_L x N: rho r~_T = -grad loss(z*) of the last joint z_L step */
    real *last;    /* n_L x N: z_{L,T} before its update */
    real *W_old;   /* the largest weight matrix: for proximal steps */
    struct weight_system weight[NET_MAX_LAYERS + 1];
    struct spike_system spike[NET_MAX_LAYERS + 1][2]; /* [l][0]: t < T, [l][1]: t = T */
    real *d_part[PART_MAX], *g_part[PART_MAX];
    real *d_kept, *scratch; /* of the largest weight matrix: the last weight solve's D, kept while measuring
                               and for linearised steps */
    struct admm_work *work; /* [pool threads] */
    size_t *time_order;     /* [T]: the order in which steps t < T-1 are visited; NULL: ascending */
    struct joint_potentials paths; /* joint z-steps: the tables of the leak */
    struct trace trace;            /* a chunk of the forward simulation */
    bool measure;
    struct step_report *report; /* of the step that is running: its clock; else NULL */
    struct admm_sums sums[PART_MAX];
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
static inline bool admm_is_linear(const struct admm *s, size_t l)
{
    return admm_is_output(s, l) ? s->set.linear_readout : s->set.linear_weights;
}
/* The block of `chunk` in an array of layer l. */
static inline real *admm_block(const struct admm *s, real *array, size_t l, size_t chunk)
{
    return array + s->net->n[l] * s->T * chunk_first(&s->part, chunk);
}
static inline size_t admm_chunk_size(const struct admm *s, size_t chunk)
{
    return chunk_first(&s->part, chunk + 1) - chunk_first(&s->part, chunk);
}
/* What lambda_T counts in the constraint of step t. */
static inline double admm_multiplier_share(const struct admm *s, size_t t)
{
    if (t + 1 == s->T) return s->set.multiplier == MULTIPLIER_OFF ? 0.0 : 1.0;
    return s->set.multiplier == MULTIPLIER_ALL ? pow((double)s->net->lif.leak, (double)(s->T - 1 - t)) : 0.0;
}
/* H(z - theta) as a number. */
static inline real admm_step(real z, real theta)
{
    return z > theta ? R(1.0) : R(0.0);
}

/* Allocates everything for the net and data of `env`; z, a and lambda are zero. ST_MEMORY. The state is freed
 * by mem_free(&s->mem). (admm_state.c) */
status admm_create(struct admm *s, const struct admm_settings *set, const struct train_env *env,
                   struct error *e);
/* FLOPs and bytes of one iteration. (admm_cost.c, as are the parts that follow) */
struct step_cost admm_cost(const struct admm_settings *set, const struct net *net,
                           const struct dataset_info *info);
/* The W_l step over `columns` (samples x steps) and list entries: D_l, its system and solve or step; without
 * V_l. powers: products of the power iteration of a linearised step. */
void admm_cost_weights(struct step_cost *c, const struct admm_settings *set, const struct net *net, size_t l,
                       double columns, double entries, double powers);
/* Layer 1's system, which is made once: the Gram matrix of the lists (spikes_squares) and its factor. */
void admm_cost_first_system(struct step_cost *c, const struct admm_settings *set, const struct net *net,
                            double squares, double powers);
/* The spikes of hidden layer l: systems, right-hand sides, solves. products: columns that went through
 * W_{l+1} and W_{l+1}' in these; powers: products of both systems' power iterations. */
void admm_cost_spikes(struct step_cost *c, const struct admm_settings *set, const struct net *net, size_t l,
                      double columns, double products, double powers);
/* Whether the spikes of hidden layer l are solved for by Woodbury's identity: where W_{l+1} has few rows. */
bool admm_use_woodbury(const struct net *net, size_t l);
/* Bytes that admm_create takes with one thread, and what each further thread adds. (admm_cost.c) */
size_t admm_bytes(const struct admm_settings *set, const struct net *net, size_t T, size_t N);
size_t admm_thread_bytes(const struct admm_settings *set, const struct net *net, size_t T, size_t N);
/* The largest weight matrix. */
size_t admm_largest_weights(const struct net *net);
/* z and a from the forward simulation of the net. */
void admm_start_forward(struct admm *s);
/* z_L on the path of least sum_t u_t^2 from 0 to the one-hot label: u_t = delta^(T-t) y / sum_s
 * delta^(2(T-s)). The readout's first weights are then fitted to the labels instead of to the random start's
 * output. */
void admm_start_output(struct admm *s);
/* z and a uniform on [0, 1), the published start; draws in the order layer, z before a. */
void admm_start_uniform(struct admm *s, struct rng *rng);
/* v[l] = W_l a_{l-1} unless fresh. */
void admm_refresh(struct admm *s, size_t l);

/* target (n_l x T*C) of a chunk: x_{l,t} = z_t - delta z_{t-1} + theta a_{t-1}; for l = L u_t = z_t - delta
 * z_{t-1}, with lambda / rho_L added at t = T: what W_l a_{l-1,t} should be. */
void admm_target(const struct admm *s, size_t l, size_t chunk, real *target);

/* W_l = argmin sum ||target - W a_{l-1}||^2 (+ shift ||W||^2 ridge, + shift ||W - W_old||^2 proximal; pinv:
 * the solution of least norm), then v[l]. 2 n_l n_{l-1} N T FLOPs for each of D and v, n_{l-1}^2 N T for G,
 * n_{l-1}^3/3 + 2 n_l n_{l-1}^2 to solve; layer 1 works on the sparse lists and its factor is computed once.
 * While measuring, *change receives the change of the Lagrangian. ST_NUMERIC. (admm_weights.c) */
status admm_update_weights(struct admm *s, size_t l, double *change, struct error *e);

/* Factors the systems of layer l's spikes from W_{l+1}. ST_NUMERIC. (admm_spikes.c) */
status admm_factor_spikes(struct admm *s, size_t l, struct error *e);
/* The right-hand sides' constant part for a chunk: rhs = rho_{l+1} W_{l+1}' target_{l+1}, all steps at once.
 */
void admm_spikes_prepare(const struct admm *s, size_t l, size_t chunk, struct admm_work *w);
/* a_{l,t} for steps first .. last-1 of a chunk (all of them < T-1, or exactly T-1): minimiser of the
 * Lagrangian, then the box [0, 1] as set.box says. Needs admm_spikes_prepare and fresh v[l]. */
void admm_update_spikes(struct admm *s, size_t l, size_t chunk, size_t first, size_t last,
                        struct admm_work *w, struct admm_sums *sums);
/* x = M^-1 b for m columns; small: rows of W x m. */
void admm_spike_solve(const struct spike_system *sys, const real *W, size_t rows, size_t n, size_t m,
                      const real *b, real *x, real *small);
/* Relative distance (Frobenius) of up to 8 rows of the computed W_l, evenly spaced, from the same systems W_l
 * A = b solved by iterative refinement with residuals and solution in long double; A as it was factored. NaN
 * if that does not converge. (admm_precision.c) */
double admm_weight_precision(struct admm *s, size_t l, const real *b);
/* The same for up to 8 of m columns of M x = b, added to sums->distance2 and norm2; M from W itself. */
void admm_spike_precision(const struct spike_system *sys, const real *W, size_t rows, size_t n, size_t m,
                          const real *b, const real *x, struct admm_work *w, struct admm_sums *sums);
/* argmin over [0,1]^n of a'Ma/2 - b'a by accelerated projected gradient, for m columns: x in: start, out:
 * result. Returns the KKT residual max |x - clip(x - gradient)| reached; *products: products with M that it
 * took. y, g: workspaces n x m, small: rows of W x m. (admm_box.c) */
double admm_box_solve(const struct spike_system *sys, const real *W, size_t rows, size_t n, size_t m,
                      const real *b, real *x, real *y, real *g, real *small, size_t *products);
/* g (n x m) = M x. */
void admm_spike_product(const struct spike_system *sys, const real *W, size_t rows, size_t n, size_t m,
                        const real *x, real *g, real *small);

/* z_{l,t} of a hidden layer for one step of a chunk: the exact minimiser, element by element, over both
 * branches of the step function (boundary of the spiking side: theta + ADMM_EPS). (admm_potentials.c) */
void admm_update_potential(struct admm *s, size_t l, size_t chunk, size_t t, struct admm_sums *sums);
/* z_{l,1} .. z_{l,T} of a hidden layer jointly, path by path (neuron and sample), as set.potentials says;
 * taken only where the cost of the path falls, rejections counted. (admm_paths.c) */
void admm_update_paths(struct admm *s, size_t l, size_t chunk, struct admm_work *w, struct admm_sums *sums);
/* z_{L,t} for all t of a chunk in closed form: one after another in the order time_order, or jointly, as
 * set.output says; the loss enters through its proximal step. (admm_readout.c) */
void admm_update_output(struct admm *s, size_t chunk, struct admm_work *w, struct admm_sums *sums);
/* lambda += rho_L (z_{L,T} - delta z_{L,T-1} - W_L a_{L-1,T}); with MULTIPLIER_ALL the same at every step,
 * which after a joint z_L step leaves lambda_t = delta^(T-t) lambda_T (METHOD 4). */
void admm_update_multiplier(struct admm *s);

#define ADMM_EPS R(1e-5)

/* Everything about the current point, recomputed from its definition. (admm_measure.c) */
struct admm_point {
    double lagrangian; /* sum over samples, as at the top of this file */
    double loss;       /* mean over samples of the net's loss at the auxiliary z_{L,T} */
    double accuracy;   /* auxiliary accuracy: argmax of the auxiliary z_{L,T} */
    double primal;     /* rms of z_{L,T} - delta z_{L,T-1} - W_L a_{L-1,T} over samples and classes */
    double dynamics[NET_MAX_LAYERS + 1]; /* rms over samples, steps and units */
    double spikes[NET_MAX_LAYERS + 1];   /* rms of a - H(z - theta), hidden layers */
    double rate[NET_MAX_LAYERS + 1];     /* mean of H(z - theta) */
};
void admm_measure(struct admm *s, struct admm_point *p);
/* gap[l] = fraction of (sample, step, unit) where H(z_l - theta) is not the spike that the network simulates.
 */
void admm_spike_gap(struct admm *s, double *gap);

#endif
