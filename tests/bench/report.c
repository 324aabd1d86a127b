/* The table on stdout and the CSV file. */
#include "support/csvio.h"
#include "support/env.h"
#include "support/paths.h"
#include "tests/bench/bench.h"
#include <string.h>
#include <unistd.h>

enum { CASE = 0, PRECISION = 4, COLUMNS = 29 }; /* the first two: columns */
static const char *const columns[COLUMNS] = {
    "case",    "sizes",    "a",        "b",         "precision", "repeats",    "a_s",       "a_q1_s",
    "a_q3_s",  "b_s",      "b_q1_s",   "b_q3_s",    "ratio",     "ratio_q1",   "ratio_q3",  "a_flops",
    "b_flops", "a_gflops", "b_gflops", "a_bytes",   "b_bytes",   "difference", "tolerance", "commit",
    "dirty",   "compiler", "cpu",      "blas_core", "date",
};

static double gflops(const struct bench_row *row, enum side side)
{
    return row->flops[side] / row->m.seconds[side].median / 1e9;
}

void bench_print_head(FILE *out)
{
    char cpu[ENV_TEXT], core[ENV_TEXT];
    env_cpu(cpu, sizeof cpu);
    env_blas_core(core, sizeof core);
    fprintf(
        out,
        "%s precision, commit %s%s, %s, BLAS %s\n"
        "Times: median and, behind +-, half the distance of the quartiles in %%. B/A: median of the ratios "
        "[quartiles]; above 1, A is faster.\nGFLOP/s and MB: of A, of B; - where not counted.\n\n"
        "%-30s %10s %5s %10s %5s %7s %-15s %15s %15s  %s\n",
        REAL_NAME, env_commit(), env_dirty() ? " and changes" : "", cpu, core, "case", "A ms", "+-", "B ms",
        "+-", "B/A", "[quartiles]", "GFLOP/s", "MB", "sizes");
}

void bench_print_case(FILE *out, const struct bench_case *c)
{
    fprintf(out, "A: %s\nB: %s\n", c->a, c->b);
}

static void print_pair(FILE *out, double a, double b)
{
    char text[2][16];
    const double v[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        if (isnan(v[i]))
            (void)snprintf(text[i], sizeof text[i], "-");
        else
            (void)snprintf(text[i], sizeof text[i], v[i] < 999.5 ? "%.3g" : "%.0f", v[i]);
    }
    fprintf(out, " %7s %7s", text[0], text[1]);
}

void bench_print_row(FILE *out, const struct bench_row *row)
{
    const struct measurement *m = &row->m;
    char quartiles[40];
    fprintf(out, "  %-28s", row->name);
    for (int side = 0; side < 2; side++) {
        const struct quartiles *q = &m->seconds[side];
        fprintf(out, " %10.4g %5.0f", 1e3 * q->median, 50 * (q->q3 - q->q1) / q->median);
    }
    (void)snprintf(quartiles, sizeof quartiles, "[%.3g, %.3g]", m->ratio.q1, m->ratio.q3);
    fprintf(out, " %7.3g %-15s", m->ratio.median, quartiles);
    print_pair(out, gflops(row, SIDE_A), gflops(row, SIDE_B));
    print_pair(out, row->bytes[SIDE_A] / 1e6, row->bytes[SIDE_B] / 1e6);
    fprintf(out, "  %s\n", row->sizes);
    (void)fflush(out);
}

static void put_row(struct csv_writer *w, const struct bench_row *row)
{
    const struct measurement *m = &row->m;
    char text[ENV_TEXT];
    csv_put(w, row->name);
    csv_put(w, row->sizes);
    csv_put(w, row->c->a);
    csv_put(w, row->c->b);
    csv_put(w, REAL_NAME);
    csv_put_number(w, (double)m->repeats);
    const struct quartiles *all[] = {&m->seconds[SIDE_A], &m->seconds[SIDE_B], &m->ratio};
    for (int i = 0; i < 3; i++) {
        csv_put_number(w, all[i]->median);
        csv_put_number(w, all[i]->q1);
        csv_put_number(w, all[i]->q3);
    }
    for (int side = 0; side < 2; side++) csv_put_number(w, row->flops[side]);
    for (int side = 0; side < 2; side++) csv_put_number(w, gflops(row, (enum side)side));
    for (int side = 0; side < 2; side++) csv_put_number(w, row->bytes[side]);
    csv_put_number(w, m->difference);
    csv_put_number(w, row->c->tolerance);
    csv_put(w, env_commit());
    csv_put(w, env_dirty() ? "1" : "0");
    csv_put(w, env_compiler());
    env_cpu(text, sizeof text);
    csv_put(w, text);
    env_blas_core(text, sizeof text);
    csv_put(w, text);
    env_date(text, sizeof text);
    csv_put(w, text);
    csv_end_row(w);
}

/* The table that is there, with the columns of this one; none (no rows) if there is no file. The caller frees
 * with csv_table_free, also after an error. */
static status read_old(struct csv_table *old, const char *path, struct error *e)
{
    *old = (struct csv_table){0};
    if (access(path, F_OK) != 0) return ST_OK;
    TRY(csv_read(old, path, 1, e));
    for (size_t k = 0; k < COLUMNS; k++)
        if (old->n_columns != COLUMNS || strcmp(old->names[k], columns[k]) != 0)
            return FAIL(e, ST_DATA, "%s has other columns: remove it, or name another file with --out", path);
    return ST_OK;
}

static bool replaced(const struct csv_table *old, size_t row, const struct bench_row *rows, size_t n)
{
    if (strcmp(csv_cell(old, row, PRECISION), REAL_NAME) != 0) return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(csv_cell(old, row, CASE), rows[i].name) == 0) return true;
    return false;
}

static void put_old(struct csv_writer *w, const struct csv_table *old, size_t row)
{
    for (size_t k = 0; k < COLUMNS; k++) csv_put(w, csv_cell(old, row, k));
    csv_end_row(w);
}

static status make_folder(const char *path, struct error *e)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path) return ST_OK;
    if ((size_t)(slash - path) >= sizeof folder) return FAIL(e, ST_IO, "%.60s...: too long a name", path);
    (void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    return path_make(folder, e);
}

status bench_writable(const char *path, struct error *e)
{
    struct csv_table old;
    status st = read_old(&old, path, e);
    csv_table_free(&old);
    return st;
}

status bench_write(const struct bench_row *rows, size_t n, const char *path, struct error *e)
{
    struct csv_writer w;
    struct csv_table old;
    if (n == 0) return ST_OK;
    TRY(make_folder(path, e));
    status st = read_old(&old, path, e);
    if (st == ST_OK) st = csv_open(&w, path, e);
    if (st == ST_OK) {
        for (size_t k = 0; k < COLUMNS; k++) csv_put(&w, columns[k]);
        csv_end_row(&w);
        for (size_t row = 0; row < old.n_rows; row++)
            if (!replaced(&old, row, rows, n)) put_old(&w, &old, row);
        for (size_t i = 0; i < n; i++) put_row(&w, &rows[i]);
        st = csv_close(&w, e);
    }
    csv_table_free(&old);
    return st;
}
