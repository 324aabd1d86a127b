/* enkf: the analysis against dense covariances, its limit, the scores of many networks, collapse, ES-MDA. */
#include "baselines/kalman.h"
#include "commands/registry.h"
#include "network/evaluate.h"
#include "tests/data_helpers.h"
#include "tests/toy_training.h"
#include "trainer/ensemble.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { D = 7, J = 5, SAMPLES = 4, K = 3, M = SAMPLES * K };

/* x = A^-1 b by elimination with pivots. */
static void solve(size_t n, double *a, double *b)
{
    for (size_t c = 0; c < n; c++) {
        size_t p = c;
        for (size_t r = c + 1; r < n; r++)
            if (fabs(a[r * n + c]) > fabs(a[p * n + c])) p = r;
        for (size_t k = 0; k < n; k++) {
            const double t = a[c * n + k];
            a[c * n + k] = a[p * n + k];
            a[p * n + k] = t;
        }
        const double t = b[c];
        b[c] = b[p];
        b[p] = t;
        for (size_t r = c + 1; r < n; r++) {
            const double f = a[r * n + c] / a[c * n + c];
            for (size_t k = c; k < n; k++) a[r * n + k] -= f * a[c * n + k];
            b[r] -= f * b[c];
        }
    }
    for (size_t c = n; c-- > 0;) {
        for (size_t k = c + 1; k < n; k++) b[c] -= a[c * n + k] * b[k];
        b[c] /= a[c * n + c];
    }
}

/* An ensemble with predictions that are no function of it, and targets. */
struct small {
    struct mem mem;
    struct kalman kalman;
    real theta[D * J], scores[J * M], targets[M];
    struct batch batch;
};

static void small_create(struct small *s, size_t columns)
{
    struct rng rng;
    *s = (struct small){.batch = {.n = SAMPLES, .targets = s->targets}};
    rng_seed(&rng, 5, "small");
    for (size_t i = 0; i < D * J; i++) s->theta[i] = (real)rng_normal(&rng);
    for (size_t i = 0; i < J * M; i++) s->scores[i] = (real)rng_normal(&rng);
    for (size_t i = 0; i < M; i++) s->targets[i] = (real)rng_normal(&rng);
    cr_assert_eq(kalman_create(&s->kalman, J, K, columns, SAMPLES, 1, &s->mem, NULL), ST_OK);
    kalman_observe(&s->kalman, &s->batch, s->scores, 0, &rng);
}

static double mean_over(const real *v, size_t stride)
{
    double sum = 0;
    for (size_t j = 0; j < J; j++) sum += (double)v[j * stride];
    return sum / J;
}

static double covariance(const real *a, size_t stride_a, const real *b, size_t stride_b)
{
    const double ma = mean_over(a, stride_a), mb = mean_over(b, stride_b);
    double sum = 0;
    for (size_t j = 0; j < J; j++) sum += ((double)a[j * stride_a] - ma) * ((double)b[j * stride_b] - mb);
    return sum / (J - 1);
}

/* What row d of a member moves by that is `innovation` (M) away: C_tg (C_gg + shift I)^-1 innovation, seeing
 * the observations of one output only, or all of them (output K). */
static double dense_move(const struct small *s, size_t d, const double *innovation, double shift,
                         size_t output)
{
    double gg[M * M], x[M], move = 0;
    size_t seen[M], n = 0;
    for (size_t m = 0; m < M; m++)
        if (output == K || m % K == output) seen[n++] = m;
    for (size_t r = 0; r < n; r++) {
        x[r] = innovation[seen[r]];
        for (size_t c = 0; c < n; c++)
            gg[r * n + c] = covariance(s->scores + seen[r], M, s->scores + seen[c], M) + (r == c ? shift : 0);
    }
    solve(n, gg, x);
    for (size_t r = 0; r < n; r++) move += covariance(s->theta + d, D, s->scores + seen[r], M) * x[r];
    return move;
}

