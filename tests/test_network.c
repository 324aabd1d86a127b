/* The neuron, the surrogates, the losses, the sparse products, the starts and the weight files. */
#include "network/evaluate.h"
#include "tests/folder.h"
#include "tests/toy_data.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

/* Leak 1/2, threshold 1, currents 1.5, 0.25, 0.5, 1: worked out by hand. */
static void check_trace(enum reset reset, const double *z_expected, const double *a_expected)
{
    struct lif lif = {R(0.5), R(1.0), reset};
    real z[4] = {R(1.5), R(0.25), R(0.5), R(1.0)}, a[4];
    lif_simulate(&lif, 1, 4, 1, z, a, NULL, 0, NULL, NULL);
    for (int t = 0; t < 4; t++) {
        cr_expect_float_eq((double)z[t], z_expected[t], 1e-6, "step %d: z %g", t, (double)z[t]);
        cr_expect_eq((double)a[t], a_expected[t], "step %d", t);
    }
}

Test(lif, soft_reset_by_hand)
{
    /* 1.5 spikes; 0.75 + 0.25 - 1 = 0; 0.5; 0.25 + 1 = 1.25 spikes */
    check_trace(RESET_SOFT, (double[]){1.5, 0, 0.5, 1.25}, (double[]){1, 0, 0, 1});
}
Test(lif, hard_reset_by_hand)
{
    /* the spike clears 1.5; 0.25; 0.125 + 0.5; 0.3125 + 1 */
    check_trace(RESET_HARD, (double[]){1.5, 0.25, 0.625, 1.3125}, (double[]){1, 0, 0, 1});
}
Test(lif, no_reset_by_hand)
{
    /* 0.75 + 0.25 = 1 is exactly the threshold: no spike */
    check_trace(RESET_NONE, (double[]){1.5, 1, 1, 1.5}, (double[]){1, 0, 0, 1});
}

Test(lif, surrogates_are_derivatives_of_their_integrals)
{
    for (size_t s = 0; s < n_surrogates; s++) {
        const double h = REAL_SELECT(1e-6, 1e-2);
        cr_expect_float_eq((double)surrogates[s].integral(0, R(3.0)), 0.5, 1e-6);
        cr_expect_float_eq((double)surrogates[s].integral(R(1e6), R(3.0)), 1.0, 1e-3);
        cr_expect_float_eq((double)surrogates[s].integral(R(-1e6), R(3.0)), 0.0, 1e-3);
        for (double x = -0.87; x < 0.9; x += 0.2) {
            if (fabs(fabs(x) - 1.0 / 3.0) < 2 * h || fabs(x) < h) continue; /* kinks */
            double up = (double)surrogates[s].integral((real)(x + h), R(3.0));
            double down = (double)surrogates[s].integral((real)(x - h), R(3.0));
            cr_expect_float_eq((double)surrogates[s].derivative((real)x, R(3.0)), (up - down) / (2 * h),
                               REAL_SELECT(1e-6, 2e-2), "%s at %g", surrogates[s].name, x);
        }
    }
}

Test(loss, values_by_hand)
{
    real s[] = {R(0.5), R(2.0), R(-1.0)};
    cr_expect_float_eq(loss_value(LOSS_SQUARED, 3, s, 1, NULL), 0.25 + 1 + 1, 1e-6);
    cr_expect_float_eq(loss_value(LOSS_SQUARED_HINGE, 3, s, 1, NULL), 2.25, 1e-6);
    cr_expect_float_eq(loss_value(LOSS_HINGE, 3, s, 1, NULL), 1.5, 1e-6);
    cr_expect_float_eq(loss_value(LOSS_CROSS_ENTROPY, 3, s, 1, NULL),
                       log(exp(0.5) + exp(2.0) + exp(-1.0)) - 2, 1e-6);
    cr_expect_eq(loss_argmax(3, s), 1);
    real huge[] = {R(1e30), R(0.0)};
    cr_expect_eq(loss_value(LOSS_CROSS_ENTROPY, 2, huge, 0, NULL), 0.0);
}

