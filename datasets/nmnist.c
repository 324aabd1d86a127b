/* N-MNIST recordings (Orchard et al. 2015) in their original layout: Train/0..9/NAME.bin and
 * Test/0..9/NAME.bin, in any case. */
#include "datasets/event_coding.h"
#include "datasets/place.h"
#include "support/file.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SIDE = 34, INPUTS = 2 * SIDE * SIDE, CLASSES = 10, FILE_MOST = 8 << 20 };
extern const struct dataset_source dataset_nmnist;

struct nmnist_options {
    struct dataset_common common;
    struct event_coding coding;
    int bad;
};

static const struct option nmnist_option_list[] = {
    DATASET_COMMON_OPTIONS(struct nmnist_options, "20", "0", "100", "0"),
    EVENT_CODING_OPTIONS(struct nmnist_options, "10"),
    BAD_OPTION(struct nmnist_options),
};

struct recording {
    char *path; /* as it is opened */
    char *name; /* "Train/3/00007.bin": the original layout's, for order and identity */
    int label;
};
struct recording_list {
    struct recording *items; /* heap */
    size_t n, capacity;
};

/* Everything a load needs; freed by loader_free. */
struct loader {
    const struct nmnist_options *options;
    struct dataset_info info;
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

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct recording *)a)->name, ((const struct recording *)b)->name);
}

static status add_recording(struct recording_list *list, const char *path, const char *name, int label,
                            struct mem *m, struct error *e)
{
    if (list->n == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 256;
        struct recording *items = realloc(list->items, capacity * sizeof *items);
        if (!items) return FAIL(e, ST_MEMORY, "no memory for %zu file names", capacity);
        list->items = items;
        list->capacity = capacity;
    }
    struct recording r = {mem_string(m, path, e), mem_string(m, name, e), label};
    if (!r.path || !r.name) return ST_MEMORY;
    list->items[list->n++] = r;
    return ST_OK;
}

/* Whether a name ends in .bin, in any case. */
static bool is_recording(const char *name)
{
    size_t n = strlen(name);
    return n > 4 && name[n - 4] == '.' && tolower((unsigned char)name[n - 3]) == 'b' &&
           tolower((unsigned char)name[n - 2]) == 'i' && tolower((unsigned char)name[n - 1]) == 'n';
}

/* The recordings of one class; names live in the arena. Hidden files are no recordings (the forks that a Mac
 * leaves, ._NAME.bin). */
static status list_class(struct loader *l, struct recording_list *list, const char *folder, const char *side,
                         int label, struct error *e)
{
    struct find_list files;
    struct stat s;
    char path[FIND_PATH + 300], name[300];
    size_t before = list->n;
    if (stat(folder, &s) != 0 && errno == ENOENT) return FAIL(e, ST_DATA, "%s: %s", folder, strerror(errno));
    status st = find_names(folder, &files, e);
    TRY(st);
    for (size_t i = 0; st == ST_OK && i < files.n; i++) {
        if (!is_recording(files.names[i])) {
            l->info.usage.others++;
            continue;
        }
        (void)snprintf(path, sizeof path, "%s/%.255s", folder, files.names[i]);
        (void)snprintf(name, sizeof name, "%s/%d/%.255s", side, label, files.names[i]);
        st = add_recording(list, path, name, label, &l->mem, e);
    }
    l->info.usage.others += files.hidden;
    find_free(&files);
    TRY(st);
    return list->n > before ? ST_OK : FAIL(e, ST_DATA, "%s: the folder holds no .bin recording", folder);
}

/* Refuses (or with BAD_SKIP counts) folders beside those of the ten classes: recordings of a class that there
 * is not. */
static status check_classes(struct loader *l, const char *folder, struct error *e)
{
    struct find_list list;
    struct stat s;
    char path[FIND_PATH + 300];
    TRY(find_names(folder, &list, e));
    l->info.usage.others += list.hidden;
    status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < list.n; i++) {
        const char *name = list.names[i];
        if (name[0] >= '0' && name[0] < '0' + CLASSES && name[1] == '\0') continue;
        (void)snprintf(path, sizeof path, "%s/%.255s", folder, name);
        bool is_folder = stat(path, &s) == 0 && S_ISDIR(s.st_mode);
        if (is_folder && l->options->bad == BAD_ERROR)
            st = FAIL(e, ST_DATA,
                      "%s: a folder beside those of the classes 0 to %d; dataset.bad = skip passes over it",
                      path, CLASSES - 1);
        l->info.usage.others++;
    }
    find_free(&list);
    return st;
}

/* One side: its folder in `root`, "Train" or "Test" in any case, or a folder of this name within it. */
static status list_side(struct loader *l, struct recording_list *list, const char *root, const char *side,
                        struct error *e)
{
    const struct find outer = {.names = (const char *const[]){side, NULL}, .folder = true};
    char folder[FIND_PATH], inner[FIND_PATH], class[FIND_PATH + 16];
    TRY(find_path(&outer, root, folder, e));
    if (find_path(&outer, folder, inner, NULL) == ST_OK) memcpy(folder, inner, sizeof folder);
    for (int label = 0; label < CLASSES; label++) {
        (void)snprintf(class, sizeof class, "%s/%d", folder, label);
        TRY(list_class(l, list, class, side, label, e));
    }
    TRY(check_classes(l, folder, e));
    qsort(list->items, list->n, sizeof *list->items, by_name);
    return ST_OK;
}

