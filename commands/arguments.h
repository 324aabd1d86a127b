/* Command lines of the commands that take an experiment file. In a file of its own because <getopt.h> and
 * support/opt.h both declare a struct option. */
#ifndef SPIKEBENCH_COMMANDS_ARGUMENTS_H
#define SPIKEBENCH_COMMANDS_ARGUMENTS_H

#include "support/err.h"
#include <stdbool.h>
#include <stddef.h>

enum { ARGUMENTS_SET_MAX = 256, ARGUMENTS_JOBS_MAX = 1024 };

struct arguments {
    const char *name; /* the experiment: a file or a bare name */
    const char *set[ARGUMENTS_SET_MAX];
    size_t n_set;
    const char *seeds; /* NULL if not given */
    const char *out;
    size_t jobs;
    bool fresh, allow_missing, dry_run, help;
};

/* Reads `spikebench run`'s arguments, or with `plan_only` those of `spikebench check` (--set, --seeds,
 * --help). Texts are borrowed from argv. ST_USAGE; with --help, a missing file is no error. */
status arguments_parse(struct arguments *a, int argc, char **argv, bool plan_only, struct error *e);

#endif
