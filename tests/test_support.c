/* The plumbing: errors, arenas, random numbers, option tables, CSV files, parallel loops. */
#include "support/csvio.h"
#include "support/hash.h"
#include "support/opt.h"
#include "support/parallel.h"
#include "support/rng.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

Test(err, set_and_prefix)
{
    struct error e = {0};
    cr_expect_eq(err_set(&e, ST_DATA, "here", "line %d: %s", 3, "bad"), ST_DATA);
    cr_expect_eq(err_prefix(&e, "file %s", "x.csv"), ST_DATA);
    cr_expect_str_eq(e.text, "file x.csv: line 3: bad");
    cr_expect_eq(err_set(NULL, ST_MEMORY, "here", "nobody listens"), ST_MEMORY);
    for (int i = 0; i < 50; i++) err_prefix(&e, "%0100d", 1); /* far beyond the buffer */
    cr_expect_lt(strlen(e.text), sizeof e.text);
}

/* Far more than any machine has; what is written is kept all the same. */
Test(mem, reserved_blocks_are_zero_and_backed_where_they_are_touched)
{
    struct mem m = {.reserve = true};
    struct error e = {0};
    const size_t n = (size_t)1 << 40;
    unsigned char *block = mem_alloc(&m, n, 1, &e), *small = mem_alloc(&m, 3, 1, &e);
    cr_assert(block && small, "%s", e.text);
    cr_expect_eq(m.bytes, n + 3);
    cr_expect(block[0] == 0 && block[n - 1] == 0 && small[2] == 0);
    block[n / 2] = 7;
    small[2] = 8;
    cr_expect(block[n / 2] == 7 && small[2] == 8);
    cr_expect_null(mem_alloc(&m, SIZE_MAX / 2, 3, &e), "an overflow is refused all the same");
    mem_free(&m);
    cr_expect_eq(m.bytes, 0);
}

Test(mem, zeroed_aligned_and_overflow_refused)
{
    struct mem m = {0};
    struct error e = {0};
    for (size_t count = 0; count < 100; count += 33) {
        real *v = mem_reals(&m, count, &e);
        cr_assert_not_null(v);
        cr_expect_eq((uintptr_t)v % 64, 0);
        for (size_t i = 0; i < count; i++) cr_expect_eq(v[i], 0);
    }
    cr_expect_null(mem_alloc(&m, SIZE_MAX / 2, 3, &e));
    cr_expect_eq(e.code, ST_MEMORY);
    e.code = ST_OK;
    cr_expect_null(mem_alloc(&m, SIZE_MAX - 8, 1, &e));
    cr_expect_eq(e.code, ST_MEMORY);
    cr_expect_str_eq(mem_string(&m, "copied", &e), "copied");
    mem_free(&m);
    cr_expect_eq(m.bytes, 0);
    mem_free(&m);
}

Test(rng, xoshiro_by_hand)
{
    /* The first outputs from the state 1, 2, 3, 4, worked out from the published recursion:
       rotl(2 * 5, 7) * 9 = 1280 * 9 = 11520; then s1 = 0 gives 0; then s1 = 262149: rotl(1310745, 7) * 9. */
    struct rng r = {{1, 2, 3, 4}};
    cr_expect_eq(rng_u64(&r), 11520);
    cr_expect_eq(rng_u64(&r), 0);
    cr_expect_eq(rng_u64(&r), UINT64_C(1509978240));
}

Test(rng, streams_and_ranges)
{
    enum { N = 60000 };
    struct rng a, b, c;
    double sum = 0, squares = 0, mean = 0;
    size_t counts[6] = {0}, order[50], seen[50] = {0};
    rng_seed(&a, 1, "split");
    rng_seed(&b, 1, "encode");
    rng_seed(&c, 2, "split");
    uint64_t first = rng_u64(&a);
    cr_expect_neq(first, rng_u64(&b));
    cr_expect_neq(first, rng_u64(&c));
    for (int i = 0; i < N; i++) {
        double u = rng_uniform(&a), z = rng_normal(&a);
        cr_assert(u >= 0 && u < 1);
        cr_assert(isfinite(z));
        mean += u / N;
        sum += z / N;
        squares += z * z / N;
        counts[rng_below(&a, 6)]++;
    }
    cr_expect_lt(fabs(mean - 0.5), 0.006);
    cr_expect_lt(fabs(sum), 0.02);
    cr_expect_lt(fabs(squares - 1), 0.03);
    for (int k = 0; k < 6; k++)
        cr_expect_lt(fabs((double)counts[k] - N / 6.0), 460, "face %d: %zu", k, counts[k]);
    for (size_t i = 0; i < 50; i++) order[i] = i;
    rng_shuffle(&a, order, 50);
    size_t moved = 0;
    for (size_t i = 0; i < 50; i++) {
        seen[order[i]]++;
        moved += order[i] != i;
    }
    for (size_t i = 0; i < 50; i++) cr_expect_eq(seen[i], 1);
    cr_expect_gt(moved, 40);
}

