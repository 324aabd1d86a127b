/* SHD files as others write them: types, shapes, units of time, locks; and what is said of what is not used.
 */
#include "commands/registry.h"
#include "datasets/shd_file.h"
#include "tests/data_helpers.h"
#include "tests/shd_made.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef SPIKEBENCH_HDF5
#include <fcntl.h>
#include <sys/file.h>

enum { SAMPLES = 20, EVENTS = 100 };

/* A file to be written: 20 recordings of up to 100 events. */
struct made {
    hid_t times_as, units_as, labels_as; /* 0: double, 16 and 16 bits */
    size_t shape[2];                     /* {0}: one axis */
    size_t n[SAMPLES];
    double times[SAMPLES][EVENTS];
    long long units[SAMPLES][EVENTS], labels[SAMPLES];
};

/* Events at k * 10 ms of channel 7, labels 0 .. 19. */
static struct made *make_grid(void)
{
    struct made *f = calloc(1, sizeof *f);
    cr_assert_not_null(f);
    for (size_t i = 0; i < SAMPLES; i++) {
        f->n[i] = EVENTS;
        f->labels[i] = (long long)i;
        for (size_t k = 0; k < EVENTS; k++) {
            f->times[i][k] = (double)k / 100;
            f->units[i][k] = 7;
        }
    }
    return f;
}

static void write_made(const char *folder, const char *name, struct made *f)
{
    char path[FOLDER_MAX + 80];
    hvl_t t[SAMPLES], u[SAMPLES];
    for (size_t i = 0; i < SAMPLES; i++) {
        t[i] = (hvl_t){f->n[i], f->times[i]};
        u[i] = (hvl_t){f->n[i], f->units[i]};
    }
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert_geq(file, 0);
    (void)H5Gclose(H5Gcreate2(file, "/spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hid_t types[4] = {
        H5Tvlen_create(f->times_as ? f->times_as : H5T_IEEE_F64LE), H5Tvlen_create(H5T_NATIVE_DOUBLE),
        H5Tvlen_create(f->units_as ? f->units_as : H5T_STD_U16LE), H5Tvlen_create(H5T_NATIVE_LLONG)};
    const size_t n = f->shape[0] ? f->shape[0] : SAMPLES, more = f->shape[1];
    shd_put(file, "/spikes/times", types[0], types[1], n, more, t);
    shd_put(file, "/spikes/units", types[2], types[3], n, more, u);
    shd_put(file, "/labels", f->labels_as ? f->labels_as : H5T_STD_I16LE, H5T_NATIVE_LLONG, n, more,
            f->labels);
    for (size_t k = 0; k < 4; k++) (void)H5Tclose(types[k]);
    cr_assert_geq(H5Fclose(file), 0);
}

static status open_data(const char *folder, const char *setting, struct dataset *d, struct error *e)
{
    char path[FOLDER_MAX + 10];
    (void)snprintf(path, sizeof path, "path=%s", folder);
    void *options =
        data_options(catalogue_dataset(&registry, "shd"),
                     (const char *const[]){path, "T=100", "duration_s=1", "n_validation=0", setting, NULL});
    status st = catalogue_dataset(&registry, "shd")->open(options, 0, d, e);
    free(options);
    return st;
}

/* A time k * 10 ms, stored in any type, is in bin k of 100 bins of a second: one event in each. */
Test(shd_files, times_on_a_grid_are_in_their_bins)
{
    char folder[FOLDER_MAX];
    struct made *f = make_grid();
    struct dataset d;
    struct error e = {0};
    const hid_t types[] = {H5T_IEEE_F64LE, H5T_IEEE_F32LE, shd_half_type()};
    folder_create(folder);
    for (size_t k = 0; k < 3; k++) {
        f->times_as = types[k];
        write_made(folder, "shd_train.h5", f);
        write_made(folder, "shd_test.h5", f);
        cr_assert_eq(open_data(folder, NULL, &d, &e), ST_OK, "%s", e.text);
        for (size_t t = 0; t < 100; t++)
            cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 3, t, 7), 1.0, "type %zu, bin %zu: %g events", k, t,
                         data_cell(&d, SPLIT_TRAIN, 3, t, 7));
        cr_expect(d.info.usage.recordings == 40 && d.info.usage.events == 4000 && d.info.usage.outside == 0);
        dataset_free(&d);
    }
    free(f);
    folder_remove(folder);
}

