/* N-MNIST recordings (Orchard et al. 2015) in their original layout: Train/0..9/NAME.bin and
 * Test/0..9/NAME.bin. */
#include "datasets/dataset.h"
#include "datasets/events.h"
#include "support/file.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 34, INPUTS = 2 * SIDE * SIDE, CLASSES = 10, FILE_MOST = 8 << 20 };
enum binning { BINNING_EQUAL, BINNING_WINDOW };
enum values { VALUES_COUNTS, VALUES_BINARY };
static const char *const binning_names[] = {"equal", "window", NULL};
static const char *const value_names[] = {"counts", "binary", NULL};

struct nmnist_options {
    struct dataset_common common;
    int binning, values;
    double window_ms, filter_ms, input_noise;
};

static const struct option nmnist_option_list[] = {
    DATASET_COMMON_OPTIONS(struct nmnist_options, "20", "0", "100", "0"),
    {"binning", OPT_CHOICE, offsetof(struct nmnist_options, binning), "equal", 0, 0, 0, binning_names, "",
     "T equal bins of each recording's span, or fixed windows of window_ms of which the first T are kept"},
    {"window_ms", OPT_REAL, offsetof(struct nmnist_options, window_ms), "1", 0.001, 1000, 0, NULL, "ms",
     "length of a window (binning = window)"},
    {"values", OPT_CHOICE, offsetof(struct nmnist_options, values), "counts", 0, 0, 0, value_names, "",
     "number of events in a cell, or 1 where there is any"},
    {"filter_ms", OPT_REAL, offsetof(struct nmnist_options, filter_ms), "10", 0, 1000, 0, NULL, "ms",
     "drop events whose four neighbours were silent for this long before; 0: keep all"},
    {"input_noise", OPT_REAL, offsetof(struct nmnist_options, input_noise), "0", 0, 100, 0, NULL, "events",
     "standard deviation of Gaussian noise added to every input cell (makes the input dense); 0: none"},
};

struct recording {
    char *path; /* relative to the root: "Train/3/00007.bin" */
    int label;
};
struct recording_list {
    struct recording *items; /* heap */
    size_t n, capacity;
};

static status find_root(const struct nmnist_options *o, char *root, size_t size, struct error *e)
{
    const char *base = getenv("SPIKEBENCH_DATA");
    if (o->common.path[0])
        snprintf(root, size, "%s", o->common.path);
    else if (base && base[0])
        snprintf(root, size, "%s/nmnist", base);
    else
        return FAIL(e, ST_NO_DATA,
                    "N-MNIST was not found: dataset.path is empty and SPIKEBENCH_DATA is not set");
    char train[OPT_STRING_MAX + 32];
    snprintf(train, sizeof train, "%s/Train", root);
    DIR *d = opendir(train);
    if (!d) return FAIL(e, ST_NO_DATA, "N-MNIST was not found: %s: %s", train, strerror(errno));
    closedir(d);
    return ST_OK;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct recording *)a)->path, ((const struct recording *)b)->path);
}

static status add_recording(struct recording_list *list, const char *path, int label, struct mem *m,
                            struct error *e)
{
    if (list->n == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 256;
        struct recording *items = realloc(list->items, capacity * sizeof *items);
        if (!items) return FAIL(e, ST_MEMORY, "no memory for %zu file names", capacity);
        list->items = items;
        list->capacity = capacity;
    }
    char *copy = mem_string(m, path, e);
    if (!copy) return ST_MEMORY;
    list->items[list->n++] = (struct recording){copy, label};
    return ST_OK;
}

/* Names of one side ("Train" or "Test"), sorted; names live in the arena. */
static status list_side(struct recording_list *list, const char *root, const char *side, struct mem *m,
                        struct error *e)
{
    for (int label = 0; label < CLASSES; label++) {
        char folder[OPT_STRING_MAX + 64], name[512];
        snprintf(folder, sizeof folder, "%s/%s/%d", root, side, label);
        DIR *d = opendir(folder);
        if (!d) return FAIL(e, ST_DATA, "%s: %s", folder, strerror(errno));
        size_t before = list->n;
        status st = ST_OK;
        for (struct dirent *entry; st == ST_OK && (entry = readdir(d)) != NULL;) {
            size_t length = strlen(entry->d_name);
            if (length < 5 || strcmp(entry->d_name + length - 4, ".bin") != 0) continue;
            snprintf(name, sizeof name, "%s/%d/%s", side, label, entry->d_name);
            st = add_recording(list, name, label, m, e);
        }
        closedir(d);
        TRY(st);
        if (list->n == before) return FAIL(e, ST_DATA, "%s: the folder holds no .bin recording", folder);
    }
    qsort(list->items, list->n, sizeof *list->items, by_path);
    return ST_OK;
}

/* Everything a load needs; freed by loader_free. */
struct loader {
    char root[OPT_STRING_MAX + 16];
    struct recording_list train, test;
    struct mem mem;
    struct file_buffer file;
    struct event_list events;
};

static void loader_free(struct loader *l)
{
    free(l->train.items);
    free(l->test.items);
    free(l->file.bytes);
    events_free(&l->events);
    mem_free(&l->mem);
}

static status read_recording(struct loader *l, const struct recording *r, struct hash *hash, struct error *e)
{
    char path[OPT_STRING_MAX + 600];
    snprintf(path, sizeof path, "%s/%s", l->root, r->path);
    TRY(file_read(path, FILE_MOST, &l->file, e));
    if (hash) hash_add(hash, r->path, strlen(r->path) + 1);
    if (hash) hash_add(hash, l->file.bytes, l->file.size);
    return events_parse(&l->events, path, l->file.bytes, l->file.size, SIDE, SIDE, e);
}

