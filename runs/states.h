/* States at the ends of runs, OUT/.work/<id>.end, from which longer runs go on (extension.h): how much of a
 * folder they may take. */
#ifndef SPIKEBENCH_RUNS_STATES_H
#define SPIKEBENCH_RUNS_STATES_H

#include "experiments/run.h"
#include <stdio.h>

struct states {
    const char *folder;
    double most, bytes; /* that all may have; that they have, at least what is there */
    size_t dropped;     /* runs whose state was not kept */
};

/* Counts what is there; other runners that share the folder are counted anew only where there is no room.
 * ST_IO, ST_MEMORY. */
status states_begin(struct states *s, const char *folder, size_t mebibytes, struct error *e);
/* After the worker of a run that ended well: where there is no room for its state, that of the shorter run
 * `shorter` which it went on from (or "") makes room, or else its own is dropped. */
status states_bound(struct states *s, const struct run *run, const char *shorter, struct error *e);
/* Says how many were dropped, if any. */
void states_tell(const struct states *s, FILE *out);

#endif
