/* The dataset events: layouts, classes, splits and what is done to recordings, on small files written here.
 */
#include "commands/registry.h"
#include "datasets/event_view.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

/* A recording of text in FOLDER/name: `n` events at (x, y), 1000 us apart from `start` on, ON. */
static void write_text(const char *folder, const char *name, int x, int y, int start, int n)
{
    FILE *f = folder_open(folder, name, "w");
    (void)fputs("x,y,t,p\n", f);
    for (int i = 0; i < n; i++) (void)fprintf(f, "%d,%d,%d,1\n", x, y, start + 1000 * i);
    cr_assert_eq(fclose(f), 0);
}

enum { SETTINGS = 8 };

static status open_events(const char *folder, const char *const *more, struct dataset *d, struct error *e)
{
    char path[FOLDER_MAX + 10];
    const char *settings[SETTINGS + 6] = {path, "width=8", "height=8", "T=2", "n_validation=0"};
    size_t n = 5;
    (void)snprintf(path, sizeof path, "path=%s", folder);
    for (size_t k = 0; more && more[k]; k++) settings[n++] = more[k];
    void *options = data_options(catalogue_dataset(&registry, "events"), settings);
    *e = (struct error){.code = ST_OK};
    const status st = catalogue_dataset(&registry, "events")->open(options, 3, d, e);
    free(options);
    return st;
}

/* The x of a sample that write_text has written: the only input with an entry, of row y. */
static size_t x_of(const struct dataset *d, enum split s, size_t n)
{
    const struct spikes *x = &d->x[s];
    cr_assert_lt(x->start[n * x->T], x->start[(n + 1) * x->T]);
    return x->index[x->start[n * x->T]] % d->info.width;
}

static size_t y_of(const struct dataset *d, enum split s, size_t n)
{
    const struct spikes *x = &d->x[s];
    return x->index[x->start[n * x->T]] / d->info.width % d->info.height;
}

/* Class folders with names, without a test side: labels in the order of the names; a stratified split. */
Test(events, class_folders)
{
    static const char *const classes[] = {"ant", "bee", "cat"};
    char folder[FOLDER_MAX], name[60];
    struct dataset d;
    struct error e;
    folder_create(folder);
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 4; i++) {
            (void)snprintf(name, sizeof name, "Archive/%s/image_%04d.csv", classes[k], i);
            write_text(folder, name, i, k, 100, 3);
        }
    cr_assert_eq(open_events(folder, (const char *const[]){"n_test=3", NULL}, &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.n_classes == 3 && d.info.n[SPLIT_TRAIN] == 9 && d.info.n[SPLIT_TEST] == 3);
    cr_expect(d.info.test_side == TEST_DRAWN && d.info.n_inputs == 128 && d.info.usage.events == 36);
    size_t seen[3][4] = {{0}};
    for (int s = 0; s < N_SPLITS; s++)
        for (size_t n = 0; n < d.info.n[s]; n++) {
            cr_expect_eq(y_of(&d, (enum split)s, n), (size_t)d.labels[s][n], "classes by their names");
            seen[y_of(&d, (enum split)s, n)][x_of(&d, (enum split)s, n)]++;
        }
    for (size_t k = 0; k < 12; k++) cr_expect_eq(seen[k / 4][k % 4], 1, "each in one split, once");
    dataset_free(&d);
    folder_remove(folder);
}

/* Names that are numbers count as such: 2 before 10. */
Test(events, numbered_classes_and_sides)
{
    char folder[FOLDER_MAX], name[60];
    struct dataset d;
    struct error e;
    folder_create(folder);
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 3; i++) {
            (void)snprintf(name, sizeof name, "%s/%d/%d.csv", i < 2 ? "myTrain" : "myTest",
                           (int[]){2, 10, 7}[k], i);
            write_text(folder, name, i, (int[]){0, 2, 1}[k], 100, 3);
        }
    write_text(folder, "myTrain/README.csv", 0, 0, 0, 1);
    cr_assert_eq(open_events(folder, NULL, &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.test_side == TEST_PUBLISHED && d.info.n[SPLIT_TRAIN] == 6 && d.info.n[SPLIT_TEST] == 3);
    cr_expect_eq(d.info.usage.others, 1);
    for (int s = 0; s < N_SPLITS; s++)
        for (size_t n = 0; n < d.info.n[s]; n++) {
            cr_expect_eq(y_of(&d, (enum split)s, n), (size_t)d.labels[s][n]);
            cr_expect_eq(x_of(&d, (enum split)s, n) == 2, s == SPLIT_TEST);
        }
    dataset_free(&d);
    folder_remove(folder);
}

