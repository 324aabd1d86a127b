/* Spoken digits and words as spikes of an artificial cochlea: SHD and SSC (Cramer et al. 2020). SSC comes in
 * three files; its validation samples are those of the published one. */
#include "datasets/dataset.h"
#include "datasets/place.h"
#include "datasets/shd_file.h"
#include <string.h>

enum side { SIDE_TRAIN, SIDE_TEST, SIDE_VALIDATION, SIDES };
static const char *const side_names[SIDES] = {"train", "test", "valid"};
enum values { VALUES_COUNTS, VALUES_BINARY };
static const char *const value_names[] = {"counts", "binary", NULL};

struct shd_options {
    struct dataset_common common;
    double duration_s;
    long units_per_bin;
    int values, bad;
};

/* clang-format off */
#define SHD_OPTIONS                                                                                          \
    {"duration_s", OPT_REAL, offsetof(struct shd_options, duration_s), "1.4", 0, 100, OPT_OPEN_LO, NULL, "s", \
     "time that the T steps cover; later spikes are left out"},                                              \
    {"units_per_bin", OPT_INT, offsetof(struct shd_options, units_per_bin), "1", 1, SHD_UNITS, 0, NULL,      \
     "units", "neighbouring channels that share an input"},                                                  \
    {"values", OPT_CHOICE, offsetof(struct shd_options, values), "counts", 0, 0, 0, value_names, "",         \
     "number of spikes in a cell, or 1 where there is any"},                                                 \
    BAD_OPTION(struct shd_options),                                                                         \
    AUGMENT_EVENT_OPTIONS(struct shd_options)
/* clang-format on */

static const struct option shd_option_list[] = {
    DATASET_COMMON_OPTIONS(struct shd_options, "100", "0", "500", "0"),
    SHD_OPTIONS,
};
static const struct option ssc_option_list[] = {
    DATASET_COMMON_OPTIONS_FROM(struct shd_options, "100", "0", "500", "0",
                                "taken from the published validation file, which is not read with 0"),
    SHD_OPTIONS,
};

/* One of the files: the recordings that are used. */
struct part {
    struct shd_file *file; /* NULL: not read */
    struct bins bins;
    size_t n;
    size_t *used; /* [n], indices into the file */
    int *labels;  /* [n] */
};

/* What a dataset consists of. */
struct recordings {
    const char *const
        *names; /* that of the dataset, with which the names of its files begin; of its folder */
    int n_classes;
    bool has_validation; /* published in a file of its own; else taken from the training side */
    struct part side[SIDES];
    struct mem mem;
};

static void close_recordings(struct recordings *r)
{
    for (int s = 0; s < SIDES; s++) shd_close(r->side[s].file);
    mem_free(&r->mem);
}

/* Whether a file is needed: that of the validation samples only where there are to be some. */
static bool is_read(const struct recordings *r, const struct shd_options *o, int side)
{
    return side != SIDE_VALIDATION || (r->has_validation && o->common.n_validation > 0);
}

static status open_side(struct recordings *r, const char *folder, int side, struct error *e)
{
    static const char *const ends[] = {"h5", "hdf5", "h5.gz", "h5.zip"}; /* the reader refuses the last two */
    enum { ENDS = sizeof ends / sizeof *ends };
    char text[ENDS][40], path[FIND_PATH];
    const char *names[ENDS + 1] = {NULL};
    const struct find find = {.names = names, .down = 2};
    for (size_t k = 0; k < ENDS; k++) {
        (void)snprintf(text[k], sizeof text[k], "%s_%s.%s", r->names[0], side_names[side], ends[k]);
        names[k] = text[k];
    }
    if (!shd_library()) return shd_open(&r->side[side].file, folder, r->n_classes, e);
    status st = find_path(&find, folder, path, e);
    if (st == ST_NO_DATA && side == SIDE_VALIDATION)
        (void)err_prefix(
            e,
            "%s was not found: validation samples come from it ('spikebench dataset fetch %s' gets "
            "it; n_validation = 0 does without)",
            names[0], r->names[0]);
    TRY(st);
    return shd_open(&r->side[side].file, path, r->n_classes, e);
}

static status open_recordings(struct recordings *r, const struct shd_options *o, struct error *e)
{
    char folder[FIND_PATH];
    TRY(place_folder(o->common.path, r->names, folder, e));
    for (int s = 0; s < SIDES; s++)
        if (is_read(r, o, s)) TRY(open_side(r, folder, s, e));
    return ST_OK;
}

