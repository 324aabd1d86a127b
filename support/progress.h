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
/* "1:20", minutes and seconds left as the time so far has it, or "--:--" where nothing can be said yet. */
enum { PROGRESS_LEFT = 32 };
void progress_left(const struct progress *p, double fraction, char text[PROGRESS_LEFT]);
/* Draws "[####....] 12/40  text  ETA 1:20", at most ten times a second. fraction is in [0, 1]; text may be
 * NULL. */
void progress_update(struct progress *p, double fraction, size_t done, size_t total, const char *text);
/* Clears the line (call before printing anything else). */
void progress_clear(struct progress *p);

#endif
