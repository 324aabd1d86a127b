/* What the ADMM family takes: memory, and the cost of an iteration, projected from typical counts and, by the
 * step itself, from what it did. M = N T columns, e list entries of the training samples.
 *
 * Layer 1 works on the lists: D_1 and V_1 take 2 n_1 e each, its solve 2 n_1 n_0^2 with the factor made at
 * the start. Each further layer l, n = n_l, m = n_{l-1}: D_l 2 n m M, Gram m^2 M, factor m^3/3, solve 2 n
 * m^2, and V_l once, after the later of W_l and a_{l-1}, 2 n m M. Spikes of hidden layer l, r = n_{l+1}:
 * right-hand side 2 n r M, then 2 n^2 M by Cholesky, 4 n r M + 2 r^2 M by Woodbury, or 4 n r M by a
 * linearised step; both systems (t < T and t = T) are formed, k^2 times the other of n and r, and factored,
 * k^3/3, k being the order. Linearised steps: 2 k^2 for each product of a power iteration; a linearised
 * weight step needs no factor. box = exact: 4 n r M for each product of its iteration. How often the
 * iterations go round depends on the data; the projection has typical numbers. Left out of it:
 * layer 1's system and the operations of joint paths, whose time it has as passes; the
 * step counts what they took (joint_potentials.h). */
#include "solvers/admm/admm_blocks.h"
#include "trainer/cost.h"

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
    size_t bytes = 4 * net_widest(net, 1, net->L) * T * C * sizeof(real) + doubles * sizeof(double);
    bytes += 3 * net_widest(net, 0, net->L) * (sizeof(real) + sizeof(long double));
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
    reals += part.n_parts * (admm_largest_weights(net) + gram);
    return reals * sizeof(real) + N * sizeof(int) + admm_thread_bytes(set, net, T, N);
}

/* What is made of a new Gram matrix of order m: a factor, eigenvectors (about 9 m^3), or a power iteration.
 */
static void add_system(struct step_cost *c, bool linear, bool pinv, double m, double powers)
{
    if (linear)
        cost_solve(c, m, powers);
    else if (pinv)
        c->flops += 9 * m * m * m;
    else
        cost_factor(c, m);
}

static bool linear_weights(const struct admm_settings *set, const struct net *net, size_t l)
{
    return l == net->L ? set->linear_readout : set->linear_weights;
}

void admm_cost_weights(struct step_cost *c, const struct admm_settings *set, const struct net *net, size_t l,
                       double columns, double entries, double powers)
{
    double n = (double)net->n[l], m = (double)net->n[l - 1];
    bool linear = linear_weights(set, net, l), pinv = set->weights == WEIGHTS_PINV && !linear;
    cost_product(c, net, l, columns, entries);
    if (l > 1) {
        cost_gram(c, m, columns);
        add_system(c, linear, pinv, m, powers);
    }
    /* a linearised step multiplies by G; pinv: Q f(Lambda) Q' */
    double solves = linear ? (double)(set->inner > 1 ? set->inner : 1) : pinv ? 2 : 1;
    cost_solve(c, m, n * solves);
}

void admm_cost_first_system(struct step_cost *c, const struct admm_settings *set, const struct net *net,
                            double squares, double powers)
{
    bool linear = linear_weights(set, net, 1);
    cost_input_gram(c, squares);
    add_system(c, linear, set->weights == WEIGHTS_PINV, (double)net->n[0], powers);
}

static bool linear_spikes(const struct admm_settings *set, const struct net *net, size_t l)
{
    return l + 1 == net->L ? set->linear_last_spikes : set->linear_spikes;
}

void admm_cost_spikes(struct step_cost *c, const struct admm_settings *set, const struct net *net, size_t l,
                      double columns, double products, double powers)
{
    double n = (double)net->n[l], r = (double)net->n[l + 1];
    bool woodbury = admm_use_woodbury(net, l), linear = linear_spikes(set, net, l);
    double order = woodbury ? r : n;
    for (int system = 0; system < 2; system++) {
        cost_gram(c, order, woodbury ? n : r);
        if (!linear) cost_factor(c, order);
    }
    if (linear) cost_solve(c, order, powers);
    cost_product(c, net, l + 1, columns + 2 * products, 0);
    if (!linear && set->box != BOX_EXACT) cost_solve(c, order, columns);
}

/* Columns through W and W' of a projected spike solve. */
static double typical_products(const struct admm_settings *set, const struct net *net, size_t l,
                               double columns)
{
    if (linear_spikes(set, net, l)) return columns;
    if (set->box == BOX_EXACT) return BOX_PRODUCTS * columns;
    return admm_use_woodbury(net, l) ? columns : 0;
}

struct step_cost admm_cost(const struct admm_settings *set, const struct net *net,
                           const struct dataset_info *info)
{
    struct step_cost cost = {0};
    double columns = (double)info->n[SPLIT_TRAIN] * (double)info->T, entries = training_entries(info);
    cost_simulation(&cost, net, columns, entries); /* V of all layers */
    for (size_t l = 1; l <= net->L; l++) {
        double cells = (double)net->n[l] * columns;
        admm_cost_weights(&cost, set, net, l, columns, entries, POWER_ITERATIONS);
        cost.bytes += (double)sizeof(real) * cells * (l == net->L ? OUTPUT_PASSES : HIDDEN_PASSES);
        if (l == net->L) break;
        admm_cost_spikes(&cost, set, net, l, columns, typical_products(set, net, l, columns),
                         2 * POWER_ITERATIONS);
        if (set->potentials != POTENTIALS_SEQUENTIAL)
            cost.bytes += (double)sizeof(double) * cells *
                          (set->potentials == POTENTIALS_PATTERN ? PATTERN_PASSES : DYNAMIC_PASSES);
    }
    return cost;
}
