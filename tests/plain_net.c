/* See plain_net.h. */
#include "tests/plain_net.h"
#include <criterion/criterion.h>
#include <math.h>
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
    const struct lif *lif = &p->net->lif[l];
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
    double z = carried(p, l, t, j), current = t > 0 ? (double)net->synapse_decay * p->i[l][t - 1][j] : 0;
    for (size_t i = 0; i < net->n[l - 1]; i++) current += plain_weight(net, l, j, i) * p->a[l - 1][t][i];
    for (size_t i = 0; net->blocks > net->L && l < net->L && t > 0 && i < net->n[l]; i++)
        current += (double)net->W[net->L + l][i * net->n[l] + j] * p->a[l][t - 1][i];
    p->i[l][t][j] = current;
    z += current;
    const real x = (real)(z - (double)net->lif[l].threshold);
    p->z[l][t][j] = z;
    p->psi[l][t][j] = (double)surrogate->derivative(x, (real)slope);
    p->a[l][t][j] = smooth ? (double)surrogate->integral(x, (real)slope) : x > 0 ? 1 : 0;
}

/* sum over s <= t of what a spike at step s - late leaves at step t: alpha^u leak^(t - s - u), over all u. */
static double filtered(const struct plain_net *p, size_t from, size_t to, size_t t, size_t j, size_t late)
{
    const double leak = (double)p->net->lif[to].leak, decay = (double)p->net->synapse_decay;
    double sum = 0;
    for (size_t s = late; s <= t; s++) {
        double left = 0;
        for (size_t u = 0; u <= t - s; u++)
            left += (u > 0 ? pow(decay, (double)u) : 1) * pow(leak, (double)(t - s - u));
        sum += left * p->a[from][s - late][j];
    }
    return sum;
}

static void traces(struct plain_net *p)
{
    for (size_t t = 0; t < p->T; t++)
        for (size_t l = 0; l < p->net->L; l++)
            for (size_t j = 0; j < p->net->n[l]; j++) {
                p->trace[l][t][j] = filtered(p, l, l + 1, t, j, 0);
                if (l > 0) p->own_trace[l][t][j] = filtered(p, l, l, t, j, 1);
            }
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
    }
    traces(p);
}
