/* The dataset events: what recordings may differ in, and what two sides may not share. */
#include "commands/registry.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

static status open_events(const char *folder, const char *setting, struct dataset *d, struct error *e)
{
    char path[FOLDER_MAX + 10];
    (void)snprintf(path, sizeof path, "path=%s", folder);
    void *options = data_options(
        catalogue_dataset(&registry, "events"),
        (const char *const[]){path, "width=8", "height=8", "T=2", "n_validation=0", setting, NULL});
    *e = (struct error){.code = ST_OK};
    const status st = catalogue_dataset(&registry, "events")->open(options, 3, d, e);
    free(options);
    return st;
}

/* Recordings that name no polarity are all ON, and counted. */
Test(events, without_polarity)
{
    char folder[FOLDER_MAX], line[200] = "";
    struct dataset d;
    struct error e;
    folder_create(folder);
    for (int k = 0; k < 4; k++) {
        char name[40];
        (void)snprintf(name, sizeof name, "%s/%d/a.csv", k < 2 ? "train" : "test", k % 2);
        FILE *f = folder_open(folder, name, "w");
        (void)fprintf(f, "x,y,t,q\n1,1,0,0\n1,1,%d,0\n", 1000 + k);
        cr_assert_eq(fclose(f), 0);
    }
    cr_assert_eq(open_events(folder, "T=1", &d, &e), ST_OK, "%s", e.text);
    cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 0, 0, 64 + 9), 2);
    FILE *out = fmemopen(line, sizeof line, "w");
    cr_assert_not_null(out);
    cr_expect(usage_print(&d.info.usage, "", true, out));
    cr_assert_eq(fclose(out), 0);
    cr_expect_str_eq(line, "4 recordings, 8 events: 4 recordings without polarity, all ON");
    dataset_free(&d);
    folder_remove(folder);
}

/* Forty recordings with polarity, but for the sixth. */
static void write_forty(const char *folder)
{
    for (int k = 0; k < 40; k++) {
        char name[40];
        (void)snprintf(name, sizeof name, "%s/%d/%02d.csv", k < 20 ? "train" : "test", k % 2, k);
        FILE *f = folder_open(folder, name, "w");
        (void)fprintf(f, "x,y,t,%s\n1,1,0,1\n1,1,%d,0\n", k == 10 ? "q" : "p", 1000 + k);
        cr_assert_eq(fclose(f), 0);
    }
}

/* One that differs is bad, not those behind it. */
Test(events, one_without_polarity_is_left_out)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e;
    folder_create(folder);
    write_forty(folder);
    cr_expect_eq(open_events(folder, "T=2", &d, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "/train/0/10.csv has no polarity (a column p), but "), "%s", e.text);
    dataset_free(&d);
    cr_assert_eq(open_events(folder, "bad=skip", &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.n[SPLIT_TRAIN] == 19 && d.info.n[SPLIT_TEST] == 20);
    cr_expect(d.info.usage.bad == 1 && d.info.usage.flat == 0 && d.info.usage.events == 78);
    dataset_free(&d);
    folder_remove(folder);
}

/* Where polarity is not looked at it need not be there. */
Test(events, merged_polarity_may_be_missing)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e;
    folder_create(folder);
    write_forty(folder);
    cr_assert_eq(open_events(folder, "polarity=merge", &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.n[SPLIT_TRAIN] == 20 && d.info.n_inputs == 64 && d.info.usage.flat == 1);
    dataset_free(&d);
    cr_expect_eq(open_events(folder, "polarity=on", &d, &e), ST_DATA);
    dataset_free(&d);
    folder_remove(folder);
}

/* Names of columns alone, without the end of the line: the last is a name as well. */
Test(events, names_without_an_end_of_line)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e;
    folder_create(folder);
    write_forty(folder);
    folder_shell(folder, "printf x,y,t,p > train/0/10.csv");
    cr_assert_eq(open_events(folder, "bad=skip", &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.usage.empty == 1 && d.info.usage.bad == 0 && d.info.usage.flat == 0);
    dataset_free(&d);
    folder_remove(folder);
}

/* Lines of an index of recordings of 10 ms; copy.csv has the bytes of one.csv. What is said; empty: nothing.
 */
struct parts {
    char lines[160], expected[120];
};

static struct parts parts_cases[] = {
    {"one.csv,0,train,,\ntwo.csv,1,train,,\none.csv,0,test,0,5000\n",
     "line 4: %/one.csv, from 0 us, to 5000 us overlaps with %/index.csv: line 2: "},
    {"one.csv,0,train,,\ntwo.csv,1,train,,\none.csv,0,test,0,\n", "line 4: %/one.csv, from 0 us overlaps"},
    {"one.csv,0,test,2000,\ntwo.csv,1,train,,\none.csv,0,train,,2001\n",
     "it is on the test side and on the train side; remove one of these lines"},
    {"one.csv,0,train,,2000\ntwo.csv,1,train,,\none.csv,0,test,2000,\n", ""},
    /* a short part between two that overlap */
    {"one.csv,0,train,0,9000\none.csv,1,train,1000,2000\ntwo.csv,1,train,,\none.csv,0,test,3000,\n",
     "line 5: %/one.csv, from 3000 us overlaps with %/index.csv: line 2: "},
    {"one.csv,0,train,0,9000\ntwo.csv,1,test,0,2000\none.csv,1,test,9000,\ntwo.csv,1,train,2000,\n", ""},
    {"one.csv,0,train,0,4000\ntwo.csv,1,train,,\n./one.csv,1,test,3000,\n",
     "/./one.csv, from 3000 us overlaps"},
    {"one.csv,0,train,0,4000\ntwo.csv,1,train,,\ncopy.csv,1,test,0,4000\n",
     "/one.csv, from 0 us, to 4000 us: it is on"},
    /* on one side */
    {"one.csv,0,train,,\none.csv,1,train,0,5000\ncopy.csv,1,train,,\ntwo.csv,1,test,,\n", ""},
};

ParameterizedTestParameters(events, overlaps)
{
    return cr_make_param_array(struct parts, parts_cases, sizeof parts_cases / sizeof *parts_cases);
}

ParameterizedTest(struct parts *c, events, overlaps)
{
    char folder[FOLDER_MAX], text[300], expected[2 * FOLDER_MAX + 120] = "";
    struct dataset d;
    struct error e;
    folder_create(folder);
    (void)snprintf(text, sizeof text, "file,label,split,from,to\n%s", c->lines);
    folder_write(folder, "index.csv", text, strlen(text));
    folder_shell(
        folder,
        "for f in one two; do { echo x,y,t,p; for k in 0 1 2 3 4 5 6 7 8 9; do "
        "echo 1,1,${k}000,1; done; } > $f.csv; done; echo 2,2,9500,1 >> two.csv; cp one.csv copy.csv");
    for (const char *at = c->expected; *at; at++) {
        const size_t n = strlen(expected);
        (void)snprintf(expected + n, sizeof expected - n, "%.*s", *at == '%' ? FOLDER_MAX : 1,
                       *at == '%' ? folder : at);
    }
    const status st = open_events(folder, "T=2", &d, &e);
    cr_expect_eq(st, c->expected[0] ? ST_DATA : ST_OK, "%s: %s", c->lines, e.text);
    cr_expect_not_null(strstr(e.text, expected), "'%s' is not in: %s", expected, e.text);
    dataset_free(&d);
    folder_remove(folder);
}
