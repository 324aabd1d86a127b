/* See catalogue.h. */
#include "experiments/catalogue.h"
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

status unknown_name(struct error *e, const char *where, const char *what, const char *key, const char *of,
                    const char *const *names, size_t n)
{
    char allowed[800] = "", near_text[120] = "";
    size_t used = 0;
    for (size_t i = 0; i < n && used < sizeof allowed; i++) {
        int wrote = snprintf(allowed + used, sizeof allowed - used, "%s%s", i ? ", " : "", names[i]);
        if (wrote > 0) used += (size_t)wrote;
    }
    const char *nearest = opt_nearest(key, names, n);
    if (nearest) (void)snprintf(near_text, sizeof near_text, "; did you mean '%s'?", nearest);
    return FAIL(e, ST_CONFIG, "%s: unknown %s '%.60s'%s%s%s allowed: %s", where, what, key, of, near_text,
                nearest ? "" : ";", allowed);
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
    if (option) return opt_set(option, options, text + n + 1, e);
    const char *names[CATALOGUE_NAMES_MAX];
    char where[140], of[100];
    for (n = 0; n < CATALOGUE_NAMES_MAX && n < opt_count(&source->options); n++)
        names[n] = opt_at(&source->options, n)->key;
    (void)snprintf(where, sizeof where, "--set %.100s", text);
    (void)snprintf(of, sizeof of, " of dataset '%.40s'", source->name);
    return unknown_name(e, where, "option", key, of, names, n);
}
