/* Files made to keep the program busy, fill its memory or crash a library. */
#include "support/child.h"
#include "support/csvio.h"
#include "support/file.h"
#include "support/hash.h"
#include "support/yaml.h"
#include "tests/folder.h"
#include "trainer/solver.h"
#include <criterion/criterion.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* `count` times `unit`, as an experiment file; `prefix` before it. */
static void refuse_repeated(const char *prefix, const char *unit, size_t count, const char *expected)
{
    struct yml y;
    struct error e = {0};
    const size_t start = strlen(prefix), size = strlen(unit);
    char *text = malloc(start + count * size + 1);
    cr_assert_not_null(text);
    memcpy(text, prefix, start);
    for (size_t k = 0; k < count; k++) memcpy(text + start + k * size, unit, size);
    const clock_t before = clock();
    cr_expect_eq(yml_read_text(&y, "x.yaml", text, start + count * size, &e), ST_CONFIG);
    cr_expect_lt((double)(clock() - before) / CLOCKS_PER_SEC, 1.0);
    cr_expect_not_null(strstr(e.text, expected), "'%s' is not in: %s", expected, e.text);
    yml_free(&y);
    free(text);
}

Test(hostile_files, deep_and_wide_yaml_is_refused_at_once)
{
    refuse_repeated("", "[", 100000, "x.yaml:1:33: lists and mappings inside each other, more than 32 deep");
    refuse_repeated("", "- ", 100000, "more than 32 deep");
    refuse_repeated("", "- &a 1\n", 60000,
                    "x.yaml:1001:3: more than 1000 anchors (&NAME) and aliases (*NAME)");
    refuse_repeated("- &a 1\n", "- *a\n", 60000, "more than 1000 anchors");
    refuse_repeated("[", "1,", 200000, "more than 100000 texts, lists and mappings");
}

/* A pipe would wait for a writer: the alarm ends the test where it does. */
Test(hostile_files, pipes_are_not_read)
{
    char folder[FOLDER_MAX], path[FOLDER_MAX + 10], hex[HASH_HEX], crc[FILE_CRC];
    struct yml y;
    struct csv_table t;
    struct error e = {0};
    FILE *f = NULL;
    folder_create(folder);
    (void)snprintf(path, sizeof path, "%s/pipe", folder);
    cr_assert_eq(mkfifo(path, 0600), 0);
    (void)alarm(10);
    cr_expect_eq(yml_read(&y, path, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "is a device or a pipe, not a file"), "%s", e.text);
    yml_free(&y);
    cr_expect_eq(csv_read(&t, path, 1, &e), ST_DATA);
    cr_expect_eq(hash_file(path, hex, &e), ST_DATA);
    cr_expect_eq(file_crc32(path, crc, &e), ST_DATA);
    cr_expect_eq(file_open(path, 100, &f, &e), ST_DATA);
    cr_expect_null(f);
    folder_remove(folder);
}

enum { USERS_SECONDS = 500 }; /* the limit that a user has set */

/* What a child does: answers with one byte, then as its context says. */
static void misbehave(void *context, int socket)
{
    const char what = *(const char *)context;
    child_may_take(what == 'u' ? 1000 : 0);
    (void)child_send(socket, &what, 1);
    while (what == 's') (void)pause();
    if (what == 'u') {
        struct rlimit limit = {.rlim_cur = 0};
        (void)getrlimit(RLIMIT_CPU, &limit);
        (void)child_send(socket, limit.rlim_cur == USERS_SECONDS ? "0" : "1", 1);
    }
    if (what == 'c') (void)raise(SIGSEGV);
    if (what == 'm') (void)child_send(socket, malloc((size_t)1 << 32) ? "1" : "0", 1);
    const volatile bool hangs = what == 'h';
    while (hangs) continue;
}

