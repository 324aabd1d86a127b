/* Spoken digits and words as spikes of an artificial cochlea: SHD and SSC (Cramer et al. 2020). SSC comes in
 * three files; its validation samples are those of the published one. */
#include "datasets/dataset.h"
#include "datasets/shd_file.h"
#include <stdlib.h>
#include <string.h>

enum { PATH_MOST = OPT_STRING_MAX + 64 };
enum side { SIDE_TRAIN, SIDE_TEST, SIDE_VALIDATION, SIDES };
enum values { VALUES_COUNTS, VALUES_BINARY };
static const char *const value_names[] = {"counts", "binary", NULL};

struct shd_options {
    struct dataset_common common;
    double duration_s;
    long units_per_bin;
    int values;
};

/* clang-format off */
#define SHD_OPTIONS                                                                                          \
    {"duration_s", OPT_REAL, offsetof(struct shd_options, duration_s), "1.4", 0, 100, OPT_OPEN_LO, NULL, "s", \
     "time that the T steps cover; later spikes are left out"},                                              \
    {"units_per_bin", OPT_INT, offsetof(struct shd_options, units_per_bin), "1", 1, SHD_UNITS, 0, NULL,      \
     "units", "neighbouring channels that share an input"},                                                  \
    {"values", OPT_CHOICE, offsetof(struct shd_options, values), "counts", 0, 0, 0, value_names, "",         \
     "number of spikes in a cell, or 1 where there is any"}
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

/* What a dataset consists of. */
struct recordings {
    const char *name; /* "shd": folder and beginning of the file names */
    int n_classes;
    bool has_validation;          /* published in a file of its own; else taken from the training side */
    struct shd_file *side[SIDES]; /* NULL: not read */
};

static void close_recordings(struct recordings *r)
{
    for (int s = 0; s < SIDES; s++) shd_close(r->side[s]);
}

/* Whether a file is needed: that of the validation samples only where there are to be some. */
static bool is_read(const struct recordings *r, const struct shd_options *o, int side)
{
    return side != SIDE_VALIDATION || (r->has_validation && o->common.n_validation > 0);
}

static status open_side(struct recordings *r, const struct shd_options *o, const char *base, int side,
                        struct error *e)
{
    static const char *const names[SIDES] = {"train", "test", "valid"};
    char path[PATH_MOST];
    int n = o->common.path[0]
                ? snprintf(path, sizeof path, "%s/%s_%s.h5", o->common.path, r->name, names[side])
                : snprintf(path, sizeof path, "%s/%s/%s_%s.h5", base, r->name, r->name, names[side]);
    if (n < 0 || (size_t)n >= sizeof path) return FAIL(e, ST_CONFIG, "the path to %s is too long", r->name);
    status st = shd_open(&r->side[side], path, r->n_classes, e);
    if (st == ST_NO_DATA && side == SIDE_VALIDATION && shd_library())
        return FAIL(e, ST_NO_DATA,
                    "%s was not found: validation samples come from it ('spikebench dataset fetch %s' gets "
                    "it; n_validation = 0 does without)",
                    path, r->name);
    return st;
}

static status open_recordings(struct recordings *r, const struct shd_options *o, struct error *e)
{
    const char *base = getenv("SPIKEBENCH_DATA");
    if (!o->common.path[0] && (!base || !base[0]))
        return FAIL(e, ST_NO_DATA, "%s was not found: dataset.path is empty and SPIKEBENCH_DATA is not set",
                    r->name);
    for (int s = 0; s < SIDES; s++)
        if (is_read(r, o, s)) TRY(open_side(r, o, base, s, e));
    return ST_OK;
}

static size_t inputs_of(const struct shd_options *o)
{
    size_t width = (size_t)o->units_per_bin;
    return (SHD_UNITS + width - 1) / width;
}

static size_t samples_of(const struct recordings *r, int side)
{
    return r->side[side] ? shd_samples(r->side[side]) : 0;
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
        return FAIL(e, ST_CONFIG, "n_validation %ld of %zu samples in the validation file: too many",
                    c->n_validation, samples_of(r, SIDE_VALIDATION));
    return ST_OK;
}

