/* Helpers for tests that load data: option structs by table, files and folders to be damaged. */
#ifndef SPIKEBENCH_TESTS_DATA_HELPERS_H
#define SPIKEBENCH_TESTS_DATA_HELPERS_H

#include "datasets/dataset.h"
#include "datasets/recording_formats.h"
#include "tests/folder.h"

/* Default options of a dataset, then "key=value" settings up to a NULL; freed by the caller with free(). */
void *data_options(const struct dataset_source *source, const char *const *settings);

/* The content of a dataset as dense cells: value of `input` at step t of sample n of split s. */
double data_cell(const struct dataset *d, enum split s, size_t n, size_t t, size_t input);

/* Writes an IDX file of n images of side x side bytes, or with side 0 of n labels, into FOLDER/name. */
void folder_write_idx(const char *path, const char *name, const unsigned char *bytes, uint32_t n,
                      uint32_t side);

/* Reads bytes of N-MNIST's format, of its sensor of 34 x 34 pixels. */
status data_parse_bin(struct event_list *list, const char *source, const unsigned char *bytes, size_t size,
                      enum bad_policy policy, struct usage *u, struct error *e);

#endif
