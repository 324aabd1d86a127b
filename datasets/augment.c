/* See augment.h. */
#include "datasets/augment.h"
#include "support/rng.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An entry of a sample. */
struct entry {
    uint64_t cell; /* step * inputs + input */
    double value;
    size_t place; /* in the order of adding: in this order the values of a cell are summed */
};
struct augmented_sample {
    struct entry *entries; /* heap */
    size_t n, capacity;
    bool no_memory;
};

/* What happens to the whole of a sample. */
struct motion {
    long dx, dy;
    bool flip;
};

double augment_entry_memory(void)
{
    return 1.25 * sizeof(struct entry);
}

bool augment_asked(const struct augment_options *o)
{
    return o->shift > 0 || o->flip || o->drop > 0 || o->jitter > 0 || o->noise > 0;
}

status augment_check(const struct augment_options *o, const struct augment_shape *shape, struct error *e)
{
    if (shape->width == 0 && (o->shift > 0 || o->flip))
        return FAIL(e, ST_CONFIG, "dataset.augment_%s is of pictures, which these samples are not",
                    o->flip ? "flip" : "shift");
    if (o->shift > 0 && (o->shift >= (long)shape->width || o->shift >= (long)shape->height))
        return FAIL(e, ST_CONFIG,
                    "dataset.augment_shift = %ld moves samples of %zu x %zu pixels out of the picture",
                    o->shift, shape->width, shape->height);
    return ST_OK;
}

static void add_entry(struct augmented_sample *s, uint64_t cell, double value)
{
    if (s->n == s->capacity) {
        const size_t capacity = s->capacity ? 2 * s->capacity : 256;
        struct entry *more = realloc(s->entries, capacity * sizeof *more);
        s->no_memory = s->no_memory || !more;
        if (!more) return;
        s->entries = more;
        s->capacity = capacity;
    }
    s->entries[s->n] = (struct entry){cell, value, s->n};
    s->n++;
}

static struct motion draw_motion(const struct augment_options *o, struct rng *rng)
{
    struct motion m = {0, 0, false};
    if (o->shift > 0) {
        m.dx = (long)rng_below(rng, 2 * (size_t)o->shift + 1) - o->shift;
        m.dy = (long)rng_below(rng, 2 * (size_t)o->shift + 1) - o->shift;
    }
    if (o->flip) m.flip = rng_uniform(rng) < 0.5;
    return m;
}

/* Where an input is moved to; false: out of the picture. */
static bool move(const struct motion *m, const struct augment_shape *shape, uint32_t *input)
{
    if (shape->width == 0) return true;
    const long w = (long)shape->width, h = (long)shape->height, row = (long)*input / w;
    long x = (long)*input % w, y = row % h;
    if (m->flip) x = w - 1 - x;
    x += m->dx;
    y += m->dy;
    if (x < 0 || y < 0 || x >= w || y >= h) return false;
    *input = (uint32_t)((row / h * h + y) * w + x);
    return true;
}

/* The events of an entry, each for itself where something befalls single events. */
static void take_entry(const struct augment_source *a, struct augmented_sample *s, size_t step,
                       uint32_t input, double value, struct rng *rng)
{
    const struct augment_options *o = a->options;
    const size_t T = a->from->T, n_inputs = a->from->n_inputs;
    const bool whole = value >= 1 && value <= 1e6 && value == floor(value);
    const bool single = o->drop > 0 || o->jitter > 0;
    const size_t events = whole && single ? (size_t)value : 1;
    const double each = events > 1 ? 1 : value;
    for (size_t k = 0; k < events; k++) {
        double at = (double)step;
        if (o->drop > 0 && rng_uniform(rng) < o->drop) continue;
        if (o->jitter > 0) at += floor(o->jitter * rng_normal(rng) + 0.5);
        if (at >= 0 && at < (double)T) add_entry(s, (uint64_t)at * n_inputs + input, each);
    }
}

/* Events at random, as many as exponential waiting times leave room for. */
static void add_noise(const struct augment_source *a, struct augmented_sample *s, struct rng *rng)
{
    const double mean = a->options->noise;
    if (mean <= 0) return;
    for (double t = -log(1 - rng_uniform(rng)); t < mean; t -= log(1 - rng_uniform(rng)))
        add_entry(s, rng_below(rng, a->from->T * a->from->n_inputs), 1);
}

static int by_cell(const void *a, const void *b)
{
    const struct entry *p = a, *q = b;
    if (p->cell != q->cell) return p->cell < q->cell ? -1 : 1;
    return p->place < q->place ? -1 : p->place > q->place;
}