static status start_loader(struct loader *l, const struct nmnist_options *o, struct dataset_info *info,
                           struct error *e)
{
    memset(l, 0, sizeof *l);
    if (o->filter_ms > 0 && o->filter_ms < 0.001)
        return FAIL(e, ST_CONFIG, "option 'filter_ms' is %g: 0, or at least 0.001 (a microsecond)",
                    o->filter_ms);
    TRY(find_root(o, l->root, sizeof l->root, e));
    TRY(list_side(&l->train, l->root, "Train", &l->mem, e));
    TRY(list_side(&l->test, l->root, "Test", &l->mem, e));
    *info = (struct dataset_info){.n_inputs = INPUTS,
                                  .channels = 2,
                                  .width = SIDE,
                                  .height = SIDE,
                                  .n_classes = CLASSES,
                                  .T = (size_t)o->common.T};
    return dataset_split_sides(&o->common, l->train.n, l->test.n, info->n, e);
}

static status nmnist_probe(const void *options, struct dataset_info *info, struct error *e)
{
    const struct nmnist_options *o = options;
    struct loader l;
    struct hash hash;
    size_t events = 0;
    hash_start(&hash);
    status st = start_loader(&l, o, info, e);
    for (size_t i = 0; st == ST_OK && i < l.train.n + l.test.n; i++) {
        st = read_recording(&l, i < l.train.n ? &l.train.items[i] : &l.test.items[i - l.train.n], &hash, e);
        events += l.events.n;
    }
    if (st == ST_OK) {
        size_t samples = info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST];
        info->entries =
            o->input_noise > 0 ? samples * info->T * INPUTS : events / (l.train.n + l.test.n) * samples;
        hash_finish(&hash, info->sha256);
    }
    loader_free(&l);
    return st;
}

static status fill_split(struct loader *l, const struct nmnist_options *o, const struct recording_list *side,
                         const size_t *chosen, uint32_t *counts, struct rng *rng, enum split split,
                         struct dataset *d, struct error *e)
{
    const struct frames frames = {d->info.T,
                                  o->binning == BINNING_WINDOW ? (uint32_t)(o->window_ms * 1000 + 0.5) : 0,
                                  o->values == VALUES_BINARY, o->input_noise};
    struct spikes_builder b;
    size_t n = d->info.n[split];
    d->labels[split] = mem_alloc(&d->mem, n, sizeof **d->labels, e);
    if (!d->labels[split]) return ST_MEMORY;
    status st = spikes_begin(&b, INPUTS, d->info.T, n, e);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        const struct recording *r = &side->items[chosen[i]];
        d->labels[split][i] = r->label;
        st = read_recording(l, r, NULL, e);
        if (st == ST_OK && o->filter_ms > 0)
            st = events_filter(&l->events, SIDE, SIDE, (uint32_t)(o->filter_ms * 1000 + 0.5), e);
        if (st == ST_OK) st = events_to_frames(&l->events, &frames, SIDE, SIDE, counts, rng, &b, e);
    }
    if (st == ST_OK) return spikes_finish(&b, &d->x[split], &d->mem, e);
    spikes_abandon(&b);
    return st;
}

static int *labels_of(const struct recording_list *side, struct mem *m, struct error *e)
{
    int *labels = mem_alloc(m, side->n, sizeof *labels, e);
    for (size_t i = 0; labels && i < side->n; i++) labels[i] = side->items[i].label;
    return labels;
}

static status nmnist_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)
{
    const struct nmnist_options *o = options;
    struct loader l;
    struct rng rng;
    size_t *chosen[N_SPLITS];
    memset(d, 0, sizeof *d);
    TRY(nmnist_probe(options, &d->info, e));
    status st = start_loader(&l, o, &(struct dataset_info){0}, e);
    uint32_t *counts = st == ST_OK ? mem_alloc(&l.mem, d->info.T * INPUTS, sizeof *counts, e) : NULL;
    if (st == ST_OK && !counts) st = ST_MEMORY;
    int *train = st == ST_OK ? labels_of(&l.train, &l.mem, e) : NULL,
        *test = train ? labels_of(&l.test, &l.mem, e) : NULL;
    if (st == ST_OK && !test) st = ST_MEMORY;
    if (st == ST_OK)
        st = dataset_choose(&o->common, seed, train, l.train.n, test, l.test.n, CLASSES, d->info.n, chosen,
                            &l.mem, e);
    rng_seed(&rng, seed, "encode");
    for (int k = 0; st == ST_OK && k < N_SPLITS; k++)
        st = fill_split(&l, o, k == SPLIT_TEST ? &l.test : &l.train, chosen[k], counts, &rng, (enum split)k,
                        d, e);
    loader_free(&l);
    return st;
}

const struct dataset_source dataset_nmnist = {
    .api_version = DATASET_API,
    .name = "nmnist",
    .summary = "N-MNIST event-camera recordings, 34 x 34 x 2, read from their original layout",
    .reference = "Orchard, Jayawant, Cohen, Thakor: Converting Static Image Datasets to Spiking Neuromorphic "
                 "Datasets Using "
                 "Saccades, Frontiers in Neuroscience, 2015",
    .licence = "CC BY-SA 4.0",
    .options = {nmnist_option_list, sizeof nmnist_option_list / sizeof *nmnist_option_list,
                sizeof(struct nmnist_options)},
    .probe = nmnist_probe,
    .open = nmnist_open,
};
