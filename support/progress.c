/* The progress line. */
#include "support/progress.h"
#include <string.h>
#include <time.h>
#include <unistd.h>

double clock_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_start(struct progress *p, FILE *out)
{
    *p = (struct progress){out, isatty(fileno(out)) == 1, clock_seconds(), 0};
}

void progress_left(const struct progress *p, double fraction, char text[PROGRESS_LEFT])
{
    (void)snprintf(text, PROGRESS_LEFT, "--:--");
    if (!(fraction > 0.005) || fraction > 1) return;
    const double seconds = (clock_seconds() - p->started) * (1 - fraction) / fraction;
    if (seconds < 360000)
        (void)snprintf(text, PROGRESS_LEFT, "%d:%02d", (int)(seconds / 60), (int)seconds % 60);
}

void progress_update(struct progress *p, double fraction, size_t done, size_t total, const char *text)
{
    enum { WIDTH = 24 };
    double now = clock_seconds();
    if (!p->on || now - p->drawn < 0.1) return;
    p->drawn = now;
    if (!(fraction > 0)) fraction = 0;
    if (fraction > 1) fraction = 1;
    char bar[WIDTH + 1], left[PROGRESS_LEFT];
    int full = (int)(fraction * WIDTH);
    memset(bar, '.', WIDTH);
    memset(bar, '#', (size_t)full);
    bar[WIDTH] = '\0';
    progress_left(p, fraction, left);
    fprintf(p->out, "\r\033[K[%s] %zu/%zu  %s  ETA %s", bar, done, total, text ? text : "", left);
    fflush(p->out);
}

void progress_clear(struct progress *p)
{
    if (!p->on || p->drawn <= 0) return;
    fputs("\r\033[K", p->out);
    fflush(p->out);
    p->drawn = 0;
}
