/* Going on with a finished run: stop.max_iter was raised. */
#ifndef SPIKEBENCH_RUNS_EXTENSION_H
#define SPIKEBENCH_RUNS_EXTENSION_H

#include "records/results_file.h"

/* The run that another goes on from: the same but for a smaller stop.max_iter, ended well. */
struct extension {
    char id[RUN_ID_SIZE]; /* "": there is none */
    long max_iter;        /* its stop.max_iter */
    bool has_state;       /* its state at the end, FOLDER/.work/<id>.end, is there (session.h) */
};

/* Finds the longest of these, one with its state before one without, for the identified run among all rows of
 * the results. Tasks in sequence cannot go on: each would have had more iterations. */
void extension_find(const struct results_file *f, const struct run *run, struct extension *x);

#endif
