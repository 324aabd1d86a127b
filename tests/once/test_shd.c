/* SHD and SSC: small files written with the HDF5 library in the published layout, and damaged ones. */
#include "commands/registry.h"
#include "datasets/shd_file.h"
#include "tests/data_helpers.h"
#include "tests/shd_made.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static status open_with(const char *name, const char *folder, const char *setting, const char *more,
                        struct dataset *d, struct error *e)
{
    char path[FOLDER_MAX + 10];
    (void)snprintf(path, sizeof path, "path=%s", folder);
    void *options = data_options(
        catalogue_dataset(&registry, name),
        (const char *const[]){path, "T=4", "duration_s=1", "n_validation=0", setting, more, NULL});
    status st = catalogue_dataset(&registry, name)->open(options, 0, d, e);
    free(options);
    return st;
}

static status open_data(const char *name, const char *folder, const char *setting, struct dataset *d,
                        struct error *e)
{
    return open_with(name, folder, setting, NULL, d, e);
}

#ifdef SPIKEBENCH_HDF5

/* What is wrong with a file. */
enum flaw {
    GOOD,
    NO_TIMES,
    NO_LABELS,
    TIMES_NOT_RAGGED,
    UNITS_OF_FLOATS,
    LABELS_OF_FLOATS,
    FEWER_LABELS,
    FEWER_UNITS,
    LENGTHS_DIFFER,
    UNIT_700,
    TIME_NAN,
    TIME_NEGATIVE,
    LABEL_20,
    LABEL_34, /* of every recording */
    LABEL_NEGATIVE,
    NO_RECORDING
};
enum { SAMPLES = 20, EVENTS = 3 };

/* Recording i (label i mod 20): channels i, i + 1 and 699 at 0, 0.25 and 0.875 + i / 1024 s, all exact in
 * half precision; the last recording has an event after one second. */
static void write_file(const char *folder, const char *name, enum flaw flaw)
{
    char path[FOLDER_MAX + 80];
    static double times[SAMPLES][EVENTS];
    static uint32_t units[SAMPLES][EVENTS];
    int labels[SAMPLES];
    hvl_t t[SAMPLES], u[SAMPLES];
    size_t n = flaw == NO_RECORDING ? 0 : SAMPLES;
    for (size_t i = 0; i < SAMPLES; i++) {
        times[i][0] = 0;
        times[i][1] = 0.25;
        times[i][2] = i + 1 < SAMPLES ? 0.875 : 1.25;
        units[i][0] = (uint32_t)i;
        units[i][1] = (uint32_t)i + 1;
        units[i][2] = 699;
        labels[i] = (int)i % 20;
        t[i] = (hvl_t){EVENTS, times[i]};
        u[i] = (hvl_t){EVENTS, units[i]};
    }
    if (flaw == LENGTHS_DIFFER) u[7].len = 2;
    if (flaw == UNIT_700) units[5][1] = 700;
    if (flaw == TIME_NAN) times[3][2] = NAN;
    if (flaw == TIME_NEGATIVE) times[3][2] = -0.5;
    if (flaw == LABEL_20) labels[4] = 20;
    for (size_t i = 0; flaw == LABEL_34 && i < SAMPLES; i++) labels[i] = 34;
    if (flaw == LABEL_NEGATIVE) labels[4] = -1;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), half = shd_half_type();
    cr_assert_geq(file, 0);
    (void)H5Gclose(H5Gcreate2(file, "/spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hid_t stored_t = H5Tvlen_create(half), memory_t = H5Tvlen_create(H5T_NATIVE_DOUBLE);
    hid_t stored_u = H5Tvlen_create(H5T_STD_U16LE), memory_u = H5Tvlen_create(H5T_NATIVE_UINT32);
    if (flaw == TIMES_NOT_RAGGED)
        shd_put(file, "/spikes/times", half, H5T_NATIVE_DOUBLE, n, 0, times);
    else if (flaw != NO_TIMES)
        shd_put(file, "/spikes/times", stored_t, memory_t, n, 0, t);
    if (flaw == UNITS_OF_FLOATS)
        shd_put(file, "/spikes/units", stored_t, memory_t, n, 0, t);
    else
        shd_put(file, "/spikes/units", stored_u, memory_u, flaw == FEWER_UNITS ? n - 1 : n, 0, u);
    if (flaw == LABELS_OF_FLOATS)
        shd_put(file, "/labels", H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, n, 0, times);
    else if (flaw != NO_LABELS)
        shd_put(file, "/labels", H5T_STD_I16LE, H5T_NATIVE_INT, flaw == FEWER_LABELS ? n - 1 : n, 0, labels);
    (void)H5Tclose(half);
    (void)H5Tclose(stored_t);
    (void)H5Tclose(memory_t);
    (void)H5Tclose(stored_u);
    (void)H5Tclose(memory_u);
    cr_assert_geq(H5Fclose(file), 0);
}

Test(shd, the_published_layout)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_file(folder, "shd_train.h5", GOOD);
    write_file(folder, "shd_test.h5", GOOD);
    cr_assert_eq(open_data("shd", folder, "n_test=0", &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.n_inputs == 700 && d.info.n_classes == 20 && d.info.T == 4);
    cr_expect(d.info.n[SPLIT_TRAIN] == SAMPLES && d.info.n[SPLIT_TEST] == SAMPLES);
    for (size_t n = 0; n < SAMPLES; n++) {
        size_t i = (size_t)d.labels[SPLIT_TRAIN][n], late = i + 1 < SAMPLES ? 1 : 0;
        size_t rows = d.x[SPLIT_TRAIN].start[(n + 1) * 4] - d.x[SPLIT_TRAIN].start[n * 4];
        cr_expect_eq(rows, 2 + late, "what comes after the duration is left out");
        cr_expect_eq(data_cell(&d, SPLIT_TRAIN, n, 0, i), 1.0);
        cr_expect_eq(data_cell(&d, SPLIT_TRAIN, n, 1, i + 1), 1.0);
        cr_expect_eq(data_cell(&d, SPLIT_TRAIN, n, 3, 699), (double)late);
    }
    dataset_free(&d);
    /* channels 0 .. 349 and 350 .. 699 share an input each; two events of the same cell add up */
    cr_assert_eq(open_data("shd", folder, "units_per_bin=350", &d, &e), ST_OK, "%s", e.text);
    cr_expect_eq(d.info.n_inputs, 2);
    cr_expect_eq(data_cell(&d, SPLIT_TEST, 0, 0, 0), 1.0);
    cr_expect_eq(data_cell(&d, SPLIT_TEST, 0, 1, 0), 1.0);
    dataset_free(&d);
    folder_remove(folder);
}

Test(shd, ssc_has_its_own_names_and_classes)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_file(folder, "ssc_train.h5", LABEL_20); /* label 20 is one of SSC's 35 */
    write_file(folder, "ssc_test.h5", GOOD);
    cr_assert_eq(open_data("ssc", folder, "values=binary", &d, &e), ST_OK, "%s", e.text);
    cr_expect_eq(d.info.n_classes, 35);
    dataset_free(&d);
    cr_expect_eq(open_data("shd", folder, "n_test=0", &d, &e), ST_NO_DATA);
    cr_expect_not_null(
        strstr(e.text, "/shd_train.h5 is not there, nor in a folder below; the folder holds ssc_test.h5"),
        "%s", e.text);
    dataset_free(&d);
    folder_remove(folder);
}

