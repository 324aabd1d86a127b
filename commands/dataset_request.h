/* Command lines of the form `spikebench dataset SUBCOMMAND NAME [options]`: which dataset, with which options
 * and seed, and what of it. */
#ifndef SPIKEBENCH_COMMANDS_DATASET_REQUEST_H
#define SPIKEBENCH_COMMANDS_DATASET_REQUEST_H

#include "datasets/dataset.h"

/* The options that a subcommand takes beside --set KEY=VALUE, --seed N and --help. */
enum dataset_request_flag {
    REQUEST_SPLIT = 1, /* --split train|validation|test */
    REQUEST_INDEX = 2, /* --index I, from 0 */
    REQUEST_OUT = 4,   /* --out PATH */
    REQUEST_ASCII = 8  /* --ascii */
};

struct dataset_request {
    const struct dataset_source *source;
    void *options; /* source->options.size bytes; freed by dataset_request_free */
    uint64_t seed;
    enum split split;
    size_t index;
    const char *out; /* borrowed from argv; NULL if not given */
    bool ascii, help;
};

/* Reads argv (argv[0]: the subcommand). KEY of --set is a dataset option, with or without "dataset.".
 * ST_USAGE or ST_CONFIG naming what is wrong and what is allowed; on error there is nothing to free. With
 * --help the rest is not looked at. */
status dataset_request_parse(struct dataset_request *r, int argc, char **argv, unsigned flags,
                             struct error *e);
void dataset_request_free(struct dataset_request *r);

/* Parts of such command lines that others have too. */
/* Sets "KEY=VALUE" (or "dataset.KEY=VALUE") in the options of a dataset. ST_USAGE or ST_CONFIG. */
status dataset_request_set(const struct dataset_source *source, void *options, const char *text,
                           struct error *e);
/* A whole number from 0 to `most`, the value of option `name`. ST_USAGE. */
status dataset_request_whole(const char *name, const char *text, uint64_t most, uint64_t *value,
                             struct error *e);
/* Refuses the index of a sample where `split` has n samples. ST_USAGE. */
status dataset_request_index(size_t index, const char *dataset, enum split split, size_t n, struct error *e);
/* The value of --split. ST_USAGE. */
status dataset_request_split(const char *text, enum split *split, struct error *e);

#endif