/* Entries in order, those of one cell put together. */
static void settle(struct augmented_sample *s, bool valued)
{
    size_t kept = 0;
    if (s->n > 1) qsort(s->entries, s->n, sizeof *s->entries, by_cell);
    for (size_t i = 0; i < s->n; i++) {
        if (kept > 0 && s->entries[kept - 1].cell == s->entries[i].cell)
            s->entries[kept - 1].value += s->entries[i].value;
        else
            s->entries[kept++] = s->entries[i];
    }
    for (size_t i = 0; i < kept && !valued; i++) s->entries[i].value = 1;
    s->n = kept;
}

/* The samples that are being made. */
struct making {
    struct augmented *a;
    const struct augment_source *source;
};

static void make_sample(void *context, size_t n, size_t thread)
{
    const struct making *m = context;
    const struct augment_source *a = m->source;
    const struct spikes *from = a->from;
    struct augmented_sample *s = &m->a->samples[n];
    struct rng rng;
    (void)thread;
    s->n = 0;
    rng_seed_item(&rng, a->seed, "augment", a->epoch * (uint64_t)from->n_samples + n);
    const struct motion motion = draw_motion(a->options, &rng);
    for (size_t t = 0; t < from->T; t++)
        for (size_t k = from->start[n * from->T + t]; k < from->start[n * from->T + t + 1]; k++) {
            uint32_t input = from->index[k];
            if (move(&motion, a->shape, &input))
                take_entry(a, s, t, input, (double)spikes_value(from, k), &rng);
        }
    add_noise(a, s, &rng);
    settle(s, a->shape->valued);
}

/* Copies a sample into the lists, from entry `at` on; returns the first behind it. */
static size_t write_sample(struct spikes *x, const struct augmented_sample *s, size_t n, size_t at)
{
    size_t k = 0;
    for (size_t t = 0; t < x->T; t++) {
        for (; k < s->n && s->entries[k].cell / x->n_inputs == t; k++, at++) {
            x->index[at] = (uint32_t)(s->entries[k].cell % x->n_inputs);
            if (x->value) x->value[at] = (real)s->entries[k].value;
        }
        x->start[n * x->T + t + 1] = at;
    }
    return at;
}

static status reserve(struct augmented *a, size_t entries, bool valued, struct error *e)
{
    if (entries <= a->capacity && a->x.index) return ST_OK;
    const size_t capacity = entries + entries / 8 + 1;
    uint32_t *index = realloc(a->x.index, capacity * sizeof *index);
    if (index) a->x.index = index;
    real *value = index && valued ? realloc(a->x.value, capacity * sizeof *value) : NULL;
    if (value) a->x.value = value;
    if (!index || (valued && !value))
        return FAIL(e, ST_MEMORY, "no memory for %zu augmented events", capacity);
    a->capacity = capacity;
    return ST_OK;
}

/* Room for samples of the same sizes as the source's. */
static status prepare(struct augmented *a, const struct spikes *from, struct error *e)
{
    if (a->samples && a->x.n_samples == from->n_samples && a->x.T == from->T) return ST_OK;
    augment_free(a);
    a->x = (struct spikes){.n_inputs = from->n_inputs, .T = from->T, .n_samples = from->n_samples};
    a->x.start = calloc(from->n_samples * from->T + 1, sizeof *a->x.start);
    a->samples = calloc(from->n_samples + 1, sizeof *a->samples);
    return a->x.start && a->samples
               ? ST_OK
               : FAIL(e, ST_MEMORY, "no memory for %zu augmented samples", from->n_samples);
}

status augment_make(struct augmented *a, const struct augment_source *source, struct pool *pool,
                    struct error *e)
{
    const size_t n = source->from->n_samples;
    struct making making = {a, source};
    size_t entries = 0, at = 0;
    TRY(prepare(a, source->from, e));
    pool_run(pool, n, make_sample, &making);
    for (size_t i = 0; i < n; i++) {
        if (a->samples[i].no_memory) return FAIL(e, ST_MEMORY, "no memory for augmented samples");
        entries += a->samples[i].n;
    }
    TRY(reserve(a, entries, source->shape->valued, e));
    for (size_t i = 0; i < n; i++) at = write_sample(&a->x, &a->samples[i], i, at);
    return ST_OK;
}

void augment_free(struct augmented *a)
{
    for (size_t i = 0; a->samples && i < a->x.n_samples; i++) free(a->samples[i].entries);
    free(a->samples);
    free(a->x.start);
    free(a->x.index);
    free(a->x.value);
    *a = (struct augmented){.capacity = 0};
}
