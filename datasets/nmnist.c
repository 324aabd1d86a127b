/* N-MNIST recordings (Orchard et al. 2015) in their original layout: Train/0..9/NAME.bin and
 * Test/0..9/NAME.bin. */
#include "datasets/event_coding.h"
#include "support/file.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 34, INPUTS = 2 * SIDE * SIDE, CLASSES = 10, FILE_MOST = 8 << 20 };
extern const struct dataset_source dataset_nmnist;

struct nmnist_options {
    struct dataset_common common;
    struct event_coding coding;
};

static const struct option nmnist_option_list[] = {
    DATASET_COMMON_OPTIONS(struct nmnist_options, "20", "0", "100", "0"),
    EVENT_CODING_OPTIONS(struct nmnist_options, "10"),
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
    TRY(event_coding_check(&o->coding, e));
    TRY(find_root(o, l->root, sizeof l->root, e));
    TRY(list_side(&l->train, l->root, "Train", &l->mem, e));
    TRY(list_side(&l->test, l->root, "Test", &l->mem, e));
    *info = (struct dataset_info){.n_inputs = INPUTS,
                                  .channels = 2,
                                  .width = SIDE,
                                  .height = SIDE,
                                  .n_classes = CLASSES,
                                  .T = (size_t)o->common.T,
                                  .test_side = TEST_PUBLISHED};
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
        info->entries = o->coding.input_noise > 0 ? samples * info->T * INPUTS
                                                  : events / (l.train.n + l.test.n) * samples;
        hash_finish(&hash, info->sha256);
    }
    loader_free(&l);
    return st;
}

static int *labels_of(const struct recording_list *side, struct mem *m, struct error *e)
{
    int *labels = mem_alloc(m, side->n, sizeof *labels, e);
    for (size_t i = 0; labels && i < side->n; i++) labels[i] = side->items[i].label;
    return labels;
}

static status hand_out(struct loader *l, const struct nmnist_options *o, uint64_t seed,
                       recording_visitor take, void *context, struct error *e)
{
    struct dataset_info info;
    size_t *chosen[N_SPLITS];
    TRY(start_loader(l, o, &info, e));
    int *train = labels_of(&l->train, &l->mem, e), *test = train ? labels_of(&l->test, &l->mem, e) : NULL;
    if (!test) return ST_MEMORY;
    TRY(dataset_choose(&o->common, seed, train, l->train.n, test, l->test.n, CLASSES, info.n, chosen, &l->mem,
                       e));
    for (int k = 0; k < N_SPLITS; k++)
        for (size_t i = 0; i < info.n[k]; i++) {
            const struct recording_list *side = k == SPLIT_TEST ? &l->test : &l->train;
            const struct recording *r = &side->items[chosen[k][i]];
            TRY(read_recording(l, r, NULL, e));
            TRY(take(context, (enum split)k, i, r->label, &l->events, e));
        }
    return ST_OK;
}

static status nmnist_recordings(const void *options, uint64_t seed, recording_visitor take, void *context,
                                struct error *e)
{
    struct loader l;
    status st = hand_out(&l, options, seed, take, context, e);
    loader_free(&l);
    return st;
}

static status nmnist_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)
{
    const struct nmnist_options *o = options;
    memset(d, 0, sizeof *d);
    TRY(nmnist_probe(options, &d->info, e));
    return event_coding_open(&dataset_nmnist, options, &o->coding, seed, d, e);
}

const struct dataset_source dataset_nmnist = {
    .api_version = DATASET_API,
    .name = "nmnist",
    .summary = "N-MNIST event-camera recordings, 34 x 34 x 2, read from their original layout",
    .reference = "Orchard, Jayawant, Cohen, Thakor: Converting Static Image Datasets to Spiking Neuromorphic "
                 "Datasets Using "
                 "Saccades, Frontiers in Neuroscience, 2015",
    .licence = "CC BY-SA 4.0",
    .options = {.spans = {{nmnist_option_list, sizeof nmnist_option_list / sizeof *nmnist_option_list}},
                .size = sizeof(struct nmnist_options)},
    .probe = nmnist_probe,
    .open = nmnist_open,
    .recordings = nmnist_recordings,
};
