/* Recurrent hidden layers, current-based synapses, and neurons that differ from layer to layer: against plain
 * loops and finite differences. */
#include "network/evaluate.h"
#include "tests/plain_net.h"
#include "tests/recurrent_bench.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct criterion_test_params cases(void)
{
    static struct recurrent_case list[2 * 2 * 2 * 3 * 2];
    size_t n = 0;
    for (int recurrent = 0; recurrent < 2; recurrent++)
        for (int synapse = 0; synapse < 2; synapse++)
            for (int neurons = 0; neurons < 2; neurons++)
                for (int reset = 0; reset < 3; reset++)
                    for (int readout = 0; readout < 2; readout++)
                        list[n++] = (struct recurrent_case){.hidden = 1 + (size_t)(reset + neurons) % 2,
                                                            .recurrent = recurrent,
                                                            .self_connections = readout,
                                                            .synapse = synapse,
                                                            .neurons = neurons,
                                                            .reset = reset,
                                                            .readout = readout};
    return cr_make_param_array(struct recurrent_case, list, n);
}

static void expect_near(double value, double expected, const char *what)
{
    cr_assert_float_eq(value, expected, REAL_SELECT(1e-11, 2e-4) * (1 + fabs(expected)),
                       "%s: %.17g, not %.17g", what, value, expected);
}

static double plain_score(const struct plain_net *p, size_t k)
{
    double sum = 0;
    for (size_t t = 0; t < p->T; t++) sum += p->z[p->net->L][t][k] / (double)p->T;
    return p->net->readout == READOUT_MEAN ? sum : p->z[p->net->L][p->T - 1][k];
}

/* ---- simulation ---------------------------------------------------------------------------------------- */

ParameterizedTestParameters(recurrent, simulation_equals_plain_loops)
{
    return cases();
}
ParameterizedTest(struct recurrent_case *c, recurrent, simulation_equals_plain_loops)
{
    static struct plain_net p;
    struct recurrent_bench b;
    struct trace traces[3];
    static real scores[3][RECURRENT_CLASSES * RECURRENT_SAMPLES],
        a[PLAIN_WIDTH * RECURRENT_SAMPLES * RECURRENT_STEPS];
    double spikes[3][NET_MAX_LAYERS + 1] = {{0}}, expected[NET_MAX_LAYERS + 1] = {0};
    recurrent_begin(&b, c);
    const size_t C = RECURRENT_SAMPLES;
    for (int kind = 0; kind < 3; kind++) {
        const struct simulate_options how = {.spikes_out = spikes[kind]};
        cr_assert_eq(
            trace_create(&traces[kind], &b.net, RECURRENT_STEPS, C, (enum trace_kind)kind, &b.mem, NULL),
            ST_OK);
        net_simulate(&b.net, &b.batch, 0, C, &traces[kind], &how);
        net_scores(&b.net, &traces[kind], C, scores[kind]);
    }
    for (size_t n = 0; n < C; n++) {
        plain_simulate(&p, &b.net, &b.batch, n, &surrogates[0], 1, false);
        for (size_t l = 1; l < b.net.L; l++) {
            const size_t width = b.net.n[l];
            net_spikes(&b.net, &traces[TRACE_GRADIENT], l, C, NULL, 0, a);
            for (size_t t = 0; t < p.T; t++)
                for (size_t j = 0; j < width; j++) {
                    const size_t at = (t * C + n) * width + j;
                    expect_near((double)traces[TRACE_ALL].z[l][at], p.z[l][t][j], "potential");
                    expect_near((double)traces[TRACE_GRADIENT].z[l][at], p.z[l][t][j],
                                "potential kept for a gradient");
                    cr_assert_eq((double)traces[TRACE_ALL].a[l][at], p.a[l][t][j], "spike");
                    cr_assert_eq((double)a[at], p.a[l][t][j], "bit");
                    expected[l] += p.a[l][t][j];
                }
        }
        for (size_t k = 0; k < RECURRENT_CLASSES; k++)
            for (int kind = 0; kind < 3; kind++)
                expect_near((double)scores[kind][n * RECURRENT_CLASSES + k], plain_score(&p, k), "score");
    }
    for (size_t l = 1; l < b.net.L; l++) {
        for (int kind = 0; kind < 3; kind++) cr_assert_eq(spikes[kind][l], expected[l]);
        cr_assert_gt(expected[l], 4, "layer %zu spikes", l);
    }
    recurrent_end(&b);
}