/* An index with parts of recordings, splits and labels of its own. */
Test(events, index)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e;
    folder_create(folder);
    write_text(folder, "a/one.csv", 1, 0, 0, 10);
    write_text(folder, "a/two.csv", 2, 0, 0, 10);
    folder_shell(folder,
                 "printf 'file,label,split,from,to\\na/one.csv,no,train,0,3000\\na/one.csv,yes,train,3000,\\n"
                 "a/two.csv,yes,test,,2000\\na/two.csv,no,validation,2000,4000\\n' > index.csv");
    cr_assert_eq(open_events(folder, (const char *const[]){"n_validation=1", NULL}, &d, &e), ST_OK, "%s",
                 e.text);
    cr_expect(d.info.n[SPLIT_TRAIN] == 2 && d.info.n[SPLIT_VALIDATION] == 1 && d.info.n[SPLIT_TEST] == 1);
    cr_expect_eq(d.info.usage.events, 3 + 7 + 2 + 2);
    for (size_t n = 0; n < 2; n++) {
        const struct spikes *x = &d.x[SPLIT_TRAIN];
        double events = 0;
        for (size_t k = x->start[2 * n]; k < x->start[2 * n + 2]; k++) events += (double)spikes_value(x, k);
        cr_expect_eq(events, d.labels[SPLIT_TRAIN][n] ? 7 : 3, "'no' is class 0 and has three events");
    }
    cr_expect(d.labels[SPLIT_TEST][0] == 1 && d.labels[SPLIT_VALIDATION][0] == 0);
    dataset_free(&d);
    folder_remove(folder);
}

/* What an index says is a part of the data's identity: a label, a side, a part, a group; the order of its
 * lines is not. */
Test(events, identity_of_an_index)
{
    static const char *const lines[] = {
        "one.csv,a,train,,\\ntwo.csv,b,train,,\\nthree.csv,a,test,,\\n",
        "three.csv,a,test,,\\ntwo.csv,b,train,,\\none.csv,a,train,,\\n", /* the same */
        "one.csv,b,train,,\\ntwo.csv,a,train,,\\nthree.csv,a,test,,\\n",
        "one.csv,a,train,,\\ntwo.csv,b,train,,\\nthree.csv,b,test,,\\n",
        "one.csv,a,train,0,9000\\ntwo.csv,b,train,,\\nthree.csv,a,test,,\\n",
        "three.csv,a,train,,\\ntwo.csv,b,train,,\\none.csv,a,test,,\\n"};
    enum { CASES = sizeof lines / sizeof *lines };
    char folder[FOLDER_MAX], command[300], sums[CASES][HASH_HEX];
    folder_create(folder);
    write_text(folder, "one.csv", 1, 0, 0, 10);
    write_text(folder, "two.csv", 2, 0, 0, 10);
    write_text(folder, "three.csv", 3, 0, 0, 10);
    for (size_t k = 0; k < CASES; k++) {
        struct dataset d;
        struct error e;
        (void)snprintf(command, sizeof command, "printf 'file,label,split,from,to\\n%s' > index.csv",
                       lines[k]);
        folder_shell(folder, command);
        cr_assert_eq(open_events(folder, NULL, &d, &e), ST_OK, "%zu: %s", k, e.text);
        memcpy(sums[k], d.info.sha256, HASH_HEX);
        dataset_free(&d);
        for (size_t i = 0; i < k; i++)
            cr_expect_eq(strcmp(sums[i], sums[k]) == 0, i == 0 && k == 1, "indices %zu and %zu", i, k);
    }
    folder_remove(folder);
}

