/* The commands of the front end. Each returns the program's exit code: 0 all is well, 1 a run failed or
 * lacked its data or regressed, 2 usage or configuration error, 130 interrupted. Messages go to stderr,
 * results to stdout. argv[0] is the command's name; every command knows --help. */
#ifndef SPIKEBENCH_COMMANDS_COMMANDS_H
#define SPIKEBENCH_COMMANDS_COMMANDS_H

int command_run(int argc, char **argv);       /* commands_run.c */
int command_check(int argc, char **argv);     /* commands_run.c */
int command_list(int argc, char **argv);      /* commands_help.c */
int command_help(int argc, char **argv);      /* commands_help.c */
int command_compare(int argc, char **argv);   /* compare.c */
int command_summarise(int argc, char **argv); /* summarise.c */
int command_best(int argc, char **argv);      /* best.c */
int command_plot(int argc, char **argv);      /* plot.c */
int command_dataset(int argc, char **argv);   /* commands_dataset.c */
int command_train(int argc, char **argv);     /* train.c */
int command_eval(int argc, char **argv);      /* eval.c */
int command_trace(int argc, char **argv);     /* trace.c */

/* Subcommands of `spikebench dataset`; argv[0] is the subcommand's name. */
int dataset_command_fetch(int argc, char **argv); /* dataset_fetch.c */
int dataset_command_info(int argc, char **argv);  /* dataset_info.c */
int dataset_command_show(int argc, char **argv);  /* dataset_show.c */
int dataset_command_write(int argc, char **argv); /* dataset_write.c */

#endif
