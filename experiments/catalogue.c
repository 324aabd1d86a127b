/* See catalogue.h. */
#include "experiments/catalogue.h"
#include "support/settings.h"
#include "support/text.h"
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

bool catalogue_module(const struct catalogue *c, enum module_kind kind, size_t i, struct module *m)
{
    const struct solver *s = kind == MODULE_SOLVER ? c->solvers[i] : NULL;
    const struct dataset_source *d = kind == MODULE_DATASET ? c->datasets[i] : NULL;
    *m = (struct module){s ? s->name : d ? d->name : NULL, s ? s->summary : d ? d->summary : NULL};
    return m->name;
}

size_t catalogue_names(const struct catalogue *c, enum module_kind kind, const char **names)
{
    struct module m;
    size_t n = 0;
    for (; n < OPT_NAMES_MAX && catalogue_module(c, kind, n, &m); n++) names[n] = m.name;
    return n;
}

void catalogue_hint(const struct catalogue *c, struct error *e)
{
    if (e && !c->plugin) (void)text_add(e->text, sizeof e->text, "; one of a plug-in needs --plugin FILE");
}

status catalogue_check(const struct catalogue *c, enum module_kind kind, const char *where, const char *name,
                       struct error *e)
{
    const char *names[OPT_NAMES_MAX];
    const bool solver = kind == MODULE_SOLVER;
    if (solver ? catalogue_solver(c, name) != NULL : catalogue_dataset(c, name) != NULL) return ST_OK;
    const size_t n = catalogue_names(c, kind, names);
    const status st = unknown_name(e, where, solver ? "solver" : "dataset", name, "", names, n);
    if (solver) catalogue_hint(c, e);
    return st;
}

status dataset_set(const struct dataset_source *source, void *options, const char *text, struct error *e)
{
    static const char section[] = "dataset.";
    char owner[100];
    if (strncmp(text, section, sizeof section - 1) == 0) text += sizeof section - 1;
    (void)snprintf(owner, sizeof owner, "dataset '%.40s'", source->name);
    return settings_set(&source->options, options, text, owner, e);
}