/* FILE_labels.csv beside FILE, and lists of the files of both sides, as DVS Gesture has them. */
Test(events, label_files)
{
    char folder[FOLDER_MAX], name[80];
    struct dataset d;
    struct error e;
    folder_create(folder);
    for (int i = 0; i < 3; i++) {
        (void)snprintf(name, sizeof name, "DvsGesture/user%02d_led.csv", i);
        write_text(folder, name, i, 0, 0, 20);
        (void)snprintf(name, sizeof name, "DvsGesture/user%02d_led_labels.csv", i);
        FILE *f = folder_open(folder, name, "w");
        (void)fputs("class,startTime_usec,endTime_usec\n1,0,5000\n11,5000,9000\n", f);
        cr_assert_eq(fclose(f), 0);
    }
    folder_shell(folder, "cd DvsGesture; printf 'user00_led.csv\\nuser01_led.csv\\n' > trials_to_train.txt; "
                         "printf 'user02_led.csv\\n' > trials_to_test.txt; echo > gesture_mapping.csv");
    cr_assert_eq(open_events(folder, (const char *const[]){"labels=csv", NULL}, &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.n_classes == 2 && d.info.n[SPLIT_TRAIN] == 4 && d.info.n[SPLIT_TEST] == 2);
    for (size_t n = 0; n < 2; n++) cr_expect_eq(x_of(&d, SPLIT_TEST, n), 2);
    cr_expect_eq(d.info.usage.events, 3 * 9);
    dataset_free(&d);
    folder_remove(folder);
}

/* The class in the file's name, the subject in the folder's: no subject is on two sides. */
Test(events, groups_are_drawn_whole)
{
    char folder[FOLDER_MAX], name[60];
    struct dataset d;
    struct error e;
    folder_create(folder);
    for (int user = 0; user < 6; user++)
        for (int light = 0; light < 2; light++)
            for (int k = 0; k < 3; k++) {
                (void)snprintf(name, sizeof name, "user%02d_%s/%d.csv", user, light ? "lab" : "led", k);
                write_text(folder, name, user, k, 0, 3);
            }
    static const char *const settings[] = {"labels=file", "group=prefix", "n_test=8", "n_validation=5", NULL};
    cr_assert_eq(open_events(folder, settings, &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.n[SPLIT_TEST] == 12 && d.info.n[SPLIT_VALIDATION] == 6 && d.info.n[SPLIT_TRAIN] == 18,
              "two users of six recordings, one, and three: %zu %zu %zu", d.info.n[2], d.info.n[1],
              d.info.n[0]);
    int side[6] = {-1, -1, -1, -1, -1, -1};
    for (int s = 0; s < N_SPLITS; s++)
        for (size_t n = 0; n < d.info.n[s]; n++) {
            int *of = &side[x_of(&d, (enum split)s, n)];
            cr_expect(*of < 0 || *of == s, "a user is in splits %d and %d", *of, s);
            *of = s;
            cr_expect_eq(y_of(&d, (enum split)s, n), (size_t)d.labels[s][n]);
        }
    dataset_free(&d);
    static const char *const more[] = {"labels=file", "group=prefix", "n_test=8", "n_train=19", NULL};
    cr_expect_eq(open_events(folder, more, &d, &e), ST_OK, "%s", e.text);
    dataset_free(&d);
    static const struct {
        const char *test, *validation, *expected;
    } refused[] = {
        {NULL, NULL, "its groups are drawn whole: set dataset.n_test, of 36 samples in 6 groups"},
        {"n_test=31", NULL,
         "dataset.n_train = 0, but whole groups (dataset.group) with 0 validation and 36 test samples leave "
         "0 of "
         "36: none of the 6 groups is cut"},
        {"n_test=8", "n_validation=30",
         "dataset.n_validation: 30 samples are asked for, but the groups that are left have 24"},
    };
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        const char *const bad[] = {"labels=file", "group=prefix", refused[k].test, refused[k].validation,
                                   NULL};
        cr_expect_eq(open_events(folder, bad, &d, &e), ST_CONFIG);
        cr_expect_not_null(strstr(e.text, refused[k].expected), "%s", e.text);
        dataset_free(&d);
    }
    folder_remove(folder);
}

/* Milliseconds read as microseconds: 200,000 events of a gesture in 6 ms instead of 6 s. */
Test(events, a_wrong_unit_of_time)
{
    static const struct {
        const char *unit;
        status st;
    } cases[] = {{"time_unit=ms", ST_OK}, {"time_unit=us", ST_DATA}, {"time_unit=ns", ST_DATA}};
    char folder[FOLDER_MAX];
    folder_create(folder);
    for (int k = 0; k < 4; k++) {
        char name[40];
        (void)snprintf(name, sizeof name, "%s/%d/a.csv", k < 2 ? "train" : "test", k % 2);
        FILE *f = folder_open(folder, name, "w");
        (void)fputs("x,y,t\n", f);
        for (int i = 0; i < 800; i++)
            (void)fprintf(f, "%d,%d,%d\n", i % 8, i % (7 - k), 6 * i); /* 2.6 a pixel and s */
        cr_assert_eq(fclose(f), 0);
    }
    for (size_t k = 0; k < 3; k++) {
        struct dataset d;
        struct error e;
        cr_expect_eq(open_events(folder, (const char *const[]){cases[k].unit, NULL}, &d, &e), cases[k].st,
                     "%s: %s", cases[k].unit, e.text);
        dataset_free(&d);
    }
    folder_remove(folder);
}

/* Crop, then squares of pixels, polarity and beginning, by hand. */
Test(events, view_by_hand)
{
    struct event events[] = {{0, 2, 3, 1}, {5, 6, 3, 0}, {7, 7, 4, 1}, {9, 4, 6, 0}, {9, 3, 4, 1}};
    struct event_list list = {events, 5, 5};
    struct event_view view = {
        .crop = {4, {2, 3, 5, 0}}, .downsample = 2, .polarity = POLARITY_ON, .t_min_ms = 0.005};
    struct event_frame f;
    struct usage u = {0};
    struct error e = {0};
    cr_assert_eq(event_frame_make(&f, &view, 8, 8, &e), ST_OK, "%s", e.text);
    cr_expect(f.columns == 3 && f.rows == 3 && f.channels == 1); /* 5 x 5 pixels from (2, 3) */
    event_frame_apply(&f, &view, &list, &u);
    /* (7, 4) is off the crop; two are OFF; (2, 3) is too early */
    cr_expect(list.n == 1 && u.not_wanted == 3 && u.outside == 1);
    cr_expect(events[0].t == 4 && events[0].x == 0 && events[0].y == 0);
    view.crop.v[2] = 7;
    cr_expect_eq(event_frame_make(&f, &view, 8, 8, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "'crop' is 2-3-7-0, not on the sensor of 8 x 8 pixels"), "%s", e.text);
    view.crop.n = 3;
    cr_expect_eq(event_frame_make(&f, &view, 8, 8, &e), ST_CONFIG);
    view = (struct event_view){.crop = {4, {0}}, .downsample = 1, .t_min_ms = 0.0005};
    cr_expect_eq(event_frame_make(&f, &view, 8, 8, &e), ST_CONFIG);
}

/* Channels of the inputs: both polarities, one of all, one of ON alone. */
Test(events, polarity_options)
{
    static const char *const names[] = {"polarity=both", "polarity=merge", "polarity=on"};
    static const double sums[3][2] = {{2, 1}, {3, 0}, {1, 0}};
    char folder[FOLDER_MAX];
    folder_create(folder);
    for (int k = 0; k < 4; k++) {
        char name[40];
        (void)snprintf(name, sizeof name, "%s/%d/a.csv", k < 2 ? "train" : "test", k % 2);
        FILE *f = folder_open(folder, name, "w");
        (void)fprintf(f, "x,y,t,p\n1,1,0,0\n1,1,500,0\n1,1,%d,1\n", 1000 + k);
        cr_assert_eq(fclose(f), 0);
    }
    for (int k = 0; k < 3; k++) {
        struct dataset d;
        struct error e;
        cr_assert_eq(open_events(folder, (const char *const[]){names[k], "T=1", NULL}, &d, &e), ST_OK, "%s",
                     e.text);
        cr_expect_eq(d.info.channels, k == 0 ? 2 : 1);
        cr_expect_eq(d.info.n_inputs, d.info.channels * 64);
        cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 0, 0, 9), sums[k][0], "%s", names[k]);
        if (k == 0) cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 0, 0, 64 + 9), sums[k][1]);
        dataset_free(&d);
    }
    folder_remove(folder);
}

