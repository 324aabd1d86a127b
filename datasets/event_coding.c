/* Event recordings as samples (see event_coding.h). */
#include "datasets/event_coding.h"

enum binning { BINNING_EQUAL, BINNING_WINDOW };
enum values { VALUES_COUNTS, VALUES_BINARY };
const char *const event_binning_names[] = {"equal", "window", NULL};
const char *const event_value_names[] = {"counts", "binary", NULL};

/* `ms` as microseconds: over = 0 if it is finer than a window may be. */
static struct fraction microseconds(double ms)
{
    const uint64_t most = UINT32_MAX;
    struct fraction f = fraction_of(ms);
    if (f.under == 0 || f.over > UINT64_MAX / 1000) return (struct fraction){0, 1};
    for (int k = 0; k < 3; k++) {
        f.over *= f.under % 10 == 0 ? 1 : 10;
        f.under /= f.under % 10 == 0 ? 10 : 1;
    }
    return f.over > most || f.under > most ? (struct fraction){0, 1} : f;
}

static struct frames frames_of(const struct event_coding *c, size_t T)
{
    struct frames f = {
        .T = T, .window = {0, 1}, .binary = c->values == VALUES_BINARY, .noise = c->input_noise};
    if (c->binning == BINNING_WINDOW) f.window = microseconds(c->window_ms);
    return f;
}

bool event_coding_valued(const struct event_coding *c)
{
    return c->values == VALUES_COUNTS || c->input_noise > 0;
}

status event_coding_check(const struct event_coding *c, struct error *e)
{
    if (c->filter_ms > 0 && c->filter_ms < 0.001)
        return FAIL(e, ST_CONFIG, "option 'filter_ms' is %g: 0, or at least 0.001 (a microsecond)",
                    c->filter_ms);
    if (c->binning == BINNING_WINDOW && microseconds(c->window_ms).over == 0)
        return FAIL(e, ST_CONFIG, "option 'window_ms' is %.12g: at most nine digits", c->window_ms);
    if (c->filter_ms > 0 && microseconds(c->filter_ms).over == 0)
        return FAIL(e, ST_CONFIG, "option 'filter_ms' is %.12g: at most nine digits", c->filter_ms);
    return ST_OK;
}

status event_coding_keep(const struct event_coding *c, const struct dataset_info *info,
                         struct event_list *events, struct usage *u, struct error *e)
{
    const struct frames frames = frames_of(c, info->T);
    const size_t n = events->n;
    if (c->filter_ms > 0) {
        /* Times are whole microseconds: less than 1.5 us before is less than 2 us before. */
        const struct fraction f = microseconds(c->filter_ms);
        const uint32_t within = (uint32_t)((f.over + f.under - 1) / f.under);
        TRY(events_filter(events, (unsigned)info->width, (unsigned)info->height, within, e));
    }
    u->filtered += n - events->n;
    u->outside += events_cut(events, &frames);
    return ST_OK;
}

size_t event_coding_entries(const struct event_coding *c, const struct dataset_info *info,
                            const struct event_list *events, uint32_t *seen)
{
    struct frames frames = frames_of(c, info->T);
    frames.merged = info->channels == 1;
    if (c->input_noise > 0) return info->T * info->n_inputs;
    return events_cells(events, &frames, (unsigned)info->width, (unsigned)info->height, seen);
}

/* A dataset that is being filled, split by split. */
struct filling {
    const struct event_coding *coding;
    struct frames frames;
    struct usage usage;
    struct dataset *d;
    struct spikes_builder builder;
    bool building;
    uint32_t *counts; /* scratch of events_to_frames */
    uint64_t seed;
    const struct dataset_common *common;
};

static status begin_split(struct filling *f, enum split split, struct error *e)
{
    const struct dataset_info *info = &f->d->info;
    f->d->labels[split] = mem_alloc(&f->d->mem, info->n[split], sizeof **f->d->labels, e);
    if (!f->d->labels[split]) return ST_MEMORY;
    TRY(spikes_begin(&f->builder, info->n_inputs, info->T, info->n[split], e));
    f->building = true;
    return spikes_stream(&f->builder, f->common->stream, e);
}

static status end_split(struct filling *f, enum split split, struct error *e)
{
    f->building = false;
    return spikes_finish(&f->builder, &f->d->x[split], &f->d->mem, e);
}

/* Appends the frames of a recording. */
static status add_recording(struct filling *f, enum split split, size_t index, struct event_list *events,
                            struct error *e)
{
    const struct dataset_info *info = &f->d->info;
    struct usage one = {.events = events->n};
    char what[80];
    bool use;
    struct rng rng;
    dataset_sample_stream(f->seed, "encode", split, index, &rng);
    TRY(event_coding_keep(f->coding, info, events, &one, e));
    (void)snprintf(what, sizeof what, "recording %zu of the %s split", index, split_names[split]);
    TRY(usage_take(&f->usage, BAD_REFUSED, &one, ST_OK, events->n, what, &use, e));
    return events_to_frames(events, &f->frames, (unsigned)info->width, (unsigned)info->height, f->counts,
                            &rng, &f->builder, e);
}

static status take(void *context, enum split split, size_t index, int label, struct event_list *events,
                   struct error *e)
{
    struct filling *f = context;
    const size_t n = f->d->info.n[split];
    if (index == 0) TRY(begin_split(f, split, e));
    f->d->labels[split][index] = label;
    TRY(dataset_keeps(f->common, split, n, index) ? add_recording(f, split, index, events, e)
                                                  : spikes_skip(&f->builder, e));
    return index + 1 == n ? end_split(f, split, e) : ST_OK;
}

status event_coding_open(const struct dataset_source *source, const void *options,
                         const struct event_coding *c, uint64_t seed, struct dataset *d, struct error *e)
{
    struct mem scratch = {0};
    const struct dataset_common *common = options;
    struct filling f = {
        .coding = c, .d = d, .seed = seed, .common = common, .frames = frames_of(c, d->info.T)};
    f.frames.merged = d->info.channels == 1;
    f.counts = mem_alloc(&scratch, d->info.T * d->info.n_inputs, sizeof *f.counts, e);
    status st = f.counts ? source->recordings(options, seed, take, &f, e) : ST_MEMORY;
    for (int k = 0; st == ST_OK && k < N_SPLITS; k++) {
        if (d->info.n[k] > 0) continue; /* an empty split has no recording that would begin it */
        st = begin_split(&f, (enum split)k, e);
        if (st == ST_OK) st = end_split(&f, (enum split)k, e);
    }
    if (f.building) spikes_abandon(&f.builder);
    mem_free(&scratch);
    if (st != ST_OK || d->info.usage.recordings > 0) return st;
    d->info.usage = f.usage;
    /* of the recordings of one rank alone nothing follows */
    return common->share.ranks > 1 ? ST_OK : usage_check(&f.usage, source->name, e);
}
