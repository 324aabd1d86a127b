/* Backpropagation through time for one block of samples. */
#include "baselines/backward.h"
#include "support/blas.h"
#include "trainer/cost.h"
#include <string.h>

status backward_create(struct backward *w, const struct net *net, size_t T, size_t C_max, struct mem *m,
                       struct error *e)
{
    size_t widest = 0;
    for (size_t l = 1; l <= net->L; l++) widest = net->n[l] > widest ? net->n[l] : widest;
    TRY(trace_create(&w->trace, net, T, C_max, true, m, e));
    w->da = mem_reals(m, widest * T * C_max, e);
    w->dz = mem_reals(m, widest * T * C_max, e);
    w->scores = mem_reals(m, net->n[net->L] * C_max, e);
    w->dscores = mem_reals(m, net->n[net->L] * C_max, e);
    return w->da && w->dz && w->scores && w->dscores ? ST_OK : ST_MEMORY;
}

/* The products of the way back: dW_l of every layer, and da_{l-1} of all but the first. */
static void add_backward(struct step_cost *cost, const struct net *net, double columns, double entries)
{
    for (size_t l = 1; l <= net->L; l++)
        for (int products = l == 1 ? 1 : 2; products > 0; products--)
            cost_product(cost, net, l, columns, entries);
}

void backward_count(const struct net *net, const struct batch *b, double times, struct step_report *r)
{
    const double n = times * (double)b->n;
    struct step_cost back = {0};
    add_backward(&back, net, n * (double)b->x->T, times * (double)spikes_nonzero(b));
    r->samples = (double)b->n;
    r->forward_passes = r->spike_passes = r->backward_passes = n;
    r->dense_macs = cost_macs(&back);
}

/* Losses of the block and d loss / d z_L: the readout is a leaky integrator, so credit flows back by its leak
 * alone. */
static double readout_gradient(struct backward *w, const struct net *net, const struct batch *b, size_t first,
                               size_t C)
{
    size_t T = b->x->T, size = net->n[net->L] * C;
    net_scores(net, &w->trace, C, w->scores);
    double sum = net_losses(net, b, first, C, w->scores, w->dscores);
    real share = net->readout == READOUT_LAST ? R(1.0) : 1 / (real)T;
    for (size_t t = T; t-- > 0;) {
        real *dz = w->dz + t * size;
        for (size_t i = 0; i < size; i++) {
            real own = net->readout == READOUT_MEAN || t + 1 == T ? share * w->dscores[i] : 0;
            dz[i] = own + (t + 1 < T ? net->lif.leak * dz[i + size] : 0);
        }
    }
    return sum;
}

void lif_backward(const struct lif *lif, const struct backward_options *o, size_t size, size_t T,
                  const real *z_all, const real *a_all, const real *da_all, real *dz_all)
{
    const real leak = lif->leak, theta = lif->threshold;
    const enum reset reset = lif->reset;
    for (size_t t = T; t-- > 0;) {
        const real *z = z_all + t * size, *a = a_all + t * size, *da = da_all + t * size;
        real *dz = dz_all + t * size;
        const real *next = t + 1 < T ? dz + size : NULL;
        for (size_t i = 0; i < size; i++) {
            real through_spike = da[i], carried = 0;
            if (next) {
                carried = leak * next[i];
                if (reset == RESET_HARD) carried *= 1 - a[i];
                if (!o->detach_reset && reset == RESET_SOFT) through_spike -= theta * next[i];
                if (!o->detach_reset && reset == RESET_HARD) through_spike -= leak * z[i] * next[i];
            }
            dz[i] = o->surrogate->derivative(z[i] - theta, o->slope) * through_spike + carried;
        }
    }
}

double backward_block(struct backward *w, const struct net *net, const struct batch *b, size_t first,
                      size_t C, const struct backward_options *o, real *const *gradient)
{
    size_t T = b->x->T, columns = T * C;
    const struct simulate_options simulate = {.smooth = o->smooth ? o->surrogate : NULL, .slope = o->slope};
    net_simulate(net, b, first, C, &w->trace, &simulate);
    double loss = readout_gradient(w, net, b, first, C);
    for (size_t l = net->L; l >= 1; l--) {
        size_t n = net->n[l], in = net->n[l - 1];
        if (l < net->L) lif_backward(&net->lif, o, n * C, T, w->trace.z[l], w->trace.a[l], w->da, w->dz);
        if (l == 1) {
            spikes_outer(b, first, C, w->dz, n, gradient[1]);
            break;
        }
        blas_gemm(false, true, n, in, columns, R(1.0), w->dz, n, w->trace.a[l - 1], in, R(1.0), gradient[l],
                  n);
        blas_gemm(true, false, in, columns, n, R(1.0), net->W[l], n, w->dz, n, R(0.0), w->da, in);
    }
    return loss;
}