static void expect_end(char what, const char *expected)
{
    struct child c;
    struct error e = {0};
    char got = '?', how[100] = "";
    const struct child_limits limits = {(size_t)1 << 28, what == 's' ? 1 : 100, false};
    cr_assert_eq(child_start(&c, misbehave, &what, limits, &e), ST_OK, "%s", e.text);
    cr_expect(child_answer(&c, &got, 1));
    cr_expect_eq(got, what);
    if (what == 'm' || what == 'u') {
        cr_expect(child_answer(&c, &got, 1));
        cr_expect_eq(got, '0', "4 GiB were given, 256 MiB are the limit; or another limit than the user's");
    }
    cr_expect_not(child_answer(&c, &got, 1));
    child_end(&c, how, sizeof how);
    cr_expect_not_null(strstr(how, expected), "'%s' is not in: %s", expected, how);
    child_end(&c, NULL, 0);
}

Test(hostile_files, a_child_that_crashes_hangs_or_eats_memory_is_told_from_one_that_ends)
{
    expect_end('c', "crashed (Segmentation fault)");
    expect_end('h', "took too long");
    expect_end('e', "ended (code 0)");
    (void)alarm(60);
    expect_end('s', "took too long"); /* sleeping costs no time of the processor */
#ifndef __SANITIZE_ADDRESS__
    expect_end('m', "ended (code 0)");
#endif
}

/* ulimit -S -t: what the user has set is not raised. */
Test(hostile_files, a_child_keeps_to_the_users_own_limit)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_CPU, &limit), 0);
    limit.rlim_cur = USERS_SECONDS;
    cr_assert_eq(setrlimit(RLIMIT_CPU, &limit), 0);
    expect_end('u', "ended (code 0)");
}

/* Reads `value` back as a yes or no, and as a count. */
static void read_back(long value, bool *flag, long *count, status *as_flag, status *as_count)
{
    struct error e = {0};
    FILE *f = tmpfile();
    cr_assert_not_null(f);
    cr_assert_eq(fwrite(&value, sizeof value, 1, f), 1);
    rewind(f);
    struct checkpoint c = {.file = f, .reading = true};
    *as_flag = checkpoint_flag(&c, flag, "mark", &e);
    if (*as_flag != ST_OK) cr_expect_not_null(strstr(e.text, "mark"), "%s", e.text);
    rewind(f);
    *as_count = checkpoint_count(&c, count, "epoch", &e);
    if (*as_count != ST_OK) cr_expect_not_null(strstr(e.text, "epoch"), "%s", e.text);
    (void)fclose(f);
}

Test(hostile_files, marks_and_counts_of_a_checkpoint_are_checked)
{
    static const long values[] = {0, 1, 2, 255, 1000000, -1, LONG_MAX, LONG_MIN, LONG_MAX / 2};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        const long value = values[k];
        const unsigned char low = (unsigned char)value;
        bool flag = true;
        long count = 7;
        status as_flag, as_count;
        read_back(value, &flag, &count, &as_flag, &as_count);
        cr_expect_eq(as_flag, low <= 1 ? ST_OK : ST_DATA, "%ld", value);
        cr_expect_eq(flag, low <= 1 ? low == 1 : true, "%ld", value);
        const bool counts = value >= 0 && value <= LONG_MAX / 2;
        cr_expect_eq(as_count, counts ? ST_OK : ST_DATA, "%ld", value);
        cr_expect_eq(count, counts ? value : 7, "%ld", value);
    }
}

Test(hostile_files, indices_of_a_checkpoint_are_checked)
{
    const struct index_range range = {1, 4};
    for (size_t wrong = 0; wrong < 6; wrong++) {
        struct error e = {0};
        size_t indices[3] = {1, wrong, 3}, back[3];
        FILE *f = tmpfile();
        cr_assert_not_null(f);
        struct checkpoint c = {.file = f};
        cr_assert_eq(checkpoint_block(&c, indices, sizeof indices, &e), ST_OK);
        rewind(f);
        c.reading = true;
        const bool good = wrong >= 1 && wrong < 4;
        cr_expect_eq(checkpoint_indices(&c, back, 3, range, "layer", &e), good ? ST_OK : ST_DATA, "%zu",
                     wrong);
        if (!good) cr_expect_not_null(strstr(e.text, "layer"), "%s", e.text);
        (void)fclose(f);
    }
}
