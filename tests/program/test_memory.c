/* What check says of a run's memory against what the run took, for every trainer and for every dataset that
 * needs no download. The peak has program and libraries in it (some 14 MiB), so that a quarter of it alone
 * would assert little: the run's own part, which is the peak less that of a run of next to nothing, is held
 * to a quarter, and SLACK of the peak besides (stacks of threads, what libraries keep).
 */
#include "commands/registry.h"
#include "tests/cli_run.h"
#include "tests/data_helpers.h"
#include "tests/shd_made.h"
#include <criterion/alloc.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(memory, .init = cli_setup, .fini = cli_teardown);

#define SLACK "2" /* MiB */
#define TINY                                                                                                 \
    "dataset: {name: yin_yang, T: 1, n_train: 3, n_validation: 1, n_test: 1}\nnetwork: {hidden: [[1]]}\n"

/* Checks and runs experiment `text`, and says where estimate and peak differ too much, or where the largest
 * run takes less than `least` MiB beside those of one that does next to nothing. */
static void expect_near(const char *text, const char *least)
{
    static struct result r;
    char command[1200];
#ifdef __SANITIZE_ADDRESS__ /* whose own memory is part of the peak */
    (void)fprintf(stderr, "SKIPPED memory::estimates under a sanitizer\n");
    return;
#endif
    cli_write("a.yaml", text);
    cli_write("tiny.yaml", "experiment: tiny\nstop: {max_iter: 1}\n" TINY "solvers: [{name: bptt}]\n");
    (void)snprintf(
        command, sizeof command,
        "rm -rf o && \"$SB\" check a.yaml > plan && \"$SB\" run tiny.yaml --out o > log && \"$SB\" run "
        "a.yaml --states 0 --out o > "
        "log && "
        "awk -F, -v least=%s -v slack=" SLACK " -v base=$(column peak_bytes o/tiny/runs.csv) "
        "'FNR == NR { if (split($0, a, \" +\") > 3 && $0 ~ /^ +[0-9]/) e[++k] = a[length(a) - 1] * 1048576; "
        "next } FNR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } "
        "{ n++; p = $c[\"peak_bytes\"]; own = p - base; most = own > most ? own : most; d = e[n] - p; "
        "if (d * d > (own / 4 + slack * 1048576) ^ 2 || $c[\"status\"] != \"ok\") "
        "print $c[\"solver\"] \": estimated\", e[n], \"of\", p, \"base\", base, $c[\"status\"] } "
        "END { if (n != k || most < least * 1048576) print \"too small to tell:\", n, k, most }' plan "
        "o/a/runs.csv",
        least);
    cli_shell(&r, command);
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_str_eq(r.output, "", "%s: %s", text, r.output);
}

#define WIDE  "hidden: [[100]], start: kaiming"
#define DEEP  "hidden: [[100, 100]], start: kaiming"
#define RATED "hidden: [[100, 100]], start: rate"

struct trial {
    char data[120], network[60], precision[8], solvers[400];
    char least[8]; /* MiB that the largest run takes, at least */
};

ParameterizedTestParameters(memory, estimates_are_within_a_quarter_of_the_peak)
{
    static struct trial trials[] = {
        {"yin_yang, T: 800, n_train: 300", WIDE, "double", "{name: bptt}, {name: ottt}", "20"},
        {"yin_yang, T: 800, n_train: 300", DEEP, "double", "{name: bptt}", "80"},
        {"yin_yang, T: 800, n_train: 300", DEEP, "float", "{name: bptt}", "40"},
        {"event_camera, T: 800, n_train: 400", WIDE, "double", "{name: bptt}", "25"},
        {"sine, T: 400, n_train: 300", WIDE, "double", "{name: bptt}", "40"},
        {"digits, T: 400, n_train: 400, augment_jitter: 1", WIDE, "double", "{name: bptt, batch: 20}", "80"},
        {"event_camera, T: 400, n_train: 400, augment_jitter: 1", WIDE, "double", "{name: bptt, batch: 20}",
         "20"},
        /* scales are tried by which layers fire much: that must take no more than training does */
        {"digits, T: 400, n_train: 200", RATED, "double", "{name: bptt, batch: 20}, {name: random_features}",
         "20"},
    };
    return cr_make_param_array(struct trial, trials, sizeof trials / sizeof *trials);
}

