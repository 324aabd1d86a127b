/* spikebench merge: the results of parts of a plan, put together. */
#include "records/merge.h"
#include "commands/commands.h"
#include "support/text.h"

static status merge(struct call *call, struct error *e)
{
    struct merge_outcome o;
    const char *out = call->arguments[0];
    TRY(merge_folders(out, call->arguments + 1, call->n_arguments - 1, call_catalogue(call), stdout, &o, e));
    (void)printf("%s: %zu run%s; of the plan's %zu runs %zu are finished", out, o.n_runs,
                 text_plural(o.n_runs), o.n_planned, o.n_planned - o.n_absent - o.n_open);
    if (o.n_absent > 0) (void)printf(", %zu absent", o.n_absent);
    if (o.n_open > 0) (void)printf(", %zu failed or interrupted", o.n_open);
    (void)putchar('\n');
    return told(e, o.n_absent + o.n_open > 0 ? ST_NO_DATA : ST_OK);
}

const struct command merge_command = {
    .name = "merge",
    .run = merge,
    .synopsis = "OUT FOLDER... [--plugin FILE]",
    .summary = "put the results of the parts of a plan together",
    .text = "Puts the results of the FOLDERs, each with a runs.csv, into OUT, which may hold results "
            "already. Refuses, before anything is written, what does not belong together: rows of another "
            "experiment, schema or rules, other data, a run with two different results, a finished run "
            "without its curve. Says which runs of the plan are missing.",
    .parameters = (parameter_list){&(parameter_row){"OUT", "the folder of the merged results", &value_folder,
                                                    .needed = true},
                                   &(parameter_row){"FOLDER", "a folder of results of the same experiment",
                                                    &value_folder, .needed = true, .repeated = true},
                                   &plugin_option, NULL},
    .failure = "runs of the plan are missing, or something does not belong together",
};
