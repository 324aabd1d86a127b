/* See admm_toy.h. */
#include "tests/admm_toy.h"
#include "solvers/admm/admm_spikes.h"
#include <criterion/criterion.h>
#include <string.h>

static void toy_inputs(struct toy *toy, size_t T)
{
    struct spikes_builder b;
    cr_assert_eq(spikes_begin(&b, TOY_INPUTS, T, TOY_N, NULL), ST_OK);
    for (size_t row = 0; row < TOY_N * T; row++) {
        for (uint32_t i = 0; i < TOY_INPUTS; i++)
            if (rng_uniform(&toy->rng) < 0.6)
                cr_assert_eq(spikes_add(&b, i, 1.0 + (double)rng_below(&toy->rng, 3), NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, &toy->x, &toy->mem, NULL), ST_OK);
}

void toy_create(struct toy *toy, size_t hidden, size_t T, struct admm_settings set)
{
    memset(toy, 0, sizeof *toy);
    rng_seed(&toy->rng, 7 + hidden, "toy");
    toy_inputs(toy, T);
    for (int n = 0; n < TOY_N; n++) toy->labels[n] = n % TOY_CLASSES;
    toy->info =
        (struct dataset_info){.n_inputs = TOY_INPUTS, .n_classes = TOY_CLASSES, .T = T, .n = {TOY_N, 0, 0}};
    cr_assert_eq(opt_defaults(&net_option_table, &toy->net_options, NULL), ST_OK);
    toy->net_options.hidden.n = hidden;
    for (size_t l = 0; l < hidden; l++) toy->net_options.hidden.v[l] = l % 2 ? 3 : 7;
    cr_assert_eq(net_create(&toy->net, &toy->net_options, TOY_INPUTS, TOY_CLASSES, &toy->mem, NULL), ST_OK);
    for (size_t l = 1; l <= toy->net.L; l++)
        for (size_t i = 0; i < toy->net.n[l] * toy->net.n[l - 1]; i++)
            toy->net.W[l][i] = (real)rng_normal(&toy->rng);
    toy->env = (struct train_env){.net = &toy->net,
                                  .net_options = &toy->net_options,
                                  .info = &toy->info,
                                  .train = {.x = &toy->x, .n = TOY_N, .labels = toy->labels},
                                  .rng = &toy->rng};
    toy->shapes =
        (struct shapes){.net = &toy->net, .net_options = &toy->net_options, .info = &toy->info, .threads = 1};
    cr_assert_eq(admm_create(&toy->admm, &set, &toy->shapes, &toy->mem, NULL), ST_OK);
    admm_attach(&toy->admm, &toy->env);
    admm_start_uniform(&toy->admm, &toy->rng);
    for (size_t l = 1; l <= toy->net.L; l++)
        for (size_t i = 0; i < toy->net.n[l] * T * TOY_N; i++) toy->admm.z[l][i] *= 2;
    for (size_t i = 0; i < TOY_CLASSES * TOY_N; i++) toy->admm.lambda[i] = (real)rng_normal(&toy->rng);
}

void toy_free(struct toy *toy)
{
    mem_free(&toy->mem);
}

/* One chunk holds all samples of the toy. */
real *toy_z(struct toy *toy, size_t l, size_t t, size_t n, size_t i)
{
    return toy->admm.z[l] + (t * TOY_N + n) * toy->net.n[l] + i;
}

real *toy_a(struct toy *toy, size_t l, size_t t, size_t n, size_t i)
{
    return toy->admm.a[l] + (t * TOY_N + n) * toy->net.n[l] + i;
}

/* (W_l a_{l-1,t})_i for sample n. */
static double drive(struct toy *toy, size_t l, size_t t, size_t n, size_t i)
{
    double sum = 0;
    if (l > 1) {
        for (size_t j = 0; j < toy->net.n[l - 1]; j++)
            sum += (double)toy->net.W[l][j * toy->net.n[l] + i] * (double)*toy_a(toy, l - 1, t, n, j);
        return sum;
    }
    size_t row = n * toy->x.T + t;
    for (size_t k = toy->x.start[row]; k < toy->x.start[row + 1]; k++)
        sum += (double)toy->net.W[1][toy->x.index[k] * toy->net.n[1] + i] * (double)spikes_value(&toy->x, k);
    return sum;
}

static double residual(struct toy *toy, size_t l, size_t t, size_t n, size_t i)
{
    double delta = (double)toy->net.lif[1].leak, theta = (double)toy->net.lif[1].threshold;
    double r = (double)*toy_z(toy, l, t, n, i) - drive(toy, l, t, n, i);
    if (t > 0) r -= delta * (double)*toy_z(toy, l, t - 1, n, i);
    if (t > 0 && l < toy->net.L) r += theta * (double)*toy_a(toy, l, t - 1, n, i);
    return r;
}

/* network/loss.h written out once more. */
static double toy_loss(enum loss kind, const real *z, int label)
{
    double sum = 0, normaliser = 0;
    for (int k = 0; k < TOY_CLASSES; k++) {
        double s = k == label ? 1.0 : -1.0, v = (double)z[k], margin = fmax(0.0, 1 - s * v);
        normaliser += exp(v);
        if (kind == LOSS_SQUARED) sum += (v - (k == label)) * (v - (k == label));
        if (kind == LOSS_SQUARED_HINGE) sum += margin * margin;
        if (kind == LOSS_HINGE) sum += margin;
    }
    return kind == LOSS_CROSS_ENTROPY ? log(normaliser) - (double)z[label] : sum;
}

/* lambda_t / lambda_T. */
static double toy_share(const struct toy *toy, size_t t)
{
    if (toy->admm.set.multiplier == MULTIPLIER_OFF) return 0;
    if (t + 1 == toy->x.T) return 1;
    return toy->admm.set.multiplier == MULTIPLIER_ALL
               ? pow((double)toy->net.lif[1].leak, (double)(toy->x.T - 1 - t))
               : 0;
}

void toy_update_spikes(struct toy *toy, size_t l, struct admm_sums *sums)
{
    struct admm *s = &toy->admm;
    admm_refresh(s, l);
    cr_assert_eq(admm_factor_spikes(s, l, NULL), ST_OK);
    if (s->T > 1) admm_update_spikes(s, l, 0, 0, s->T - 1, &s->work[0], sums);
    admm_update_spikes(s, l, 0, s->T - 1, s->T, &s->work[0], sums);
}

double toy_lagrangian(struct toy *toy)
{
    size_t L = toy->net.L, T = toy->x.T;
    double sum = 0;
    for (size_t n = 0; n < TOY_N; n++) {
        sum += toy_loss(toy->net.loss, toy_z(toy, L, T - 1, n, 0), toy->labels[n]);
        for (size_t t = 0; t < T; t++)
            for (size_t k = 0; k < TOY_CLASSES; k++)
                sum += toy_share(toy, t) * (double)toy->admm.lambda[n * TOY_CLASSES + k] *
                       residual(toy, L, t, n, k);
        for (size_t l = 1; l <= L; l++)
            for (size_t t = 0; t < T; t++)
                for (size_t i = 0; i < toy->net.n[l]; i++) {
                    double r = residual(toy, l, t, n, i);
                    sum += 0.5 * toy->admm.rho[l] * r * r;
                    if (l == L) continue;
                    bool on = (double)*toy_z(toy, l, t, n, i) > (double)toy->net.lif[1].threshold;
                    double gap = (double)*toy_a(toy, l, t, n, i) - (on ? 1.0 : 0.0);
                    sum += 0.5 * toy->admm.set.beta * gap * gap;
                }
    }
    return sum;
}

double toy_slope(struct toy *toy, real *variable)
{
    real old = *variable;
    const real h = R(1e-3);
    *variable = old + h;
    double up = toy_lagrangian(toy);
    *variable = old - h;
    double down = toy_lagrangian(toy);
    *variable = old;
    return (up - down) / (2.0 * (double)h);
}
