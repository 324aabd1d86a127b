/* Splits: the stream that they are drawn from, and that samples stay with their labels and in their split. */
#include "commands/registry.h"
#include "network/evaluate.h"
#include "tests/data_helpers.h"
#include "tests/toy_data.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* The test side is drawn by the stream "split test" of split_seed, and by no other: weights, codes and
 * solvers draw from others of the same seed. */
Test(split_streams, the_test_side_is_drawn_from_a_stream_of_its_own)
{
    enum { N = 60 };
    static const char *const streams[] = {"split test", "split train", "encode", "start", "solver"};
    static const size_t sizes[N_SPLITS] = {30, 12, 18};
    const struct dataset_common common = {.split_seed = 4};
    int labels[N];
    size_t *chosen[N_SPLITS], drawn[N], *const out[] = {drawn};
    struct mem m = {0};
    for (int i = 0; i < N; i++) labels[i] = i % 3;
    cr_assert_eq(dataset_choose(&common, 9, labels, N, NULL, 0, 3, sizes, chosen, &m, NULL), ST_OK);
    for (size_t k = 0; k < sizeof streams / sizeof *streams; k++) {
        struct rng rng;
        rng_seed(&rng, 4, streams[k]);
        cr_assert_eq(dataset_stratify(labels, N, 3, &sizes[SPLIT_TEST], 1, out, &rng, NULL), ST_OK);
        const int differs = memcmp(chosen[SPLIT_TEST], drawn, sizes[SPLIT_TEST] * sizeof *drawn);
        cr_expect_eq(differs == 0, k == 0, "%s", streams[k]);
    }
    mem_free(&m);
}

Test(split_streams, batches_are_those_of_their_split)
{
    struct dataset d = {.info = {.n = {3, 4, 5}}};
    int labels[N_SPLITS];
    real targets[N_SPLITS];
    for (int k = 0; k < N_SPLITS; k++) {
        d.labels[k] = &labels[k];
        d.targets[k] = &targets[k];
    }
    for (int k = 0; k < N_SPLITS; k++) {
        const struct batch b = dataset_batch(&d, (enum split)k);
        cr_expect(b.x == &d.x[k] && b.n == d.info.n[k] && b.labels == &labels[k] && b.targets == &targets[k],
                  "%s", split_names[k]);
    }
}

/* Spikes of a pixel in a code by latency: one at a step of its own intensity. So an image, and with it its
 * label, is known again in whatever split it is. */
Test(split_streams, samples_keep_their_labels_and_are_in_one_split)
{
    enum { ALL = 1797, INPUTS = 64 };
    static const char *const splits[] = {"encoding=latency", "T=17",       "n_train=900",
                                         "n_validation=300", "n_test=597", NULL};
    static const char *const whole[] = {"encoding=latency", "T=17",     "n_train=1796",
                                        "n_validation=0",   "n_test=1", NULL};
    static uint32_t code[2][ALL][INPUTS];
    static int label[2][ALL];
    size_t found = 0;
    for (int k = 0; k < 2; k++) {
        struct dataset d;
        size_t at = 0;
        void *options = data_options(catalogue_dataset(&registry, "digits"), k ? whole : splits);
        cr_assert_eq(catalogue_dataset(&registry, "digits")->open(options, (uint64_t)k + 3, &d, NULL), ST_OK);
        for (int s = 0; s < N_SPLITS; s++)
            for (size_t n = 0; n < d.info.n[s]; n++, at++) {
                label[k][at] = d.labels[s][n];
                for (size_t t = 0; t < d.info.T; t++)
                    for (size_t i = d.x[s].start[n * d.info.T + t]; i < d.x[s].start[n * d.info.T + t + 1];
                         i++)
                        code[k][at][d.x[s].index[i]] = (uint32_t)t + 1;
            }
        cr_assert_eq(at, (size_t)ALL);
        dataset_free(&d);
        free(options);
    }
    for (size_t i = 0; i < ALL; i++)
        for (size_t j = 0; j < ALL; j++) {
            if (memcmp(code[0][i], code[1][j], sizeof code[0][i]) != 0) continue;
            cr_expect_eq(label[0][i], label[1][j], "image %zu", i);
            found++;
            break;
        }
    cr_expect_eq(found, (size_t)ALL, "every image is in one of the splits");
    for (size_t i = 0; i < ALL; i++)
        for (size_t j = 0; j < i; j++)
            cr_expect(memcmp(code[0][i], code[0][j], sizeof code[0][i]) != 0, "image %zu is image %zu", i, j);
}

/* Inputs that are not zero times the neurons of layer 1, and each spike times those of the layer above. */
Test(split_streams, synaptic_operations_by_plain_sums)
{
    enum { SAMPLES = 7, STEPS = 6 };
    struct dataset d;
    struct net_options o;
    struct net net;
    struct mem m = {0};
    struct trace trace;
    struct evaluator *ev;
    struct evaluation result;
    double operations = 0;
    const struct simulate_options how = {.from = 0};
    toy_data_create(&d, SAMPLES, STEPS, 9, 3, 4);
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden = (struct int_list){2, {11, 5}};
    o.start = START_KAIMING;
    toy_net_create(&net, &o, &d, &m, 3);
    const struct batch b = dataset_batch(&d, SPLIT_TRAIN);
    cr_assert_eq(trace_create(&trace, &net, STEPS, SAMPLES, TRACE_ALL, &m, NULL), ST_OK);
    net_simulate(&net, &b, 0, SAMPLES, &trace, &how);
    for (size_t i = 0; i < d.x[SPLIT_TRAIN].start[SAMPLES * STEPS]; i++) operations += 11;
    for (size_t i = 0; i < (size_t)11 * SAMPLES * STEPS; i++) operations += trace.a[1][i] > 0 ? 5 : 0;
    for (size_t i = 0; i < (size_t)5 * SAMPLES * STEPS; i++) operations += trace.a[2][i] > 0 ? 3 : 0;
    cr_assert_eq(evaluator_create(&ev, &net, STEPS, NULL, NULL), ST_OK);
    evaluate(ev, &net, &b, &result, NULL);
    cr_expect_float_eq(result.synops, operations / SAMPLES, 1e-9, "%g, not %g", result.synops,
                       operations / SAMPLES);
    cr_expect_float_eq(result.synops_dense, STEPS * (9 * 11 + 11 * 5 + 5 * 3), 1e-9);
    evaluator_free(ev);
    mem_free(&m);
    dataset_free(&d);
}
