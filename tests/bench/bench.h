/* `make bench`: pairs of ways to do the same thing, timed in turn in one process (A B A B ...), so that what
 * else the machine does meets both. Ratios are what is measured; times are what they were measured from.
 *
 * A case is an entry of bench_cases (cases.c). It says beforehand how many FLOPs and bytes a run of A and of
 * B takes.
 * FLOPs: additions and multiplications of the algorithm that runs, counted in its matrix products, sums over
 * lists, factorisations and solves from their sizes (2 m n k for a product, n^3/3 for Cholesky); what is done
 * once per element (leak, reset, threshold, copies) is left out. NAN where the number depends on how an
 * iteration goes.
 * Bytes: what must be read or written at least once, operands and results, not what passes through caches
 * more often. NAN where nobody counted. */
#ifndef SPIKEBENCH_TESTS_BENCH_BENCH_H
#define SPIKEBENCH_TESTS_BENCH_BENCH_H

#include "support/err.h"
#include "support/mem.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { BENCH_TEXT = 160, BENCH_REPEATS_MIN = 3, BENCH_REPEATS_MAX = 2000 };
enum side { SIDE_A, SIDE_B };

/* An opened case: what A and B work on. */
struct pair {
    struct mem mem; /* freed after close */
    void *state;    /* the case's own */
    char sizes[BENCH_TEXT];
    double flops[2], bytes[2]; /* of one run of A and of B; NAN at first */
    const real *out[2];        /* what A and B leave, n_out numbers each: for bench_relative */
    size_t n_out;
};

struct bench_case {
    const char *name;
    const char *a, *b;   /* what A and B are */
    const void *setting; /* the case's own: sizes, data */
    const char *same;    /* what is compared after a run of each, before any is timed ... */
    double tolerance;    /* ... and what it may be at most */
    /* Name of the k-th variant, NULL beyond the last: case NAME/variant each. NULL: the case has none. */
    const char *(*variant)(size_t k);
    /* *p comes zeroed but for the NANs; on error it is closed and freed all the same. */
    status (*open)(struct pair *p, const void *setting, size_t variant, struct error *e);
    status (*run)(struct pair *p, enum side side, struct error *e);
    double (*difference)(struct pair *p);
    void (*close)(
        struct pair *p); /* what the arena does not hold; NULL: nothing. Accepts a half-open pair. */
};
extern const struct bench_case bench_cases[]; /* ends with name NULL */
/* Name of the variant, "CASE" or "CASE/variant"; false beyond the last. (measure.c) */
bool bench_case_name(const struct bench_case *c, size_t variant, char *name, size_t size);

/* ||A's - B's||_F / ||B's||_F of p->out. */
double bench_relative(struct pair *p);

/* Median and quartiles. */
struct quartiles {
    double q1, median, q3;
};
struct measurement {
    size_t repeats;
    double difference;           /* of the results, as the case measures it */
    struct quartiles seconds[2]; /* of a run of A and of B */
    struct quartiles ratio;      /* seconds of B over those of the A before it */
};
/* A run of each, whose results must agree: ST_NUMERIC naming the difference and what is allowed. */
status bench_check(const struct bench_case *c, struct pair *p, double *difference, struct error *e);
/* The check, then A B A B ... for about `seconds`, but no fewer than BENCH_REPEATS_MIN and no more than
 * BENCH_REPEATS_MAX times. */
status bench_measure(const struct bench_case *c, struct pair *p, double seconds, struct measurement *m,
                     struct error *e);

struct bench_options {
    const char *filter; /* cases whose name contains it; "" for all */
    const char *out;    /* the CSV file */
    double seconds;     /* for each pair */
    bool list, help;
};
/* ST_USAGE naming the option and what is allowed. Texts are borrowed from argv. (options.c) */
status bench_options_parse(struct bench_options *o, int argc, char **argv, struct error *e);
void bench_options_help(FILE *out);

/* One measured case: for the table on stdout and for the CSV file. (report.c) */
struct bench_row {
    const struct bench_case *c;
    size_t variant;
    char name[64], sizes[BENCH_TEXT];
    double flops[2], bytes[2];
    struct measurement m;
};
void bench_print_head(FILE *out);
void bench_print_case(FILE *out, const struct bench_case *c); /* what A and B are */
void bench_print_row(FILE *out, const struct bench_row *row);
/* Writes the rows to `path`, behind those that it holds already but for the same case and precision; its
 * folder is made. No rows: nothing is written. ST_IO, ST_DATA if what is there has other columns. */
status bench_write(const struct bench_row *rows, size_t n, const char *path, struct error *e);
/* Whether bench_write could keep what `path` holds, if it is there: the same errors. */
status bench_writable(const char *path, struct error *e);

#endif