/* What is wrong with the file, or unusual: set by its number. */
enum change {
    NOTHING,
    COLUMNS,
    ROWS,
    SQUARE,
    LABEL_WIDE,
    UNIT_NEGATIVE,
    UNIT_WIDE,
    NO_EVENT,
    LATE, /* half of the events of each recording after the second */
    MILLISECONDS,
    TIME_NEGATIVE
};

static void change(struct made *f, enum change what)
{
    if (what == COLUMNS) f->shape[0] = SAMPLES, f->shape[1] = 1;
    if (what == ROWS) f->shape[0] = 1, f->shape[1] = SAMPLES;
    if (what == SQUARE) f->shape[0] = SAMPLES / 2, f->shape[1] = 2;
    if (what == LABEL_WIDE) f->labels_as = H5T_STD_I64LE, f->labels[4] = 4294967296 + 4;
    if (what == UNIT_NEGATIVE) f->units_as = H5T_STD_I32LE, f->units[5][1] = -1;
    if (what == UNIT_WIDE) f->units_as = H5T_STD_I64LE, f->units[5][1] = 4294967296 + 5;
    if (what == NO_EVENT) f->n[6] = 0;
    if (what == TIME_NEGATIVE) f->times[2][3] = -0.5;
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t k = 0; k < EVENTS; k++) {
            if (what == LATE) f->times[i][k] *= 2;
            if (what == MILLISECONDS) f->times[i][k] = 1000 * (f->times[i][k] + 0.05);
        }
}

struct changed {
    int what;
    char setting[16], expected[140];
};

