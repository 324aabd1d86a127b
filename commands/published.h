/* Whether a dataset's files are those that are published: checksums of datasets/sources.csv. */
#ifndef SPIKEBENCH_COMMANDS_PUBLISHED_H
#define SPIKEBENCH_COMMANDS_PUBLISHED_H

#include "datasets/dataset.h"
#include <stdio.h>

/* A line for each file that the dataset reads, as its `files` says: whether it is as published. ST_IO,
 * ST_DATA; what `files` returns. */
status published_print(const struct dataset_source *source, const void *options, FILE *out, struct error *e);

#endif
