/* Commands that inspect a trained network: `spikebench COMMAND --weights NET.net [options]`. */
#ifndef SPIKEBENCH_COMMANDS_INSPECT_H
#define SPIKEBENCH_COMMANDS_INSPECT_H

#include "commands/command.h"
#include "records/trained.h"

/* Opens the network of --weights and its data with the options of --set; trained_free afterwards, also after
 * an error. A network of the other precision is handed to the program of that precision, which runs the same
 * command in place of this process. */
status inspect_open(struct call *call, struct trained *t, struct error *e);

/* "NET.net: bptt on digits, 64-100-10, double, seed 0", then notes on data and splits that are not those of
 * the training, and on a solver that has a prediction rule of its own. */
void inspect_print_head(const struct call *call, const struct trained *t);

#endif
