/* One run in this process. */
#ifndef SPIKEBENCH_RUNS_WORKER_H
#define SPIKEBENCH_RUNS_WORKER_H

#include "runs/session.h"

/* Performs the run: OUT/curves/<id>.csv and OUT/.work/<id>.row.csv, and, when stopped, OUT/.work/<id>.ckpt,
 * from which the same run by the same commit resumes. stop_signal (support/process.h) is read after each
 * step. Failures of the run itself are results: they are written as a row with status `failed`, `diverged` or
 * `no_data`; what is returned is ST_OK, ST_INTERRUPTED, ST_NO_DATA or the failure. settings->weights is
 * written when the run ended or was stopped, not when it failed. */
status worker_run(struct run *run, const struct worker_settings *s, struct error *e);

#endif