/* What a shell command does to a good folder, and the settings, and what is said. */
struct bad_set {
    char command[160], setting[40], expected[200];
    int code;
};

static struct bad_set refused_cases[] = {
    {":", "width=0", "options 'width' and 'height' are 0 and 8: both or none", ST_CONFIG},
    {":", "crop=1-2-3", "option 'crop' has 3 numbers", ST_CONFIG},
    {":", "group=column", "option 'group' is column, which an index has: ", ST_CONFIG},
    {":", "index=no.csv", "no.csv: No such file", ST_IO},
    {":", "format=npy", "no recording was found (4 other files); dataset.format is npy; with", ST_NO_DATA},
    {"rm -r test train/1; mv train/0 only; rmdir train", "T=1",
     "all recordings are of one class, 'only'; see dataset.labels", ST_DATA},
    {":", "time_unit=s", "beyond 32 bits (71 minutes); with dataset.zero", ST_DATA},
    {"rm -r */0", "T=1", "all recordings are of one class, '1'; see dataset.labels", ST_DATA},
    {"rm -r test", "T=1",
     "the data has no test side: set dataset.n_test or dataset.n_train, of 2 samples (dataset.n_valid",
     ST_CONFIG},
    {"rm -r test", "n_test=3",
     "n_train = 0, dataset.n_validation = 0 and dataset.n_test = 3, but there are 2 samples: set fewer; "
     "0",
     ST_CONFIG},
    {":", "n_train=3",
     "dataset.n_train = 3 and dataset.n_validation = 0 of 2 training samples, dataset.n_test", ST_CONFIG},
    {"mv test/0/a.csv train/0/b.csv; mv test/1/a.csv train/1/b.csv; rm -r test", "group=folder",
     "set dataset.n_test, of 4 samples in 2 groups (dataset.n_validation is 0)", ST_CONFIG},
    {"for k in 0 1; do printf abc > train/$k/x.bin; done", "format=bin",
     "train/0/x.bin: byte 0: the last event is cut (3 of 5", ST_DATA},
    {"for k in 0 1; do printf '#!AER-DAT4.0\r\n' > train/$k/x.aedat4; done", "format=aedat",
     "AEDAT 4 is not read: convert", ST_DATA},
    {"printf 'x,y,t\n9,1,5\n' > train/0/a.csv", "T=1", "line 2: pixel (9, 1) is off the 8 x 8 sensor",
     ST_DATA},
    {"printf 'file,split\n' > index.csv", "T=1", "index.csv: line 1: no column 'label'", ST_DATA},
    {"printf 'file,label,split\ntrain/0/a.csv,1,all\n' > index.csv", "T=1",
     "line 2: split 'all'; train, valid", ST_DATA},
    {"printf 'file,label,from,to\ntrain/0/a.csv,1,9,8\n' > index.csv", "T=1", "line 2: it ends (8 us) before",
     ST_DATA},
    {"printf 'file,label,start,end\ntrain/0/a.csv,1,0,5\n' > index.csv", "T=1",
     "index.csv: line 1: unknown column 'start' of an index; did you mean 'split'? allowed: file, label, "
     "split, from, to, group",
     ST_CONFIG},
    {"printf 'file,lable,label\ntrain/0/a.csv,1,1\n' > index.csv", "T=1",
     "line 1: unknown column 'lable' of an index; did you mean 'label'?", ST_CONFIG},
    {"printf 'file,label,Label\ntrain/0/a.csv,1,2\n' > index.csv", "T=1",
     "index.csv: line 1: column 'Label' is there twice", ST_DATA},
    {"printf 'file,label,from\ntrain/0/a.csv,1,9\ntrain/0/a.csv,0,\ntrain/0/a.csv,0,9\n' > index.csv", "T=1",
     "index.csv: line 4: the same recording and times as in line 2", ST_DATA},
    {"cd train; mv 0/a.csv .; printf 'class,start,end\n0,1,9\n1,1,9\n' > a_labels.csv", "labels=csv",
     "a_labels.csv: line 3: the same recording and times as in line 2", ST_DATA},
    {"printf 'file,label\ntrain/0/a.csv,1\ntrain/0/b.csv,0\n' > index.csv", "n_test=1",
     "index.csv: line 3: ", ST_IO},
    {"printf 'file,label,from,to\ntrain/0/a.csv,1,,\ntrain/1/a.csv,0,20000,30000\n' > index.csv", "n_test=1",
     "1/a.csv, from 20000 us, to 30000 us: the recording holds no event", ST_DATA},
    {"printf 'file,label\na.jpg,1\n' > index.csv", "T=1", "line 2: 'a.jpg' is no recording by its name",
     ST_DATA},
    {"for f in t*/*/a.csv; do printf 'x,y,t\n1,1,5\n1,1,6\n1,2,6\n' > $f; done", "T=1",
     "/a.csv: with dataset.time_unit = us the longest recording takes 0.002 ms, and all have 2.34e+04 "
     "events a "
     "pixel and second: is this the unit of their times (s, ms, us or ns)?",
     ST_DATA},
    {"mkdir test/2; cp test/1/* test/2", "T=1", "events: class '2' has no training recording", ST_DATA},
    {"sed -i s/p/q/ test/1/a.csv", "T=1", "test/1/a.csv has no polarity (a column p), but ", ST_DATA},
    {"cp train/1/a.csv test/1/b.csv", "T=1", "/test/1/b.csv is the same recording as ", ST_DATA},
    {"cp train/1/a.csv test/1/b.csv", "T=1",
     "/train/1/a.csv: it is on the test side and on the train side; remove one, or leave it out by an index",
     ST_DATA},
    {"mkdir validation; cp -r test/0 validation", "T=1", "it is on the test side and on the validation side",
     ST_DATA},
    {"mkdir Train; cp -r train/0 Train", "T=1", "there are two train sides: ", ST_DATA},
};

