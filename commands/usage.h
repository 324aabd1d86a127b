/* What the table says of a command, in text. */
#ifndef SPIKEBENCH_COMMANDS_USAGE_H
#define SPIKEBENCH_COMMANDS_USAGE_H

#include "commands/command.h"

/* Prints the --help text of a command with this full name ("run", "dataset info"; "" for the program). */
void command_usage(const struct command *c, const char *path, FILE *out);

/* Prints names and summaries of the commands of a table, one per line. */
void command_list_summaries(const struct command *table, FILE *out);

/* "-j, --jobs N" */
void command_option_name(const struct command_option *o, char *text, size_t size);
/* What an argument or option is, its usual value and its choices if there are some: "which samples (test):
 * train, test". */
void command_help_text(const char *help, const char *usual, const char *const *choices, char *text,
                       size_t size);

#endif
