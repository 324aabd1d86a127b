/* What the ADMM family takes: memory, and the cost of an iteration. M = N T columns, e list entries of the
 * training samples.
 *
 * Layer 1 works on the lists: D_1 and V_1 take 2 n_1 e each, its solve 2 n_1 n_0^2 with the factor made at
 * the start. Each further layer l, n = n_l, m = n_{l-1}: D_l 2 n m M, Gram m^2 M, factor m^3/3, solve 2 n
 * m^2, and V_l once, after the later of W_l and a_{l-1}, 2 n m M. Spikes of hidden layer l, r = n_{l+1}:
 * right-hand side 2 n r M, then 2 n^2 M by Cholesky, or 4 n r M by Woodbury or a linearised step. Linearised
 * steps: a power iteration of 2 k^2 for each new matrix of order k; a linearised weight step needs no factor.
 * box = exact: 4 n r M for each product of its iteration. Joint paths: so many operations per cell. How often
 * the iterations go round depends on the data; the counts below are typical ones. Left out: the gain of
 * adaptive penalties. */
#include "solvers/admm_blocks.h"

/* Passes over a block of n_l x M numbers per iteration, counted in the loops: weights 6, spikes 13,
 * potentials 8, V 1. */
enum { HIDDEN_PASSES = 28, OUTPUT_PASSES = 12 };
enum {
    POWER_ITERATIONS = 30, /* to a residual of 1e-3 */
    BOX_PRODUCTS = 100,    /* to a KKT residual of 1e-9 */
    PATTERN_PASSES = 40,   /* over the cells of a path: two triangular sweeps for each active set */
    DYNAMIC_PASSES = 400   /* pieces times the work on each */
};

size_t admm_thread_bytes(const struct admm_settings *set, const struct net *net, size_t T, size_t N)
{
    struct partition part = partition_make(N);
    size_t C = chunk_largest(&part), K = net->n[net->L];
    size_t doubles = joint_output_work(K, C);
    doubles = doubles > 6 * K ? doubles : 6 * K;
    size_t bytes = 4 * admm_widest(net, 1) * T * C * sizeof(real) + doubles * sizeof(double);
    bytes += 3 * admm_widest(net, 0) * (sizeof(real) + sizeof(long double));
    return bytes + (set->potentials == POTENTIALS_SEQUENTIAL ? 0 : joint_work_bytes(T));
}

/* The systems of layer l: weights, and spikes of a hidden layer. */
static size_t system_reals(const struct admm_settings *set, const struct net *net, size_t l)
{
    size_t in = net->n[l - 1], n = net->n[l], reals = in * in;
    bool linear = l == net->L ? set->linear_readout : set->linear_weights;
    if (linear)
        reals += 2 * in;
    else if (set->weights == WEIGHTS_PINV) /* eigenvectors and LAPACK's workspace of 2 in^2 */
        reals += 3 * in * in + 8 * in + n * in;
    else
        reals += 2 * in * in + 4 * in;
    if (l == net->L) return reals;
    size_t order = admm_use_woodbury(net, l) ? net->n[l + 1] : n;
    return reals + 4 * order * order + 8 * order;
}

size_t admm_bytes(const struct admm_settings *set, const struct net *net, size_t T, size_t N)
{
    struct partition part = partition_make(N);
    size_t reals = 3 * net->n[net->L] * N + 3 * admm_largest_weights(net), gram = 0;
    for (size_t l = 1; l <= net->L; l++) {
        size_t in = net->n[l - 1];
        /* z, v and a of all samples; z and a of a chunk's trace */
        reals += net->n[l] * T * (N * (l < net->L ? 3 : 2) + chunk_largest(&part) * (l < net->L ? 2 : 1));
        reals += system_reals(set, net, l);
        if (l > 1 && in * in > gram) gram = in * in;
    }
    reals += part.n_slots * (admm_largest_weights(net) + gram);
    return reals * sizeof(real) + N * sizeof(int) + admm_thread_bytes(set, net, T, N);
}

/* A weight block: its sums, Gram matrix and solve or step. */
static void add_weights(struct step_cost *cost, const struct admm_settings *set, const struct net *net,
                        size_t l, double columns, double entries)
{
    double n = (double)net->n[l], m = (double)net->n[l - 1];
    bool linear = l == net->L ? set->linear_readout : set->linear_weights;
    bool pinv = set->weights == WEIGHTS_PINV && !linear;
    /* pinv: Q f(Lambda) Q', and the eigenvalues (about 9 m^3) wherever the Gram matrix is new */
    double inner = set->inner > 1 ? (double)set->inner : 1;
    cost->flops += (linear ? 2 * inner : pinv ? 4 : 2) * n * m * m;
    if (set->weights == WEIGHTS_TRUST && !linear) cost->flops += 2 * n * m * m;
    if (l == 1) {
        cost->sparse_flops += 4 * n * entries;
        return;
    }
    cost->flops += (4 * n * m + m * m) * columns;
    cost->flops += linear ? 2 * POWER_ITERATIONS * m * m : pinv ? 9 * m * m * m : m * m * m / 3;
}

/* Spikes and potentials of a hidden layer. */
static void add_hidden(struct step_cost *cost, const struct admm_settings *set, const struct net *net,
                       size_t l, double columns)
{
    double n = (double)net->n[l], r = (double)net->n[l + 1];
    bool woodbury = admm_use_woodbury(net, l), box = set->box == BOX_EXACT;
    bool linear = l + 1 == net->L ? set->linear_last_spikes : set->linear_spikes;
    double order = woodbury ? r : n;
    cost->flops += 2 * n * r * columns;
    cost->flops += (woodbury || linear ? 4 * n * r : 2 * n * n) * columns * (box ? 0 : 1);
    if (box) cost->flops += BOX_PRODUCTS * 4 * n * r * columns;
    cost->flops += linear ? 2 * 2 * POWER_ITERATIONS * order * order : 2 * order * order * order / 3;
    if (set->potentials == POTENTIALS_SEQUENTIAL) return;
    cost->bytes += (double)sizeof(double) * n * columns *
                   (set->potentials == POTENTIALS_PATTERN ? PATTERN_PASSES : DYNAMIC_PASSES);
}

struct step_cost admm_cost(const struct admm_settings *set, const struct net *net,
                           const struct dataset_info *info)
{
    struct step_cost cost = {0};
    double columns = (double)info->n[SPLIT_TRAIN] * (double)info->T, entries = training_entries(info);
    for (size_t l = 1; l <= net->L; l++) {
        add_weights(&cost, set, net, l, columns, entries);
        cost.bytes += (double)sizeof(real) * (double)net->n[l] * columns *
                      (l == net->L ? OUTPUT_PASSES : HIDDEN_PASSES);
        if (l < net->L) add_hidden(&cost, set, net, l, columns);
    }
    return cost;
}