/* Of the validation file all labels are 34, and of the others none is: the splits cannot be mixed up. */
Test(shd, ssc_validation_is_the_published_file)
{
    char folder[FOLDER_MAX], without[HASH_HEX];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_file(folder, "ssc_train.h5", GOOD);
    write_file(folder, "ssc_test.h5", GOOD);
    cr_assert_eq(open_data("ssc", folder, "n_validation=0", &d, &e), ST_OK, "not needed: %s", e.text);
    cr_expect(d.info.n[SPLIT_TRAIN] == SAMPLES && d.info.n[SPLIT_VALIDATION] == 0);
    memcpy(without, d.info.sha256, sizeof without);
    dataset_free(&d);
    cr_expect_eq(open_data("ssc", folder, "n_validation=5", &d, &e), ST_NO_DATA);
    cr_expect(strstr(e.text, "ssc_valid.h5 was not found") && strstr(e.text, "dataset fetch ssc") &&
                  strstr(e.text, "n_validation = 0"),
              "%s", e.text);
    dataset_free(&d);
    write_file(folder, "ssc_valid.h5", LABEL_34);
    cr_assert_eq(open_data("ssc", folder, "n_validation=20", &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.n[SPLIT_TRAIN] == SAMPLES && d.info.n[SPLIT_VALIDATION] == 20 &&
              d.info.n[SPLIT_TEST] == SAMPLES);
    for (size_t i = 0; i < SAMPLES; i++) {
        cr_expect_lt(d.labels[SPLIT_TRAIN][i], 20);
        cr_expect_eq(d.labels[SPLIT_VALIDATION][i], 34);
        cr_expect_lt(d.labels[SPLIT_TEST][i], 20);
    }
    cr_expect_str_neq(d.info.sha256, without, "the file counts as data that were read");
    dataset_free(&d);
    cr_expect_eq(open_data("ssc", folder, "n_validation=21", &d, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "dataset.n_validation = 21, but the validation file has 20 samples"),
                       "%s", e.text);
    dataset_free(&d);
    write_file(folder, "ssc_valid.h5", TIME_NAN);
    cr_expect_eq(open_data("ssc", folder, "n_validation=5", &d, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "ssc_valid.h5: recording 3, event 2: time nan"), "%s", e.text);
    dataset_free(&d);
    folder_remove(folder);
}

/* Which samples train and test does not depend on validation samples from the file; a seed draws them. */
Test(shd, ssc_validation_is_drawn_by_the_seed)
{
    char folder[FOLDER_MAX];
    struct dataset none, some, other;
    struct error e = {0};
    folder_create(folder);
    write_file(folder, "ssc_train.h5", GOOD);
    write_file(folder, "ssc_test.h5", GOOD);
    write_file(folder, "ssc_valid.h5", GOOD);
    cr_assert_eq(open_with("ssc", folder, "n_train=9", "n_test=8", &none, &e), ST_OK, "%s", e.text);
    cr_assert_eq(open_with("ssc", folder, "n_train=9", "n_validation=7", &some, &e), ST_OK, "%s", e.text);
    cr_expect_arr_eq(none.labels[SPLIT_TRAIN], some.labels[SPLIT_TRAIN], 9 * sizeof(int));
    cr_assert_eq(open_with("ssc", folder, "n_validation=7", "split_seed=5", &other, &e), ST_OK, "%s", e.text);
    cr_expect_arr_neq(some.labels[SPLIT_VALIDATION], other.labels[SPLIT_VALIDATION], 7 * sizeof(int));
    dataset_free(&none);
    dataset_free(&some);
    dataset_free(&other);
    folder_remove(folder);
}

struct bad_file {
    int flaw;
    char expected[100];
};

ParameterizedTestParameters(shd, damaged_files)
{
    static struct bad_file cases[] = {
        {NO_TIMES, "there is no dataset /spikes/times"},
        {NO_LABELS, "there is no dataset /labels"},
        {TIMES_NOT_RAGGED, "/spikes/times does not hold variable-length arrays of floating-point numbers"},
        {UNITS_OF_FLOATS, "/spikes/units does not hold variable-length arrays of integers"},
        {LABELS_OF_FLOATS, "/labels does not hold integers"},
        {FEWER_LABELS, "19 labels for 20 recordings"},
        {FEWER_UNITS, "/spikes/units has 19 recordings, /spikes/times 20"},
        {LENGTHS_DIFFER, "recording 7 has 3 times and 2 units"},
        {UNIT_700, "recording 5, event 1: unit 700 is not one of 0 to 699"},
        {TIME_NAN, "recording 3, event 2: time nan"},
        {TIME_NEGATIVE, "recording 3, event 2: time -0.5"},
        {LABEL_20, "label 20 of recording 4 is not one of 0 to 19"},
        {LABEL_NEGATIVE, "label -1 of recording 4"},
        {NO_RECORDING, "holds no recording"},
    };
    return cr_make_param_array(struct bad_file, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct bad_file *c, shd, damaged_files)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_file(folder, "shd_train.h5", GOOD);
    write_file(folder, "shd_test.h5", (enum flaw)c->flaw);
    cr_expect_eq(open_data("shd", folder, "n_test=0", &d, &e), ST_DATA);
    cr_expect(strstr(e.text, c->expected) && strstr(e.text, "/shd_test.h5: "), "'%s' is not in: %s",
              c->expected, e.text);
    dataset_free(&d);
    folder_remove(folder);
}

/* Files that are no HDF5: made by shell commands. */
struct hostile {
    char command[100], expected[60];
};

ParameterizedTestParameters(shd, hostile_files)
{
    static struct hostile cases[] = {
        {": > shd_train.h5", "shd_train.h5: is no HDF5 file"},
        {"rm shd_train.h5; truncate -s 5G shd_train.h5", "shd_train.h5: is no HDF5 file"},
        {"truncate -s 1000 shd_train.h5", "shd_train.h5: "},
        {"rm shd_train.h5; mkdir shd_train.h5", "shd_train.h5: is a directory"},
        {"rm shd_train.h5; mkfifo shd_train.h5", "shd_train.h5: is a device or a pipe"},
        {"rm shd_train.h5; ln -s shd_train.h5 shd_train.h5", "shd_train.h5: Too many levels"},
        {"dd if=/dev/zero of=shd_train.h5 bs=1 seek=800 count=400 conv=notrunc 2>/dev/null",
         "shd_train.h5: "},
    };
    return cr_make_param_array(struct hostile, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct hostile *c, shd, hostile_files)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_file(folder, "shd_train.h5", GOOD);
    write_file(folder, "shd_test.h5", GOOD);
    folder_shell(folder, c->command);
    status st = open_data("shd", folder, "n_test=0", &d, &e);
    cr_expect(st == ST_DATA || st == ST_IO, "%s: %d", c->command, (int)st);
    cr_expect(strstr(e.text, c->expected) != NULL, "%s: '%s' is not in: %s", c->command, c->expected, e.text);
    dataset_free(&d);
    folder_remove(folder);
}

#else

Test(shd, says_that_the_library_is_missing)
{
    struct dataset d;
    struct error e = {0};
    cr_expect_null(shd_library());
    cr_expect_eq(open_data("shd", "/tmp", "n_test=0", &d, &e), ST_NO_DATA);
    cr_expect_not_null(strstr(e.text, "built without HDF5: install libhdf5-dev"), "%s", e.text);
    dataset_free(&d);
}
#endif