static size_t inputs_of(const struct shd_options *o)
{
    size_t width = (size_t)o->units_per_bin;
    return (SHD_UNITS + width - 1) / width;
}

static size_t samples_of(const struct recordings *r, int side)
{
    return r->side[side].n;
}

static status split_sizes(const struct recordings *r, const struct dataset_common *c, size_t sizes[N_SPLITS],
                          struct error *e)
{
    size_t train = samples_of(r, SIDE_TRAIN), test = samples_of(r, SIDE_TEST);
    struct dataset_common rest = *c;
    if (!r->has_validation) return dataset_split_sides(c, train, test, sizes, e);
    rest.n_validation = 0;
    TRY(dataset_split_sides(&rest, train, test, sizes, e));
    sizes[SPLIT_VALIDATION] = (size_t)c->n_validation;
    if (sizes[SPLIT_VALIDATION] > samples_of(r, SIDE_VALIDATION))
        return FAIL(e, ST_CONFIG, "dataset.n_validation = %ld, but the validation file has %zu samples",
                    c->n_validation, samples_of(r, SIDE_VALIDATION));
    return ST_OK;
}

/* Events that the steps do not cover, and in *entries the cells of the others. seen: a bit for each of T x
 * inputs, zero again on return. */
static size_t count_outside(const struct shd_events *events, const struct bins *b,
                            const struct shd_options *o, uint32_t *seen, size_t *entries)
{
    const size_t inputs = inputs_of(o);
    size_t n = 0;
    *entries = 0;
    for (size_t k = 0; k < events->n; k++) {
        const size_t step = bins_find(b, events->times[k]),
                     cell = step * inputs + events->units[k] / (size_t)o->units_per_bin;
        n += step == b->T;
        if (step == b->T || seen[cell / 32] >> cell % 32 & 1) continue;
        seen[cell / 32] |= (uint32_t)1 << cell % 32;
        ++*entries;
    }
    memset(seen, 0, (b->T * inputs / 32 + 1) * sizeof *seen);
    return n;
}

/* "train recording 3 (times 0.1 to 900 s)": for messages. */
static void name_recording(char *text, size_t size, const char *name, int side, size_t i,
                           const struct shd_events *events)
{
    double first = events->n ? events->times[0] : 0, last = first;
    for (size_t k = 1; k < events->n; k++) {
        first = events->times[k] < first ? events->times[k] : first;
        last = events->times[k] > last ? events->times[k] : last;
    }
    int n = snprintf(text, size, "%s_%s: recording %zu", name, side_names[side], i);
    if (events->n > 0 && n > 0 && (size_t)n < size)
        (void)snprintf(text + n, size - (size_t)n, " (times %.4g to %.4g, taken as seconds)", first, last);
}

/* Reads a file's recordings: which are used, what of them is not, and the hash of all that is read. */
static status scan(struct recordings *r, const struct shd_options *o, int side, struct hash *h,
                   struct dataset_info *info, struct error *e)
{
    struct part *p = &r->side[side];
    size_t n = shd_samples(p->file);
    p->used = mem_alloc(&r->mem, n, sizeof *p->used, e);
    p->labels = mem_alloc(&r->mem, n, sizeof *p->labels, e);
    uint32_t *seen = mem_alloc(&r->mem, (size_t)o->common.T * inputs_of(o) / 32 + 1, sizeof *seen, e);
    if (!p->used || !p->labels || !seen) return ST_MEMORY;
    TRY(bins_create(&p->bins, o->duration_s, (size_t)o->common.T, shd_time_type(p->file), &r->mem, e));
    hash_add(h, shd_labels(p->file), n * sizeof(int));
    for (size_t i = 0; i < n; i++) {
        struct usage one = {0};
        struct shd_events events = {0};
        char what[160] = "";
        bool use;
        status st = shd_read(p->file, i, (enum bad_policy)o->bad, &events, &one, e);
        hash_add(h, events.times, events.n * sizeof *events.times);
        hash_add(h, events.units, events.n * sizeof *events.units);
        size_t entries;
        one.outside = count_outside(&events, &p->bins, o, seen, &entries);
        const size_t left = events.n - one.outside;
        if (st == ST_OK && left == 0) name_recording(what, sizeof what, r->names[0], side, i, &events);
        TRY(usage_take(&info->usage, (enum bad_policy)o->bad, &one, st, left, what, &use, e));
        if (!use) continue;
        info->entries += entries;
        p->labels[p->n] = shd_labels(p->file)[i];
        p->used[p->n++] = i;
    }
    return ST_OK;
}

