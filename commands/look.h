/* Commands that look at a trained network: `spikebench COMMAND --weights NET.net [options]`. */
#ifndef SPIKEBENCH_COMMANDS_LOOK_H
#define SPIKEBENCH_COMMANDS_LOOK_H

#include "records/trained.h"

enum { LOOK_SET_MOST = 64 };

struct look_request {
    const char *weights;            /* NET.net */
    const char *set[LOOK_SET_MOST]; /* "dataset.KEY=VALUE" */
    size_t n_set;
    enum split split; /* test unless told */
    size_t index;     /* of the sample, from 0 */
    const char *csv, *out;
    bool ascii, help;
};

/* Reads argv (argv[0]: the command). `sample`: --index, --out and --ascii are known too. ST_USAGE. */
status look_parse(struct look_request *r, int argc, char **argv, bool sample, struct error *e);

/* What a command does with the network. */
typedef status (*look_action)(const struct look_request *r, struct trained *t, struct error *e);

/* Parses, opens network and data, acts, reports errors; returns the exit code. A network of the other
 * precision is handed to the worker of that precision, which runs the same command in place of this process.
 */
int look_command(int argc, char **argv, bool sample, look_action act);

/* "NET.net: bptt on digits, 64-100-10, double, seed 0", then notes on data and splits that are not those of
 * the training, and on a solver that has a prediction rule of its own. */
void look_print_head(const struct look_request *r, const struct trained *t);

#endif