/* Rows 0 .. 3 see all, row 4 + k sees output k. */
Test(kalman, analysis_equals_the_dense_update)
{
    const double shift = 0.3;
    struct small s;
    real moved[D * J];
    small_create(&s, J);
    memcpy(moved, s.theta, sizeof moved);
    for (size_t k = 0; k <= K; k++) {
        const struct kalman_rows rows =
            k < K ? (struct kalman_rows){4 + k, K, 1} : (struct kalman_rows){0, 1, 4};
        cr_assert_eq(kalman_solve(&s.kalman, k, shift, false, NULL), ST_OK);
        kalman_move(&s.kalman, &rows, s.theta, D, moved, NULL);
    }
    for (size_t j = 0; j < J; j++) {
        double innovation[M];
        for (size_t m = 0; m < M; m++) innovation[m] = (double)(s.targets[m] - s.scores[j * M + m]);
        for (size_t d = 0; d < D; d++)
            cr_expect_float_eq((double)(moved[j * D + d] - s.theta[j * D + d]),
                               dense_move(&s, d, innovation, shift, d < 4 ? K : d - 4),
                               REAL_SELECT(1e-12, 1e-5), "row %zu of member %zu", d, j);
    }
    mem_free(&s.mem);
}

/* The mean alone, with a ridge that is a share of the mean diagonal of Y'Y. */
Test(kalman, the_mean_alone_moves_by_the_mean_innovation)
{
    struct small s;
    real mean[D] = {0};
    double innovation[M], trace = 0;
    const struct kalman_rows all = {0, 1, D};
    small_create(&s, 1);
    for (size_t m = 0; m < M; m++) {
        innovation[m] = (double)s.targets[m] - mean_over(s.scores + m, M);
        trace += covariance(s.scores + m, M, s.scores + m, M); /* of Y Y', which is that of Y'Y */
    }
    cr_assert_eq(kalman_solve(&s.kalman, K, 0.5, true, NULL), ST_OK);
    kalman_move(&s.kalman, &all, s.theta, D, mean, NULL);
    for (size_t d = 0; d < D; d++)
        cr_expect_float_eq((double)mean[d], dense_move(&s, d, innovation, 0.5 * trace / J, K),
                           REAL_SELECT(1e-12, 1e-5));
    mem_free(&s.mem);
}

Test(kalman, observations_have_the_noise_that_is_asked_for)
{
    enum { MANY = 400 };
    struct mem mem = {.blocks = NULL};
    struct kalman k;
    struct rng rng;
    static real scores[MANY * J], targets[MANY];
    const struct batch batch = {.n = MANY, .targets = targets};
    double sum = 0, squares = 0;
    rng_seed(&rng, 2, "noise");
    for (size_t i = 0; i < MANY * J; i++) scores[i] = (real)rng_normal(&rng);
    for (size_t i = 0; i < MANY; i++) targets[i] = (real)rng_normal(&rng);
    cr_assert_eq(kalman_create(&k, J, 1, J, MANY, 1, &mem, NULL), ST_OK);
    kalman_observe(&k, &batch, scores, 0.5, &rng);
    for (size_t j = 0; j < J; j++)
        for (size_t i = 0; i < MANY; i++) {
            const double noise = (double)(k.innovations[j * MANY + i] + scores[j * MANY + i] - targets[i]);
            sum += noise;
            squares += noise * noise;
        }
    cr_expect_float_eq(sum / (MANY * J), 0, 4 * 0.5 / sqrt(MANY * J));
    cr_expect_float_eq(squares / (MANY * J), 0.25, 4 * 0.25 * sqrt(2.0 / (MANY * J)));
    mem_free(&mem);
}

/* A linear model g = H theta with a prior N(0, I) and noise 0.5: the posterior's mean is the ridge solution.
 * Returns the relative error of the ensemble's mean after `times` assimilations of times the variance. */