/* Sizes, and the SHA-256 of all events and labels that are read, in order. */
static status describe(struct recordings *r, const struct shd_options *o, struct dataset_info *info,
                       struct error *e)
{
    struct hash h;
    struct shd_events events;
    size_t all = 0, samples = 0;
    *info = (struct dataset_info){.n_inputs = inputs_of(o),
                                  .n_classes = (size_t)r->n_classes,
                                  .T = (size_t)o->common.T,
                                  .test_side = TEST_PUBLISHED};
    TRY(split_sizes(r, &o->common, info->n, e));
    hash_start(&h);
    for (int s = 0; s < SIDES; s++) {
        size_t n = samples_of(r, s);
        if (n > 0) hash_add(&h, shd_labels(r->side[s]), n * sizeof(int));
        for (size_t i = 0; i < n; i++) {
            TRY(shd_read(r->side[s], i, &events, e));
            hash_add(&h, events.times, events.n * sizeof *events.times);
            hash_add(&h, events.units, events.n * sizeof *events.units);
            all += events.n;
        }
        samples += n;
    }
    hash_finish(&h, info->sha256);
    info->entries =
        (size_t)((double)all / (double)samples *
                 (double)(info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST]));
    return ST_OK;
}

/* Draws the samples of all splits; validation, where it has a file of its own, from a stream of its own, so
 * that the other splits do not depend on it. */
static status choose(const struct recordings *r, const struct dataset_common *c, uint64_t seed,
                     const struct dataset_info *info, size_t *chosen[N_SPLITS], struct mem *m,
                     struct error *e)
{
    struct shd_file *train = r->side[SIDE_TRAIN], *test = r->side[SIDE_TEST],
                    *validation = r->side[SIDE_VALIDATION];
    size_t sizes[N_SPLITS] = {info->n[SPLIT_TRAIN], validation ? 0 : info->n[SPLIT_VALIDATION],
                              info->n[SPLIT_TEST]};
    struct rng rng;
    TRY(dataset_choose(c, seed, shd_labels(train), shd_samples(train), shd_labels(test), shd_samples(test),
                       info->n_classes, sizes, chosen, m, e));
    if (!validation) return ST_OK;
    chosen[SPLIT_VALIDATION] = mem_alloc(m, info->n[SPLIT_VALIDATION], sizeof **chosen, e);
    if (!chosen[SPLIT_VALIDATION]) return ST_MEMORY;
    dataset_split_stream(c, seed, SPLIT_VALIDATION, &rng);
    return dataset_stratify(shd_labels(validation), shd_samples(validation), info->n_classes,
                            &info->n[SPLIT_VALIDATION], 1, &chosen[SPLIT_VALIDATION], &rng, e);
}

/* Appends the T rows of a recording. counts: T x inputs zeroed numbers, zero again on return. */
static status add_recording(const struct shd_events *events, const struct shd_options *o, uint32_t *counts,
                            struct spikes_builder *b, struct error *e)
{
    size_t T = b->x.T, inputs = b->x.n_inputs;
    for (size_t k = 0; k < events->n; k++) {
        double step = events->times[k] / o->duration_s * (double)T;
        if (step < (double)T) counts[(size_t)step * inputs + events->units[k] / (size_t)o->units_per_bin]++;
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

static status fill_split(struct shd_file *f, const struct shd_options *o, const size_t *chosen,
                         uint32_t *counts, enum split split, struct dataset *d, struct error *e)
{
    struct spikes_builder b;
    struct shd_events events;
    size_t n = d->info.n[split];
    d->labels[split] = mem_alloc(&d->mem, n, sizeof **d->labels, e);
    if (!d->labels[split]) return ST_MEMORY;
    status st = spikes_begin(&b, d->info.n_inputs, d->info.T, n, e);
    for (size_t k = 0; st == ST_OK && k < n; k++) {
        d->labels[split][k] = shd_labels(f)[chosen[k]];
        st = shd_read(f, chosen[k], &events, e);
        if (st == ST_OK) st = add_recording(&events, o, counts, &b, e);
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
    struct shd_file *validation = r->side[SIDE_VALIDATION];
    TRY(fill_split(r->side[SIDE_TRAIN], o, chosen[SPLIT_TRAIN], counts, SPLIT_TRAIN, d, e));
    TRY(fill_split(validation ? validation : r->side[SIDE_TRAIN], o, chosen[SPLIT_VALIDATION], counts,
                   SPLIT_VALIDATION, d, e));
    return fill_split(r->side[SIDE_TEST], o, chosen[SPLIT_TEST], counts, SPLIT_TEST, d, e);
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
    static const struct recordings id##_recordings = {                                                       \
        .name = #id, .n_classes = classes, .has_validation = own_file};                                      \
    static status id##_dataset_probe(const void *options, struct dataset_info *info, struct error *e)        \
    {                                                                                                        \
        return probe(&id##_recordings, options, info, e);                                                    \
    }                                                                                                        \
    static status id##_dataset_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)  \
    {                                                                                                        \
        return open_as(&id##_recordings, options, seed, d, e);                                               \
    }                                                                                                        \
    const struct dataset_source dataset_##id = {                                                             \
        .api_version = DATASET_API,                                                                          \
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
