/* See cli_run.h. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64]; /* of the running test, "" before cli_setup; every test is a process of its own */

void cli_setup(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/spikebench-cli-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

void cli_teardown(void)
{
    char command[100];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_expect_eq(system(command), 0);
}

void cli_write(const char *name, const char *text)
{
    char path[200];
    cr_assert(folder[0], "cli_setup comes first");
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    cr_assert_geq(fputs(text, f), 0);
    cr_assert_eq(fclose(f), 0);
}

bool cli_exists(const char *name)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

void cli_shell(struct result *r, const char *text)
{
    const char *build = getenv("SPIKEBENCH_BUILD");
    char here[4000], command[16000];
    if (!build) build = "build";
    cr_assert_not_null(getcwd(here, sizeof here));
    (void)snprintf(command, sizeof command,
                   "SOURCES='%s' SB='%s/%s/spikebench' && test '%s' && cd '%s' && { %s ; } 2>&1", here,
                   build[0] == '/' ? "" : here, build, folder, folder, text);
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