ParameterizedTest(struct trial *t, memory, estimates_are_within_a_quarter_of_the_peak)
{
    char text[1500];
    (void)snprintf(text, sizeof text,
                   "experiment: a\nprecision: %s\neval_every: 1\nstop: {max_iter: 1}\n"
                   "dataset: {name: %s, n_validation: 20, n_test: 20}\n"
                   "network: {%s}\nsolvers: [%s]\n",
                   t->precision, t->data, t->network, t->solvers);
    expect_near(text, t->least);
}

/* What a trainer takes to run at all, and to take memory of its own: long recordings for those that keep all
 * steps, wide layers for those that keep weights alone. */
struct own_way {
    const char *solver, *options, *data, *network;
};
#define LONG_DATA "digits, T: 100, n_train: 150, n_validation: 20, n_test: 20"
#define LONG_NET  "hidden: [[100, 100]], start: kaiming"
#define WIDE_DATA "digits, T: 10, n_train: 60, n_validation: 20, n_test: 20"
#define WIDE_NET  "hidden: [[900, 500]], start: kaiming"
#define RATES     "hidden: [[100, 100]], leak: 1, threshold: 2, recurrent: true, loss: cross_entropy"
#define RETRIEVED "harmonic, n_train: 5000, n_validation: 20, n_test: 20"

static const struct own_way ways[] = {
    {"admm_anderson", "base: admm, memory: 2, stop: {max_iter: 4}", LONG_DATA, LONG_NET},
    {"convert", "", WIDE_DATA, WIDE_NET ", loss: cross_entropy"},
    {"decolle", "", WIDE_DATA, WIDE_NET ", loss: cross_entropy"},
    {"enkf", "ensemble: 20, batch: 60", WIDE_DATA, "hidden: [[600, 400]], start: kaiming"},
    {"eprop", "", WIDE_DATA, WIDE_NET ", loss: cross_entropy"},
    {"exact_spike_time", "", LONG_DATA, LONG_NET ", loss: cross_entropy"},
    {"ffnb", "", LONG_DATA ", tasks: 2", LONG_NET},
    {"fista", "iterations: 5", RETRIEVED, ""},
    {"forward_mode", "directions: 4", LONG_DATA, LONG_NET},
    {"gradient_probe", "samples: 20, coordinates: 20, draws: 10, train_epochs: 1", LONG_DATA, LONG_NET},
    {"ide", "", LONG_DATA, RATES},
    {"ista", "iterations: 5", RETRIEVED, ""},
    {"lfp", "lr: 0.01", LONG_DATA, LONG_NET},
    {"lista", "layers: 3", RETRIEVED, ""},
    {"ottt", "", WIDE_DATA, WIDE_NET ", loss: cross_entropy"},
    {"spide", "", LONG_DATA, RATES},
};

/* By turns in double and in single precision. */
struct trainer {
    char name[60], precision[10];
};

static void free_trainers(struct criterion_test_params *params)
{
    cr_free(params->params);
}

ParameterizedTestParameters(memory, every_trainer)
{
    size_t n = 0;
    while (solvers[n]) n++;
    struct trainer *all = cr_calloc(n, sizeof *all);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(all[i].name, sizeof all[i].name, "%s", solvers[i]->name);
        (void)snprintf(all[i].precision, sizeof all[i].precision, "%s", i % 2 ? "float" : "double");
    }
    return cr_make_param_array(struct trainer, all, n, free_trainers);
}

ParameterizedTest(struct trainer *t, memory, every_trainer)
{
    char text[1500];
    struct own_way way = {t->name, "", LONG_DATA, LONG_NET};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(ways[i].solver, t->name) == 0) way = ways[i];
    (void)snprintf(text, sizeof text,
                   "experiment: a\nprecision: %s\neval_every: 1\nstop: {max_iter: 1}\n"
                   "dataset: {name: %s}\nnetwork: {%s}\nsolvers: [{name: %s%s%s}]\n",
                   t->precision, way.data, way.network, t->name, way.options[0] ? ", " : "", way.options);
    expect_near(text, "5");
}

/* Trains next to nothing on a dataset, "NAME, key: value, ...". */
static void expect_near_on(const char *data)
{
    char text[1500];
    (void)snprintf(text, sizeof text,
                   "experiment: a\neval_every: 1\nstop: {max_iter: 1}\n"
                   "dataset: {name: %s, n_validation: 10, n_test: 10}\n"
                   "network: {hidden: [[2]], start: kaiming}\nsolvers: [{name: trained_readout}]\n",
                   data);
    expect_near(text, "5");
}

struct data {
    char text[160];
};