Test(loss, gradients_are_finite_differences)
{
    for (int kind = 0; loss_names[kind]; kind++)
        for (int k = 0; k < 3; k++) {
            real s[] = {R(0.5), R(0.3), R(-1.4)}, g[3], old = s[k];
            const real h = REAL_SELECT(R(1e-6), R(1e-2));
            loss_value((enum loss)kind, 3, s, 1, g);
            s[k] = old + h;
            double up = loss_value((enum loss)kind, 3, s, 1, NULL);
            s[k] = old - h;
            double down = loss_value((enum loss)kind, 3, s, 1, NULL);
            cr_expect_float_eq((double)g[k], (up - down) / (2 * (double)h), REAL_SELECT(1e-6, 1e-3), "%s %d",
                               loss_names[kind], k);
        }
}

static void options(struct net_options *o, long a, long b)
{
    cr_assert_eq(opt_defaults(&net_option_table, o, NULL), ST_OK);
    o->hidden = (struct int_list){b ? 2 : 1, {a, b}};
}

/* What the layer above is fed: nothing from layer `silent`; the layers are counted in order. */
struct silencer {
    const struct net *net;
    size_t columns, silent, calls;
    bool in_order;
};
static void silence(void *context, size_t l, const real *z, real *a)
{
    struct silencer *s = context;
    s->in_order = s->in_order && l == ++s->calls;
    for (size_t i = 0; i < s->net->n[l] * s->columns; i++) {
        s->in_order = s->in_order && (a[i] > 0) == (z[i] > s->net->lif[1].threshold);
        if (l == s->silent) a[i] = 0;
    }
}

Test(net, a_feed_changes_what_the_layer_above_sees)
{
    enum { N = 6, T = 8 };
    struct dataset d;
    struct net_options o;
    struct net net;
    struct mem mem = {0};
    struct trace free_run, fed;
    double spikes[2][NET_MAX_LAYERS + 1] = {{0}};
    toy_data_create(&d, N, T, 9, 3, 2);
    options(&o, 7, 5);
    toy_net_create(&net, &o, &d, &mem, 3);
    struct batch b = dataset_batch(&d, SPLIT_TRAIN);
    cr_assert_eq(trace_create(&free_run, &net, T, N, TRACE_ALL, &mem, NULL), ST_OK);
    cr_assert_eq(trace_create(&fed, &net, T, N, TRACE_ALL, &mem, NULL), ST_OK);
    net_simulate(&net, &b, 0, N, &free_run, &(struct simulate_options){.spikes_out = spikes[0]});
    struct silencer s = {.net = &net, .columns = (size_t)T * N, .silent = 1, .in_order = true};
    net_simulate(&net, &b, 0, N, &fed,
                 &(struct simulate_options){.spikes_out = spikes[1], .feed = silence, .context = &s});
    cr_expect(s.calls == 2 && s.in_order, "both hidden layers, from the first on, with their own spikes");
    cr_expect_arr_eq(fed.z[1], free_run.z[1], 7 * T * N * sizeof(real), "layer 1 is fed by the data");
    for (size_t i = 0; i < 5 * T * N; i++) cr_expect_eq(fed.z[2][i], 0, "layer 2 hears nothing");
    cr_expect_gt(spikes[0][1], 0);
    cr_expect_eq(spikes[1][1], spikes[0][1], "spikes are counted as the neurons fire");
    /* from layer 2 on, with what stands in the trace: only layer 2 is handed over */
    s = (struct silencer){.net = &net, .columns = (size_t)T * N, .calls = 1, .in_order = true};
    net_simulate(&net, &b, 0, N, &free_run,
                 &(struct simulate_options){.from = 2, .feed = silence, .context = &s});
    cr_expect(s.calls == 2 && s.in_order);
    mem_free(&mem);
    dataset_free(&d);
}

