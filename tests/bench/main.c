/* build/bench-f64 and build/bench-f32 (see bench.h). */
#include "support/blas.h"
#include "tests/bench/bench.h"
#include <stdlib.h>
#include <string.h>

/* Whether a case compares other ways than the one before. */
static bool other_ways(const struct bench_case *c, const struct bench_case *before)
{
    return strcmp(c->a, before->a) != 0 || strcmp(c->b, before->b) != 0;
}

/* Rows with the names of the cases that the filter leaves; the caller frees them. NULL: no memory. */
static struct bench_row *choose(const char *filter, size_t *n)
{
    char name[sizeof((struct bench_row *)0)->name];
    size_t all = 0;
    for (const struct bench_case *c = bench_cases; c->name; c++)
        for (size_t k = 0; bench_case_name(c, k, name, sizeof name); k++) all++;
    struct bench_row *rows = calloc(all + 1, sizeof *rows);
    *n = 0;
    for (const struct bench_case *c = bench_cases; rows && c->name; c++)
        for (size_t k = 0; bench_case_name(c, k, rows[*n].name, sizeof name); k++) {
            if (!strstr(rows[*n].name, filter)) continue;
            rows[*n].c = c;
            rows[(*n)++].variant = k;
        }
    return rows;
}

static status measure(struct bench_row *row, double seconds, struct error *e)
{
    const struct bench_case *c = row->c;
    struct pair p = {.flops = {NAN, NAN}, .bytes = {NAN, NAN}};
    status st = c->open(&p, c->setting, row->variant, e);
    if (st == ST_OK) st = bench_measure(c, &p, seconds, &row->m, e);
    memcpy(row->sizes, p.sizes, sizeof row->sizes);
    memcpy(row->flops, p.flops, sizeof row->flops);
    memcpy(row->bytes, p.bytes, sizeof row->bytes);
    if (c->close) c->close(&p);
    mem_free(&p.mem);
    return st;
}

/* Measures and prints the rows; those that succeed come to the front. Returns how many. */
static size_t measure_all(struct bench_row *rows, size_t n, double seconds)
{
    const struct bench_case *last = NULL;
    size_t measured = 0;
    for (size_t i = 0; i < n; i++) {
        struct error e = {0};
        if (!last || other_ways(rows[i].c, last)) bench_print_case(stdout, rows[i].c);
        last = rows[i].c;
        if (measure(&rows[i], seconds, &e) == ST_OK) {
            bench_print_row(stdout, &rows[i]);
            rows[measured++] = rows[i];
        } else {
            (void)fflush(stdout);
            fprintf(stderr, "%s: %s\n", rows[i].name, e.text);
        }
    }
    return measured;
}

static void list(const struct bench_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || other_ways(rows[i].c, rows[i - 1].c)) bench_print_case(stdout, rows[i].c);
        printf("  %s\n", rows[i].name);
    }
}

static int perform(const struct bench_options *o, struct bench_row *rows, size_t n)
{
    struct error e = {0};
    if (bench_writable(o->out, &e) != ST_OK) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    blas_single_thread();
    bench_print_head(stdout);
    size_t measured = measure_all(rows, n, o->seconds);
    if (bench_write(rows, measured, o->out, &e) != ST_OK) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    printf("\n%zu of %zu pairs: %s\n", measured, n, measured ? o->out : "nothing was written");
    return measured == n ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct bench_options o;
    struct error e = {0};
    size_t n;
    if (bench_options_parse(&o, argc, argv, &e) != ST_OK) {
        fprintf(stderr, "%s: %s\n", argv[0], e.text);
        return 2;
    }
    if (o.help) {
        bench_options_help(stdout);
        return 0;
    }
    struct bench_row *rows = choose(o.filter, &n);
    int code = 0;
    if (!rows) {
        fprintf(stderr, "%s: no memory for the list of cases\n", argv[0]);
        code = 1;
    } else if (n == 0) {
        fprintf(stderr, "%s: no case's name contains '%s'; see --list\n", argv[0], o.filter);
        code = 2;
    } else if (o.list) {
        list(rows, n);
    } else {
        code = perform(&o, rows, n);
    }
    free(rows);
    return code;
}
