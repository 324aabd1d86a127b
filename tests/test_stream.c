/* dataset.stream: samples that are read from a file are those in memory, so is what is trained on them, and
 * little of the file is in memory at a time. */
#include "commands/registry.h"
#include "experiments/plan_check.h"
#include "support/resident.h"
#include "tests/data_helpers.h"
#include "tests/toy_training.h"
#include "trainer/suit.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

struct made {
    char name[20], option[40];
};

/* With values other than 1 and without, of every way to make samples that needs no files. */
ParameterizedTestParameters(stream, samples_are_the_same)
{
    static struct made all[] = {{"digits", "encoding=rate"},      {"digits", "encoding=current"},
                                {"yin_yang", "encoding=latency"}, {"yin_yang", "encoding=current"},
                                {"sine", "n_train=40"},           {"event_camera", "n_train=40"},
                                {"harmonic", "n_train=40"}};
    return cr_make_param_array(struct made, all, sizeof all / sizeof *all);
}
ParameterizedTest(struct made *m, stream, samples_are_the_same)
{
    const struct dataset_source *source = catalogue_dataset(&registry, m->name);
    const char *const plain[] = {m->option, "n_validation=20", "n_test=20", NULL};
    char folder[FOLDER_MAX], stream[FOLDER_MAX + 10];
    struct dataset d[2] = {{.info = {0}}, {.info = {0}}};
    struct error e = {0};
    folder_create(folder);
    (void)snprintf(stream, sizeof stream, "stream=%s", folder);
    const char *const streamed[] = {m->option, "n_validation=20", "n_test=20", stream, NULL};
    void *options[] = {data_options(source, plain), data_options(source, streamed)};
    for (int k = 0; k < 2; k++) cr_assert_eq(source->open(options[k], 5, &d[k], &e), ST_OK, "%s", e.text);
    folder_shell(folder, "test -z \"$(ls -A)\""); /* nothing is left behind, whatever happens */
    for (int s = 0; s < N_SPLITS; s++) {
        const struct spikes *a = &d[0].x[s], *b = &d[1].x[s];
        const size_t rows = a->n_samples * a->T, entries = a->start[rows];
        cr_assert_eq(b->n_samples * b->T, rows);
        cr_expect_gt(entries, 0);
        cr_expect_null(a->window);
        cr_expect_not_null(b->window);
        cr_expect_arr_eq(a->start, b->start, (rows + 1) * sizeof *a->start);
        cr_expect_arr_eq(a->index, b->index, entries * sizeof *a->index);
        cr_assert_eq(a->value == NULL, b->value == NULL);
        if (a->value) cr_expect_arr_eq(a->value, b->value, entries * sizeof *a->value);
    }
    cr_expect_lt(d[1].mem.bytes, d[0].mem.bytes);
    for (int k = 0; k < 2; k++) {
        dataset_free(&d[k]);
        free(options[k]);
    }
    folder_remove(folder);
}

/* Some steps on digits; the weights of layer 1 go to `weights`. */
static void train(const char *solver, const char *settings, const char *stream, real *weights, size_t n)
{
    const struct dataset_source *source = catalogue_dataset(&registry, "digits");
    const char *const set[] = {"T=8", "n_train=300", "n_validation=40", "n_test=40", stream, NULL};
    struct toy_training t = {.solver = NULL};
    struct error e = {0};
    void *options = data_options(source, set);
    cr_assert_eq(source->open(options, 2, &t.data, &e), ST_OK, "%s", e.text);
    toy_training_create(&t, solver);
    if (settings[0]) toy_training_set_all(&t, settings);
    t.net_options.hidden = (struct int_list){2, {20, 20}};
    toy_training_init(&t, 4);
    for (int k = 0; k < 2; k++) (void)toy_training_step(&t);
    const real *W = t.net.W[strcmp(solver, "random_features") == 0 ? t.net.L : 1];
    cr_assert_geq(net_parameters(&t.net), n);
    memcpy(weights, W, n * sizeof *W);
    toy_training_free(&t);
    free(options);
}

Test(stream, weights_are_the_same)
{
    enum { N = 200 };
    static const char *const trainers[][2] = {
        {"bptt", "batch=32"}, {"random_features", ""}, {"admm_resync", "recompute=true"}, {"admm", ""}};
    char folder[FOLDER_MAX], stream[FOLDER_MAX + 10];
    folder_create(folder);
    (void)snprintf(stream, sizeof stream, "stream=%s", folder);
    for (size_t k = 0; k < sizeof trainers / sizeof *trainers; k++) {
        real weights[2][N];
        train(trainers[k][0], trainers[k][1], NULL, weights[0], N);
        train(trainers[k][0], trainers[k][1], stream, weights[1], N);
        cr_expect_arr_eq(weights[0], weights[1], sizeof weights[0], "%s", trainers[k][0]);
    }
    folder_remove(folder);
}

