/* See plain_net.h. */
#include "tests/plain_net.h"
#include <criterion/criterion.h>
#include <string.h>

double plain_weight(const struct net *net, size_t l, size_t j, size_t i)
{
    return (double)net->W[l][i * net->n[l] + j];
}

double plain_loss(const struct net *net, const double *scores, int label, double *derivative)
{
    real s[PLAIN_WIDTH], d[PLAIN_WIDTH];
    for (size_t k = 0; k < net->n[net->L]; k++) s[k] = (real)scores[k];
    const double loss = loss_value(net->loss, net->n[net->L], s, label, d);
    for (size_t k = 0; k < net->n[net->L]; k++) derivative[k] = (double)d[k];
    return loss;
}

static double carried(const struct plain_net *p, size_t l, size_t t, size_t j)
{
    const struct lif *lif = &p->net->lif;
    const double leak = (double)lif->leak, theta = (double)lif->threshold;
    if (t == 0) return 0;
    const double z = p->z[l][t - 1][j], a = p->a[l][t - 1][j];
    if (l == p->net->L || lif->reset == RESET_NONE) return leak * z;
    return lif->reset == RESET_SOFT ? leak * z - theta * a : leak * z * (1 - a);
}

static void neuron(struct plain_net *p, size_t l, size_t t, size_t j, const struct surrogate *surrogate,
                   double slope, bool smooth)
{
    const struct net *net = p->net;
    double z = carried(p, l, t, j);
    for (size_t i = 0; i < net->n[l - 1]; i++) z += plain_weight(net, l, j, i) * p->a[l - 1][t][i];
    const real x = (real)(z - (double)net->lif.threshold);
    p->z[l][t][j] = z;
    p->psi[l][t][j] = (double)surrogate->derivative(x, (real)slope);
    p->a[l][t][j] = smooth ? (double)surrogate->integral(x, (real)slope) : x > 0 ? 1 : 0;
}

void plain_simulate(struct plain_net *p, const struct net *net, const struct batch *b, size_t sample,
                    const struct surrogate *surrogate, double slope, bool smooth)
{
    const struct spikes *x = b->x;
    memset(p, 0, sizeof *p);
    p->net = net;
    p->T = x->T;
    cr_assert(net->L < PLAIN_LAYERS && p->T <= PLAIN_STEPS);
    for (size_t t = 0; t < p->T; t++) {
        const size_t row = batch_sample(b, sample) * x->T + t;
        for (size_t k = x->start[row]; k < x->start[row + 1]; k++)
            p->a[0][t][x->index[k]] = (double)spikes_value(x, k);
        for (size_t l = 1; l <= net->L; l++)
            for (size_t j = 0; j < net->n[l]; j++) neuron(p, l, t, j, surrogate, slope, smooth);
        for (size_t l = 0; l < net->L; l++)
            for (size_t j = 0; j < net->n[l]; j++)
                p->trace[l][t][j] =
                    p->a[l][t][j] + (t > 0 ? (double)net->lif.leak * p->trace[l][t - 1][j] : 0);
    }
}