/* The lists of both sides. */
static status list_recordings(struct loader *l, const struct nmnist_options *o, struct error *e)
{
    static const char *const names[] = {"nmnist", NULL}, *const train[] = {"Train", NULL};
    const struct find find = {.names = train, .folder = true, .down = 1};
    char root[FIND_PATH], side[FIND_PATH];
    memset(l, 0, sizeof *l);
    l->options = o;
    l->info = (struct dataset_info){.n_inputs = INPUTS,
                                    .channels = 2,
                                    .width = SIDE,
                                    .height = SIDE,
                                    .n_classes = CLASSES,
                                    .T = (size_t)o->common.T,
                                    .test_side = TEST_PUBLISHED,
                                    .valued = event_coding_valued(&o->coding)};
    TRY(event_coding_check(&o->coding, e));
    TRY(place_folder(o->common.path, names, root, e));
    status st = find_path(&find, root, side, e);
    if (st != ST_OK) (void)err_prefix(e, "N-MNIST was not found");
    TRY(st);
    *strrchr(side, '/') = '\0';
    TRY(list_side(l, &l->train, side, "Train", e));
    return list_side(l, &l->test, side, "Test", e);
}

static status read_recording(struct loader *l, const struct recording *r, struct hash *hash, struct usage *u,
                             struct error *e)
{
    TRY(file_read(r->path, FILE_MOST, &l->file, e));
    if (hash) hash_add(hash, r->name, strlen(r->name) + 1);
    if (hash) hash_add(hash, l->file.bytes, l->file.size);
    return events_parse(&l->events, r->path, l->file.bytes, l->file.size, SIDE, SIDE,
                        (enum bad_policy)l->options->bad, u, e);
}

/* Reads all recordings of a side and counts what they hold; those that are not to be used leave the list. */
static status scan_side(struct loader *l, struct recording_list *list, struct hash *hash, struct error *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct usage one = {0};
        bool use;
        status st = read_recording(l, &list->items[i], hash, &one, e);
        if (st == ST_OK) st = event_coding_keep(&l->options->coding, &l->info, &l->events, &one, e);
        TRY(usage_take(&l->info.usage, (enum bad_policy)l->options->bad, &one, st, l->events.n,
                       list->items[i].path, &use, e));
        if (!use) continue;
        l->info.entries += l->events.n;
        list->items[kept++] = list->items[i];
    }
    list->n = kept;
    return ST_OK;
}

static status scan(struct loader *l, struct hash *hash, struct error *e)
{
    TRY(scan_side(l, &l->train, hash, e));
    TRY(scan_side(l, &l->test, hash, e));
    TRY(usage_check(&l->info.usage, "nmnist", e));
    if (l->train.n == 0 || l->test.n == 0)
        return FAIL(e, ST_DATA, "nmnist: no recording of the %s side is left", l->test.n ? "Train" : "Test");
    return ST_OK;
}

static status probe(struct loader *l, const struct nmnist_options *o, struct error *e)
{
    struct hash hash;
    hash_start(&hash);
    TRY(list_recordings(l, o, e));
    TRY(scan(l, &hash, e));
    hash_finish(&hash, l->info.sha256);
    TRY(dataset_split_sides(&o->common, l->train.n, l->test.n, l->info.n, e));
    size_t samples = l->info.n[SPLIT_TRAIN] + l->info.n[SPLIT_VALIDATION] + l->info.n[SPLIT_TEST];
    l->info.entries = o->coding.input_noise > 0 ? samples * l->info.T * INPUTS
                                                : l->info.entries / (l->train.n + l->test.n) * samples;
    return ST_OK;
}

static status nmnist_probe(const void *options, struct dataset_info *info, struct error *e)
{
    struct loader l;
    status st = probe(&l, options, e);
    *info = l.info;
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
    size_t *chosen[N_SPLITS];
    struct usage unused = {0};
    TRY(list_recordings(l, o, e));
    if (o->bad == BAD_SKIP) TRY(scan(l, NULL, e)); /* or all of them are used */
    size_t *n = l->info.n;
    TRY(dataset_split_sides(&o->common, l->train.n, l->test.n, n, e));
    int *train = labels_of(&l->train, &l->mem, e), *test = train ? labels_of(&l->test, &l->mem, e) : NULL;
    if (!test) return ST_MEMORY;
    TRY(dataset_choose(&o->common, seed, train, l->train.n, test, l->test.n, CLASSES, n, chosen, &l->mem, e));
    for (int k = 0; k < N_SPLITS; k++)
        for (size_t i = 0; i < n[k]; i++) {
            const struct recording_list *side = k == SPLIT_TEST ? &l->test : &l->train;
            const struct recording *r = &side->items[chosen[k][i]];
            TRY(read_recording(l, r, NULL, &unused, e));
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
