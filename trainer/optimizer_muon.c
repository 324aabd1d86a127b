/* muon (Jordan and others: Muon, an optimizer for hidden layers in neural networks, 2024):
 *   m = b1 m + (1-b1) g;  W -= lr (0.2 sqrt(max(rows, columns)) O(m) + decay W)
 * O is newton_schulz.h's orthogonal factor, which does not depend on the length of m; the factor 0.2 sqrt(..)
 * gives the step the root mean square of adam's (Liu and others, arXiv 2502.16982). No momentum of Nesterov's
 * kind; the readout is trained in the same way. */
#include "trainer/optimizer_muon.h"
#include "trainer/newton_schulz.h"
#include <string.h>

status muon_create(struct optimizer_state *s, const struct net *net, struct mem *m, struct error *e)
{
    struct newton_schulz *work = mem_alloc(m, s->layers + 1, sizeof *work, e);
    if (!work) return ST_MEMORY;
    for (size_t l = 1; l <= s->layers; l++) {
        const struct net_block b = net_block(net, l);
        TRY(newton_schulz_create(&work[l], b.rows, b.cols, m, e));
    }
    s->work = work;
    return ST_OK;
}

struct update {
    struct optimizer_state *s;
    real *const *W;
    real rate;
};

/* One layer: BLAS runs one thread, so layers may run side by side. */
static void update_layer(void *context, size_t index, size_t thread)
{
    const struct update *u = context;
    struct optimizer_state *s = u->s;
    const size_t l = index + 1;
    struct newton_schulz *work = (struct newton_schulz *)s->work + l;
    const size_t longer = work->rows > work->columns ? work->rows : work->columns;
    const real b1 = (real)s->options.beta1, decay = (real)s->options.weight_decay;
    const real scale = (real)(0.2 * sqrt((double)longer));
    real *w = u->W[l], *m = s->buffer[0][l], *step = s->gradient[l];
    (void)thread;
    if (s->size[l] == 0) return; /* frozen */
    for (size_t i = 0; i < s->size[l]; i++) m[i] = b1 * m[i] + (1 - b1) * step[i];
    memcpy(step, m, s->size[l] * sizeof *step);
    newton_schulz(work, step);
    for (size_t i = 0; i < s->size[l]; i++) w[i] -= u->rate * (scale * step[i] + decay * w[i]);
}

static void update(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g)
{
    struct update u = {s, W, (real)lr};
    g->at(g->context, W, s->gradient);
    pool_run(s->pool, s->layers, update_layer, &u);
}

const struct optimizer optimizer_muon = {
    .name = "muon",
    .reads = {"beta1", "weight_decay"},
    .buffers = 1,
    .create = muon_create,
    .update = update,
};
