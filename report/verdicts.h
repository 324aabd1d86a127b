/* What the regression gate says, for readers and for CI services. */
#ifndef SPIKEBENCH_REPORT_VERDICTS_H
#define SPIKEBENCH_REPORT_VERDICTS_H

#include "support/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Lines of text; a JUnit XML file with a test case for each run; annotations of GitHub's workflows. */
enum verdict_format { VERDICT_TEXT, VERDICT_JUNIT, VERDICT_GITHUB };

struct verdicts {
    FILE *out;
    enum verdict_format format;
    const char *suite; /* the reference folder */
    /* JUnit: the test cases so far, and whether the last one has failed. */
    char *body;
    size_t body_size;
    FILE *cases;
    size_t runs, failed_runs;
    const char *id, *what; /* of the run, borrowed until it has ended */
    bool failed;
};

/* Says verdicts on `out`, which stays the caller's; `suite` is borrowed until verdicts_end. ST_MEMORY. */
status verdicts_begin(struct verdicts *v, FILE *out, enum verdict_format format, const char *suite,
                      struct error *e);
/* A run of the reference begins. `id` and `what` (trainer, widths, seed, options) may hold any characters and
 * are borrowed until verdicts_run_ended. */
void verdicts_run(struct verdicts *v, const char *id, const char *what);
/* What the reader should know before the regressions; not in JUnit's file, where it is no case's. */
void verdicts_note(struct verdicts *v, const char *text);
/* A regression of the run. */
void verdicts_regression(struct verdicts *v, const char *text);
void verdicts_run_ended(struct verdicts *v);
/* Writes what is left and frees. Where `st` is an error the JUnit file is not written. ST_IO. */
status verdicts_end(struct verdicts *v, status st, struct error *e);

#endif
