/* See hand_on.h. */
#include "commands/hand_on.h"
#include "experiments/plan.h"
#include "support/paths.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

status hand_on(const struct call *call, int precision, struct error *e)
{
    char folder[4000], program[4100];
    char **all = calloc((size_t)call->argc + 2, sizeof *all);
    if (!all) return FAIL(e, ST_MEMORY, "no memory for arguments");
    status st = path_program(folder, sizeof folder, e);
    if (st == ST_OK) {
        (void)snprintf(program, sizeof program, "%s/spikebench-%s", folder,
                       precision == PRECISION_FLOAT ? "f32" : "f64");
        all[0] = program;
        memcpy(all + 1, call->argv, (size_t)call->argc * sizeof *all);
        (void)fflush(stdout);
        execv(program, all);
        st = FAIL(e, ST_IO, "%s: %s", program, strerror(errno));
    }
    free(all);
    return st;
}