Test(net, two_windows_with_a_state_equal_one)
{
    struct dataset whole;
    struct net_options o;
    struct net net;
    struct mem mem = {0};
    struct trace full, part;
    struct net_state state;
    struct simulate_options plain = {0}, carried = {.state = &state};
    enum { N = 6, T = 8 };
    toy_data_create(&whole, N, T, 9, 3, 2);
    options(&o, 7, 5);
    toy_net_create(&net, &o, &whole, &mem, 3);
    struct batch b = dataset_batch(&whole, SPLIT_TRAIN);
    cr_assert_eq(trace_create(&full, &net, T, N, TRACE_ALL, &mem, NULL), ST_OK);
    cr_assert_eq(trace_create(&part, &net, T / 2, N, TRACE_ALL, &mem, NULL), ST_OK);
    cr_assert_eq(net_state_create(&state, &net, N, &mem, NULL), ST_OK);
    net_simulate(&net, &b, 0, N, &full, &plain);
    /* The same lists cut at T/2: rows of sample n start at n*T or n*T + T/2. */
    for (int half = 0; half < 2; half++) {
        size_t start[N * T / 2 + 1];
        struct spikes window = *b.x;
        window.T = T / 2;
        window.start = start;
        uint32_t index[4096];
        real value[4096];
        size_t used = 0;
        for (size_t n = 0; n < N; n++)
            for (size_t t = 0; t < T / 2; t++) {
                start[n * T / 2 + t] = used;
                size_t row = n * T + (size_t)half * T / 2 + t;
                for (size_t k = b.x->start[row]; k < b.x->start[row + 1]; k++) {
                    index[used] = b.x->index[k];
                    value[used++] = spikes_value(b.x, k);
                }
            }
        start[N * T / 2] = used;
        window.index = index;
        window.value = value;
        struct batch cut = {.x = &window, .n = N, .labels = b.labels};
        net_simulate(&net, &cut, 0, N, &part, &carried);
    }
    size_t K = net.n[net.L] * N;
    for (size_t i = 0; i < K; i++)
        cr_expect_float_eq((double)part.z[net.L][(T / 2 - 1) * K + i], (double)full.z[net.L][(T - 1) * K + i],
                           1e-5);
    net_state_reset(&state, &net);
    for (size_t i = 0; i < K; i++) cr_expect_eq(state.z[net.L][i], 0);
    mem_free(&mem);
    dataset_free(&whole);
}

Test(net, rate_start_reaches_its_rate)
{
    struct dataset d;
    struct net_options o;
    struct net net, again;
    struct mem mem = {0};
    struct evaluator *ev;
    struct evaluation result;
    toy_data_create(&d, 200, 10, 20, 4, 5);
    options(&o, 40, 30);
    toy_net_create(&net, &o, &d, &mem, 1);
    toy_net_create(&again, &o, &d, &mem, 1);
    struct batch b = dataset_batch(&d, SPLIT_TRAIN);
    cr_assert_eq(evaluator_create(&ev, &net, 10, NULL, NULL), ST_OK);
    evaluate(ev, &net, &b, &result, NULL);
    cr_expect_float_eq(result.rate[1], 0.15, 2e-3);
    cr_expect_float_eq(result.rate[2], 0.15, 2e-3);
    for (size_t l = 1; l <= 3; l++)
        cr_expect_eq(memcmp(net.W[l], again.W[l], net.n[l] * net.n[l - 1] * sizeof(real)), 0,
                     "the start must be reproducible");
    b.n = 0;
    evaluate(ev, &net, &b, &result, NULL);
    cr_expect(isnan(result.accuracy) && isnan(result.loss));
    evaluator_free(ev);
    mem_free(&mem);
    dataset_free(&d);
}

/* Of a large matrix: mean, variance, and the largest of its sizes. */
static void moments(const struct net_block *block, bool diagonal, double *mean, double *variance,
                    double *most)
{
    double sum = 0, squares = 0, n = 0;
    *most = 0;
    for (size_t i = 0; i < block->cols; i++)
        for (size_t j = 0; j < block->rows; j++) {
            const double w = (double)block->w[i * block->rows + j];
            if (i == j && !diagonal) continue;
            sum += w;
            squares += w * w;
            n++;
            *most = fmax(*most, fabs(w));
        }
    *mean = sum / n;
    *variance = squares / n;
}

