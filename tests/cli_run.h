/* Helpers for tests of the program from outside: a folder per test and a shell. */
#ifndef SPIKEBENCH_TESTS_CLI_RUN_H
#define SPIKEBENCH_TESTS_CLI_RUN_H

#include <stdbool.h>

enum { OUTPUT_SIZE = 1 << 18 };

/* Static in a test, and never freed: each test is a process. */
struct result {
    int code;     /* exit code; -1 if ended by a signal */
    char *output; /* stdout and stderr together, in OUTPUT_SIZE bytes; NULL before the first command */
};

void cli_setup(void);    /* makes the running test's folder */
void cli_teardown(void); /* removes it */
void cli_write(const char *name, const char *text);
bool cli_exists(const char *name);

/* Runs shell text in the test's folder (nothing, with a code other than 0, before cli_setup); $SB is the
 * program, looked for in $SPIKEBENCH_BUILD (build), $SOURCES the folder of the sources; kill_child PID kills
 * the worker of a running program, trains PID waits until it trains; numbers DIR prints all of an
 * experiment's results that two runs of it must share (but for the columns $also), column NAME FILE a column
 * of a table. */
void cli_shell(struct result *r, const char *text);
/* The program with `arguments` (shell text). */
void spikebench(struct result *r, const char *arguments);

/* The code is 0, or the test ends; the text is in the output. */
void expect_good(const struct result *r);
void expect_text(const struct result *r, const char *text);

#endif