/* An option table with one option of each type. */
struct all {
    double ratio;
    long count;
    bool flag;
    int choice;
    char text[OPT_STRING_MAX];
    struct int_list list;
    struct real_list numbers;
};
static const char *const colours[] = {"red", "green", NULL};
static const struct option options[] = {
    {"ratio", OPT_REAL, offsetof(struct all, ratio), "0.5", 0, 1, OPT_OPEN_LO, NULL, "", "half-open"},
    {"count", OPT_INT, offsetof(struct all, count), "3", 1, 10, 0, NULL, "", "closed"},
    {"flag", OPT_BOOL, offsetof(struct all, flag), "false", 0, 0, 0, NULL, "", "a switch"},
    {"choice", OPT_CHOICE, offsetof(struct all, choice), "green", 0, 0, 0, colours, "", "a colour"},
    {"text", OPT_STRING, offsetof(struct all, text), "", 0, 0, 0, NULL, "", "a text"},
    {"list", OPT_INTS, offsetof(struct all, list), "100-50", 1, 1000, 0, NULL, "", "widths"},
    {"numbers", OPT_REALS, offsetof(struct all, numbers), "0.5", 0, 1, OPT_OPEN_LO, NULL, "", "shares"},
};
static const struct option_table table = {.spans = {{options, sizeof options / sizeof *options}},
                                          .size = sizeof(struct all)};

struct setting {
    char key[10], text[40];
    int code;
    char after[40]; /* what opt_format then gives: the old value where the text is refused */
};

ParameterizedTestParameters(opt, set)
{
    static struct setting cases[] = {
        {"ratio", "1", ST_OK, "1"},
        {"ratio", "1e-3", ST_OK, "0.001"},
        {"ratio", "0", ST_CONFIG, "0.5"},
        {"ratio", "1.01", ST_CONFIG, "0.5"},
        {"ratio", "nan", ST_CONFIG, "0.5"},
        {"ratio", "inf", ST_CONFIG, "0.5"},
        {"ratio", "0.1x", ST_CONFIG, "0.5"},
        {"ratio", "", ST_CONFIG, "0.5"},
        {"count", "10", ST_OK, "10"},
        {"count", "1", ST_OK, "1"},
        {"count", "0", ST_CONFIG, "3"},
        {"count", "11", ST_CONFIG, "3"},
        {"count", "2.5", ST_CONFIG, "3"},
        {"count", "1e400", ST_CONFIG, "3"},
        {"flag", "yes", ST_OK, "true"},
        {"flag", "off", ST_OK, "false"},
        {"flag", "2", ST_CONFIG, "false"},
        {"choice", "red", ST_OK, "red"},
        {"choice", "re", ST_CONFIG, "green"},
        {"text", "a b", ST_OK, "a b"},
        {"list", "7", ST_OK, "7"},
        {"list", "1-2-3", ST_OK, "1-2-3"},
        {"list", "0", ST_CONFIG, "100-50"},
        {"list", "1--2", ST_CONFIG, "100-50"},
        {"list", "1-2-", ST_CONFIG, "100-50"},
        {"list", "1,2", ST_CONFIG, "100-50"},
        {"numbers", "0.50", ST_OK, "0.5"},
        {"numbers", "1/1e-3/0.25", ST_OK, "1/0.001/0.25"},
        {"numbers", "0.5/0", ST_CONFIG, "0.5"},
        {"numbers", "0.5/", ST_CONFIG, "0.5"},
        {"numbers", "/0.5", ST_CONFIG, "0.5"},
        {"numbers", "0.5-0.6", ST_CONFIG, "0.5"},
        {"numbers", "0.5/nan", ST_CONFIG, "0.5"},
        {"numbers", "", ST_CONFIG, "0.5"},
    };
    return cr_make_param_array(struct setting, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct setting *c, opt, set)
{
    struct all all;
    struct error e = {0};
    char text[100];
    cr_assert_eq(opt_defaults(&table, &all, &e), ST_OK, "%s", e.text);
    const struct option *o = opt_find(&table, c->key);
    cr_assert_not_null(o);
    cr_expect_eq((int)opt_set(o, &all, c->text, &e), c->code, "%s = '%s': %s", c->key, c->text, e.text);
    if (c->code != ST_OK) cr_expect_not_null(strstr(e.text, c->key), "%s", e.text);
    opt_format(o, &all, text, sizeof text);
    cr_expect_str_eq(text, c->after);
    cr_expect_eq(opt_is_default(&table, o, &all),
                 c->code != ST_OK || strcmp(c->text, o->usual) == 0 || strcmp(text, o->usual) == 0);
}

/* n numbers of 17 digits, the last of which ends in `last`. */
static void write_numbers(char *text, size_t size, size_t n, char last)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, size - used, "%s0.1234567890123456%c", i ? "/" : "",
                                 i + 1 < n ? '1' : last);
}

