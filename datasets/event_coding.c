/* Event recordings as samples (see event_coding.h). */
#include "datasets/event_coding.h"

enum binning { BINNING_EQUAL, BINNING_WINDOW };
enum values { VALUES_COUNTS, VALUES_BINARY };
const char *const event_binning_names[] = {"equal", "window", NULL};
const char *const event_value_names[] = {"counts", "binary", NULL};

static uint32_t microseconds(double ms)
{
    return (uint32_t)(ms * 1000 + 0.5);
}

status event_coding_check(const struct event_coding *c, struct error *e)
{
    if (c->filter_ms > 0 && c->filter_ms < 0.001)
        return FAIL(e, ST_CONFIG, "option 'filter_ms' is %g: 0, or at least 0.001 (a microsecond)",
                    c->filter_ms);
    return ST_OK;
}

/* A dataset that is being filled, split by split. */
struct filling {
    const struct event_coding *coding;
    struct frames frames;
    struct dataset *d;
    struct spikes_builder builder;
    bool building;
    uint32_t *counts; /* scratch of events_to_frames */
    uint64_t seed;
};

static status begin_split(struct filling *f, enum split split, struct error *e)
{
    const struct dataset_info *info = &f->d->info;
    f->d->labels[split] = mem_alloc(&f->d->mem, info->n[split], sizeof **f->d->labels, e);
    if (!f->d->labels[split]) return ST_MEMORY;
    TRY(spikes_begin(&f->builder, info->n_inputs, info->T, info->n[split], e));
    f->building = true;
    return ST_OK;
}

static status end_split(struct filling *f, enum split split, struct error *e)
{
    f->building = false;
    return spikes_finish(&f->builder, &f->d->x[split], &f->d->mem, e);
}

static status take(void *context, enum split split, size_t index, int label, struct event_list *events,
                   struct error *e)
{
    struct filling *f = context;
    const struct dataset_info *info = &f->d->info;
    unsigned width = (unsigned)info->width, height = (unsigned)info->height;
    struct rng rng;
    if (index == 0) TRY(begin_split(f, split, e));
    dataset_sample_stream(f->seed, "encode", split, index, &rng);
    f->d->labels[split][index] = label;
    if (f->coding->filter_ms > 0)
        TRY(events_filter(events, width, height, microseconds(f->coding->filter_ms), e));
    TRY(events_to_frames(events, &f->frames, width, height, f->counts, &rng, &f->builder, e));
    return index + 1 == info->n[split] ? end_split(f, split, e) : ST_OK;
}

status event_coding_open(const struct dataset_source *source, const void *options,
                         const struct event_coding *c, uint64_t seed, struct dataset *d, struct error *e)
{
    struct mem scratch = {0};
    struct filling f = {.coding = c, .d = d, .seed = seed};
    f.frames = (struct frames){d->info.T, c->binning == BINNING_WINDOW ? microseconds(c->window_ms) : 0,
                               c->values == VALUES_BINARY, c->input_noise};
    f.counts = mem_alloc(&scratch, d->info.T * d->info.n_inputs, sizeof *f.counts, e);
    status st = f.counts ? source->recordings(options, seed, take, &f, e) : ST_MEMORY;
    for (int k = 0; st == ST_OK && k < N_SPLITS; k++) {
        if (d->info.n[k] > 0) continue; /* an empty split has no recording that would begin it */
        st = begin_split(&f, (enum split)k, e);
        if (st == ST_OK) st = end_split(&f, (enum split)k, e);
    }
    if (f.building) spikes_abandon(&f.builder);
    mem_free(&scratch);
    return st;
}
