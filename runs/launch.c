/* See launch.h. */
#include "runs/launch.h"
#include "records/record.h"
#include "support/mpi_link.h"
#include "support/process.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

bool launch_needed(const struct run *run)
{
    size_t own;
    return run->run.ranks > 1 && mpi_launched(&own) == 1;
}

size_t launch_arguments(const char **argv, const char *ranks)
{
    size_t n = 0;
    argv[n++] = "mpirun";
    if (geteuid() == 0) argv[n++] = "--allow-run-as-root";
    /* as many ranks as were asked for, whose threads may go to any processor */
    argv[n++] = "--oversubscribe", argv[n++] = "--bind-to", argv[n++] = "none";
    /* who waits lets others run: the machine may be shared */
    argv[n++] = "--mca", argv[n++] = "mpi_yield_when_idle", argv[n++] = "1";
    argv[n++] = "-n", argv[n++] = ranks;
    return n;
}

status launch_lost(const char *path, const struct run *run, int wait_status, struct error *e)
{
    char reason[80];
    const int number = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
    const bool stopped = stop_is(number);
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