/* Lists whose text would be cut would share a run id where they differ behind the cut. */
Test(opt, lists_too_long_for_their_text_are_refused)
{
    struct all all;
    struct error e = {0};
    char text[1000], other[OPT_STRING_MAX], written[OPT_STRING_MAX];
    const struct option *numbers = opt_find(&table, "numbers");
    cr_assert_eq(opt_defaults(&table, &all, &e), ST_OK);
    write_numbers(text, sizeof text, 32, '2');
    cr_expect_eq(opt_set(numbers, &all, text, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "option 'numbers' is longer than 511 characters"), "%s", e.text);
    cr_expect_eq(all.numbers.n, (size_t)1, "a refused list changes nothing");
    write_numbers(text, sizeof text, 25, '2');
    cr_expect_eq(opt_set(numbers, &all, text, &e), ST_OK, "%s", e.text);
    opt_format(numbers, &all, written, sizeof written);
    write_numbers(text, sizeof text, 25, '4');
    cr_expect_eq(opt_set(numbers, &all, text, &e), ST_OK, "%s", e.text);
    opt_format(numbers, &all, other, sizeof other);
    cr_expect_str_neq(written, other);
}

/* A table of two lists, of which the second stands first in the struct, and with another default of its own.
 */
Test(opt, tables_of_several_lists)
{
    struct both {
        double shared;
        long own;
    } both;
    static const struct option shared[] = {
        {"shared", OPT_REAL, offsetof(struct both, shared), "1", 0, 9, 0, NULL, "", "in several tables"}};
    static const struct option own[] = {
        {"own", OPT_INT, offsetof(struct both, own), "2", 0, 9, 0, NULL, "", "in this one"}};
    static const struct option_default defaults[] = {{"shared", "3"}, {NULL, NULL}};
    const struct option_table plain = {.spans = {{shared, 1}}, .size = sizeof both};
    const struct option_table t = {
        .spans = {{own, 1}, {shared, 1}}, .defaults = defaults, .size = sizeof both};
    cr_assert_eq(opt_count(&t), 2);
    cr_expect_str_eq(opt_at(&t, 0)->key, "own");
    cr_expect_str_eq(opt_at(&t, 1)->key, "shared");
    cr_expect_eq(opt_find(&t, "shared"), shared);
    cr_expect_str_eq(opt_default(&t, shared), "3");
    cr_expect_str_eq(opt_default(&plain, shared), "1");
    cr_assert_eq(opt_defaults(&t, &both, NULL), ST_OK);
    cr_expect(both.shared == 3 && both.own == 2);
    cr_expect(opt_is_default(&t, shared, &both) && !opt_is_default(&plain, shared, &both));
    const struct option_use use = {"shared", false, "something"};
    cr_expect_eq(opt_refuse_idle(&t, &both, &use, 1, NULL), ST_OK);
    both.shared = 1;
    cr_expect_eq(opt_refuse_idle(&t, &both, &use, 1, NULL), ST_CONFIG,
                 "1 is the list's default, not this one's");
    cr_expect(!opt_is_default(&t, shared, &both) && opt_is_default(&plain, shared, &both));
}

Test(opt, choices_by_the_names_of_structs)
{
    static const struct {
        const char *name;
        int more;
    } red = {"red", 1}, blue = {"blue", 2};
    static const void *const paints[] = {&red, &blue, NULL};
    const struct option o = {"colour", OPT_CHOICE, 0, "red", 0, 0, OPT_NAMED, paints, "", "a colour"};
    char text[100];
    int colour = 0;
    cr_expect_str_eq(opt_choice(&o, 1), "blue");
    cr_expect_null(opt_choice(&o, 2));
    cr_expect_eq(opt_set(&o, &colour, "blue", NULL), ST_OK);
    cr_expect_eq(colour, 1);
    cr_expect_eq(opt_set(&o, &colour, "green", NULL), ST_CONFIG);
    opt_format(&o, &colour, text, sizeof text);
    cr_expect_str_eq(text, "blue");
    opt_describe(&o, text, sizeof text);
    cr_expect_str_eq(text, "one of red, blue");
}

