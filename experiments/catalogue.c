/* See catalogue.h. */
#include "experiments/catalogue.h"
#include "support/settings.h"
#include <stdio.h>
#include <string.h>

const struct solver *catalogue_solver(const struct catalogue *c, const char *name)
{
    for (size_t i = 0; c->solvers[i]; i++)
        if (strcmp(c->solvers[i]->name, name) == 0) return c->solvers[i];
    return NULL;
}

const struct plugin *catalogue_plugin(const struct catalogue *c, const struct solver *solver)
{
    for (size_t i = 0; c->plugin && c->plugin->solvers[i]; i++)
        if (c->plugin->solvers[i] == solver) return c->plugin;
    return NULL;
}

const struct dataset_source *catalogue_dataset(const struct catalogue *c, const char *name)
{
    for (size_t i = 0; c->datasets[i]; i++)
        if (strcmp(c->datasets[i]->name, name) == 0) return c->datasets[i];
    return NULL;
}

void catalogue_hint(const struct catalogue *c, struct error *e)
{
    if (!e || c->plugin) return;
    const size_t n = strlen(e->text);
    (void)snprintf(e->text + n, sizeof e->text - n, "; one of a plug-in needs --plugin FILE");
}

size_t catalogue_solver_names(const struct catalogue *c, const char **names)
{
    size_t n = 0;
    for (; n < CATALOGUE_NAMES_MAX && c->solvers[n]; n++) names[n] = c->solvers[n]->name;
    return n;
}

size_t catalogue_dataset_names(const struct catalogue *c, const char **names)
{
    size_t n = 0;
    for (; n < CATALOGUE_NAMES_MAX && c->datasets[n]; n++) names[n] = c->datasets[n]->name;
    return n;
}

status catalogue_need_solver(const struct catalogue *c, const char *where, const char *name,
                             const struct solver **found, struct error *e)
{
    const char *names[CATALOGUE_NAMES_MAX];
    *found = catalogue_solver(c, name);
    if (*found) return ST_OK;
    const status st = unknown_name(e, where, "solver", name, "", names, catalogue_solver_names(c, names));
    catalogue_hint(c, e);
    return st;
}

status catalogue_need_dataset(const struct catalogue *c, const char *where, const char *name,
                              const struct dataset_source **found, struct error *e)
{
    const char *names[CATALOGUE_NAMES_MAX];
    *found = catalogue_dataset(c, name);
    return *found ? ST_OK
                  : unknown_name(e, where, "dataset", name, "", names, catalogue_dataset_names(c, names));
}

status dataset_set(const struct dataset_source *source, void *options, const char *text, struct error *e)
{
    static const char section[] = "dataset.";
    char owner[100];
    if (strncmp(text, section, sizeof section - 1) == 0) text += sizeof section - 1;
    (void)snprintf(owner, sizeof owner, "dataset '%.40s'", source->name);
    return settings_set(&source->options, options, text, owner, e);
}
