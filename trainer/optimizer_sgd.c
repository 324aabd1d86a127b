/* Gradient descent with momentum: g += decay W;  m = momentum m + g;  W -= lr m. */
#include "trainer/optimizer.h"

static void update(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g)
{
    const real momentum = (real)s->options.momentum, decay = (real)s->options.weight_decay, rate = (real)lr;
    g->at(g->context, W, s->gradient);
    for (size_t l = 1; l <= s->layers; l++) {
        real *w = W[l], *m = s->buffer[0][l];
        for (size_t i = 0; i < s->size[l]; i++) {
            m[i] = momentum * m[i] + s->gradient[l][i] + decay * w[i];
            w[i] -= rate * m[i];
        }
    }
}

const struct optimizer optimizer_sgd = {
    .name = "sgd",
    .reads = {"momentum", "weight_decay"},
    .buffers = 1,
    .update = update,
};
