/* Where a dataset's files are. */
#ifndef SPIKEBENCH_DATASETS_PLACE_H
#define SPIKEBENCH_DATASETS_PLACE_H

#include "support/find.h"

/* The folder `path` (~ stands for the home folder), or with an empty path that of $SPIKEBENCH_DATA with one
 * of the names (NULL at the end; see find_same), the first of which is the dataset's own. Whether a folder
 * `path` is there is not looked at. ST_NO_DATA naming the dataset and what SPIKEBENCH_DATA holds; ST_CONFIG.
 */
status place_folder(const char *path, const char *const *names, char folder[FIND_PATH], struct error *e);

#endif
