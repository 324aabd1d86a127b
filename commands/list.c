/* spikebench list. */
#include "commands/commands.h"
#include "support/file.h"
#include "support/paths.h"
#include "support/text.h"
#include <string.h>

/* The first sentence of the comment that a file begins with: up to a period before a blank. */
static void read_sentence(FILE *f, char *text, size_t size)
{
    char line[300];
    const char *end = NULL;
    text[0] = '\0';
    while (!end && fgets(line, sizeof line, f) && line[0] == '#') {
        line[strcspn(line, "\n")] = '\0';
        (void)text_add(text, size, "%s%s", text[0] ? " " : "", line + 1 + strspn(line + 1, " "));
        end = strstr(text, ". ");
        if (end) text[end - text + 1] = '\0';
    }
}

/* The name, and what the experiment is for. */
static void print_experiment(void *context, const char *folder, const char *name)
{
    char path[4400], text[1000] = "";
    (void)context;
    (void)snprintf(path, sizeof path, "%s/%s.yaml", folder, name);
    FILE *f = NULL;
    if (file_open(path, UINT64_MAX, &f, NULL) == ST_OK) {
        read_sentence(f, text, sizeof text);
        (void)fclose(f);
    }
    (void)printf("%-24s %s\n", name, text);
}

static status list(struct call *call, struct error *e)
{
    const struct catalogue *c = call_catalogue(call);
    const char *what = call->arguments[0];
    for (size_t i = 0; strcmp(what, "solvers") == 0 && c->solvers[i]; i++)
        (void)printf("%-18s %s\n", c->solvers[i]->name, c->solvers[i]->summary);
    for (size_t i = 0; strcmp(what, "datasets") == 0 && c->datasets[i]; i++)
        (void)printf("%-18s %s\n", c->datasets[i]->name, c->datasets[i]->summary);
    return strcmp(what, "experiments") == 0 ? path_experiments(print_experiment, NULL, e) : ST_OK;
}

const struct command list_command = {
    .name = "list",
    .run = list,
    .synopsis = "solvers|datasets|experiments [--plugin FILE]",
    .summary = "list solvers, datasets or experiments",
    .text = "Prints the names of what there is, each with a sentence about it.",
    .parameters =
        (parameter_list){&(parameter_row){"WHAT", &value_choice, .help = "what to list",
                                          .choices = (name_list){"solvers", "datasets", "experiments", NULL},
                                          .needed = true},
                         &plugin_option, NULL},
    .failure = "the folder of the experiments was not found",
};
