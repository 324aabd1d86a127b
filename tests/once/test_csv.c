/* Tables are read as libcsv reads them, be they plain (which is faster) or not. */
#include "support/csvio.h"
#include "support/rng.h"
#include <criterion/criterion.h>
#include <csv.h>
#include <string.h>

enum { MOST = 24, CELLS = MOST + 2 };

/* What libcsv says of a text. */
struct told {
    char cell[CELLS][MOST + 1];
    size_t n, rows, first, in_row;
    bool uneven;
};

static void on_cell(void *bytes, size_t size, void *context)
{
    struct told *t = context;
    if (size > 0) memcpy(t->cell[t->n], bytes, size);
    t->cell[t->n++][size] = '\0';
    t->in_row++;
}

static void on_row(int end, void *context)
{
    struct told *t = context;
    (void)end;
    if (t->rows++ == 0) t->first = t->in_row;
    t->uneven = t->uneven || t->in_row != t->first;
    t->in_row = 0;
}

/* Whether libcsv takes the text, and all rows have as many cells. */
static bool ask(struct told *t, const char *text, size_t size)
{
    struct csv_parser p;
    memset(t, 0, sizeof *t);
    cr_assert_eq(csv_init(&p, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL), 0);
    bool good = csv_parse(&p, text, size, on_cell, on_row, t) == size;
    good = good && csv_fini(&p, on_cell, on_row, t) == 0;
    csv_free(&p);
    return good && t->rows > 0 && !t->uneven;
}

static void compare(const char *text, size_t size)
{
    struct told told;
    struct csv_table t;
    struct error e = {0};
    const bool good = ask(&told, text, size);
    const status st = csv_parse_memory(&t, "text", text, size, 0, &e);
    cr_assert_eq(st, good ? ST_OK : ST_DATA, "'%.*s': %s", (int)size, text, e.text);
    if (good) {
        cr_assert_eq(t.n_rows, told.rows, "'%.*s'", (int)size, text);
        cr_assert_eq(t.n_columns, told.first, "'%.*s'", (int)size, text);
        for (size_t k = 0; k < told.n; k++)
            cr_assert_str_eq(t.cells[k], told.cell[k], "'%.*s', cell %zu", (int)size, text, k);
    }
    csv_table_free(&t);
}

/* Short texts of the bytes that mean something. */
Test(csv, plain_or_not_tables_are_read_as_libcsv_does)
{
    static const char letters[] = "ab,,,\n\n\" \t\r";
    static const char *const likely[] = {"a,b\n1,2\n", "a b,c\n", "a,\n,\n", "a\nb\n",
                                         "\n",         "",        "a,b",     "a, b\n1,2\n"};
    struct rng rng;
    rng_seed(&rng, 5, "csv");
    for (size_t k = 0; k < sizeof likely / sizeof *likely; k++) compare(likely[k], strlen(likely[k]));
    compare("a\0b,c\n", 6);
    for (size_t k = 0; k < 200000; k++) {
        char text[MOST];
        const size_t size = (size_t)(rng_uniform(&rng) * MOST);
        const size_t kinds = k % 2 ? 7 : sizeof letters - 1; /* every other without what is not plain */
        for (size_t i = 0; i < size; i++) text[i] = letters[(size_t)(rng_uniform(&rng) * (double)kinds)];
        compare(text, size);
    }
}

Test(csv, columns_that_are_needed)
{
    static const char text[] = "a,b\n1,2\n";
    static const char *const there[] = {"b", "a"}, *const absent[] = {"a", "c", "d"};
    struct csv_table t;
    struct error e = {.code = ST_OK};
    cr_assert_eq(csv_parse_memory(&t, "t.csv", text, strlen(text), 1, &e), ST_OK, "%s", e.text);
    cr_expect_eq(csv_need(&t, there, 2, &e), ST_OK);
    cr_expect_eq(csv_need(&t, absent, 3, &e), ST_DATA);
    cr_expect_str_eq(e.text, "t.csv: line 1: there is no column 'c'");
    csv_table_free(&t);
}
