/* Where the recordings of a set are: folders of classes, an index, or a CSV of labels beside each file. */
#ifndef SPIKEBENCH_DATASETS_RECORDING_LAYOUT_H
#define SPIKEBENCH_DATASETS_RECORDING_LAYOUT_H

#include "datasets/recording_set.h"
#include "support/find.h"

/* Where labels come from where there is no index, and what must not be on two sides of a split. */
enum label_source { LABEL_FOLDER, LABEL_FILE, LABEL_CSV };
enum group_source { GROUP_FILE, GROUP_FOLDER, GROUP_PREFIX, GROUP_COLUMN };
extern const char *const label_source_names[], *const group_source_names[];

struct recording_layout {
    const char *format; /* name of the only one that counts; "auto": each by its file's end */
    int labels, group;  /* enum label_source, enum group_source */
    const char *index;  /* file name of the index, from the root; "": index.csv if there is one */
    /* Of the list that is made: whether files of text were taken for recordings, and files of another format.
     */
    bool text, others;
};

/* The format of a file by its name, as far as it counts, or NULL: then it is counted as passed over. */
const struct recording_format *recording_layout_format(struct recording_set *s, struct recording_layout *l,
                                                       const char *name);
/* The place of a class or a group in the set's texts. ST_MEMORY. */
status recording_layout_place(struct texts *t, const char *text, size_t *place, struct error *e);
/* The lists by an index: a CSV file with the columns file, label and, where wanted, split, from, to, group.
 */
status recording_index_list(struct recording_set *s, struct recording_layout *l, const char *index,
                            struct error *e);
/* Adds the samples of `file` by the CSV file `labels`: columns class (or label), start..., end..., in
 * microseconds. */
status recording_labels_add(struct recording_set *s, struct sample_list *list, const struct sample_file *file,
                            const char *labels, struct error *e);
/* The lists by folders. */
status recording_folders_list(struct recording_set *s, struct recording_layout *l, const char *root,
                              struct error *e);

#endif
