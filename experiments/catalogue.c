/* See catalogue.h. */
#include "experiments/catalogue.h"
#include <string.h>

const struct solver *catalogue_solver(const struct catalogue *c, const char *name)
{
    for (size_t i = 0; c->solvers[i]; i++)
        if (strcmp(c->solvers[i]->name, name) == 0) return c->solvers[i];
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