/* W_l: variance 2 / n_{l-1} within sqrt(6 / n_{l-1}), or 1 / n_{l-1}; R_l: n_l in its place, times
 * recurrent_scale. `rate` scales both matrices of a hidden layer. */
Test(net, starts_have_the_laws_that_they_name)
{
    enum { IN = 300, ONE = 250, TWO = 200, CLASSES = 100 };
    static const double from[] = {0, IN, ONE, TWO, ONE, TWO}, size = 0.4;
    for (int start = START_RATE; start <= START_PUBLISHED; start++) {
        struct dataset d;
        struct net net;
        struct net_options o;
        double mean, variance[6], most;
        toy_data_create(&d, 40, 3, IN, CLASSES, 1);
        cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
        o.hidden = (struct int_list){2, {ONE, TWO}};
        o.start = start;
        o.recurrent = true;
        o.recurrent_scale = size;
        toy_net_create(&net, &o, &d, &d.mem, 5);
        for (size_t k = 1; k <= 5; k++) {
            const struct net_block block = net_block(&net, k);
            const double scale = k > 3 ? size : 1, bound = scale * sqrt(6 / from[k]);
            moments(&block, k <= 3, &mean, &variance[k], &most);
            cr_expect_lt(fabs(mean), 5 * sqrt(variance[k] / (double)net_block_size(&net, k)) + 1e-30);
            if (start == START_PUBLISHED) cr_expect_eq(most, 0.0);
            if (start != START_KAIMING) continue;
            cr_expect(most <= bound * (1 + 1e-6) && most > 0.98 * bound, "%s: %g, not %g", block.name, most,
                      bound);
            cr_expect_lt(fabs(variance[k] / (scale * scale * 2 / from[k]) - 1), 0.03, "%s", block.name);
        }
        for (size_t l = 1; l <= 2 && start == START_RATE; l++)
            cr_expect_lt(fabs(variance[3 + l] / variance[l] * from[3 + l] / from[l] / size / size - 1), 0.05);
        if (start == START_RATE) cr_expect_lt(fabs(variance[3] * from[3] - 1), 0.03);
        for (size_t l = 1; l <= 2; l++)
            for (size_t i = 0; i < net.n[l]; i++) cr_expect_eq(net.W[3 + l][i * net.n[l] + i], 0);
        dataset_free(&d);
    }
}

Test(net, evaluation_does_not_depend_on_threads_or_batches)
{
    struct dataset d;
    struct net_options o;
    struct net net;
    struct mem mem = {0};
    struct evaluator *one, *two;
    struct pool *pool;
    struct evaluation a, b, alone;
    toy_data_create(&d, 301, 6, 12, 3, 9);
    options(&o, 16, 0);
    toy_net_create(&net, &o, &d, &mem, 1);
    struct batch all = dataset_batch(&d, SPLIT_TRAIN);
    cr_assert_eq(pool_create(&pool, 2, NULL), ST_OK);
    cr_assert_eq(evaluator_create(&one, &net, 6, NULL, NULL), ST_OK);
    cr_assert_eq(evaluator_create(&two, &net, 6, pool, NULL), ST_OK);
    real scores[301 * 3];
    evaluate(one, &net, &all, &a, scores);
    evaluate(two, &net, &all, &b, NULL);
    cr_expect_eq(a.loss, b.loss);
    cr_expect_eq(a.accuracy, b.accuracy);
    cr_expect_eq(a.synops, b.synops);
    evaluate_scores(&net, &all, scores, &b);
    cr_expect_eq(a.accuracy, b.accuracy);
    size_t sample = 77;
    struct batch single = all;
    single.samples = &sample;
    single.n = 1;
    evaluate(one, &net, &single, &alone, NULL);
    real expected = scores[77 * 3];
    double loss = loss_value(net.loss, 3, scores + 77 * 3, all.labels[77], NULL);
    cr_expect_float_eq(alone.loss, loss, 1e-4 * (1 + fabs((double)expected)));
    evaluator_free(one);
    evaluator_free(two);
    pool_free(pool);
    mem_free(&mem);
    dataset_free(&d);
}