static double ridge_error(size_t members, size_t times, uint64_t seed)
{
    enum { WIDTH = 6, ROWS = 15 };
    struct mem mem = {.blocks = NULL};
    struct kalman k;
    struct rng rng;
    double h[ROWS * WIDTH], a[WIDTH * WIDTH] = {0}, b[WIDTH] = {0}, error = 0, norm = 0;
    real targets[ROWS], *theta = mem_reals(&mem, WIDTH * members, NULL);
    real *scores = mem_reals(&mem, ROWS * members, NULL);
    const struct batch batch = {.n = ROWS, .targets = targets};
    const struct kalman_rows all = {0, 1, WIDTH};
    rng_seed(&rng, 3, "model");
    for (size_t i = 0; i < ROWS * WIDTH; i++) h[i] = rng_normal(&rng) / 3;
    for (size_t i = 0; i < ROWS; i++) targets[i] = (real)rng_normal(&rng);
    for (size_t c = 0; c < WIDTH; c++) {
        for (size_t r = 0; r < WIDTH; r++)
            for (size_t i = 0; i < ROWS; i++) a[r * WIDTH + c] += h[i * WIDTH + r] * h[i * WIDTH + c];
        a[c * WIDTH + c] += 0.25;
        for (size_t i = 0; i < ROWS; i++) b[c] += h[i * WIDTH + c] * (double)targets[i];
    }
    solve(WIDTH, a, b);
    rng_seed(&rng, seed, "members");
    for (size_t i = 0; i < WIDTH * members; i++) theta[i] = (real)rng_normal(&rng);
    cr_assert_eq(kalman_create(&k, members, 1, members, ROWS, 1, &mem, NULL), ST_OK);
    for (size_t t = 0; t < times; t++) {
        for (size_t j = 0; j < members; j++)
            for (size_t i = 0; i < ROWS; i++) {
                double g = 0;
                for (size_t d = 0; d < WIDTH; d++) g += h[i * WIDTH + d] * (double)theta[j * WIDTH + d];
                scores[j * ROWS + i] = (real)g;
            }
        kalman_observe(&k, &batch, scores, 0.5 * sqrt((double)times), &rng);
        cr_assert_eq(kalman_solve(&k, 1, 0.25 * (double)times, false, NULL), ST_OK);
        kalman_move(&k, &all, theta, WIDTH, theta, NULL);
    }
    for (size_t d = 0; d < WIDTH; d++) {
        double mean = 0;
        for (size_t j = 0; j < members; j++) mean += (double)theta[j * WIDTH + d] / (double)members;
        error += (mean - b[d]) * (mean - b[d]);
        norm += b[d] * b[d];
    }
    mem_free(&mem);
    return sqrt(error / norm);
}

static double mean_ridge_error(size_t members, size_t times)
{
    double sum = 0;
    for (uint64_t seed = 1; seed <= 3; seed++) sum += ridge_error(members, times, seed) / 3;
    return sum;
}

/* The error falls like one over the root of the members. */
Test(kalman, mean_tends_to_the_ridge_solution, .timeout = 120)
{
    const double few = mean_ridge_error(16, 1), some = mean_ridge_error(128, 1),
                 many = mean_ridge_error(1024, 1);
    cr_expect(many < some && some < few, "%g, %g, %g", few, some, many);
    cr_expect_gt(few, 0.1, "%g", few);
    cr_expect_lt(many, 0.04, "%g", many);
    cr_expect_lt(mean_ridge_error(1024, 4), 0.04, "four times the variance, four times: the same limit");
}

