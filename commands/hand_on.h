/* A command that needs the program of the other precision. */
#ifndef SPIKEBENCH_COMMANDS_HAND_ON_H
#define SPIKEBENCH_COMMANDS_HAND_ON_H

#include "commands/command.h"

/* Becomes the program of this precision (enum precision), which runs the same command line; returns only if
 * that fails: ST_IO. */
status hand_on(const struct call *call, int precision, struct error *e);

#endif
