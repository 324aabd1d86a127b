/* See catalogue.h. */
#include "experiments/catalogue.h"
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

static status unknown_option(const struct dataset_source *source, const char *key, struct error *e)
{
    const char *names[100];
    size_t n = 0;
    for (; n < 100 && n < opt_count(&source->options); n++) names[n] = opt_at(&source->options, n)->key;
    const char *nearest = opt_nearest(key, names, n);
    return FAIL(e, ST_CONFIG, "dataset '%s' has no option '%s'%s%s%s 'spikebench help %s'", source->name, key,
                nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'? see" : "; see",
                source->name);
}

status dataset_set(const struct dataset_source *source, void *options, const char *text, struct error *e)
{
    static const char section[] = "dataset.";
    char key[100];
    if (strncmp(text, section, sizeof section - 1) == 0) text += sizeof section - 1;
    size_t n = strcspn(text, "=");
    if (text[n] != '=' || n == 0 || n >= sizeof key)
        return FAIL(e, ST_USAGE, "--set '%.60s': KEY=VALUE is needed", text);
    memcpy(key, text, n);
    key[n] = '\0';
    const struct option *option = opt_find(&source->options, key);
    if (!option) return unknown_option(source, key, e);
    return opt_set(option, options, text + n + 1, e);
}