/* 96 MiB of lists, all of them read. */
Test(stream, little_of_the_file_is_in_memory)
{
    enum { SAMPLES = 3072, INPUTS = 8192 };
    char folder[FOLDER_MAX];
    struct spikes_builder b;
    struct spikes x;
    struct mem m = {0};
    struct error e = {0};
    folder_create(folder);
    cr_assert_eq(spikes_begin(&b, INPUTS, 1, SAMPLES, &e), ST_OK, "%s", e.text);
    cr_assert_eq(spikes_stream(&b, folder, &e), ST_OK, "%s", e.text);
    for (size_t n = 0; n < SAMPLES; n++) {
        for (uint32_t i = 0; i < INPUTS; i++) cr_assert_eq(spikes_add(&b, i, 1, NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, &x, &m, &e), ST_OK, "%s", e.text);
    const struct batch batch = {.x = &x, .n = SAMPLES};
    real *cells = mem_reals(&m, INPUTS, &e);
    cr_assert_not_null(cells);
    const size_t before = resident_bytes();
    size_t most = 0;
    for (size_t n = 0; n < SAMPLES; n++) {
        spikes_dense(&batch, n, 1, cells);
        cr_assert_eq(cells[n % INPUTS], 1);
        const size_t now = n % 64 == 0 ? resident_bytes() : 0;
        most = now > most ? now : most;
    }
    cr_expect_lt(most, before + SPIKES_WINDOW, "%zu bytes more", most - before);
    mem_free(&m);
    folder_remove(folder);
}

Test(stream, a_folder_that_cannot_be_written_is_named)
{
    struct spikes_builder b;
    struct error e = {0};
    cr_assert_eq(spikes_begin(&b, 3, 2, 1, NULL), ST_OK);
    cr_expect_eq(spikes_stream(&b, "/nowhere/at/all", &e), ST_IO);
    cr_expect_not_null(strstr(e.text, "/nowhere/at/all"), "%s", e.text);
    spikes_abandon(&b);
}

/* Bytes of a run of so many samples, estimated. */
static size_t estimate(size_t samples, bool streamed)
{
    const struct solver *solver = catalogue_solver(&registry, "random_features");
    const struct dataset_info info = {.n_inputs = 784,
                                      .n_classes = 10,
                                      .T = 20,
                                      .n = {samples, 1000, 1000},
                                      .entries = (samples + 2000) * 20 * 100,
                                      .streamed = streamed};
    const struct worker_share share = {1, 1, false};
    struct net_options net;
    struct error e = {0};
    size_t bytes = 0;
    void *options = calloc(1, solver->options.size);
    cr_assert_not_null(options);
    cr_assert_eq(opt_defaults(&solver->options, options, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&net_option_table, &net, NULL), ST_OK);
    cr_assert_eq(solver_memory(solver, options, &net, &info, share, sizeof(real), &bytes, &e), ST_OK, "%s",
                 e.text);
    free(options);
    return bytes;
}

Test(stream, estimates_grow_by_the_rows_alone)
{
    const size_t more = 1000000, rows = more * 20 * sizeof(size_t);
    cr_expect_eq(estimate(60000 + more, true) - estimate(60000, true), rows);
    cr_expect_eq(estimate(60000 + more, false) - estimate(60000, false), rows + more * 20 * 100 * 4);
}

/* Samples are copied in memory by what these options do. */
Test(stream, copies_in_memory_are_refused)
{
    const struct solver *solver = catalogue_solver(&registry, "bptt");
    struct dataset_common tasks = {.tasks = 5, .stream = "/tmp"},
                          noise = {.tasks = 1, .stream = "/tmp", .augment = {.noise = 3}};
    const struct dataset_common *const bad[] = {&tasks, &noise};
    const struct dataset_info info = {
        .n_inputs = 64, .n_classes = 10, .T = 8, .n = {100, 20, 20}, .entries = 1000};
    struct net_options net;
    void *options = calloc(1, solver->options.size);
    cr_assert_not_null(options);
    cr_assert_eq(opt_defaults(&solver->options, options, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&net_option_table, &net, NULL), ST_OK);
    for (int k = 0; k < 2; k++) {
        struct dataset_common copy = *bad[k];
        struct error e = {0};
        struct run run = {.solver = solver,
                          .dataset = catalogue_dataset(&registry, "digits"),
                          .dataset_options = &copy,
                          .net = net,
                          .solver_options = options,
                          .run = {.threads = 1, .ranks = 1}};
        cr_expect_eq(run_check(&run, &info, &e), ST_CONFIG);
        cr_expect_not_null(strstr(e.text, k == 0 ? "dataset.tasks" : "dataset.augment_*"), "%s", e.text);
        copy.stream[0] = '\0';
        cr_expect_eq(run_check(&run, &info, &e), ST_OK, "%s", e.text);
    }
    free(options);
}
