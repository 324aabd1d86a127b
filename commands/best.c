/* spikebench best: the configuration of each solver that did best on validation. */
#include "report/best.h"
#include "commands/commands.h"
#include <string.h>

static status best(struct call *call, struct groups *g, struct error *e)
{
    const struct best_request r = {.by = call_text(call, "by"),
                                   .by_label = strcmp(call_text(call, "per"), "label") == 0,
                                   .smallest = call_has(call, "min")};
    return best_run(g, &r, call_catalogue(call), stdout, stderr, e);
}

const struct command best_command = {
    .name = "best",
    .run = with_results,
    .own = &(results_command){best},
    .synopsis = "EXPERIMENT [--results DIR] [--by COLUMN] [--per WHAT] [--min]",
    .summary = "choose the best configuration of each solver on validation",
    .text = "Averages the finished runs of each configuration in DIR/EXPERIMENT over hidden layers, seeds "
            "and splits, prints the best one of each solver, with the options that are axes of the grid, as "
            "comments, and writes best.csv there. Below, the winners as parts of an experiment file: the "
            "sections with the options that all configurations share, and an item for each winner with its "
            "solver's options that are not at their default and those of the sections that differ between "
            "configurations. Seeds, network.hidden and dataset.split_seed, which it averages over, paths, "
            "and options that runs.csv lacks are left to the file; a precision that differs is a comment "
            "behind its item. A configuration with fewer finished runs than the fullest of its solver cannot "
            "win, so a winner may lack runs where all do; among equals the first wins. Test columns are "
            "refused. Warns where means tie, where runs have different test sides, where solvers were given "
            "different numbers of configurations, and where a winner has runs that did not finish.",
    .parameters =
        (parameter_list){
            &results_argument, &results_option,
            &(parameter_row){"--by COLUMN", "the column of runs.csv that decides", &value_text,
                             .usual = "acc_val"},
            &(parameter_row){"--per WHAT", "a winner for each of these", &value_choice, "solver",
                             .choices = (name_list){"solver", "label", NULL}},
            &(parameter_row){
                "--min",
                .help =
                    "the smallest mean wins, not the largest; of a loss, an error or a drop it always does"},
            NULL},
    .failure = "there are no results or they are damaged",
};