ParameterizedTestParameters(memory, every_dataset_that_is_made)
{
    static struct data all[] = {
        {"digits, T: 200, n_train: 1000"},
        {"digits, T: 20, n_train: 1500, encoding: current"},
        {"event_camera, T: 100, n_train: 600, sensor: 12"},
        {"event_camera, T: 8, n_train: 600, sensor: 16, threshold: 0.1, noise_rate: 100"},
        {"event_camera, T: 50, n_train: 200, sensor: 12, input_noise: 0.1"},
        {"yin_yang, T: 1000, n_train: 1000, encoding: current"},
        {"mexican_hat, T: 300, n_train: 500"},
        {"sine, T: 300, n_train: 800"},
        {"multiscale, T: 300, n_train: 800"},
        {"poisson_1d, T: 300, n_train: 800"},
    };
    return cr_make_param_array(struct data, all, sizeof all / sizeof *all);
}

ParameterizedTest(struct data *d, memory, every_dataset_that_is_made)
{
    expect_near_on(d->text);
}

static char here[300];

static void find_folder(void)
{
    static struct result r;
    cli_shell(&r, "pwd");
    (void)snprintf(here, sizeof here, "%.*s", (int)strcspn(r.output, "\n"), r.output);
}

/* Numbers that are spread, the same in every run. */
static uint32_t spread(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* Recordings of N-MNIST's format and sensor; most of their events are at a few pixels, where they meet. */
static void write_recordings(const char *folder)
{
    enum { EVENTS = 40000, RECORDINGS = 60 };
    static unsigned char bytes[5 * EVENTS];
    char name[100];
    uint32_t state = 7;
    for (size_t i = 0; i < RECORDINGS; i++) {
        for (size_t k = 0; k < EVENTS; k++) {
            const uint32_t t = (uint32_t)(k * 300000 / EVENTS), pixels = spread(&state) % 4 ? 8 : 34;
            unsigned char *event = bytes + 5 * k;
            event[0] = (unsigned char)(spread(&state) % pixels);
            event[1] = (unsigned char)(spread(&state) % pixels);
            event[2] = (unsigned char)(spread(&state) % 2 << 7 | t >> 16);
            event[3] = (unsigned char)(t >> 8);
            event[4] = (unsigned char)t;
        }
        (void)snprintf(name, sizeof name, "%s/%s/%zu/%05zu.bin", folder, i % 3 ? "Train" : "Test", i / 3 % 10,
                       i);
        folder_write(here, name, bytes, sizeof bytes);
    }
}

Test(memory, recordings_in_files)
{
    static const char *const names[] = {
        "nmnist, T: 60", "events, T: 60, width: 34, height: 34",
        "events, T: 300, width: 34, height: 34, downsample: 2",
        "events, T: 300, width: 34, height: 34, polarity: merge, values: binary"};
    char text[500];
    find_folder();
    write_recordings("r");
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        (void)snprintf(text, sizeof text, "%s, path: %s/r, n_train: 30", names[k], here);
        expect_near_on(text);
    }
}

Test(memory, images_in_idx_files)
{
    enum { IMAGES = 1500, PIXELS = 28 * 28 };
    static unsigned char images[IMAGES * PIXELS], labels[IMAGES];
    char text[500];
    uint32_t state = 3;
    find_folder();
    for (size_t k = 0; k < sizeof images; k++)
        images[k] = (unsigned char)(spread(&state) % 3 ? 0 : spread(&state) % 256);
    for (size_t k = 0; k < IMAGES; k++) labels[k] = (unsigned char)(k % 10);
    folder_write_idx(here, "i/train-images-idx3-ubyte", images, IMAGES, 28);
    folder_write_idx(here, "i/train-labels-idx1-ubyte", labels, IMAGES, 0);
    folder_write_idx(here, "i/t10k-images-idx3-ubyte", images, 100, 28);
    folder_write_idx(here, "i/t10k-labels-idx1-ubyte", labels, 100, 0);
    (void)snprintf(text, sizeof text, "mnist, T: 100, path: %s/i, n_train: 1000", here);
    expect_near_on(text);
}

#ifdef SPIKEBENCH_HDF5
Test(memory, cochleas_in_hdf5_files)
{
    enum { EVENTS = 20000 };
    char text[500];
    find_folder();
    (void)snprintf(text, sizeof text, "%s/shd_train.h5", here);
    shd_write(text, 140, EVENTS);
    (void)snprintf(text, sizeof text, "%s/shd_test.h5", here);
    shd_write(text, 20, EVENTS);
    (void)snprintf(text, sizeof text, "shd, T: 100, path: %s, n_train: 120", here);
    expect_near_on(text);
}
#endif