/* A network in windows of one step, with its state, is the network. */
ParameterizedTestParameters(recurrent, windows_carry_the_state)
{
    return cases();
}
ParameterizedTest(struct recurrent_case *c, recurrent, windows_carry_the_state)
{
    struct recurrent_bench b;
    struct trace whole, window;
    struct net_state state;
    size_t samples[RECURRENT_SAMPLES];
    recurrent_begin(&b, c);
    const size_t C = RECURRENT_SAMPLES, T = RECURRENT_STEPS;
    struct spikes steps = *b.batch.x;
    steps.n_samples *= T;
    steps.T = 1;
    const struct batch now = {.x = &steps, .samples = samples, .n = C};
    cr_assert_eq(trace_create(&whole, &b.net, T, C, TRACE_ALL, &b.mem, NULL), ST_OK);
    cr_assert_eq(trace_create(&window, &b.net, 1, C, TRACE_ALL, &b.mem, NULL), ST_OK);
    cr_assert_eq(net_state_create(&state, &b.net, C, &b.mem, NULL), ST_OK);
    net_state_reset(&state, &b.net);
    net_simulate(&b.net, &b.batch, 0, C, &whole, &(struct simulate_options){.smooth = NULL});
    for (size_t t = 0; t < T; t++) {
        for (size_t n = 0; n < C; n++) samples[n] = batch_sample(&b.batch, n) * T + t;
        net_simulate(&b.net, &now, 0, C, &window, &(struct simulate_options){.state = &state});
        for (size_t l = 1; l <= b.net.L; l++)
            for (size_t i = 0; i < b.net.n[l] * C; i++)
                expect_near((double)window.z[l][i], (double)whole.z[l][t * b.net.n[l] * C + i], "potential");
    }
    recurrent_end(&b);
}

/* Every kernel level gives the same bits, simulated and back. */
Test(recurrent, kernel_levels_give_the_same_bits)
{
    const struct recurrent_case c = {
        .hidden = 2, .recurrent = true, .synapse = 1, .neurons = 1, .wide = true};
    struct recurrent_bench b;
    recurrent_begin(&b, &c);
    for (size_t level = 0; kernels_level(level); level++) {
        real *const *gradient = level == 0 ? b.gradient : b.other;
        setenv("SPIKEBENCH_ISA", kernels_level(level)->name, 1);
        recurrent_backpropagate(&b, false, false, gradient);
        for (size_t k = 1; level > 0 && k <= b.net.blocks; k++) {
            const size_t bytes = net_block_size(&b.net, k) * sizeof(real);
            cr_expect_eq(memcmp(b.gradient[k], b.other[k], bytes), 0, "%s of %s", net_block(&b.net, k).name,
                         kernels_level(level)->name);
            memset(b.other[k], 0, bytes);
        }
    }
    unsetenv("SPIKEBENCH_ISA");
    recurrent_end(&b);
}

/* ---- gradient ------------------------------------------------------------------------------------------ */

ParameterizedTestParameters(recurrent, gradient_equals_finite_differences)
{
    return cases();
}
ParameterizedTest(struct recurrent_case *c, recurrent, gradient_equals_finite_differences)
{
    struct recurrent_bench b;
    const real h = REAL_SELECT(R(1e-5), R(1e-2));
    recurrent_begin(&b, c);
    recurrent_backpropagate(&b, true, false, b.gradient);
    for (size_t k = 1; k <= b.net.blocks; k++) {
        double miss2 = 0, norm2 = 0;
        for (size_t i = 0; i < net_block_size(&b.net, k); i++) {
            const real old = b.net.W[k][i];
            b.net.W[k][i] = old + h;
            const double up = recurrent_smooth_loss(&b);
            b.net.W[k][i] = old - h;
            const double down = recurrent_smooth_loss(&b);
            b.net.W[k][i] = old;
            const double difference = (up - down) / (2 * (double)h),
                         miss = (double)b.gradient[k][i] - difference;
            miss2 += miss * miss;
            norm2 += difference * difference;
        }
        cr_expect_gt(norm2, 1e-5, "%s has a gradient", net_block(&b.net, k).name);
        cr_expect_lt(sqrt(miss2 / norm2), REAL_SELECT(1e-6, 3e-2), "%s: relative error %g",
                     net_block(&b.net, k).name, sqrt(miss2 / norm2));
    }
    recurrent_end(&b);
}

/* ---- the network -------------------------------------------------------------------------------------- */

