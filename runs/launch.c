/* See launch.h. */
#include "runs/launch.h"
#include "records/record.h"
#include "support/mpi_link.h"
#include "support/paths.h"
#include "support/process.h"
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void launch_version(char text[LAUNCH_VERSION])
{
    (void)snprintf(text, LAUNCH_VERSION, "%s-%s-%s", env_version(), env_commit(), env_sources());
}

bool launch_needed(const struct run *run)
{
    size_t own;
    return run->run.ranks > 1 && mpi_launched(&own) == 1;
}

/* mpirun takes a relative path for one from the root. */
static void session_path(char path[RUN_FILE], const char *folder, const struct run *run)
{
    char own[RUN_FILE], here[2000];
    (void)run_file(own, folder, ".work", run->id, ".mpi");
    const bool relative = own[0] != '/' && getcwd(here, sizeof here);
    (void)snprintf(path, RUN_FILE, "%s%s%.2100s", relative ? here : "", relative ? "/" : "", own);
}

size_t launch_arguments(const char **argv, struct launch *l, const char *folder, const struct run *run)
{
    size_t n = 0;
    (void)snprintf(l->ranks, sizeof l->ranks, "%ld", run->run.ranks);
    session_path(l->session, folder, run);
    argv[n++] = "mpirun";
    if (geteuid() == 0) argv[n++] = "--allow-run-as-root";
    const char *const rest[] = {/* as many ranks as were asked for, whose threads may go to any processor */
                                "--oversubscribe", "--bind-to", "none",
                                /* who waits lets others run: the machine may be shared */
                                "--mca", "mpi_yield_when_idle", "1", "--mca", "orte_tmpdir_base", l->session,
                                "-n", l->ranks};
    memcpy(argv + n, rest, sizeof rest);
    return n + sizeof rest / sizeof *rest;
}

void launch_end(const char *folder, const struct run *run)
{
    char path[RUN_FILE];
    session_path(path, folder, run);
    if (run->run.ranks > 1) path_remove(path);
}

status launch_lost(const char *path, const struct run *run, int wait_status, struct error *e)
{
    enum { REFUSED = 2 }; /* a worker of this version has no other use for it */
    char reason[80], version[LAUNCH_VERSION];
    const int number = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
    const bool stopped = stop_is(number);
    launch_version(version);
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == REFUSED)
        return FAIL(e, ST_CONFIG,
                    "spikebench-%s beside this program is of another version than it, %s: build or install "
                    "them together",
                    precision_tags[run->run.precision], version);
    if (run->run.ranks > 1 && WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 127)
        snprintf(reason, sizeof reason, "mpirun was not found (openmpi-bin)");
    else if (run->run.ranks > 1)
        snprintf(reason, sizeof reason, "a rank was lost (see what mpirun said); the same command resumes");
    else if (number)
        snprintf(reason, sizeof reason, "worker killed by signal %d", number);
    else
        snprintf(reason, sizeof reason, "worker exited with code %d", WEXITSTATUS(wait_status));
    const struct run_result lost = {.status = stopped ? "interrupted" : "failed",
                                    .stop_reason = stopped ? "interrupted" : "error",
                                    .error = stopped ? "none" : reason,
                                    .data_sha256 = "nan"};
    return record_write(path, run, &lost, false, e);
}
