/* spikebench compare: the regression gate of CI jobs. */
#include "commands/commands.h"
#include "report/comparison.h"
#include "support/text.h"

static status compare(struct call *call, struct error *e)
{
    struct comparison_result found;
    const enum verdict_format format = (enum verdict_format)call_choice(call, "format");
    TRY(comparison_run(call->arguments[0], call->arguments[1], call_text(call, "tolerances"), format, stdout,
                       &found, e));
    FILE *to = format == VERDICT_TEXT ? stdout : stderr;
    if (found.alone > 0)
        (void)fprintf(to, "%zu run%s of %s without a reference\n", found.alone, text_plural(found.alone),
                      call->arguments[0]);
    if (found.regressions > 0)
        return FAIL(e, ST_DATA, "%zu regression%s in %zu values", found.regressions,
                    text_plural(found.regressions), found.values);
    (void)fprintf(to, "%zu run%s, %zu values: no regression\n", found.runs, text_plural(found.runs),
                  found.values);
    return ST_OK;
}

const struct command compare_command = {
    .name = "compare",
    .run = compare,
    .synopsis = "RESULTS REFERENCE [--tolerances FILE] [--format FORMAT]",
    .summary = "compare results with reference results",
    .text = "Compares two experiment folders (each with runs.csv and curves/). Runs are matched by solver, "
            "dataset, seed, rules and every option that both files have. Names run, column, iteration, both "
            "values and the tolerance of each regression.",
    .parameters =
        (parameter_list){
            &(parameter_row){"RESULTS", "the experiment folder to judge", &value_folder, .needed = true},
            &(parameter_row){"REFERENCE", "the experiment folder to compare with", &value_folder,
                             .needed = true},
            &(parameter_row){"-t, --tolerances FILE", "tolerances instead of REFERENCE/tolerances.csv",
                             .kind = &value_file},
            &(parameter_row){"-f, --format FORMAT",
                             "how regressions are told: lines of text, a JUnit XML file, or annotations of "
                             "GitHub's workflows",
                             &value_choice, "text",
                             .choices = (const char *const[]){"text", "junit", "github", NULL}},
            NULL},
    .failure = "regressions, or a folder lacks its results",
};
