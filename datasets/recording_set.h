/* Recordings in files as a dataset: lists of them, what they hold, and which of them is in which split. Who
 * knows where the files are (nmnist.c, recording_folders.c, recording_index.c) fills the lists. */
#ifndef SPIKEBENCH_DATASETS_RECORDING_SET_H
#define SPIKEBENCH_DATASETS_RECORDING_SET_H

#include "datasets/dataset.h"
#include "datasets/event_coding.h"
#include "datasets/event_view.h"
#include "datasets/recording.h"
#include "support/file.h"
#include "support/texts.h"

/* A sample: a file, or the part of it between two times. */
struct sample_file {
    const char *path; /* as it is opened */
    const char *name; /* within the dataset: its order and identity */
    const struct recording_format *format;
    int label;
    size_t group;     /* samples of one group are in one split */
    int64_t from, to; /* see recording_request */
    size_t line;      /* of the index, from 1; 0: there is none */
    uint64_t bytes;   /* a hash of the file's, once it was read */
};
struct sample_list {
    struct sample_file *items; /* heap */
    size_t n, capacity;
};

struct recording_set {
    /* Set by the caller. */
    const char *dataset; /* its name, for messages */
    const struct dataset_common *common;
    const struct event_coding *coding;
    const struct event_view *view; /* NULL: the whole sensor, both polarities */
    struct recording_request request;
    uint64_t most; /* bytes of a file */
    /* Filled by whoever lists the files: side[SPLIT_TRAIN] and, where they are published,
     * side[SPLIT_VALIDATION] and side[SPLIT_TEST]. */
    struct sample_list side[N_SPLITS];
    const char *index; /* the file that says what the samples are; NULL: names of files and folders do */
    struct texts classes, groups;
    const char **class_names; /* [info.n_classes] in the order of the labels, once these are numbered */
    struct mem mem;
    /* Out. */
    struct dataset_info info;
    /* Private. */
    struct file_buffer file;
    const char *loaded; /* path of what `file` holds, and a hash of it; NULL: nothing */
    uint64_t loaded_hash;
    struct event_list events;
    struct event_frame frame;
    uint32_t *seen;         /* scratch of event_coding_entries */
    unsigned width, height; /* the sensor, 0 until the first recording is read */
    const char *first;      /* the file that said so */
    double timed, timed_us; /* events of recordings whose unit of time is an option, and their microseconds */
    uint32_t longest; /* microseconds from the first to the last event of the longest of these, a file */
    const char *longest_file;
    const char *polar, *flat; /* the first files with a polarity and without one */
};
void recording_set_free(struct recording_set *s);

/* Adds a sample to a list; path and name are copied. ST_MEMORY. */
status recording_set_add(struct recording_set *s, struct sample_list *list, const struct sample_file *f,
                         struct error *e);
/* Sorts a list by name, then by times, label and group: no two samples that differ are left to qsort. */
void recording_set_sort(struct sample_list *list);
/* Numbers the classes in the order of their names, as numbers if all are numbers: the labels, which are
 * places in s->classes, become those. ST_MEMORY. */
status recording_set_number_classes(struct recording_set *s, struct error *e);

#endif
