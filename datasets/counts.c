/* See counts.h. */
#include "datasets/counts.h"
#include <math.h>

/* Events of sample i of a split; marks the inputs that have some. */
static double sample_events(const struct spikes *x, size_t i, unsigned char *seen)
{
    double events = 0;
    for (size_t k = x->start[i * x->T]; k < x->start[(i + 1) * x->T]; k++) {
        events += (double)spikes_value(x, k);
        seen[x->index[k]] = 1;
    }
    return events;
}

status dataset_count(const struct dataset *d, struct dataset_counts *c, size_t *samples, double *events,
                     struct mem *m, struct error *e)
{
    const struct dataset_info *info = &d->info;
    unsigned char *seen = mem_alloc(m, info->n_inputs, 1, e);
    if (!seen) return ST_MEMORY;
    *c = (struct dataset_counts){.least = INFINITY};
    for (int s = 0; s < N_SPLITS; s++)
        for (size_t i = 0; i < info->n[s]; i++) {
            size_t class = d->labels[s] ? (size_t)d->labels[s][i] : 0;
            double n = sample_events(&d->x[s], i, seen);
            samples[class * N_SPLITS + (size_t)s]++;
            events[class] += n;
            c->events += n;
            c->least = n < c->least ? n : c->least;
            c->most = n > c->most ? n : c->most;
            c->cells_on += d->x[s].start[(i + 1) * info->T] - d->x[s].start[i * info->T];
            c->samples++;
        }
    for (size_t i = 0; i < info->n_inputs; i++) c->silent += !seen[i];
    return ST_OK;
}