/* Each member's scores are those of its network alone, bit for bit, with any number of threads. */
Test(ensemble, scores_are_those_of_each_network)
{
    enum { MEMBERS = 5, N = 100, OUT = 3, THREADS = 3 };
    struct toy_training t = {.state = NULL};
    struct ensemble m;
    struct evaluator *ev;
    struct evaluation v;
    struct pool *pool;
    struct rng rng;
    static real one[MEMBERS * N * OUT], three[MEMBERS * N * OUT], alone[N * OUT];
    toy_data_create(&t.data, N, 6, 12, OUT, 4);
    toy_training_create(&t, "enkf");
    toy_training_init(&t, 3);
    const struct batch train = dataset_batch(&t.data, SPLIT_TRAIN);
    cr_assert_eq(ensemble_create(&m, &t.net, 6, MEMBERS, THREADS, &t.mem, NULL), ST_OK);
    cr_assert_eq(m.D, net_parameters(&t.net));
    rng_seed(&rng, 1, "members");
    for (size_t i = 0; i < m.D * m.J; i++) m.weights[i] = (real)rng_normal(&rng);
    cr_assert_eq(pool_create(&pool, THREADS, NULL), ST_OK);
    ensemble_scores(&m, &t.net, &train, NULL, one);
    ensemble_scores(&m, &t.net, &train, pool, three);
    cr_expect_eq(memcmp(one, three, sizeof one), 0);
    cr_assert_eq(evaluator_create(&ev, &t.net, 6, NULL, NULL), ST_OK);
    for (size_t j = 0; j < MEMBERS; j++) {
        ensemble_unpack(m.weights + j * m.D, &t.net);
        evaluate(ev, &t.net, &train, &v, alone);
        cr_expect_eq(memcmp(alone, one + j * N * OUT, sizeof alone), 0, "member %zu", j);
        real *packed = mem_reals(&t.mem, m.D, NULL);
        ensemble_pack(&t.net, packed);
        cr_expect_eq(memcmp(packed, m.weights + j * m.D, m.D * sizeof *packed), 0);
    }
    cr_expect_eq(t.net.W[2][1], m.weights[4 * m.D + t.net.n[1] * t.net.n[0] + 1], "layer after layer");
    evaluator_free(ev);
    pool_free(pool);
    toy_training_free(&t);
}

/* Trains on 300 digits; returns the accuracy on them, and the metrics of the last step. */
static double train_digits(const char *options, int steps, double *values)
{
    static const char *const few[] = {"T=5", "n_train=300", "n_validation=50", "n_test=50", NULL};
    const struct dataset_source *source = catalogue_dataset(&registry, "digits");
    struct toy_training t = {.state = NULL};
    struct evaluator *ev;
    struct evaluation v;
    void *settings = data_options(source, few);
    cr_assert_eq(source->open(settings, 1, &t.data, NULL), ST_OK);
    toy_training_create(&t, "enkf");
    t.net_options.hidden = (struct int_list){1, {30}};
    toy_training_set_all(&t, options);
    toy_training_init(&t, 2);
    for (int i = 0; i < steps; i++) (void)toy_training_step(&t);
    struct metric_sink sink = {&t.solver->metrics, t.net.L, values, false};
    metric_clear(&sink);
    t.solver->report(t.state, &sink);
    cr_assert_not(sink.bad);
    cr_assert_eq(evaluator_create(&ev, &t.net, t.data.info.T, NULL, NULL), ST_OK);
    evaluate(ev, &t.net, &t.env.train, &v, NULL);
    evaluator_free(ev);
    free(settings);
    toy_training_free(&t);
    return v.accuracy;
}

enum { DEVIATION_1, DEVIATION_2, DISAGREEMENT, INNOVATION, RCOND, METRICS };

/* As published, the ensemble is soon of one opinion, which is wrong, and nothing moves it any more. */
Test(enkf, published_form_collapses_and_spread_does_not)
{
    double published[METRICS], kept[METRICS];
    const double collapsed = train_digits(
        "spread=0 localisation=none ensemble_start=independent ensemble=40 batch=50", 5, published);
    const double trained = train_digits("spread=0.3 ridge=3 ensemble=40 batch=50", 5, kept);
    cr_expect_lt(published[DEVIATION_2], 0.5, "%g", published[DEVIATION_2]);
    cr_expect_lt(published[DISAGREEMENT], 0.2 * published[INNOVATION], "%g of %g", published[DISAGREEMENT],
                 published[INNOVATION]);
    cr_expect_float_eq(kept[DEVIATION_1], 0.3, 0.02, "%g", kept[DEVIATION_1]);
    cr_expect_float_eq(kept[DEVIATION_2], 0.3, 0.02, "%g", kept[DEVIATION_2]);
    cr_expect_lt(collapsed, 0.4, "%g", collapsed);
    cr_expect_gt(trained, 0.6, "%g", trained);
}

