/* The result files of one run. */
#ifndef SPIKEBENCH_RUNS_WORKER_RECORD_H
#define SPIKEBENCH_RUNS_WORKER_RECORD_H

#include "runs/session.h"

/* The columns that every curve begins with; the rates of the hidden layers and the solver's own follow. */
enum { CURVE_FIXED = 11 };
extern const char *const curve_fixed[CURVE_FIXED];

/* OUT/curves/<id>.csv: a row per evaluation. ST_IO. */
status worker_write_curve(const struct session *s, struct error *e);
/* OUT/.work/<id>.row.csv: the run's row of runs.csv. `word`: its status; `text`: what went wrong, or "".
 * ST_IO. */
status worker_write_row(const struct session *s, const char *word, const char *text, struct error *e);

/* The cells that a run's row begins with: schema .. data_sha256. sha256 may be "". */
struct record;
status record_identity(struct record *r, const struct run *run, const char *word, const char *reason,
                       const char *text, const char *sha256, struct error *e);

#endif