/* Sizes, and the SHA-256 of all events and labels that are read, in order. */
static status describe(struct recordings *r, const struct shd_options *o, struct dataset_info *info,
                       struct error *e)
{
    struct hash h;
    size_t samples = 0;
    *info = (struct dataset_info){.n_inputs = inputs_of(o),
                                  .n_classes = (size_t)r->n_classes,
                                  .T = (size_t)o->common.T,
                                  .test_side = TEST_PUBLISHED,
                                  .valued = o->values == VALUES_COUNTS};
    hash_start(&h);
    for (int s = 0; s < SIDES; s++) {
        if (!r->side[s].file) continue;
        TRY(scan(r, o, s, &h, info, e));
        samples += r->side[s].n;
    }
    TRY(usage_check(&info->usage, r->names[0], e));
    for (int s = 0; s < SIDES; s++)
        if (r->side[s].file && r->side[s].n == 0)
            return FAIL(e, ST_DATA, "%s_%s: none of its %zu recordings is left", r->names[0], side_names[s],
                        shd_samples(r->side[s].file));
    hash_finish(&h, info->sha256);
    TRY(split_sizes(r, &o->common, info->n, e));
    info->entries =
        (size_t)((double)info->entries / (double)samples *
                 (double)(info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST]));
    return ST_OK;
}

/* Draws the samples of all splits; validation, where it has a file of its own, from a stream of its own, so
 * that the other splits do not depend on it. */
static status choose(const struct recordings *r, const struct dataset_common *c, uint64_t seed,
                     const struct dataset_info *info, size_t *chosen[N_SPLITS], struct mem *m,
                     struct error *e)
{
    const struct part *train = &r->side[SIDE_TRAIN], *test = &r->side[SIDE_TEST],
                      *validation = &r->side[SIDE_VALIDATION];
    size_t sizes[N_SPLITS] = {info->n[SPLIT_TRAIN], validation->file ? 0 : info->n[SPLIT_VALIDATION],
                              info->n[SPLIT_TEST]};
    struct rng rng;
    TRY(dataset_choose(c, seed, train->labels, train->n, test->labels, test->n, info->n_classes, sizes,
                       chosen, m, e));
    if (!validation->file) return ST_OK;
    chosen[SPLIT_VALIDATION] = mem_alloc(m, info->n[SPLIT_VALIDATION], sizeof **chosen, e);
    if (!chosen[SPLIT_VALIDATION]) return ST_MEMORY;
    dataset_split_stream(c, seed, SPLIT_VALIDATION, &rng);
    return dataset_stratify(validation->labels, validation->n, info->n_classes, &info->n[SPLIT_VALIDATION], 1,
                            &chosen[SPLIT_VALIDATION], &rng, e);
}

/* Appends the T rows of a recording. counts: T x inputs zeroed numbers, zero again on return. */
static status add_recording(const struct shd_events *events, const struct bins *bins,
                            const struct shd_options *o, uint32_t *counts, struct spikes_builder *b,
                            struct error *e)
{
    size_t T = b->x.T, inputs = b->x.n_inputs;
    for (size_t k = 0; k < events->n; k++) {
        size_t step = bins_find(bins, events->times[k]);
        if (step < T) counts[step * inputs + events->units[k] / (size_t)o->units_per_bin]++;
    }
    status st = ST_OK;
    for (size_t t = 0; t < T && st == ST_OK; t++) {
        for (size_t i = 0; i < inputs && st == ST_OK; i++) {
            uint32_t count = counts[t * inputs + i];
            st = spikes_add(b, (uint32_t)i, o->values == VALUES_BINARY ? count > 0 : (double)count, e);
        }
        if (st == ST_OK) st = spikes_end_row(b, e);
    }
    memset(counts, 0, T * inputs * sizeof *counts);
    return st;
}

