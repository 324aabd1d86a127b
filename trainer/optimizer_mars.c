/* mars (Yuan, Liu, Wu, Zhou, Gu: MARS: Unleashing the Power of Variance Reduction for Training Large Models,
 * arXiv 2411.10438): an optimizer on gradients that are corrected by their change,
 *
 *   c = g_t + gamma b1/(1-b1) (g_t - g_before)
 *   exact:        g_before is the gradient at the last update's weights, of the mini-batch of now: a second
 *                 call of the oracle, but in the first update
 *   approximate:  it is the gradient of the last update
 *
 * The first update has no correction. Then c is divided by its norm where that exceeds 1 (mars_clip: each
 * matrix's own, as in the authors' code; one norm of all, as in their text), and the base takes a step with
 * c: mars_adamw, mars_muon (never clipped) and mars_lion, which steps along sign(m), m = b1 m + (1-b1) c.
 * That is lion with b2 = b1, so that mars_lion with gamma 0 is no lion of two betas. The second moment of
 * mars_adamw is that of c, as in the text, or of g_t, as in the authors' notes (mars_moment). */
#include "trainer/optimizer_muon.h"

extern const struct optimizer optimizer_adamw, optimizer_lion;

/* An oracle of corrected gradients. */
struct corrected {
    struct optimizer_state *s;
    const struct optimizer *base;
    const struct gradient_oracle *oracle;
    enum mars_clip clip;
    bool raw_moment; /* g_t's squares go into buffer[1], before they are corrected */
};

/* Adds the change. `before`, the base's first buffer that is free, keeps weights or gradients. */
static void correct(const struct corrected *c, real *const *W, real *const *gradient)
{
    struct optimizer_state *s = c->s;
    const struct optimizer_options *o = &s->options;
    const bool exact = o->mars_gradient == MARS_EXACT;
    real *const *before = s->buffer[c->base->buffers], *const *old = s->scratch[c->base->scratch];
    const real factor = (real)(o->mars_gamma * o->beta1 / (1 - o->beta1));
    const bool first = s->steps == 1;
    if (exact && !first) c->oracle->at(c->oracle->context, before, old);
    if (!exact) old = before;
    for (size_t l = 1; l <= s->layers; l++)
        for (size_t i = 0; i < s->size[l]; i++) {
            const real g = gradient[l][i];
            if (!first) gradient[l][i] = g + factor * (g - old[l][i]);
            before[l][i] = exact ? W[l][i] : g;
        }
}

static double squares_of(const struct optimizer_state *s, size_t l, real *const *gradient)
{
    return kernels()->squares(s->size[l], gradient[l]);
}

static void clip_layer(const struct optimizer_state *s, size_t l, double norm, real *const *gradient)
{
    if (norm > 1) kernels()->scale(s->size[l], (real)(1 / norm), gradient[l]);
}

static void clip(const struct corrected *c, real *const *gradient)
{
    const struct optimizer_state *s = c->s;
    double all = 0;
    for (size_t l = 1; l <= s->layers && c->clip == MARS_CLIP_WHOLE; l++) all += squares_of(s, l, gradient);
    for (size_t l = 1; l <= s->layers; l++) {
        if (c->clip == MARS_CLIP_MATRIX) clip_layer(s, l, sqrt(squares_of(s, l, gradient)), gradient);
        if (c->clip == MARS_CLIP_WHOLE) clip_layer(s, l, sqrt(all), gradient);
    }
}

/* v = b2 v + (1-b2) g^2. */
static void take_squares(struct optimizer_state *s, real *const *gradient)
{
    const real beta = (real)s->options.beta2;
    for (size_t l = 1; l <= s->layers; l++)
        for (size_t i = 0; i < s->size[l]; i++)
            s->buffer[1][l][i] = beta * s->buffer[1][l][i] + (1 - beta) * gradient[l][i] * gradient[l][i];
}

static double corrected_at(void *context, real *const *W, real *const *gradient)
{
    const struct corrected *c = context;
    const double loss = c->oracle->at(c->oracle->context, W, gradient);
    if (c->raw_moment) take_squares(c->s, gradient);
    if (c->s->options.mars_gamma > 0) correct(c, W, gradient);
    clip(c, gradient);
    return loss;
}

static void update_with(const struct optimizer *base, enum mars_clip clip, struct optimizer_state *s,
                        real *const *W, double lr, const struct gradient_oracle *g)
{
    struct corrected corrected = {s, base, g, clip, false};
    const struct gradient_oracle oracle = {&corrected, corrected_at};
    base->update(s, W, lr, &oracle);
}

/* adamw's step with the mean of c over the root of the squares of g_t. */
static void adamw_of_raw_squares(struct optimizer_state *s, real *const *W, double lr,
                                 const struct gradient_oracle *g)
{
    const struct optimizer_options *o = &s->options;
    const struct corrected corrected = {s, &optimizer_adamw, g, (enum mars_clip)o->mars_clip, true};
    const real beta = (real)o->beta1, shrink = (real)(1 - lr * o->weight_decay), eps = (real)o->eps;
    const real rate = (real)(lr / (1 - pow(o->beta1, (double)s->steps)));
    const real scale = (real)(1 / (1 - pow(o->beta2, (double)s->steps)));
    corrected_at((void *)&corrected, W, s->gradient);
    for (size_t l = 1; l <= s->layers; l++)
        for (size_t i = 0; i < s->size[l]; i++) {
            real *m = &s->buffer[0][l][i];
            *m = beta * *m + (1 - beta) * s->gradient[l][i];
            W[l][i] = shrink * W[l][i] - rate * *m / (sqrt(scale * s->buffer[1][l][i]) + eps);
        }
}

static void adamw(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g)
{
    if (s->options.mars_moment == MARS_RAW) {
        adamw_of_raw_squares(s, W, lr, g);
        return;
    }
    update_with(&optimizer_adamw, (enum mars_clip)s->options.mars_clip, s, W, lr, g);
}

static void lion(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g)
{
    s->options.beta2 = s->options.beta1;
    update_with(&optimizer_lion, (enum mars_clip)s->options.mars_clip, s, W, lr, g);
}

static void muon(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g)
{
    update_with(&optimizer_muon, MARS_CLIP_NONE, s, W, lr, g);
}

const struct optimizer optimizer_mars_adamw = {
    .name = "mars_adamw",
    .reads = {"beta1", "beta2", "eps", "weight_decay", "mars_gamma", "mars_gradient", "mars_clip",
              "mars_moment"},
    .buffers = 3,
    .scratch = 1,
    .update = adamw,
};

const struct optimizer optimizer_mars_lion = {
    .name = "mars_lion",
    .reads = {"beta1", "weight_decay", "mars_gamma", "mars_gradient", "mars_clip"},
    .buffers = 2,
    .scratch = 1,
    .update = lion,
};

const struct optimizer optimizer_mars_muon = {
    .name = "mars_muon",
    .reads = {"beta1", "weight_decay", "mars_gamma", "mars_gradient"},
    .buffers = 2,
    .scratch = 1,
    .create = muon_create,
    .update = muon,
};
