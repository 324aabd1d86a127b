/* See stopwatch.h. */
#include "trainer/stopwatch.h"
#include "support/progress.h"
#include <time.h>

/* CPU time of the process or of the calling thread, as `clock` says. */
static double cpu_seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void stopwatch_start(void *watch)
{
    struct stopwatch *w = watch;
    if (w->running) return;
    w->since = clock_seconds();
    w->cpu_since = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    w->running = true;
}

void stopwatch_hold(void *watch)
{
    struct stopwatch *w = watch;
    if (!w->running) return;
    w->total += clock_seconds() - w->since;
    w->cpu_total += cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - w->cpu_since;
    w->running = false;
}

static struct step_time now(void *watch)
{
    (void)watch;
    return (struct step_time){clock_seconds(), cpu_seconds(CLOCK_THREAD_CPUTIME_ID)};
}

static void discount(void *watch, struct step_time length)
{
    struct stopwatch *w = watch;
    w->total -= length.wall;
    w->cpu_total -= length.cpu;
}

struct step_report stopwatch_report(struct stopwatch *watch)
{
    return (struct step_report){
        .hold = stopwatch_hold, .resume = stopwatch_start, .now = now, .discount = discount, .clock = watch};
}
