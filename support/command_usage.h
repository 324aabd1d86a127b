/* What the table says of a command. */
#ifndef SPIKEBENCH_SUPPORT_COMMAND_USAGE_H
#define SPIKEBENCH_SUPPORT_COMMAND_USAGE_H

#include "support/command.h"
#include "support/page.h"

/* Writes the --help text of a command of `program` with this full name ("run", "dataset info"; "" for the
 * program itself). */
void usage_write(struct page *p, const struct command *program, const struct command *c, const char *path);
/* The same of the call's command, in text. */
void command_usage(const struct call *call, FILE *out);

/* Writes names and summaries of the commands of a list. */
void usage_summaries(struct page *p, const struct command *const *list);

#endif
