/* lion (Chen, Liang, Huang et al.: Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, arXiv
 * 2302.06675): W -= lr (sign(b1 m + (1-b1) g) + decay W);  m = b2 m + (1-b2) g.  The source's b2 is 0.99. */
#include "trainer/optimizer.h"

static void update(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g)
{
    const struct optimizer_options *o = &s->options;
    const real b1 = (real)o->beta1, b2 = (real)o->beta2, decay = (real)o->weight_decay, rate = (real)lr;
    g->at(g->context, W, s->gradient);
    for (size_t l = 1; l <= s->layers; l++) {
        real *w = W[l], *m = s->buffer[0][l];
        for (size_t i = 0; i < s->size[l]; i++) {
            const real slope = s->gradient[l][i];
            const real mixed = b1 * m[i] + (1 - b1) * slope;
            const real sign = (real)((mixed > 0) - (mixed < 0));
            w[i] -= rate * (sign + decay * w[i]);
            m[i] = b2 * m[i] + (1 - b2) * slope;
        }
    }
}

const struct optimizer optimizer_lion = {
    .name = "lion",
    .reads = {"beta1", "beta2", "weight_decay"},
    .buffers = 1,
    .update = update,
};
