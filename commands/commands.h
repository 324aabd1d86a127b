/* The functions of the commands, each in the file of its name. */
#ifndef SPIKEBENCH_COMMANDS_COMMANDS_H
#define SPIKEBENCH_COMMANDS_COMMANDS_H

#include "commands/command.h"

status command_program(struct call *call, struct error *e);
status command_run(struct call *call, struct error *e);
status command_check(struct call *call, struct error *e);
status command_list(struct call *call, struct error *e);
status command_help(struct call *call, struct error *e);
status command_summarise(struct call *call, struct error *e);
status command_best(struct call *call, struct error *e);
status command_compare(struct call *call, struct error *e);
status command_table(struct call *call, struct error *e); /* result_table.c */
status command_plot(struct call *call, struct error *e);
status command_train(struct call *call, struct error *e);
status command_contract(struct call *call, struct error *e);
status command_eval(struct call *call, struct error *e);
status command_weights(struct call *call, struct error *e);
status command_trace(struct call *call, struct error *e);
status command_dataset_fetch(struct call *call, struct error *e);
status command_dataset_info(struct call *call, struct error *e);
status command_dataset_show(struct call *call, struct error *e);
status command_dataset_write(struct call *call, struct error *e);
status command_complete(struct call *call, struct error *e);
status command_worker(struct call *call, struct error *e);

#endif
