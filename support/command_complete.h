/* Completion of command lines: what may stand in place of the last word, one candidate on each line, for the
 * shell (docs/completion.bash). A line that begins with ':' holds arguments of bash's compgen, which finds
 * files. Of a word with '=', what follows the last one is printed. */
#ifndef SPIKEBENCH_SUPPORT_COMMAND_COMPLETE_H
#define SPIKEBENCH_SUPPORT_COMMAND_COMPLETE_H

#include "support/command.h"
#include "support/opt.h"

struct completion {
    const struct call *call;           /* of `complete` itself */
    const struct command *command;     /* the one whose line is completed */
    const struct parameter *parameter; /* what is completed is a value of this */
    const char **words;
    size_t n_words;
    const char *value; /* the word, or the value in it, that is completed */
    const char *first; /* argument of the command, or NULL */
};

/* The command `complete -- [WORD]...`; a program puts it into its list. */
extern const struct command complete_command;

/* Prints a candidate if it begins as the value does. */
void completion_offer(const struct completion *c, const char *word);
/* The value of an option (without "--") on the line that is completed, or NULL. */
const char *completion_option(const struct completion *c, const char *option);
/* Of KEY=VALUE: without '=' the keys of a table behind `prefix`, with it the choices of the key; commas stand
 * between values, of which the last one is completed. */
void completion_setting(const struct completion *c, const char *prefix, const struct option_table *t);

#endif
