/* The built-in digits, encodings, stratified splits, and damaged CSV files. */
#include "commands/registry.h"
#include "datasets/encode.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void open_digits(struct dataset *d, uint64_t seed, const char *const *settings)
{
    struct error e = {0};
    void *options = data_options(catalogue_dataset(&registry, "digits"), settings);
    cr_assert_eq(catalogue_dataset(&registry, "digits")->open(options, seed, d, &e), ST_OK, "%s", e.text);
    free(options);
}

Test(digits, the_published_figures_hold)
{
    /* UCI's description of the test file: 1,797 samples; per class 178 182 177 183 181 182 181 179 174 180.
     */
    static const int per_class[] = {178, 182, 177, 183, 181, 182, 181, 179, 174, 180};
    int found[10] = {0};
    struct dataset d;
    open_digits(&d, 0, (const char *const[]){"n_train=1000", "n_validation=200", "n_test=0", NULL});
    cr_expect_eq(d.info.n[SPLIT_TEST], 597);
    cr_expect_eq(d.info.n_inputs, 64);
    cr_expect_eq(d.info.n_classes, 10);
    for (int s = 0; s < N_SPLITS; s++)
        for (size_t i = 0; i < d.info.n[s]; i++) found[d.labels[s][i]]++;
    cr_expect_arr_eq(found, per_class, sizeof found);
    dataset_free(&d);
}

Test(digits, splits_are_stratified)
{
    struct dataset d;
    open_digits(&d, 3, (const char *const[]){"n_train=500", "n_validation=100", "n_test=100", NULL});
    for (int s = 0; s < N_SPLITS; s++) {
        size_t found[10] = {0};
        for (size_t i = 0; i < d.info.n[s]; i++) found[d.labels[s][i]]++;
        for (int c = 0; c < 10; c++) {
            cr_expect_leq(found[c], d.info.n[s] / 10 + 2, "split %d class %d: %zu", s, c, found[c]);
            cr_expect_geq(found[c], d.info.n[s] / 10 - 2, "split %d class %d: %zu", s, c, found[c]);
        }
    }
    dataset_free(&d);
}

static bool same_data(const struct dataset *a, const struct dataset *b, enum split s)
{
    size_t rows = a->info.n[s] * a->info.T, entries = a->x[s].start[rows];
    return memcmp(a->labels[s], b->labels[s], a->info.n[s] * sizeof(int)) == 0 &&
           memcmp(a->x[s].start, b->x[s].start, (rows + 1) * sizeof(size_t)) == 0 &&
           memcmp(a->x[s].index, b->x[s].index, entries * sizeof(uint32_t)) == 0;
}

Test(digits, the_seed_decides)
{
    static const char *const fixed[] = {"T=4", "split_seed=7", NULL};
    struct dataset a, b, c, f, g;
    open_digits(&a, 1, (const char *const[]){"T=4", NULL});
    open_digits(&b, 1, (const char *const[]){"T=4", NULL});
    open_digits(&c, 2, (const char *const[]){"T=4", NULL});
    open_digits(&f, 1, fixed);
    open_digits(&g, 2, fixed);
    for (int s = 0; s < N_SPLITS; s++) {
        cr_expect(same_data(&a, &b, (enum split)s), "split %d", s);
        cr_expect(!same_data(&a, &c, (enum split)s), "split %d", s);
        bool same = memcmp(f.labels[s], g.labels[s], f.info.n[s] * sizeof(int)) == 0;
        cr_expect_eq(same, s == SPLIT_TEST, "one test side for all seeds; split %d", s);
        cr_expect_arr_neq(a.labels[s], f.labels[s], f.info.n[s] * sizeof(int), "split_seed redraws all");
        cr_expect(!same_data(&f, &g, (enum split)s), "the spikes are drawn anew all the same");
    }
    cr_expect_str_eq(a.info.sha256, c.info.sha256, "the hash is of the file, not of the draw");
    struct dataset *all[] = {&a, &b, &c, &f, &g};
    for (size_t i = 0; i < 5; i++) dataset_free(all[i]);
}

Test(digits, stratified_sets_are_disjoint)
{
    enum { N = 97 };
    int labels[N];
    size_t one[40], two[30], seen[N] = {0}, *const out[] = {one, two};
    struct rng rng;
    struct error e = {0};
    rng_seed(&rng, 5, "split");
    for (int i = 0; i < N; i++) labels[i] = i % 3;
    cr_assert_eq(dataset_stratify(labels, N, 3, (const size_t[]){40, 30}, 2, out, &rng, &e), ST_OK);
    for (int i = 0; i < 40; i++) seen[one[i]]++;
    for (int i = 0; i < 30; i++) seen[two[i]]++;
    for (int i = 0; i < N; i++) cr_expect_leq(seen[i], 1);
    cr_expect_eq(dataset_stratify(labels, N, 3, (const size_t[]){60, 38}, 2, out, &rng, &e), ST_CONFIG);
}

Test(encode, latency_by_hand)
{
    /* T = 5: intensity 1 spikes at step 0, 0.5 at round(0.5 * 4) = 2, 0.25 at 3, 0 never. */
    static const double image[] = {1, 0.5, 0.25, 0};
    static const double expected[5][4] = {
        {1, 0, 0, 0}, {0, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 0}};
    struct dataset d = {.info = {.n_inputs = 4, .T = 5}};
    struct spikes_builder b;
    cr_assert_eq(spikes_begin(&b, 4, 5, 1, NULL), ST_OK);
    cr_assert_eq(encode_image(&b, image, ENCODE_LATENCY, 1, NULL, NULL), ST_OK);
    cr_assert_eq(spikes_finish(&b, &d.x[0], &d.mem, NULL), ST_OK);
    for (size_t t = 0; t < 5; t++)
        for (size_t i = 0; i < 4; i++) cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 0, t, i), expected[t][i]);
    dataset_free(&d);
}