static void expect_loads(struct recurrent_bench *b, char *bytes, size_t size, status expected,
                         const char *why)
{
    struct net other;
    struct error e = {.code = ST_OK};
    FILE *f = fmemopen(bytes, size, "rb");
    cr_assert_not_null(f);
    cr_assert_eq(net_create(&other, &b->options, b->net.n[0], RECURRENT_CLASSES, &b->mem, NULL), ST_OK);
    cr_expect_eq(net_load(&other, f, &e), expected, "%s", e.text);
    cr_expect(strstr(e.text, why), "%s", e.text);
    for (size_t k = 1; expected == ST_OK && k <= b->net.blocks; k++)
        cr_expect_eq(memcmp(other.W[k], b->net.W[k], net_block_size(&b->net, k) * sizeof(real)), 0);
    (void)fclose(f);
}

/* Weight files hold the recurrent matrices, and are of the older version where nothing asks for the newer. */
Test(recurrent, weight_files)
{
    const struct recurrent_case c = {.hidden = 2, .recurrent = true, .synapse = 1, .neurons = 1};
    struct recurrent_bench b;
    char *bytes;
    size_t size;
    recurrent_begin(&b, &c);
    FILE *f = open_memstream(&bytes, &size);
    cr_assert_eq(net_save(&b.net, f, NULL), ST_OK);
    (void)fclose(f);
    uint32_t version;
    memcpy(&version, bytes + 8, sizeof version);
    cr_expect_eq(version, 3u);
    expect_loads(&b, bytes, size, ST_OK, "");
    expect_loads(&b, bytes, size - 5, ST_DATA, "ends");
    FILE *cut = fmemopen(bytes, size - 5, "rb");
    cr_expect_eq(net_file_complete(cut, NULL), ST_DATA);
    (void)fclose(cut);
    bytes[size - 9] ^= 1;
    expect_loads(&b, bytes, size, ST_DATA, "checksum");
    bytes[size - 9] ^= 1;
    b.options.synapse_decay = 0.25;
    expect_loads(&b, bytes, size, ST_DATA, "synapse decay");
    b.options.synapse_decay = 0.6;
    b.options.leak.v[1] = 0.5;
    expect_loads(&b, bytes, size, ST_DATA, "leak");
    b.options.recurrent = false;
    b.options.recurrent_scale = 0.5;
    expect_loads(&b, bytes, size, ST_DATA, "recurrent");
    free(bytes);
    recurrent_end(&b);
}

/* Rows of R_l: no self-connections unless asked for, the firing rate as asked, the other weights' draws as
 * without. */
Test(recurrent, start)
{
    struct recurrent_bench b, plain;
    struct recurrent_case c = {.hidden = 2, .recurrent = true};
    recurrent_begin(&b, &c);
    c.recurrent = false;
    recurrent_begin(&plain, &c);
    for (size_t k = 1; k <= plain.net.L; k++)
        cr_expect_eq(memcmp(b.net.W[k], plain.net.W[k], net_block_size(&b.net, k) * sizeof(real)), 0);
    b.options.start = START_RATE;
    b.options.recurrent_scale = 2;
    toy_net_create(&b.net, &b.options, &b.data, &b.mem, 5);
    for (size_t l = 1; l < b.net.L; l++) {
        const real *R = net_recurrent(&b.net, l);
        const size_t n = b.net.n[l];
        double squares = 0, others = 0;
        for (size_t i = 0; i < n * n; i++) squares += (double)R[i] * (double)R[i];
        for (size_t i = 0; i < n * b.net.n[l - 1]; i++)
            others += (double)b.net.W[l][i] * (double)b.net.W[l][i];
        for (size_t j = 0; j < n; j++) cr_expect_eq(R[j * n + j], 0);
        cr_expect_float_eq(sqrt(squares / others), 2, 0.7, "%g", sqrt(squares / others));
    }
    struct evaluator *ev;
    struct evaluation v;
    cr_assert_eq(evaluator_create(&ev, &b.net, RECURRENT_STEPS, NULL, NULL), ST_OK);
    evaluate(ev, &b.net, &b.batch, &v, NULL);
    evaluator_free(ev);
    double synops = (double)spikes_nonzero(&b.batch) * (double)b.net.n[1] / RECURRENT_SAMPLES, weights = 0;
    for (size_t l = 1; l < b.net.L; l++) {
        const double n = (double)b.net.n[l];
        cr_expect_float_eq(v.rate[l], 0.15, 0.03, "layer %zu: %g", l, v.rate[l]);
        synops += v.rate[l] * RECURRENT_STEPS * n * ((double)b.net.n[l + 1] + n - 1);
    }
    for (size_t k = 1; k <= b.net.blocks; k++) weights += (double)net_block_size(&b.net, k);
    cr_expect_float_eq(v.synops, synops, 1e-9 * synops);
    cr_expect_eq(v.synops_dense, weights * RECURRENT_STEPS);
    cr_expect_eq(net_parameters(&b.net), (size_t)weights);
    recurrent_end(&plain);
    recurrent_end(&b);
}
