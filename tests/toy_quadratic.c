/* See toy_quadratic.h. */
#include "tests/toy_quadratic.h"
#include "trainer/minibatch.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

const struct optimizer *toy_optimizer(const char *name)
{
    size_t k = 0;
    while (optimizers[k] && strcmp(optimizers[k]->name, name) != 0) k++;
    cr_assert_not_null(optimizers[k], "no optimizer %s", name);
    return optimizers[k];
}

static void set_options(struct minibatch_options *o, const char *text)
{
    const struct option_table table = {.spans = {{minibatch_option_list, MINIBATCH_OPTIONS}},
                                       .size = sizeof *o};
    char copy[200], *rest = copy;
    struct error e = {0};
    cr_assert_lt(strlen(text), sizeof copy);
    strcpy(copy, text);
    cr_assert_eq(opt_defaults(&table, o, &e), ST_OK, "%s", e.text);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        char *value = strchr(word, '=');
        cr_assert_not_null(value);
        *value++ = '\0';
        const struct option *option = opt_find(&table, word);
        cr_assert_not_null(option, "no option %s", word);
        cr_assert_eq(opt_set(option, o, value, &e), ST_OK, "%s", e.text);
    }
}

void toy_quadratic_draw(struct toy_quadratic *t, struct rng *rng)
{
    for (size_t i = 0; i < TOY_WEIGHTS; i++) t->centre[i] = rng_normal(rng);
}

void toy_quadratic_begin(struct toy_quadratic *t, const char *optimizer, const char *options,
                         const double curvature[TOY_WEIGHTS], uint64_t seed)
{
    struct minibatch_options o;
    struct rng rng;
    double norm = 0;
    memset(t, 0, sizeof *t);
    set_options(&o, options);
    t->net = (struct net){.L = 2, .n = {3, 4, 2}};
    rng_seed(&rng, seed, "quadratic");
    for (size_t i = 0; i < TOY_WEIGHTS; i++) {
        t->u[i] = rng_normal(&rng);
        norm += t->u[i] * t->u[i];
    }
    for (size_t i = 0; i < TOY_WEIGHTS; i++) t->u[i] /= sqrt(norm);
    memcpy(t->curvature, curvature, sizeof t->curvature);
    toy_quadratic_draw(t, &rng);
    for (size_t l = 1; l <= 2; l++) {
        const size_t size = t->net.n[l] * t->net.n[l - 1];
        t->net.W[l] = mem_reals(&t->mem, size, NULL);
        for (size_t i = 0; i < size; i++) t->net.W[l][i] = (real)rng_normal(&rng);
    }
    cr_assert_eq(optimizer_create(&t->state, toy_optimizer(optimizer), &o.update, &t->net,
                                  (struct layer_range){1, 2}, &t->mem, NULL),
                 ST_OK);
}

/* x - 2 u u'x */
static void reflect(const struct toy_quadratic *t, const double *x, double *out)
{
    double ux = 0;
    for (size_t i = 0; i < TOY_WEIGHTS; i++) ux += t->u[i] * x[i];
    for (size_t i = 0; i < TOY_WEIGHTS; i++) out[i] = x[i] - 2 * ux * t->u[i];
}

void toy_quadratic_product(const struct toy_quadratic *t, const double *x, double *out)
{
    double y[TOY_WEIGHTS];
    reflect(t, x, y);
    for (size_t i = 0; i < TOY_WEIGHTS; i++) y[i] *= t->curvature[i];
    reflect(t, y, out);
}

void toy_quadratic_resolvent(const struct toy_quadratic *t, double lr, const double *x, double *out)
{
    double y[TOY_WEIGHTS];
    reflect(t, x, y);
    for (size_t i = 0; i < TOY_WEIGHTS; i++) y[i] /= 1 + lr * t->curvature[i];
    reflect(t, y, out);
}

static void flatten(const struct toy_quadratic *t, real *const *W, double *w)
{
    for (size_t l = 1, at = 0; l <= 2; l++)
        for (size_t i = 0; i < t->net.n[l] * t->net.n[l - 1]; i++) w[at++] = (double)W[l][i];
}

void toy_quadratic_weights(const struct toy_quadratic *t, double *w)
{
    flatten(t, t->net.W, w);
}

static double gradient_at(void *context, real *const *W, real *const *gradient)
{
    struct toy_quadratic *t = context;
    double x[TOY_WEIGHTS], g[TOY_WEIGHTS], loss = 0;
    flatten(t, W, x);
    for (size_t i = 0; i < TOY_WEIGHTS; i++) x[i] -= t->centre[i];
    toy_quadratic_product(t, x, g);
    for (size_t i = 0; i < TOY_WEIGHTS; i++) loss += x[i] * g[i] / 2;
    for (size_t l = 1, at = 0; l <= 2; l++)
        for (size_t i = 0; i < t->net.n[l] * t->net.n[l - 1]; i++) gradient[l][i] = (real)g[at++];
    t->calls++;
    return loss;
}

void toy_quadratic_update(struct toy_quadratic *t, double lr)
{
    const struct gradient_oracle oracle = {t, gradient_at};
    optimizer_update(&t->state, t->net.W, lr, &oracle);
}

void toy_quadratic_end(struct toy_quadratic *t)
{
    mem_free(&t->mem);
}