Test(encode, currents_are_the_intensities)
{
    static const double image[] = {1, 0.5, 0, 0.125};
    struct dataset d = {.info = {.n_inputs = 4, .T = 3}};
    struct spikes_builder b;
    cr_assert_eq(spikes_begin(&b, 4, 3, 1, NULL), ST_OK);
    cr_assert_eq(encode_image(&b, image, ENCODE_CURRENT, 0.3, NULL, NULL), ST_OK);
    cr_assert_eq(spikes_finish(&b, &d.x[0], &d.mem, NULL), ST_OK);
    for (size_t t = 0; t < 3; t++)
        for (size_t i = 0; i < 4; i++) cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 0, t, i), image[i]);
    cr_expect_eq(d.x[0].start[3], 9);
    dataset_free(&d);
}

Test(encode, rate_has_its_probability)
{
    enum { T = 20000 };
    static const double image[] = {1, 0.5, 0, 0.125};
    struct dataset d = {.info = {.n_inputs = 4, .T = T}};
    struct spikes_builder b;
    struct rng rng;
    size_t spikes[4] = {0};
    rng_seed(&rng, 11, "encode");
    cr_assert_eq(spikes_begin(&b, 4, T, 1, NULL), ST_OK);
    cr_assert_eq(encode_image(&b, image, ENCODE_RATE, 0.8, &rng, NULL), ST_OK);
    cr_assert_eq(spikes_finish(&b, &d.x[0], &d.mem, NULL), ST_OK);
    for (size_t k = 0; k < d.x[0].start[T]; k++) spikes[d.x[0].index[k]]++;
    for (size_t i = 0; i < 4; i++) { /* within five standard deviations */
        double p = 0.8 * image[i];
        cr_expect_leq(fabs((double)spikes[i] - p * T), 5 * sqrt(T * p * (1 - p)), "input %zu: %zu", i,
                      spikes[i]);
    }
    cr_expect_eq(spikes[2], 0);
    dataset_free(&d);
}

/* A digits file of three good rows of which `line` is replaced; what the error must say. */
struct damage {
    char line[8], row[300], expected[3][60];
};

static void row_of(char *text, size_t size, const char *first, const char *label)
{
    size_t used = (size_t)snprintf(text, size, "%s", first);
    for (int i = 1; i < 64; i++) used += (size_t)snprintf(text + used, size - used, ",%d", i % 17);
    (void)snprintf(text + used, size - used, ",%s", label);
}

ParameterizedTestParameters(digits, damaged_files)
{
    static struct damage cases[] = {
        {"2", "", {"line 2", "column '1'", "'x' is no number"}},
        {"2", "", {"line 2", "column 65", "'10' is not an integer from 0 to 9 (label)"}},
        {"3", "", {"line 3", "column 1", "'17' is not an integer from 0 to 16"}},
        {"3", "", {"line 3", "column 1", "'-1'"}},
        {"1", "", {"line 1", "column 1", "'1.5'"}},
        {"1", "", {"line 1", "column 1", "'nan'"}},
        {"2", "1,2,3", {"line 2", "3", "65"}},
    };
    static const char *const cells[][2] = {{"x", "1"},  {"1", "10"},  {"17", "1"},
                                           {"-1", "2"}, {"1.5", "2"}, {"nan", "2"}};
    for (size_t i = 0; i < 6; i++) row_of(cases[i].row, sizeof cases[i].row, cells[i][0], cells[i][1]);
    return cr_make_param_array(struct damage, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct damage *c, digits, damaged_files)
{
    char folder[FOLDER_MAX], text[1000] = "", row[300], path[FOLDER_MAX + 20], setting[FOLDER_MAX + 30];
    struct error e = {0};
    struct dataset_info info;
    folder_create(folder);
    for (int line = 1; line <= 3; line++) {
        row_of(row, sizeof row, "0", "4");
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n",
                       line == atoi(c->line) ? c->row : row);
    }
    folder_write(folder, "d.csv", text, strlen(text));
    (void)snprintf(path, sizeof path, "%s/d.csv", folder);
    (void)snprintf(setting, sizeof setting, "path=%s", path);
    void *options = data_options(catalogue_dataset(&registry, "digits"),
                                 (const char *const[]){setting, "n_train=1", "n_validation=1", NULL});
    cr_expect_eq(catalogue_dataset(&registry, "digits")->probe(options, &info, &e), ST_DATA, "%s", e.text);
    cr_expect(strstr(e.text, path) != NULL, "%s", e.text);
    for (int i = 0; i < 3; i++)
        cr_expect(strstr(e.text, c->expected[i]) != NULL, "'%s' not in: %s", c->expected[i], e.text);
    free(options);
    folder_remove(folder);
}

Test(digits, sizes_that_do_not_fit)
{
    static const char *const bad[][4] = {{"n_train=1797", "n_validation=1", "n_test=0", NULL},
                                         {"n_train=0", "n_validation=0", "n_test=0", NULL},
                                         {"n_train=1000", "n_validation=797", "n_test=0", NULL},
                                         {"n_train=0", "n_validation=1000", "n_test=1000", NULL}};
    for (size_t i = 0; i < 4; i++) {
        struct error e = {0};
        struct dataset_info info;
        void *options = data_options(catalogue_dataset(&registry, "digits"), bad[i]);
        cr_expect_eq(catalogue_dataset(&registry, "digits")->probe(options, &info, &e), ST_CONFIG,
                     "case %zu: %s", i, e.text);
        cr_expect(strstr(e.text, "n_train") != NULL, "%s", e.text);
        free(options);
    }
}