ParameterizedTestParameters(events, refused)
{
    return cr_make_param_array(struct bad_set, refused_cases, sizeof refused_cases / sizeof *refused_cases);
}

ParameterizedTest(struct bad_set *c, events, refused)
{
    char folder[FOLDER_MAX], name[40];
    struct dataset d;
    struct error e;
    folder_create(folder);
    for (int k = 0; k < 4; k++) {
        (void)snprintf(name, sizeof name, "%s/%d/a.csv", k < 2 ? "train" : "test", k % 2);
        write_text(folder, name, 1 + k, 1, 100, 10);
    }
    cr_assert_eq(open_events(folder, NULL, &d, &e), ST_OK, "%s", e.text);
    dataset_free(&d);
    folder_shell(folder, c->command);
    cr_expect_eq((int)open_events(folder, (const char *const[]){c->setting, NULL}, &d, &e), c->code, "%s",
                 e.text);
    cr_expect_not_null(strstr(e.text, c->expected), "'%s' is not in: %s", c->expected, e.text);
    dataset_free(&d);
    folder_remove(folder);
}

/* The preset nmnist and events on the same files: the same samples. */
Test(events, nmnist_is_a_preset)
{
    char folder[FOLDER_MAX], path[FOLDER_MAX + 10];
    struct dataset one, other;
    struct error e = {0};
    folder_create(folder);
    for (int label = 0; label < 10; label++)
        for (int i = 0; i < 4; i++) {
            char name[64];
            unsigned char bytes[100];
            for (int k = 0; k < 20; k++) {
                const unsigned t = (unsigned)(k * 1777 + 13 * i);
                const unsigned char event[5] = {(unsigned char)(3 + k % 3), (unsigned char)(label + k % 2),
                                                (unsigned char)(k % 2 << 7), (unsigned char)(t >> 8),
                                                (unsigned char)t};
                memcpy(bytes + 5 * k, event, 5);
            }
            (void)snprintf(name, sizeof name, "%s/%d/%05d.bin", i < 3 ? "Train" : "Test", label, i);
            folder_write(folder, name, bytes, sizeof bytes);
        }
    (void)snprintf(path, sizeof path, "path=%s", folder);
    void *a = data_options(catalogue_dataset(&registry, "nmnist"),
                           (const char *const[]){path, "T=5", "n_validation=10", NULL});
    void *b = data_options(catalogue_dataset(&registry, "events"),
                           (const char *const[]){path, "T=5", "n_validation=10", "width=34", "height=34",
                                                 "zero=clock", "filter_ms=10", NULL});
    cr_assert_eq(catalogue_dataset(&registry, "nmnist")->open(a, 7, &one, &e), ST_OK, "%s", e.text);
    cr_assert_eq(catalogue_dataset(&registry, "events")->open(b, 7, &other, &e), ST_OK, "%s", e.text);
    cr_expect_str_eq(one.info.sha256, other.info.sha256);
    for (int s = 0; s < N_SPLITS; s++) {
        const size_t n = one.info.n[s], entries = one.x[s].start[n * 5];
        cr_assert_eq(n, other.info.n[s]);
        cr_expect_arr_eq(one.labels[s], other.labels[s], n * sizeof(int));
        cr_expect_arr_eq(one.x[s].start, other.x[s].start, (n * 5 + 1) * sizeof(size_t));
        cr_expect_arr_eq(one.x[s].index, other.x[s].index, entries * sizeof(uint32_t));
    }
    dataset_free(&one);
    dataset_free(&other);
    free(a);
    free(b);
    folder_remove(folder);
}
