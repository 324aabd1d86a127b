/* Going on with a finished run whose stop.max_iter was raised: from its state at the end,
 * FOLDER/.work/<id>.end (session.h). */
#ifndef SPIKEBENCH_RUNS_EXTENSION_H
#define SPIKEBENCH_RUNS_EXTENSION_H

#include "records/results_file.h"

/* The run that another goes on from: the same but for a smaller stop.max_iter, ended well. */
struct extension {
    char id[RUN_ID_SIZE]; /* "": there is none */
    long max_iter;        /* its stop.max_iter */
    bool has_state;       /* its state at the end is there */
};

/* Finds the longest of these, one with its state before one without, for the identified run among all rows of
 * the results. Tasks in sequence cannot go on: each would have had more iterations. */
void extension_find(const struct results_file *f, const struct run *run, struct extension *x);

/* How much of a folder the states at the ends of runs may take. */
struct states {
    const char *folder;
    size_t mebibytes; /* that all may have; 0: none is kept */
    size_t dropped;   /* runs whose state was not kept */
};

/* After the worker of a run that ended well: where there is no room for its state, that of the shorter run
 * `shorter` which it went on from (or "") makes room, or else its own is dropped. ST_IO, ST_MEMORY. */
status states_bound(struct states *s, const struct run *run, const char *shorter, struct error *e);
/* Says how many were dropped, if any. */
void states_tell(const struct states *s, FILE *out);

#endif
