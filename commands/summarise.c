/* spikebench summarise: a table of an experiment's results, and the CSV files that plots are drawn from. */
#include "commands/commands.h"
#include "report/overview.h"

static status summarise(struct call *call, struct groups *g, struct error *e)
{
    const char *reference = call_text(call, "paired");
    struct paired paired;
    if (reference) TRY(paired_find(&paired, g, reference, e)); /* not behind a whole table */
    const bool markdown = call_has(call, "markdown");
    TRY(markdown ? overview_by_depth(g, stdout, e) : overview_print(g, stdout, e));
    groups_note_left_out(g, markdown ? stderr : stdout);
    if (reference) TRY(paired_write(&paired, markdown ? TABLE_MARKDOWN : TABLE_TEXT, stdout, e));
    (void)fflush(stdout); /* what can be said is said before anything is written */
    return groups_write(g, e);
}

const struct command summarise_command = {
    .name = "summarise",
    .run = with_results,
    .own = &(results_command){summarise},
    .synopsis = "EXPERIMENT [--results DIR] [--paired NAME] [--markdown]",
    .summary = "print a table of results",
    .text = "Prints mean +- standard deviation over seeds for each configuration of DIR/EXPERIMENT and "
            "writes summary.csv, time_to_accuracy.csv, profile.csv, traffic.csv and curves_summary/ there. "
            "EXPERIMENT may also be a folder that holds a runs.csv. Accuracies are those of the network "
            "simulated forward from its weights, or by the solver's own rule where the table says so.",
    .parameters =
        (parameter_list){
            &results_argument, &results_option,
            &(parameter_row){"-p, --paired NAME",
                             "also print and write to paired.csv how every other label differs from this "
                             "one, paired by seed and split",
                             .kind = &value_text},
            &(parameter_row){
                "-m, --markdown",
                .help = "print a Markdown table instead: labels by hidden layers, training / test with "
                        "the 95 % interval of the test mean, seconds and forward passes"},
            NULL},
    .failure = "there are no results or they are damaged",
};
