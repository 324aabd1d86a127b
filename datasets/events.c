/* Any set of event recordings: class folders, an index or label files; N-MNIST's .bin, Prophesee's .dat,
 * AEDAT 2.0 and 3.1, .npy, CSV and text. DVS Gesture and N-Caltech101 are the same with other defaults. */
#include "datasets/place.h"
#include "datasets/recording_lists.h"
#include "datasets/recording_load.h"
#include <string.h>

enum { FILE_MOST = 1 << 30 };
enum zero { ZERO_FIRST, ZERO_CLOCK };
static const char *const zero_names[] = {"first", "clock", NULL};
static const char *const format_names[] = {"auto", "bin", "dat", "aedat", "npy", "text", NULL};

struct events_options {
    struct dataset_common common;
    struct event_coding coding;
    struct event_view view;
    long width, height;
    int format, labels, group, time_unit, zero, bad;
    char index[OPT_STRING_MAX], columns[OPT_STRING_MAX];
};

/* clang-format off */
#define AT(field) offsetof(struct events_options, field)
static const struct option events_option_list[] = {
    DATASET_COMMON_OPTIONS(struct events_options, "20", "0", "100", "0"),
    {"format", OPT_CHOICE, AT(format), "auto", 0, 0, 0, format_names, "",
     "auto: each file by the end of its name (.bin, .dat, .aedat, .npy, .csv, .txt, .tsv), text only where there "
     "is nothing else; or only files of this format"},
    {"labels", OPT_CHOICE, AT(labels), "folder", 0, 0, 0, label_source_names, "",
     "where classes come from without an index: the folder's name; the file's name (0.npy, 1.npy, ...); or "
     "FILE_labels.csv beside FILE.aedat, with class, start and end in microseconds, several samples of a file"},
    {"index", OPT_STRING, AT(index), "", 0, 0, 0, NULL, "",
     "a CSV file in the folder with the columns file, label and, where wanted, split (train, validation, test), "
     "from, to (times of the recording), group; empty: index.csv if it is there"},
    {"group", OPT_CHOICE, AT(group), "file", 0, 0, 0, group_source_names, "",
     "what is never on two sides of a drawn split: a file; a folder; what its name has before the first _ (that of "
     "the folder with labels = file): user01; or the index's column group. Groups are drawn whole, by split_seed"},
    {"width", OPT_INT, AT(width), "0", 0, UINT16_MAX, 0, NULL, "pixels",
     "width of the sensor; 0: the file says it (.dat, .aedat)"},
    {"height", OPT_INT, AT(height), "0", 0, UINT16_MAX, 0, NULL, "pixels", "its height, likewise"},
    {"columns", OPT_STRING, AT(columns), "", 0, 0, 0, NULL, "",
     "order of the columns where files do not name them: x y p t, with - for any other"},
    {"time_unit", OPT_CHOICE, AT(time_unit), "us", 0, 0, 0, time_unit_names, "",
     "unit of times in .npy and text, and in an index of such files"},
    {"zero", OPT_CHOICE, AT(zero), "first", 0, 0, 0, zero_names, "",
     "time zero is the first event, or that of the recording's clock (of a part of a recording: its beginning)"},
    EVENT_VIEW_OPTIONS(struct events_options),
    EVENT_CODING_OPTIONS(struct events_options, "0"),
    BAD_OPTION(struct events_options),
    AUGMENT_OPTIONS(struct events_options),
};
/* clang-format on */

static status list(const char *name, struct recording_set *s, const struct events_options *o, struct error *e)
{
    const char *const names[] = {name, NULL};
    char root[FIND_PATH];
    struct recording_layout layout = {
        .format = format_names[o->format], .labels = o->labels, .group = o->group, .index = o->index};
    *s = (struct recording_set){.dataset = name,
                                .common = &o->common,
                                .coding = &o->coding,
                                .view = &o->view,
                                .request = {.width = (unsigned)o->width,
                                            .height = (unsigned)o->height,
                                            .time_unit = o->time_unit,
                                            .columns = o->columns,
                                            .bad = (enum bad_policy)o->bad,
                                            .from_first = o->zero == ZERO_FIRST},
                                .most = FILE_MOST};
    if ((o->width == 0) != (o->height == 0))
        return FAIL(e, ST_CONFIG, "options 'width' and 'height' are %ld and %ld: both or none", o->width,
                    o->height);
    TRY(event_coding_check(&o->coding, e));
    TRY(place_folder(o->common.path, names, root, e));
    return recording_lists_fill(s, &layout, root, e);
}

static status probe(const char *name, const void *options, struct dataset_info *info, struct error *e)
{
    struct recording_set s;
    status st = list(name, &s, options, e);
    if (st == ST_OK) st = recording_set_describe(&s, e);
    *info = s.info;
    recording_set_free(&s);
    return st;
}

