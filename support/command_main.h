/* From the words of the command line to a command. */
#ifndef SPIKEBENCH_SUPPORT_COMMAND_MAIN_H
#define SPIKEBENCH_SUPPORT_COMMAND_MAIN_H

#include "support/command.h"

/* Finds the command of a line (argv[0] is the program), reads its arguments and options, runs it and says
 * what went wrong; returns the exit code: 0 all is well, 2 usage or configuration error, 130 interrupted, 1
 * another error. An error without a text is one that the command has told of. */
int command_main(const struct command *program, const void *context, int argc, char **argv);

#endif
