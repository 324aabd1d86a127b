/* A progress line with an estimate of the time left, drawn on a terminal only. */
#ifndef SPIKEBENCH_SUPPORT_PROGRESS_H
#define SPIKEBENCH_SUPPORT_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

struct progress {
    FILE *out;
    bool on; /* out is a terminal */
    double started, drawn;
};

/* Seconds of the monotonic clock. Only the command line layer and the runner may call this. */
double clock_seconds(void);

void progress_start(struct progress *p, FILE *out);
/* Draws "[####....] 12/40  text  ETA 1:20", at most ten times a second. fraction is in [0, 1]; text may be
 * NULL. */
void progress_update(struct progress *p, double fraction, size_t done, size_t total, const char *text);
/* Clears the line (call before printing anything else). */
void progress_clear(struct progress *p);

#endif
