/* Command lines of the form `spikebench dataset SUBCOMMAND NAME [options]`: which dataset, with which options
 * and seed. */
#ifndef SPIKEBENCH_COMMANDS_DATASET_REQUEST_H
#define SPIKEBENCH_COMMANDS_DATASET_REQUEST_H

#include "commands/command.h"

struct dataset_request {
    const struct dataset_source *source;
    void *options; /* in the call's arena */
    uint64_t seed;
};

/* The dataset of the first argument with the options of --set. ST_CONFIG naming what is wrong. */
status dataset_request_read(struct dataset_request *r, struct call *call, struct error *e);

/* Refuses the index of a sample where `split` has n samples. ST_USAGE. */
status dataset_request_index(size_t index, const char *dataset, enum split split, size_t n, struct error *e);

#endif