static status copy_classes(const struct recording_set *s, struct mem *m, char ***names, size_t *n,
                           struct error *e)
{
    *n = s->info.n_classes;
    *names = mem_alloc(m, *n, sizeof **names, e);
    if (!*names) return ST_MEMORY;
    for (size_t k = 0; k < *n; k++)
        if (!((*names)[k] = mem_string(m, s->class_names[k], e))) return ST_MEMORY;
    return ST_OK;
}

static status classes(const char *name, const void *options, struct mem *m, char ***names, size_t *n,
                      struct error *e)
{
    struct recording_set s;
    status st = list(name, &s, options, e);
    if (st == ST_OK) st = copy_classes(&s, m, names, n, e);
    recording_set_free(&s);
    return st;
}

/* What a run trains on, and the names of its classes. */
static status open_as(const struct dataset_source *source, const void *options, uint64_t seed,
                      struct dataset *d, struct error *e)
{
    const struct events_options *o = options;
    struct recording_set s;
    memset(d, 0, sizeof *d);
    status st = list(source->name, &s, options, e);
    if (st == ST_OK) st = recording_set_describe(&s, e);
    d->info = s.info;
    size_t n = 0;
    if (st == ST_OK) st = copy_classes(&s, &d->mem, &d->class_names, &n, e);
    recording_set_free(&s);
    return st == ST_OK ? event_coding_open(source, options, &o->coding, seed, d, e) : st;
}

static status visit(const char *name, const void *options, uint64_t seed, recording_visitor take,
                    void *context, struct error *e)
{
    struct recording_set s;
    status st = list(name, &s, options, e);
    if (st == ST_OK) st = recording_set_visit(&s, seed, take, context, e);
    recording_set_free(&s);
    return st;
}

static const struct option_default events_defaults[] = {{NULL, NULL}};
static const struct option_default dvs_gesture_defaults[] = {
    {"labels", "file"}, {"columns", "x y p t"}, {"time_unit", "ms"}, {"width", "128"},
    {"height", "128"},  {"downsample", "4"},    {NULL, NULL}};
static const struct option_default n_caltech101_defaults[] = {
    {"format", "bin"}, {"width", "240"},   {"height", "180"},       {"downsample", "6"},
    {"T", "30"},       {"n_test", "1700"}, {"n_validation", "800"}, {NULL, NULL}};

/* A set of recordings: its name, and what it is. */
#define EVENTS_LIKE(id, what, from, terms)                                                                   \
    extern const struct dataset_source dataset_##id;                                                         \
    static status id##_probe(const void *options, struct dataset_info *info, struct error *e)                \
    {                                                                                                        \
        return probe(#id, options, info, e);                                                                 \
    }                                                                                                        \
    static status id##_recordings(const void *options, uint64_t seed, recording_visitor take, void *context, \
                                  struct error *e)                                                           \
    {                                                                                                        \
        return visit(#id, options, seed, take, context, e);                                                  \
    }                                                                                                        \
    static status id##_classes(const void *options, struct mem *m, char ***names, size_t *n,                 \
                               struct error *e)                                                              \
    {                                                                                                        \
        return classes(#id, options, m, names, n, e);                                                        \
    }                                                                                                        \
    static status id##_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)          \
    {                                                                                                        \
        return open_as(&dataset_##id, options, seed, d, e);                                                  \
    }                                                                                                        \
    const struct dataset_source dataset_##id = {                                                             \
        .name = #id,                                                                                         \
        .summary = what,                                                                                     \
        .reference = from,                                                                                   \
        .licence = terms,                                                                                    \
        .options = {.spans = {{events_option_list, sizeof events_option_list / sizeof *events_option_list}}, \
                    .defaults = id##_defaults,                                                               \
                    .size = sizeof(struct events_options)},                                                  \
        .probe = id##_probe,                                                                                 \
        .open = id##_open,                                                                                   \
        .recordings = id##_recordings,                                                                       \
        .classes = id##_classes,                                                                             \
    }

EVENTS_LIKE(
    events,
    "any event-camera recordings: class folders, an index or label files; .bin, .dat, .aedat, .npy, CSV",
    "yours", "that of the recordings");
EVENTS_LIKE(dvs_gesture,
            "DVS Gesture, 11 gestures of 29 people, 128 x 128, as tonic has it (.npy); a preset of events",
            "Amir et al.: A Low Power, Fully Event-Based Gesture Recognition System, CVPR, 2017",
            "CC BY 4.0");
EVENTS_LIKE(
    n_caltech101,
    "N-Caltech101, 101 kinds of objects, up to 240 x 180, class folders of .bin; a preset of events",
    "Orchard, Jayawant, Cohen, Thakor: Converting Static Image Datasets to Spiking Neuromorphic Datasets "
    "Using Saccades, Frontiers in Neuroscience, 2015",
    "CC BY 4.0");
