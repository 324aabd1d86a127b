/* spikebench table: one of the tables of the paper and of the results page. */
#include "commands/commands.h"
#include "report/result_tables.h"
#include "support/paths.h"

static status table(struct call *call, struct error *e)
{
    size_t n = call->n_arguments - 1;
    char folder[3900];
    const char **folders = mem_alloc(&call->mem, n, sizeof *folders, e);
    const enum table_format format = (enum table_format)call_choice(call, "format");
    if (!folders) return ST_MEMORY;
    for (size_t i = 0; i < n; i++) {
        path_results(call_text(call, "results"), call->arguments[i + 1], folder, sizeof folder);
        folders[i] = mem_string(&call->mem, folder, e);
        if (!folders[i]) return ST_MEMORY;
    }
    return result_table(call->arguments[0], folders, n, format, stdout, e);
}

const struct command table_command = {
    .name = "table",
    .run = table,
    .synopsis = "KIND EXPERIMENT... [--results DIR] [--format FORMAT]",
    .summary = "print a table of the paper",
    .text = "Prints one of the paper's tables from the files that summarise wrote in DIR/EXPERIMENT. Kinds "
            "numbers and provenance take several experiments.",
    .parameters =
        (parameter_list){
            &(parameter_row){"KIND", "which table", &value_choice,
                             .choices =
                                 (name_list){"numbers", "depth", "list", "acceleration", "sensitivity",
                                             "conditioning", "provenance", "paired", "data_size", NULL},
                             .needed = true},
            &(parameter_row){"EXPERIMENT",
                             "the folder of an experiment in the results folder, or any with its files",
                             &value_results, .needed = true, .repeated = true},
            &results_option,
            &(parameter_row){"-f, --format FORMAT", "the form of the table", &value_choice, "text",
                             .choices = table_format_names},
            NULL},
    .failure = "there are no results or they are damaged",
};
