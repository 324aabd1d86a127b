/* What an iteration of the ADMM family costs. M = N T columns, e list entries of the training samples.
 *
 * Layer 1 works on the lists: D_1 and V_1 take 2 n_1 e each, its solve 2 n_1 n_0^2 with the factor made at
 * the start. Each further layer l, n = n_l, m = n_{l-1}: D_l 2 n m M, Gram m^2 M, factor m^3/3, solve 2 n
 * m^2, and V_l twice (after W_l and after a_{l-1}) 4 n m M. Spikes of hidden layer l, r = n_{l+1}: right-hand
 * side 2 n r M, then 2 n^2 M by Cholesky, or 4 n r M by Woodbury or a linearised step. Power
 * iterations, the iterations of box = exact, joint paths and adaptive penalties are left out. */
#include "solvers/admm_blocks.h"

/* Passes over a block of n_l x M numbers per iteration, counted in the loops: weights 6, spikes 13,
 * potentials 8, V 1. */
enum { HIDDEN_PASSES = 28, OUTPUT_PASSES = 12 };

struct step_cost admm_cost(const struct admm_settings *set, const struct net *net,
                           const struct dataset_info *info)
{
    struct step_cost cost = {0};
    double columns = (double)info->n[SPLIT_TRAIN] * (double)info->T, entries = training_entries(info);
    /* pinv: Q f(Lambda) Q', and the eigenvalues (about 9 m^3) wherever the Gram matrix is new */
    bool pinv = set->weights == WEIGHTS_PINV;
    for (size_t l = 1; l <= net->L; l++) {
        double n = (double)net->n[l], m = (double)net->n[l - 1];
        bool steps = l == net->L ? set->linear_readout : set->linear_weights;
        double inner = set->inner > 1 ? (double)set->inner : 1;
        cost.flops += (steps ? 2 * inner : pinv ? 4 : 2) * n * m * m;
        if (l == 1)
            cost.sparse_flops += 4 * n * entries;
        else
            cost.flops += (6 * n * m + m * m) * columns + (pinv ? 9 * m * m * m : m * m * m / 3);
        cost.bytes += (double)sizeof(real) * n * columns * (l == net->L ? OUTPUT_PASSES : HIDDEN_PASSES);
        if (l == net->L) continue;
        double r = (double)net->n[l + 1];
        bool woodbury = admm_use_woodbury(net, l);
        bool linear = l + 1 == net->L ? set->linear_last_spikes : set->linear_spikes;
        cost.flops += 2 * n * r * columns + (woodbury || linear ? 4 * n * r : 2 * n * n) * columns;
    }
    return cost;
}
