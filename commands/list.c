/* spikebench list. */
#include "commands/commands.h"
#include "support/file.h"
#include "support/paths.h"
#include "support/text.h"
#include <string.h>

/* The name, and what the experiment is for: the first sentence of the comment that its file begins with, up
 * to a period before a blank. */
static void print_experiment(void *context, const char *folder, const char *name)
{
    char path[4400], line[300], text[1000] = "";
    const char *end = NULL;
    FILE *f = NULL;
    (void)context;
    (void)snprintf(path, sizeof path, "%s/%s.yaml", folder, name);
    (void)file_open(path, UINT64_MAX, &f, NULL);
    while (f && !end && fgets(line, sizeof line, f) && line[0] == '#') {
        line[strcspn(line, "\n")] = '\0';
        (void)text_add(text, sizeof text, "%s%s", text[0] ? " " : "", line + 1 + strspn(line + 1, " "));
        end = strstr(text, ". ");
        if (end) text[end - text + 1] = '\0';
    }
    if (f) (void)fclose(f);
    (void)printf("%-24s %s\n", name, text);
}

static status list(struct call *call, struct error *e)
{
    const char *what = call->arguments[0];
    const enum module_kind kind = strcmp(what, "solvers") == 0 ? MODULE_SOLVER : MODULE_DATASET;
    struct module m;
    if (strcmp(what, "experiments") == 0) return path_experiments(print_experiment, NULL, e);
    for (size_t i = 0; catalogue_module(call_catalogue(call), kind, i, &m); i++)
        (void)printf("%-18s %s\n", m.name, m.summary);
    return ST_OK;
}

const struct command list_command = {
    .name = "list",
    .run = list,
    .synopsis = "solvers|datasets|experiments [--plugin FILE]",
    .summary = "list solvers, datasets or experiments",
    .text = "Prints the names of what there is, each with a sentence about it.",
    .parameters =
        (parameter_list){&(parameter_row){"WHAT", "what to list", &value_choice,
                                          .choices = (name_list){"solvers", "datasets", "experiments", NULL},
                                          .needed = true},
                         &plugin_option, NULL},
    .failure = "the folder of the experiments was not found",
};
