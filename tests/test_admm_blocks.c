/* Spikes and potentials are solved for some time steps at once where that stays in the cache: a_t depends on
 * old z only and z_t on no later a, so that it is the same as one step after another. */
#include "solvers/admm/admm_family.h"
#include "solvers/admm/admm_potentials.h"
#include "solvers/admm/admm_spikes.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 64, T = 12 };

/* Layer l at the steps but the last, `most` at a time, from z and a as they are; copies of both after it. */
static void solve(struct admm *s, size_t l, size_t most, real *z, real *a)
{
    const size_t n = s->net->n[l] * T * N;
    struct admm_sums sums = {0};
    memcpy(z, s->z[l], n * sizeof *z);
    memcpy(a, s->a[l], n * sizeof *a);
    admm_refresh(s, l);
    cr_assert_eq(admm_factor_spikes(s, l, NULL), ST_OK);
    for (size_t k = 0, next; k + 1 < T; k = next) {
        next = k + most < T - 1 ? k + most : T - 1;
        admm_update_spikes(s, l, 0, k, next, &s->work[0], &sums);
        for (size_t t = k; t < next; t++) admm_update_potential(s, l, 0, t, &sums);
    }
    for (size_t i = 0; i < n; i++) {
        real other = s->z[l][i];
        s->z[l][i] = z[i];
        z[i] = other;
        other = s->a[l][i];
        s->a[l][i] = a[i];
        a[i] = other;
    }
}

static double apart(const real *x, const real *y, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) most = fmax(most, fabs((double)x[i] - (double)y[i]));
    return most;
}

Test(admm_blocks, some_steps_at_once_equal_one_after_another)
{
    static const char *const boxes[] = {"none", "clip"};
    static const size_t most[] = {5, T};
    for (int b = 0; b < 2; b++) {
        struct toy_training t = {.state = NULL};
        toy_data_create(&t.data, N, T, 20, 3, 4);
        toy_training_create(&t, "admm");
        t.net_options.hidden = (struct int_list){2, {100, 60}};
        toy_training_set(&t, "box", boxes[b]);
        toy_training_init(&t, 7);
        (void)toy_training_step(&t);
        struct step_report report = {.measure = false};
        struct admm *s = &((struct admm_solver *)t.state)->blocks;
        s->report = &report;
        s->measure = false;
        for (size_t l = 1; l < s->net->L; l++) {
            const size_t n = s->net->n[l] * T * N;
            real *v = calloc(4 * n, sizeof *v);
            cr_assert_not_null(v);
            /* away from the solution that the step has left */
            for (size_t i = 0; i < n; i++) {
                s->z[l][i] += (real)(0.3 * rng_normal(&t.rng));
                s->a[l][i] = (real)rng_uniform(&t.rng);
            }
            solve(s, l, 1, v, v + n);
            cr_expect_gt(apart(v, s->z[l], n), 0.1, "layer %zu moves by %g", l, apart(v, s->z[l], n));
            for (int k = 0; k < 2; k++) {
                solve(s, l, most[k], v + 2 * n, v + 3 * n);
                cr_expect_lt(apart(v, v + 2 * n, n), REAL_SELECT(1e-11, 1e-3), "z, layer %zu, %s", l,
                             boxes[b]);
                cr_expect_lt(apart(v + n, v + 3 * n, n), REAL_SELECT(1e-11, 1e-3), "a, layer %zu, %s", l,
                             boxes[b]);
            }
            free(v);
        }
        toy_training_free(&t);
    }
}

/* z_t of entry i by its definition: the cheaper of both branches' minimisers. */
static real plain_potential(const struct admm *s, size_t l, size_t t, size_t i, const real *z)
{
    const size_t step = s->net->n[l] * N, at = t * step + i;
    const real leak = s->net->lif[l].leak, theta = s->net->lif[l].threshold, beta = (real)s->set.beta,
               a = s->a[l][at], *v = s->v[l];
    real own = v[at] + (t > 0 ? leak * z[at - step] - theta * s->a[l][at - step] : 0), m = own,
         weight = (real)s->rho[l];
    if (t + 1 < T) {
        m = 1 / (1 + leak * leak) * (own + leak * (z[at + step] - v[at + step] + theta * a));
        weight *= 1 + leak * leak;
    }
    const real on = fmax(m, theta + ADMM_EPS), off = fmin(m, theta), up = m > theta ? m : on;
    return weight * (up - m) * (up - m) + beta * (a - 1) * (a - 1) <
                   weight * (off - m) * (off - m) + beta * a * a
               ? up
               : off;
}

Test(admm_blocks, potentials_of_a_wide_layer_equal_their_definition)
{
    static const char *const levels[] = {"generic", "avx2", ""}; /* what a processor lacks is not taken */
    struct toy_training t = {.state = NULL};
    toy_data_create(&t.data, N, T, 20, 3, 4);
    toy_training_create(&t, "admm");
    t.net_options.hidden = (struct int_list){2, {100, 60}};
    toy_training_init(&t, 7);
    (void)toy_training_step(&t);
    struct admm *s = &((struct admm_solver *)t.state)->blocks;
    const size_t l = 1, step = s->net->n[l] * N;
    real *old = malloc(step * T * sizeof *old);
    s->measure = false;
    admm_refresh(s, l);
    memcpy(old, s->z[l], step * T * sizeof *old);
    for (size_t k = 0; k < 3; k++) {
        setenv("SPIKEBENCH_ISA", levels[k], 1);
        for (size_t step_of = 0; step_of < 3; step_of++) {
            const size_t at = step_of == 0 ? 0 : step_of == 1 ? 5 : T - 1;
            size_t spikes = 0;
            struct admm_sums sums = {0};
            memcpy(s->z[l], old, step * T * sizeof *old);
            admm_update_potential(s, l, 0, at, &sums);
            for (size_t i = 0; i < step; i++) {
                const real z = s->z[l][at * step + i];
                cr_assert_eq(z, plain_potential(s, l, at, i, old), "entry %zu of step %zu", i, at);
                spikes += z > s->net->lif[l].threshold;
            }
            cr_expect(spikes > 0 && spikes < step, "%zu of %zu spike", spikes, step);
        }
    }
    unsetenv("SPIKEBENCH_ISA");
    free(old);
    toy_training_free(&t);
}