ParameterizedTestParameters(shd_files, changes)
{
    static struct changed cases[] = {
        {NOTHING, "bad=error", "40 recordings, 4000 events, all of them used"},
        {COLUMNS, "bad=error", "40 recordings, 4000 events, all of them used"},
        {ROWS, "bad=error", "40 recordings, 4000 events, all of them used"},
        {SQUARE, "bad=error", "dataset /spikes/times is not one-dimensional: 2 axes are longer than 1"},
        {LABEL_WIDE, "bad=error", "label 4294967300 of recording 4 is not one of 0 to 19"},
        {LABEL_WIDE, "bad=skip", "label 4294967300 of recording 4 is not one of 0 to 19"},
        {UNIT_NEGATIVE, "bad=error",
         "recording 5, event 1: unit -1 is not one of 0 to 699; dataset.bad = skip"},
        {UNIT_WIDE, "bad=error", "recording 5, event 1: unit 4294967301 is not one of 0 to 699"},
        {UNIT_WIDE, "bad=skip", "40 recordings, 4000 events: 1 events off the sensor left out (0.025 %)"},
        {NO_EVENT, "bad=error", "shd_train: recording 6: the recording holds no event; dataset.bad = skip"},
        {NO_EVENT, "bad=skip", "40 recordings, 3900 events: 1 empty recordings left out"},
        {LATE, "bad=error",
         "40 recordings, 4000 events: 1000 events beyond the time covered left out (25 %)"},
        {MILLISECONDS, "bad=error",
         "recording 0 (times 50 to 1040, taken as seconds): none of its 100 events is left"},
        {MILLISECONDS, "bad=skip", "shd_train: none of its 20 recordings is left"},
        {TIME_NEGATIVE, "bad=error", "recording 2, event 3: time -0.5 s; dataset.bad = skip"},
        {TIME_NEGATIVE, "bad=skip", "40 recordings, 3900 events: 1 malformed recordings left out"},
    };
    return cr_make_param_array(struct changed, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct changed *c, shd_files, changes)
{
    char folder[FOLDER_MAX], line[300] = "";
    struct made *f = make_grid();
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_made(folder, "shd_test.h5", f);
    change(f, (enum change)c->what);
    write_made(folder, "shd_train.h5", f);
    if (open_data(folder, c->setting, &d, &e) == ST_OK) {
        FILE *out = folder_scratch();
        cr_expect(usage_print(&d.info.usage, "", false, out));
        rewind(out);
        line[fread(line, 1, sizeof line - 1, out)] = '\0';
        (void)fclose(out);
        const size_t left = 40 - d.info.usage.empty - d.info.usage.bad;
        cr_expect_eq(d.info.n[SPLIT_TRAIN] + d.info.n[SPLIT_TEST], left);
    }
    const char *said = e.code == ST_OK ? line : e.text;
    cr_expect(strstr(said, c->expected) != NULL, "%d: '%s' is not in: %s", c->what, c->expected, said);
    dataset_free(&d);
    free(f);
    folder_remove(folder);
}

/* Both files in milliseconds: nothing is left, whatever the option. */
Test(shd_files, nothing_left_is_refused)
{
    char folder[FOLDER_MAX];
    struct made *f = make_grid();
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    change(f, MILLISECONDS);
    write_made(folder, "shd_train.h5", f);
    write_made(folder, "shd_test.h5", f);
    cr_expect_eq(open_data(folder, "bad=skip", &d, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "shd: of 40 recordings 0 are malformed and 40 empty: nearly all"), "%s",
                       e.text);
    dataset_free(&d);
    free(f);
    folder_remove(folder);
}

struct file_case {
    char command[120], expected[120];
    int code;
};

ParameterizedTestParameters(shd_files, places)
{
    static struct file_case cases[] = {
        {"mv shd_train.h5 SHD-train.HDF5", "", ST_OK},
        {"mkdir SHD; mv *.h5 SHD", "", ST_OK},
        {"mkdir -p a/b; mv *.h5 a/b", "", ST_OK},
        {"gzip shd_train.h5", "shd_train.h5.gz: is no HDF5 file but compressed by gzip: unpack it", ST_DATA},
        {"echo '<html>' > shd_train.h5", "shd_train.h5: is no HDF5 file but a web page", ST_DATA},
        {": > shd_train.h5", "shd_train.h5: is no HDF5 file but empty", ST_DATA},
        {"truncate -s 2000 shd_train.h5", "shd_train.h5: is a damaged HDF5 file", ST_DATA},
        {"mv shd_train.h5 shd_trian.h5",
         "the folder holds shd_test.h5, shd_trian.h5; nearest: 'shd_trian.h5'", ST_NO_DATA},
    };
    return cr_make_param_array(struct file_case, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct file_case *c, shd_files, places)
{
    char folder[FOLDER_MAX];
    struct made *f = make_grid();
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_made(folder, "shd_train.h5", f);
    write_made(folder, "shd_test.h5", f);
    folder_shell(folder, c->command);
    cr_expect_eq((int)open_data(folder, NULL, &d, &e), c->code, "%s: %s", c->command, e.text);
    cr_expect(strstr(e.text, c->expected) != NULL, "%s: %s", c->command, e.text);
    dataset_free(&d);
    free(f);
    folder_remove(folder);
}

/* As a program that has the file open for writing holds it. */
Test(shd_files, the_lock_of_a_writer)
{
    char folder[FOLDER_MAX], path[FOLDER_MAX + 20];
    struct made *f = make_grid();
    struct dataset d;
    struct error e = {0};
    cr_assert_eq(setenv("HDF5_USE_FILE_LOCKING", "TRUE", 1), 0);
    folder_create(folder);
    write_made(folder, "shd_train.h5", f);
    write_made(folder, "shd_test.h5", f);
    (void)snprintf(path, sizeof path, "%s/shd_train.h5", folder);
    int held = open(path, O_RDWR);
    cr_assert_geq(held, 0);
    cr_assert_eq(flock(held, LOCK_EX), 0);
    cr_expect_eq(open_data(folder, NULL, &d, &e), ST_IO);
    cr_expect(strstr(e.text, "shd_train.h5: a program that writes it holds its lock") &&
                  strstr(e.text, "HDF5_USE_FILE_LOCKING=FALSE"),
              "%s", e.text);
    dataset_free(&d);
    cr_assert_eq(close(held), 0);
    cr_expect_eq(open_data(folder, NULL, &d, &e), ST_OK, "%s", e.text);
    dataset_free(&d);
    free(f);
    folder_remove(folder);
}

/* A file that this user may not read. Root may read everything: a child of another user tries. */
Test(shd_files, a_file_without_permission)
{
    char folder[FOLDER_MAX];
    struct made *f = make_grid();
    folder_create(folder);
    write_made(folder, "shd_train.h5", f);
    write_made(folder, "shd_test.h5", f);
    free(f);
    folder_shell(folder, "chmod 755 .; chmod 0 shd_train.h5");
    pid_t child = fork();
    if (child == 0) {
        struct dataset d;
        struct error e = {0};
        if (chdir(folder) != 0) _exit(2); /* another user need not be able to reach it */
        if (geteuid() == 0 && setuid(65534) != 0) _exit(2);
        status st = open_data(".", NULL, &d, &e);
        _exit(st == ST_IO && strstr(e.text, "shd_train.h5: Permission denied") ? 0 : 1);
    }
    int how = -1;
    cr_assert_eq(waitpid(child, &how, 0), child);
    cr_expect(WIFEXITED(how) && WEXITSTATUS(how) == 0, "exit code %d", WEXITSTATUS(how));
    folder_remove(folder);
}
#else
Test(shd_files, needs_the_library)
{
    cr_expect_null(shd_library());
}
#endif
