/* spikebench compare: the regression gate of CI jobs. */
#include "commands/commands.h"
#include "report/comparison.h"

status command_compare(struct call *call, struct error *e)
{
    struct comparison_result found;
    TRY(comparison_run(call->arguments[0], call->arguments[1], call_text(call, "tolerances"), stdout, &found,
                       e));
    if (found.regressions > 0)
        return FAIL(e, ST_DATA, "%zu regressions in %zu values", found.regressions, found.values);
    printf("%zu runs, %zu values: no regression\n", found.runs, found.values);
    return ST_OK;
}
