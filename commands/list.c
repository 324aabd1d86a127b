/* spikebench list. */
#include "commands/commands.h"
#include "support/paths.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4096 };

static int ends_with_yaml(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 5 && strcmp(entry->d_name + n - 5, ".yaml") == 0;
}

/* The first line of the file if it is a comment: what the experiment is for. */
static void print_experiment(const char *folder, const char *name)
{
    char path[PATH_SIZE + 300], line[300] = "";
    const char *text = "";
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    if (f) {
        if (fgets(line, sizeof line, f) && line[0] == '#') text = line + 1 + strspn(line + 1, " ");
        (void)fclose(f);
    }
    line[strcspn(line, "\n")] = '\0';
    (void)printf("%-24.*s %s\n", (int)(strlen(name) - 5), name, text);
}

static status list_experiments(struct error *e)
{
    char folder[PATH_SIZE], home[PATH_SIZE - 20];
    struct dirent **entries;
    TRY(path_home(home, sizeof home, e));
    (void)snprintf(folder, sizeof folder, "%s/experiments", home);
    int n = scandir(folder, &entries, ends_with_yaml, alphasort);
    if (n < 0) return FAIL(e, ST_IO, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        print_experiment(folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return ST_OK;
}

status command_list(struct call *call, struct error *e)
{
    const struct catalogue *c = call->catalogue;
    const char *what = call->arguments[0];
    for (size_t i = 0; strcmp(what, "solvers") == 0 && c->solvers[i]; i++)
        (void)printf("%-18s %s\n", c->solvers[i]->name, c->solvers[i]->summary);
    for (size_t i = 0; strcmp(what, "datasets") == 0 && c->datasets[i]; i++)
        (void)printf("%-18s %s\n", c->datasets[i]->name, c->datasets[i]->summary);
    return strcmp(what, "experiments") == 0 ? list_experiments(e) : ST_OK;
}