Test(enkf, inflation_keeps_members_apart)
{
    double plain[METRICS], inflated[METRICS];
    (void)train_digits("spread=0 ensemble=20 batch=100", 1, plain);
    (void)train_digits("spread=0 ensemble=20 batch=100 inflation=2", 1, inflated);
    cr_expect_gt(inflated[DEVIATION_1], 1.5 * plain[DEVIATION_1], "%g, %g", inflated[DEVIATION_1],
                 plain[DEVIATION_1]);
}

/* One assimilation of all samples is one analysis of a batch of all; after the last, nothing changes. */
Test(enkf, esmda_is_the_filter_on_all_data_and_ends)
{
    static const char *const options[] = {"method=enkf batch=60 ensemble=12",
                                          "method=esmda assimilations=1 ensemble=12"};
    real end[2][200];
    for (int k = 0; k < 2; k++) {
        struct toy_training t = {.state = NULL};
        struct step_report first = {.measure = true}, second = {.measure = false};
        toy_data_create(&t.data, 60, 6, 8, 3, 4);
        toy_training_create(&t, "enkf");
        t.net_options.hidden = (struct int_list){1, {9}};
        toy_training_set_all(&t, options[k]);
        toy_training_init(&t, 2);
        cr_assert_eq(t.solver->step(t.state, &first, NULL), ST_OK);
        ensemble_pack(&t.net, end[k]);
        cr_expect_eq(first.forward_passes, 12 * 60);
        cr_expect_eq(first.spike_passes, 12 * 60);
        cr_expect_eq(first.gradient_evaluations, 0);
        cr_expect_eq(first.converged, k == 1);
        cr_assert_eq(t.solver->step(t.state, &second, NULL), ST_OK);
        real after[200];
        ensemble_pack(&t.net, after);
        const bool same = memcmp(after, end[k], net_parameters(&t.net) * sizeof *after) == 0;
        cr_expect_eq(same, k == 1);
        cr_expect_eq(second.forward_passes, k == 1 ? 0 : 12 * 60);
        toy_training_free(&t);
    }
    for (size_t i = 0; i < 9 * 11; i++)
        cr_expect_float_eq((double)end[0][i], (double)end[1][i], REAL_SELECT(1e-9, 1e-3), "weight %zu", i);
}

Test(enkf, options_that_nothing_reads_are_refused)
{
    static const char *const bad[][2] = {{"noise=0.2", "noise"},
                                         {"inflation=1.1", "inflation"},
                                         {"spread=0 ridge=2", "ridge"},
                                         {"spread=0 ridge_growth=2", "ridge_growth"},
                                         {"assimilations=3", "assimilations"},
                                         {"method=esmda batch=10", "batch"},
                                         {"ensemble_start=independent deviation=1", "deviation"},
                                         {"ensemble_start=independent start_readout=1", "start_readout"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct toy_training t = {.state = NULL};
        struct error e = {0};
        toy_data_create(&t.data, 20, 4, 8, 3, 4);
        toy_training_create(&t, "enkf");
        toy_training_set_all(&t, bad[i][0]);
        cr_expect_eq(toy_check(t.solver, t.options, &t.net_options, &t.data.info, &e), ST_CONFIG, "%s",
                     bad[i][0]);
        cr_expect(strstr(e.text, bad[i][1]) != NULL, "%s", e.text);
        toy_training_free(&t);
    }
}
