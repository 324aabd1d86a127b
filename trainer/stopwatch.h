/* The training clock that a runner hands to the steps of a solver. */
#ifndef SPIKEBENCH_TRAINER_STOPWATCH_H
#define SPIKEBENCH_TRAINER_STOPWATCH_H

#include "trainer/solver.h"

/* Runs during create, start and step, held for diagnostics and evaluation. All zero: at rest. */
struct stopwatch {
    double total, since;         /* wall seconds */
    double cpu_total, cpu_since; /* CPU seconds of the process, all threads */
    bool running;
};

/* `watch` is a struct stopwatch, as in step_report.clock. */
void stopwatch_start(void *watch);
void stopwatch_hold(void *watch);
/* The report of a step that is timed by the watch. */
struct step_report stopwatch_report(struct stopwatch *watch);

#endif
