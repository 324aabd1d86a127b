/* What the table says of a command. */
#ifndef SPIKEBENCH_COMMANDS_USAGE_H
#define SPIKEBENCH_COMMANDS_USAGE_H

#include "commands/command.h"
#include "commands/page.h"

/* Writes the --help text of a command with this full name ("run", "dataset info"; "" for the program). */
void usage_write(struct page *p, const struct command *c, const char *path);
/* The same in text. */
void command_usage(const struct command *c, const char *path, FILE *out);

/* Writes names and summaries of the commands of a table. */
void usage_summaries(struct page *p, const struct command *table);

#endif