static status fill_split(const struct part *p, const struct shd_options *o, const size_t *chosen,
                         uint32_t *counts, enum split split, struct dataset *d, struct error *e)
{
    struct spikes_builder b;
    struct shd_events events;
    struct usage counted = {0}; /* before */
    size_t n = d->info.n[split];
    d->labels[split] = mem_alloc(&d->mem, n, sizeof **d->labels, e);
    if (!d->labels[split]) return ST_MEMORY;
    status st = spikes_begin(&b, d->info.n_inputs, d->info.T, n, e);
    if (st == ST_OK) st = spikes_stream(&b, o->common.stream, e);
    for (size_t k = 0; st == ST_OK && k < n; k++) {
        d->labels[split][k] = p->labels[chosen[k]];
        if (!dataset_keeps(&o->common, split, n, k)) {
            st = spikes_skip(&b, e);
            continue;
        }
        st = shd_read(p->file, p->used[chosen[k]], (enum bad_policy)o->bad, &events, &counted, e);
        if (st == ST_OK) st = add_recording(&events, &p->bins, o, counts, &b, e);
    }
    if (st == ST_OK) return spikes_finish(&b, &d->x[split], &d->mem, e);
    spikes_abandon(&b);
    return st;
}

static status load(struct recordings *r, const struct shd_options *o, uint64_t seed, struct dataset *d,
                   struct mem *scratch, struct error *e)
{
    size_t *chosen[N_SPLITS];
    TRY(open_recordings(r, o, e));
    TRY(describe(r, o, &d->info, e));
    TRY(choose(r, &o->common, seed, &d->info, chosen, scratch, e));
    uint32_t *counts = mem_alloc(scratch, d->info.T * d->info.n_inputs, sizeof *counts, e);
    if (!counts) return ST_MEMORY;
    const struct part *train = &r->side[SIDE_TRAIN], *validation = &r->side[SIDE_VALIDATION];
    TRY(fill_split(train, o, chosen[SPLIT_TRAIN], counts, SPLIT_TRAIN, d, e));
    TRY(fill_split(validation->file ? validation : train, o, chosen[SPLIT_VALIDATION], counts,
                   SPLIT_VALIDATION, d, e));
    return fill_split(&r->side[SIDE_TEST], o, chosen[SPLIT_TEST], counts, SPLIT_TEST, d, e);
}

static status probe(const struct recordings *what, const void *options, struct dataset_info *info,
                    struct error *e)
{
    struct recordings r = *what;
    status st = open_recordings(&r, options, e);
    if (st == ST_OK) st = describe(&r, options, info, e);
    close_recordings(&r);
    return st;
}

static status open_as(const struct recordings *what, const void *options, uint64_t seed, struct dataset *d,
                      struct error *e)
{
    struct recordings r = *what;
    struct mem scratch = {0};
    memset(d, 0, sizeof *d);
    status st = load(&r, options, seed, d, &scratch, e);
    mem_free(&scratch);
    close_recordings(&r);
    return st;
}

#define SHD_LIKE(id, classes, own_file, what)                                                                \
    static const char *const id##_names[] = {#id, NULL};                                                     \
    static const struct recordings id##_recordings = {                                                       \
        .names = id##_names, .n_classes = classes, .has_validation = own_file};                              \
    static status id##_dataset_probe(const void *options, struct dataset_info *info, struct error *e)        \
    {                                                                                                        \
        return probe(&id##_recordings, options, info, e);                                                    \
    }                                                                                                        \
    static status id##_dataset_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)  \
    {                                                                                                        \
        return open_as(&id##_recordings, options, seed, d, e);                                               \
    }                                                                                                        \
    const struct dataset_source dataset_##id = {                                                             \
        .name = #id,                                                                                         \
        .summary = what ", 700 channels; HDF5 files under SPIKEBENCH_DATA/" #id,                             \
        .reference = "Cramer, Stradmann, Schemmel, Zenke: The Heidelberg spiking data sets for the "         \
                     "systematic evaluation of spiking neural networks, IEEE TNNLS, 2020",                   \
        .licence = "CC BY 4.0",                                                                              \
        .options = {.spans = {{id##_option_list, sizeof id##_option_list / sizeof *id##_option_list}},       \
                    .size = sizeof(struct shd_options)},                                                     \
        .probe = id##_dataset_probe,                                                                         \
        .open = id##_dataset_open,                                                                           \
    }

SHD_LIKE(shd, 20, false, "spoken digits in English and German as spikes of an artificial cochlea");
SHD_LIKE(ssc, 35, true,
         "spoken words as spikes of an artificial cochlea, with validation samples of their own");
