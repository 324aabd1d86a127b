/* Commands that inspect a trained network (see inspect.h). */
#include "commands/inspect.h"
#include "commands/hand_on.h"
#include <inttypes.h>
#include <string.h>

status inspect_open(struct call *call, struct trained *t, struct error *e)
{
    const char *weights = call_text(call, "weights");
    size_t n;
    const char **set = call_list(call, "set", &n, e);
    *t = (struct trained){.run = NULL};
    if (!set) return ST_MEMORY;
    TRY(trained_describe(t, call->catalogue, weights, e));
    if (strcmp(precision_names[t->run->run.precision], REAL_NAME) != 0)
        return hand_on(call, t->run->run.precision, e);
    return trained_open(t, weights, set, n, e);
}

void inspect_print_head(const struct call *call, const struct trained *t)
{
    (void)printf("%s: %s on %s, ", call_text(call, "weights"), t->run->solver->name, t->run->dataset->name);
    for (size_t l = 0; l <= t->net.L; l++) (void)printf("%s%zu", l ? "-" : "", t->net.n[l]);
    (void)printf(", %s, seed %" PRIu64 "\n", REAL_NAME, t->run->seed);
    if (t->run->solver->predict)
        (void)printf("note: %s has a prediction rule of its own; here the readout is simulated\n",
                     t->run->solver->name);
    if (t->other_data) (void)printf("note: the data is not that of the training (another SHA-256)\n");
    if (t->other_splits)
        (void)printf(
            "note: the splits are drawn in another way than for the training: they may share samples "
            "with it\n");
}
