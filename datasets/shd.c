/* Spoken digits and words as spikes of an artificial cochlea: SHD and SSC (Cramer et al. 2020). */
#include "datasets/dataset.h"
#include "datasets/shd_file.h"
#include <stdlib.h>
#include <string.h>

enum { PATH_MOST = OPT_STRING_MAX + 64, SIDES = 2 };
enum values { VALUES_COUNTS, VALUES_BINARY };
static const char *const value_names[] = {"counts", "binary", NULL};

struct shd_options {
    struct dataset_common common;
    double duration_s;
    long units_per_bin;
    int values;
};

static const struct option shd_option_list[] = {
    DATASET_COMMON_OPTIONS(struct shd_options, "100", "0", "500", "0"),
    {"duration_s", OPT_REAL, offsetof(struct shd_options, duration_s), "1.4", 0, 100, OPT_OPEN_LO, NULL, "s",
     "time that the T steps cover; later spikes are left out"},
    {"units_per_bin", OPT_INT, offsetof(struct shd_options, units_per_bin), "1", 1, SHD_UNITS, 0, NULL,
     "units", "neighbouring channels that share an input"},
    {"values", OPT_CHOICE, offsetof(struct shd_options, values), "counts", 0, 0, 0, value_names, "",
     "number of spikes in a cell, or 1 where there is any"},
};

/* The two files of a dataset. */
struct recordings {
    const char *name; /* "shd": folder and beginning of the file names */
    int n_classes;
    struct shd_file *side[SIDES]; /* training, test */
};

static void close_recordings(struct recordings *r)
{
    for (int s = 0; s < SIDES; s++) shd_close(r->side[s]);
}

static status open_recordings(struct recordings *r, const struct shd_options *o, struct error *e)
{
    static const char *const sides[SIDES] = {"train", "test"};
    const char *base = getenv("SPIKEBENCH_DATA");
    char path[PATH_MOST];
    if (!o->common.path[0] && (!base || !base[0]))
        return FAIL(e, ST_NO_DATA, "%s was not found: dataset.path is empty and SPIKEBENCH_DATA is not set",
                    r->name);
    for (int s = 0; s < SIDES; s++) {
        int n = o->common.path[0]
                    ? snprintf(path, sizeof path, "%s/%s_%s.h5", o->common.path, r->name, sides[s])
                    : snprintf(path, sizeof path, "%s/%s/%s_%s.h5", base, r->name, r->name, sides[s]);
        if (n < 0 || (size_t)n >= sizeof path)
            return FAIL(e, ST_CONFIG, "the path to %s is too long", r->name);
        TRY(shd_open(&r->side[s], path, r->n_classes, e));
    }
    return ST_OK;
}

static size_t inputs_of(const struct shd_options *o)
{
    size_t width = (size_t)o->units_per_bin;
    return (SHD_UNITS + width - 1) / width;
}

/* Sizes, and the SHA-256 of all events and labels in order. */
static status describe(struct recordings *r, const struct shd_options *o, struct dataset_info *info,
                       struct error *e)
{
    struct hash h;
    struct shd_events events;
    size_t all = 0, n[SIDES] = {shd_samples(r->side[0]), shd_samples(r->side[1])};
    *info = (struct dataset_info){
        .n_inputs = inputs_of(o), .n_classes = (size_t)r->n_classes, .T = (size_t)o->common.T};
    TRY(dataset_split_sides(&o->common, n[0], n[1], info->n, e));
    hash_start(&h);
    for (int s = 0; s < SIDES; s++) {
        hash_add(&h, shd_labels(r->side[s]), n[s] * sizeof(int));
        for (size_t i = 0; i < n[s]; i++) {
            TRY(shd_read(r->side[s], i, &events, e));
            hash_add(&h, events.times, events.n * sizeof *events.times);
            hash_add(&h, events.units, events.n * sizeof *events.units);
            all += events.n;
        }
    }
    hash_finish(&h, info->sha256);
    info->entries =
        (size_t)((double)all / (double)(n[0] + n[1]) *
                 (double)(info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST]));
    return ST_OK;
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
    TRY(dataset_choose(&o->common, seed, shd_labels(r->side[0]), shd_samples(r->side[0]),
                       shd_labels(r->side[1]), shd_samples(r->side[1]), d->info.n_classes, d->info.n, chosen,
                       scratch, e));
    uint32_t *counts = mem_alloc(scratch, d->info.T * d->info.n_inputs, sizeof *counts, e);
    if (!counts) return ST_MEMORY;
    for (int k = 0; k < N_SPLITS; k++)
        TRY(fill_split(r->side[k == SPLIT_TEST ? 1 : 0], o, chosen[k], counts, (enum split)k, d, e));
    return ST_OK;
}

static status probe(const char *name, int n_classes, const void *options, struct dataset_info *info,
                    struct error *e)
{
    struct recordings r = {name, n_classes, {NULL, NULL}};
    status st = open_recordings(&r, options, e);
    if (st == ST_OK) st = describe(&r, options, info, e);
    close_recordings(&r);
    return st;
}

static status open_as(const char *name, int n_classes, const void *options, uint64_t seed, struct dataset *d,
                      struct error *e)
{
    struct recordings r = {name, n_classes, {NULL, NULL}};
    struct mem scratch = {0};
    memset(d, 0, sizeof *d);
    status st = load(&r, options, seed, d, &scratch, e);
    mem_free(&scratch);
    close_recordings(&r);
    return st;
}

#define SHD_LIKE(id, classes, what)                                                                          \
    static status id##_dataset_probe(const void *options, struct dataset_info *info, struct error *e)        \
    {                                                                                                        \
        return probe(#id, classes, options, info, e);                                                        \
    }                                                                                                        \
    static status id##_dataset_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)  \
    {                                                                                                        \
        return open_as(#id, classes, options, seed, d, e);                                                   \
    }                                                                                                        \
    const struct dataset_source dataset_##id = {                                                             \
        .api_version = DATASET_API,                                                                          \
        .name = #id,                                                                                         \
        .summary = what ", 700 channels; HDF5 files under SPIKEBENCH_DATA/" #id,                             \
        .reference = "Cramer, Stradmann, Schemmel, Zenke: The Heidelberg spiking data sets for the "         \
                     "systematic evaluation of spiking neural networks, IEEE TNNLS, 2020",                   \
        .licence = "CC BY 4.0",                                                                              \
        .options = {shd_option_list, sizeof shd_option_list / sizeof *shd_option_list,                       \
                    sizeof(struct shd_options)},                                                             \
        .probe = id##_dataset_probe,                                                                         \
        .open = id##_dataset_open,                                                                           \
    }

SHD_LIKE(shd, 20, "spoken digits in English and German as spikes of an artificial cochlea");
SHD_LIKE(ssc, 35, "spoken words as spikes of an artificial cochlea (the validation file is not read)");
