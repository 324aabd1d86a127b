/* adam (Kingma, Ba 2015):  g += decay W;  m = b1 m + (1-b1) g;  v = b2 v + (1-b2) g^2;
 *                          W -= lr mhat / (sqrt(vhat) + eps),  mhat = m / (1 - b1^k),  vhat = v / (1 - b2^k)
 * adamw (Loshchilov, Hutter 2019): the same without decay in g, and W -= lr decay W. */
#include "trainer/optimizer.h"

/* decay: pull in the gradient; shrink: what is left of the weights besides. */
static void step(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g,
                 real decay, real shrink)
{
    const struct optimizer_options *o = &s->options;
    const real b1 = (real)o->beta1, b2 = (real)o->beta2, eps = (real)o->eps;
    const real rate = (real)(lr / (1 - pow(o->beta1, (double)s->steps)));
    const real scale = (real)(1 / (1 - pow(o->beta2, (double)s->steps)));
    g->at(g->context, W, s->gradient);
    for (size_t l = 1; l <= s->layers; l++) {
        real *w = W[l], *m = s->buffer[0][l], *v = s->buffer[1][l];
        for (size_t i = 0; i < s->size[l]; i++) {
            const real slope = s->gradient[l][i] + decay * w[i];
            m[i] = b1 * m[i] + (1 - b1) * slope;
            v[i] = b2 * v[i] + (1 - b2) * slope * slope;
            w[i] = shrink * w[i] - rate * m[i] / (sqrt(v[i] * scale) + eps);
        }
    }
}

static void adam(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g)
{
    step(s, W, lr, g, (real)s->options.weight_decay, 1);
}

static void adamw(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g)
{
    step(s, W, lr, g, 0, (real)(1 - lr * s->options.weight_decay));
}

const struct optimizer optimizer_adam = {
    .name = "adam",
    .reads = {"beta1", "beta2", "eps", "weight_decay"},
    .buffers = 2,
    .update = adam,
};

const struct optimizer optimizer_adamw = {
    .name = "adamw",
    .reads = {"beta1", "beta2", "eps", "weight_decay"},
    .buffers = 2,
    .update = adamw,
};