Test(opt, find_and_nearest)
{
    static const char *const names[] = {"rho", "rho_out", "beta"};
    cr_expect_null(opt_find(&table, "colour"));
    cr_expect_str_eq(opt_nearest("roh", names, 3), "rho");
    cr_expect_str_eq(opt_nearest("bet", names, 3), "beta");
    cr_expect_null(opt_nearest("completely_else", names, 3));
}

Test(csv, what_is_written_is_read)
{
    static const double numbers[] = {0.1, -1e-300, 12345678901234568.0, 0};
    char folder[FOLDER_MAX], path[FOLDER_MAX + 10];
    struct csv_writer w;
    struct csv_table t;
    struct error e = {0};
    double v = 0;
    folder_create(folder);
    (void)snprintf(path, sizeof path, "%s/t.csv", folder);
    cr_assert_eq(csv_open(&w, path, &e), ST_OK, "%s", e.text);
    csv_put(&w, "name, with \"quotes\"");
    csv_put(&w, "value");
    csv_end_row(&w);
    for (size_t i = 0; i < 4; i++) {
        csv_put(&w, i ? "a" : "two\nlines");
        csv_put_number(&w, numbers[i]);
        csv_end_row(&w);
    }
    csv_put(&w, "");
    csv_put_number(&w, NAN);
    csv_end_row(&w);
    FILE *early = fopen(path, "r");
    cr_expect_null(early, "the file appears when it is complete");
    cr_assert_eq(csv_close(&w, &e), ST_OK, "%s", e.text);
    cr_assert_eq(csv_read(&t, path, 1, &e), ST_OK, "%s", e.text);
    cr_expect_eq(t.n_rows, 5);
    cr_expect_eq(csv_column(&t, "name, with \"quotes\""), 0);
    cr_expect_eq(csv_column(&t, "nothing"), CSV_NONE);
    cr_expect_str_eq(csv_cell(&t, 0, 0), "two\nlines");
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(csv_number(&t, i, 1, &v, &e), ST_OK);
        cr_expect_eq(v, numbers[i], "17 digits bring the number back");
    }
    cr_assert_eq(csv_number(&t, 4, 1, &v, &e), ST_OK);
    cr_expect(isnan(v));
    cr_expect_eq(csv_number(&t, 4, 0, &v, &e), ST_DATA);
    csv_table_free(&t);
    folder_remove(folder);
}

struct bad_csv {
    char text[40], expected[40];
};

ParameterizedTestParameters(csv, refused)
{
    static struct bad_csv cases[] = {
        {"a,b\n1,2\n3\n", "t.csv: line 3"}, {"a,b\n1,2,3\n", "t.csv: line 2"},    {"", "t.csv"},
        {"a,b\n1,\"2\n", "t.csv"},          {"a,b\n1,\"2\"x\n", "t.csv: line 2"},
    };
    return cr_make_param_array(struct bad_csv, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct bad_csv *c, csv, refused)
{
    struct csv_table t;
    struct error e = {0};
    cr_expect_eq(csv_parse_memory(&t, "t.csv", c->text, strlen(c->text), 1, &e), ST_DATA, "'%s' was taken",
                 c->text);
    cr_expect_not_null(strstr(e.text, c->expected), "%s", e.text);
    csv_table_free(&t);
}

Test(csv, files_that_cannot_be_opened)
{
    struct csv_table t;
    struct csv_writer w;
    struct error e = {0};
    cr_expect_eq(csv_read(&t, "/nonexistent/t.csv", 1, &e), ST_IO);
    cr_expect_not_null(strstr(e.text, "/nonexistent/t.csv"));
    csv_table_free(&t);
    cr_expect_eq(csv_open(&w, "/nonexistent/t.csv", &e), ST_IO);
    cr_expect_not_null(strstr(e.text, "/nonexistent/t.csv"));
}

Test(hash, sha256_of_the_standard)
{
    char hex[HASH_HEX]; /* FIPS 180-2, appendix B.1 */
    struct hash h;
    hash_start(&h);
    hash_add(&h, "a", 1);
    hash_add(&h, "bc", 2);
    hash_finish(&h, hex);
    cr_expect_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
