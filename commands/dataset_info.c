/* spikebench dataset info: what a dataset holds. */
#include "commands/commands.h"
#include "commands/dataset_request.h"
#include <inttypes.h>
#include <stdio.h>

/* Counts over all splits. */
struct counts {
    size_t samples, cells_on, silent; /* silent: inputs without a spike in any split */
    double events, least, most;       /* events: sum of the cells' values */
};

/* Events of sample i of a split; marks the inputs that have some. */
static double sample_events(const struct spikes *x, size_t i, unsigned char *seen)
{
    double events = 0;
    for (size_t k = x->start[i * x->T]; k < x->start[(i + 1) * x->T]; k++) {
        events += (double)x->value[k];
        seen[x->index[k]] = 1;
    }
    return events;
}

/* Everything, and per class and split: samples and events. */
static status count(const struct dataset *d, struct counts *c, size_t *samples, double *events, struct mem *m,
                    struct error *e)
{
    const struct dataset_info *info = &d->info;
    unsigned char *seen = mem_alloc(m, info->n_inputs, 1, e);
    if (!seen) return ST_MEMORY;
    *c = (struct counts){.least = INFINITY};
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

static void print_head(const struct dataset_request *r, const struct dataset_info *info)
{
    (void)printf("%s: %s\nreference: %s\nlicence:   %s\nSHA-256:   %s\n", r->source->name, r->source->summary,
                 r->source->reference, r->source->licence, info->sha256);
    (void)printf("inputs:    %zu", info->n_inputs);
    if (info->width) (void)printf(" (%zu x %zu x %zu)", info->width, info->height, info->channels);
    (void)printf(", T = %zu steps, %zu %s, seed %" PRIu64 "\n", info->T,
                 info->n_classes ? info->n_classes : info->n_targets,
                 info->n_classes ? "classes" : "real-valued targets", r->seed);
    (void)printf("samples:   %zu training, %zu validation, %zu test\n", info->n[0], info->n[1], info->n[2]);
    if (usage_print(&info->usage, "files:     ", false, stdout)) (void)putchar('\n');
}

static void print_counts(const struct dataset_info *info, const struct counts *c, const size_t *samples,
                         const double *events)
{
    double cells = (double)info->n_inputs * (double)info->T;
    (void)printf("density:   %.3f %% of the (input, step) cells are not zero; %zu inputs are silent\n",
                 100 * (double)c->cells_on / ((double)c->samples * cells), c->silent);
    (void)printf("events:    %.1f per sample on average, %g to %g\n", c->events / (double)c->samples,
                 c->least, c->most);
    if (info->n_classes == 0) return;
    (void)printf("%8s %10s %10s %10s   %s\n", "class", "training", "validation", "test",
                 "events per input and step");
    for (size_t k = 0; k < info->n_classes; k++) {
        const size_t *n = samples + k * N_SPLITS;
        size_t all = n[0] + n[1] + n[2];
        (void)printf("%8zu %10zu %10zu %10zu   %.5f\n", k, n[0], n[1], n[2],
                     all ? events[k] / ((double)all * cells) : NAN);
    }
}

static status describe(const struct dataset_request *r, struct error *e)
{
    struct dataset d;
    struct mem m = {0};
    struct counts c;
    status st = r->source->open(r->options, r->seed, &d, e);
    size_t classes = st == ST_OK && d.info.n_classes ? d.info.n_classes : 1;
    size_t *samples = mem_alloc(&m, classes * N_SPLITS, sizeof *samples, e);
    double *events = mem_alloc(&m, classes, sizeof *events, e);
    if (st == ST_OK && (!samples || !events)) st = ST_MEMORY;
    if (st == ST_OK) st = count(&d, &c, samples, events, &m, e);
    if (st == ST_OK) {
        print_head(r, &d.info);
        print_counts(&d.info, &c, samples, events);
    }
    mem_free(&m);
    dataset_free(&d);
    return st;
}

status command_dataset_info(struct call *call, struct error *e)
{
    struct dataset_request r;
    TRY(dataset_request_read(&r, call, e));
    return describe(&r, e);
}
