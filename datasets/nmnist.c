/* N-MNIST recordings (Orchard et al. 2015) in their original layout: Train/0..9/NAME.bin and
 * Test/0..9/NAME.bin, in any case. As the dataset events, with the layout, the sensor and the filter given.
 */
#include "datasets/place.h"
#include "datasets/recording_formats.h"
#include "datasets/recording_load.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { SIDE = 34, CLASSES = 10, FILE_MOST = 8 << 20 };
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
    AUGMENT_OPTIONS(struct nmnist_options),
};

/* The recordings of one class; names live in the arena. Hidden files are no recordings (the forks that a Mac
 * leaves, ._NAME.bin). */
static status list_class(struct recording_set *l, struct sample_list *list, const char *folder,
                         const char *side, int label, struct error *e)
{
    struct find_list files;
    struct stat s;
    char path[FIND_PATH + 300], name[300];
    size_t before = list->n;
    if (stat(folder, &s) != 0 && errno == ENOENT) return FAIL(e, ST_DATA, "%s: %s", folder, strerror(errno));
    status st = find_names(folder, &files, e);
    TRY(st);
    for (size_t i = 0; st == ST_OK && i < files.n; i++) {
        if (recording_format_of(files.names[i]) != &recording_bin) {
            l->info.usage.others++;
            continue;
        }
        (void)snprintf(path, sizeof path, "%s/%.255s", folder, files.names[i]);
        (void)snprintf(name, sizeof name, "%s/%d/%.255s", side, label, files.names[i]);
        const struct sample_file f = {.path = path,
                                      .name = name,
                                      .format = &recording_bin,
                                      .label = label,
                                      .from = RECORDING_BEGIN,
                                      .to = RECORDING_END};
        st = recording_set_add(l, list, &f, e);
    }
    l->info.usage.others += files.hidden;
    find_free(&files);
    TRY(st);
    return list->n > before ? ST_OK : FAIL(e, ST_DATA, "%s: the folder holds no .bin recording", folder);
}

/* Refuses (or with BAD_SKIP counts) folders beside those of the ten classes: recordings of a class that there
 * is not. */
static status check_classes(struct recording_set *l, const char *folder, struct error *e)
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
        if (is_folder && l->request.bad == BAD_ERROR)
            st = FAIL(e, ST_DATA,
                      "%s: a folder beside those of the classes 0 to %d; dataset.bad = skip passes over it",
                      path, CLASSES - 1);
        l->info.usage.others++;
    }
    find_free(&list);
    return st;
}

/* One side: its folder in `root`, "Train" or "Test" in any case, or a folder of this name within it. */
static status list_side(struct recording_set *l, struct sample_list *list, const char *root, const char *side,
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
    recording_set_sort(list);
    return ST_OK;
}

/* The lists of both sides. */
static status list_recordings(struct recording_set *l, const struct nmnist_options *o, struct error *e)
{
    static const char *const names[] = {"nmnist", NULL}, *const train[] = {"Train", NULL};
    const struct find find = {.names = train, .folder = true, .down = 1};
    char root[FIND_PATH], side[FIND_PATH];
    *l = (struct recording_set){.dataset = "nmnist",
                                .common = &o->common,
                                .coding = &o->coding,
                                .request = {.width = SIDE, .height = SIDE, .bad = (enum bad_policy)o->bad},
                                .most = FILE_MOST,
                                .info = {.n_classes = CLASSES}};
    TRY(event_coding_check(&o->coding, e));
    TRY(place_folder(o->common.path, names, root, e));
    status st = find_path(&find, root, side, e);
    if (st != ST_OK) (void)err_prefix(e, "N-MNIST was not found");
    TRY(st);
    *strrchr(side, '/') = '\0';
    TRY(list_side(l, &l->side[SPLIT_TRAIN], side, "Train", e));
    return list_side(l, &l->side[SPLIT_TEST], side, "Test", e);
}

static status nmnist_probe(const void *options, struct dataset_info *info, struct error *e)
{
    struct recording_set l;
    status st = list_recordings(&l, options, e);
    if (st == ST_OK) st = recording_set_describe(&l, e);
    *info = l.info;
    recording_set_free(&l);
    return st;
}

static status nmnist_recordings(const void *options, uint64_t seed, recording_visitor take, void *context,
                                struct error *e)
{
    struct recording_set l;
    status st = list_recordings(&l, options, e);
    if (st == ST_OK) st = recording_set_visit(&l, seed, take, context, e);
    recording_set_free(&l);
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
