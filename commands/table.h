/* The commands of the program. */
#ifndef SPIKEBENCH_COMMANDS_TABLE_H
#define SPIKEBENCH_COMMANDS_TABLE_H

#include "commands/command.h"

/* The program itself: its subcommands are the commands. */
extern const struct command program;

#endif
