/* The result files of one run. */
#ifndef SPIKEBENCH_RUNS_WORKER_RECORD_H
#define SPIKEBENCH_RUNS_WORKER_RECORD_H

#include "records/columns.h"
#include "runs/session.h"

/* What the session has measured so far. */
struct run_result worker_result(const struct session *s);
/* OUT/curves/<id>.csv: a row per evaluation. ST_IO. */
status worker_write_curve(const struct session *s, struct error *e);
/* OUT/.work/<id>.row.csv: the run's row of runs.csv. `word`: its status; `text`: what went wrong, or "".
 * ST_IO. */
status worker_write_row(const struct session *s, const char *word, const char *text, struct error *e);

#endif
