/* See plugin.h. */
#include "commands/plugin.h"
#include "support/hash.h"
#include <dlfcn.h>
#include <string.h>

/* Opens the object and finds the list that it exports. */
static status find_list(const char *file, int mode, void **object, const struct solver *const **list,
                        struct error *e)
{
    *object = dlopen(file, mode | RTLD_LOCAL);
    if (!*object) return FAIL(e, ST_CONFIG, "%s is no plug-in: %s", file, dlerror());
    *list = dlsym(*object, "spikebench_plugin");
    if (!*list || !**list)
        return FAIL(e, ST_CONFIG, "%s is no plug-in: it exports no solver as spikebench_plugin", file);
    return ST_OK;
}

/* The ABI word is read first: behind it a solver of another version may look in any way. */
static status check_solver(const char *file, const struct solver *s, const struct catalogue *base,
                           struct error *e)
{
    const unsigned version = s->abi / SOLVER_ABI_UNIT, bytes = s->abi % SOLVER_ABI_UNIT;
    if (version != SOLVER_API)
        return FAIL(
            e, ST_CONFIG,
            "%s: built for version %u of the contract of trainers, this program has version %d: compile "
            "it with the headers of this program",
            file, version, SOLVER_API);
    if (bytes != sizeof(float) && bytes != sizeof(double))
        return FAIL(e, ST_CONFIG, "%s: built for reals of %u bytes; there are 4 and 8", file, bytes);
    if (!s->name || !s->summary || !s->reference || !s->create || !s->start || !s->step)
        return FAIL(e, ST_CONFIG, "%s: solver '%s' lacks a summary, a reference, create, start or step", file,
                    s->name ? s->name : "");
    if (catalogue_solver(base, s->name))
        return FAIL(e, ST_CONFIG, "%s: there is a solver '%s' already", file, s->name);
    return ST_OK;
}

/* Functions that the object calls are not looked for yet: one of another version, which may call some that
 * are gone, is known by its version. */
static status check_list(const char *file, const struct catalogue *base, struct error *e)
{
    void *object = NULL;
    const struct solver *const *list = NULL;
    status st = find_list(file, RTLD_LAZY, &object, &list, e);
    for (size_t i = 0; st == ST_OK && list[i]; i++) st = check_solver(file, list[i], base, e);
    if (object) (void)dlclose(object);
    return st;
}

/* base's solvers, then the plug-in's. */
static status join(const struct catalogue *base, const struct plugin *plugin, struct catalogue *out,
                   struct mem *m, struct error *e)
{
    size_t n = 0, more = 0;
    while (base->solvers[n]) n++;
    while (plugin->solvers[more]) more++;
    const struct solver **all = mem_alloc(m, n + more + 1, sizeof *all, e);
    if (!all) return ST_MEMORY;
    memcpy(all, base->solvers, n * sizeof *all);
    memcpy(all + n, plugin->solvers, more * sizeof *all);
    *out = (struct catalogue){all, base->datasets, plugin};
    return ST_OK;
}

status plugin_open(const char *file, const struct catalogue *base, struct catalogue *out, struct mem *m,
                   struct error *e)
{
    char path[4096];
    void *object;
    struct plugin *plugin = mem_alloc(m, 1, sizeof *plugin, e);
    if (!plugin) return ST_MEMORY;
    /* a name without a slash would be looked for among the system's libraries */
    (void)snprintf(path, sizeof path, "%s%s", strchr(file, '/') ? "" : "./", file);
    plugin->file = mem_string(m, path, e);
    if (!plugin->file) return ST_MEMORY;
    TRY(hash_file(path, plugin->sha256, e));
    TRY(check_list(path, base, e));
    TRY(find_list(path, RTLD_NOW, &object, &plugin->solvers, e));
    return join(base, plugin, out, m, e);
}