Test(net, weight_files_come_back_and_damage_is_noticed)
{
    struct dataset d;
    struct net_options o;
    struct net net, back;
    struct mem mem = {0};
    struct error e = {0};
    toy_data_create(&d, 20, 5, 6, 2, 9);
    options(&o, 4, 3);
    toy_net_create(&net, &o, &d, &mem, 1);
    cr_assert_eq(net_create(&back, &o, 6, 2, &mem, NULL), ST_OK);
    FILE *f = folder_scratch();
    cr_assert_eq(net_save(&net, f, NULL), ST_OK);
    long size = ftell(f);
    rewind(f);
    cr_expect_eq(net_load(&back, f, &e), ST_OK, "%s", e.text);
    cr_expect_eq(memcmp(net.W[1], back.W[1], 24 * sizeof(real)), 0);
    fseek(f, size - 20, SEEK_SET);
    fputc(0x5a, f);
    rewind(f);
    cr_expect_eq(net_load(&back, f, &e), ST_DATA);
    cr_expect(strstr(e.text, "checksum") != NULL, "%s", e.text);
    cr_expect_eq(memcmp(net.W[1], back.W[1], 24 * sizeof(real)), 0, "the weights must stay as they were");
    rewind(f);
    fputc('X', f);
    rewind(f);
    cr_expect_eq(net_load(&back, f, &e), ST_DATA);
    cr_expect(strstr(e.text, "not a SpikeBench") != NULL, "%s", e.text);
    fclose(f);
    o.hidden.v[0] = 5;
    struct net other;
    cr_assert_eq(net_create(&other, &o, 6, 2, &mem, NULL), ST_OK);
    f = folder_scratch();
    cr_assert_eq(net_save(&net, f, NULL), ST_OK);
    rewind(f);
    cr_expect_eq(net_load(&other, f, &e), ST_DATA);
    cr_expect(strstr(e.text, "6-4-3-2") && strstr(e.text, "6-5-3-2"), "%s", e.text);
    fclose(f);
    mem_free(&mem);
    dataset_free(&d);
}

/* One spike of 3 steps of 2 neurons, in every one of 40 equal samples, is the least rate there is. */
Test(net, a_start_rate_that_is_missed_is_returned)
{
    enum { N = 40, T = 3 };
    struct mem mem = {0};
    struct spikes_builder b;
    struct spikes x;
    struct net_options o;
    struct net net;
    struct rng rng;
    struct error e = {0};
    struct start_miss miss = {7, 7, 7};
    cr_assert_eq(spikes_begin(&b, 2, T, N, NULL), ST_OK);
    for (int row = 0; row < N * T; row++) {
        cr_assert_eq(spikes_add(&b, 0, 1.0, NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, &x, &mem, NULL), ST_OK);
    const struct batch data = {.x = &x, .n = N};
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden = (struct int_list){1, {2}};
    const double rates[] = {1.0 / 6 - 0.02, 1.0 / 6 + 0.0005};
    for (int k = 0; k < 2; k++) {
        o.start_rate = rates[k];
        rng_seed(&rng, 3, "start");
        cr_assert_eq(net_create(&net, &o, 2, 2, &mem, NULL), ST_OK);
        cr_assert_eq(net_start(&net, &o, &data, NULL, &rng, &miss, &e), ST_OK, "%s", e.text);
        cr_expect_eq(miss.layer, k == 0 ? 1 : 0);
        cr_expect_float_eq(miss.by, k == 0 ? 0.02 : 0, 1e-12);
        cr_expect_eq(miss.samples, k == 0 ? N : 0);
    }
    mem_free(&mem);
}
