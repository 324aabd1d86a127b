/* adam (Kingma, Ba 2015):  g += decay W;  m = b1 m + (1-b1) g;  v = b2 v + (1-b2) g^2;
 *                          W -= lr mhat / (sqrt(vhat) + eps),  mhat = m / (1 - b1^k),  vhat = v / (1 - b2^k)
 * adamw (Loshchilov, Hutter 2019): the same without decay in g, and W -= lr decay W. */
#include "trainer/optimizer.h"

struct update {
    struct optimizer_state *s;
    real *const *W;
    struct adam_step step;
};

static void update_slice(void *context, size_t slice, size_t l, size_t first, size_t n)
{
    const struct update *u = context;
    struct optimizer_state *s = u->s;
    (void)slice;
    kernels()->adam(&u->step, n, u->W[l] + first, s->gradient[l] + first, s->buffer[0][l] + first,
                    s->buffer[1][l] + first);
}

/* decay: pull in the gradient; shrink: what is left of the weights besides. */
static void step(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g,
                 real decay, real shrink)
{
    const struct optimizer_options *o = &s->options;
    const struct adam_step fixed = {.beta1 = (real)o->beta1,
                                    .beta2 = (real)o->beta2,
                                    .eps = (real)o->eps,
                                    .decay = decay,
                                    .shrink = shrink,
                                    .rate = (real)(lr / (1 - pow(o->beta1, (double)s->steps))),
                                    .scale = (real)(1 / (1 - pow(o->beta2, (double)s->steps)))};
    struct update update = {s, W, fixed};
    g->at(g->context, W, s->gradient);
    optimizer_spread(s, update_slice, &update);
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
