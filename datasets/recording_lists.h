/* Which recordings there are below a folder. */
#ifndef SPIKEBENCH_DATASETS_RECORDING_LISTS_H
#define SPIKEBENCH_DATASETS_RECORDING_LISTS_H

#include "datasets/recording_layout.h"

/* Fills the lists and the classes of the set from the files below `root`. ST_NO_DATA, ST_DATA, ST_IO naming
 * the file, ST_CONFIG naming the option. */
status recording_lists_fill(struct recording_set *s, struct recording_layout *l, const char *root,
                            struct error *e);

#endif
