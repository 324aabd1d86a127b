/* See cli_run.h. */
#include "tests/cli_run.h"
#include "tests/folder.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char
    folder[FOLDER_MAX]; /* of the running test, "" before cli_setup; every test is a process of its own */

void cli_setup(void)
{
    cr_assert(!folder[0], "the suite's .init and the test's own both make a folder");
    folder_create(folder);
}

void cli_teardown(void)
{
    folder_remove(folder);
}

void cli_write(const char *name, const char *text)
{
    cr_assert(folder[0], "cli_setup comes first");
    folder_write(folder, name, text, strlen(text));
}

bool cli_exists(const char *name)
{
    char path[FOLDER_MAX + 200];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

/* What every shell text may use: kill_child PID kills the child of a process as soon as it has one, which it
 * waits half a minute for; numbers DIR prints every number of an experiment's folder that must not change
 * between two runs of it, but for the columns $also, and numbers_of FILE those of a table; column NAME FILE
 * the values of a column; trains PID waits a minute until the worker of a runner trains, which it does from
 * when it catches SIGTERM (0x4000 in the mask of the system). */
static const char shell_functions[] =
    "numbers_of() { awk -v also=\"$also\" -f \"$SOURCES/tests/numbers.awk\" $1; }; "
    "numbers() { (cd $1 && for f in runs.csv curves/*.csv; do echo $f; numbers_of $f; done) ; }; "
    "column() { awk -F, -v name=$1 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next } "
    "{ print $c }' $2; }; "
    "kill_child() { tries=600; until kill -KILL $(cat /proc/$1/task/$1/children) 2>/dev/null; do "
    "tries=$((tries - 1)); [ $tries -gt 0 ] || return 1; sleep 0.05; done; }; "
    "trains() { tries=3000; until worker=$(cat /proc/$1/task/$1/children 2>/dev/null) && [ -n \"$worker\" ] "
    "&& "
    "grep -q worker /proc/${worker% }/cmdline 2>/dev/null && "
    "mask=$(sed -n 's/^SigCgt:.*\\(....\\)$/\\1/p' /proc/${worker% }/status 2>/dev/null) && "
    "[ $((0x${mask:-0} & 0x4000)) -ne 0 ]; do "
    "tries=$((tries - 1)); [ $tries -gt 0 ] || return 1; sleep 0.02; done; }";

void cli_shell(struct result *r, const char *text)
{
    const char *build = getenv("SPIKEBENCH_BUILD");
    char here[4000], command[16000];
    if (!build) build = "build";
    if (!r->output) r->output = malloc(OUTPUT_SIZE);
    cr_assert_not_null(r->output);
    cr_assert_not_null(getcwd(here, sizeof here));
    (void)snprintf(command, sizeof command,
                   "%s; SOURCES='%s' SB='%s/%s/spikebench' && test '%s' && cd '%s' && { %s ; } 2>&1",
                   shell_functions, here, build[0] == '/' ? "" : here, build, folder, folder, text);
    FILE *f = popen(command, "r");
    cr_assert_not_null(f);
    size_t n = fread(r->output, 1, OUTPUT_SIZE - 1, f);
    r->output[n] = '\0';
    int code = pclose(f);
    r->code = WIFEXITED(code) ? WEXITSTATUS(code) : -1;
}

void spikebench(struct result *r, const char *arguments)
{
    char text[4000];
    (void)snprintf(text, sizeof text, "\"$SB\" %s", arguments);
    cli_shell(r, text);
}

void expect_good(const struct result *r)
{
    cr_assert_eq(r->code, 0, "%s", r->output);
}

void expect_text(const struct result *r, const char *text)
{
    cr_expect_not_null(strstr(r->output, text), "no '%s' in:\n%s", text, r->output);
}
