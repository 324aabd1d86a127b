/* Trainers that are not in the program: the shared object that --plugin names (see commands.h). */
#include "commands/commands.h"
#include "support/hash.h"
#include "trainer/shared_object.h"
#include <string.h>

/* The solvers that there are, then the plug-in's. */
static status join(struct call *call, const struct plugin *plugin, struct error *e)
{
    const struct catalogue *base = call_catalogue(call);
    size_t n = 0, more = 0;
    while (base->solvers[n]) n++;
    for (; plugin->solvers[more]; more++)
        if (catalogue_solver(base, plugin->solvers[more]->name))
            return FAIL(e, ST_CONFIG, "%s: there is a solver '%s' already", plugin->file,
                        plugin->solvers[more]->name);
    const struct solver **all = mem_alloc(&call->mem, n + more + 1, sizeof *all, e);
    struct catalogue *joined = mem_alloc(&call->mem, 1, sizeof *joined, e);
    if (!all || !joined) return ST_MEMORY;
    memcpy(all, base->solvers, n * sizeof *all);
    memcpy(all + n, plugin->solvers, more * sizeof *all);
    *joined = (struct catalogue){all, base->datasets, plugin};
    call->context = joined;
    return ST_OK;
}

status join_plugin(struct call *call, struct error *e)
{
    const char *file = call_text(call, "plugin");
    char path[4096];
    if (!file || !file[0]) return ST_OK; /* call_check refuses an empty name */
    struct plugin *plugin = mem_alloc(&call->mem, 1, sizeof *plugin, e);
    if (!plugin) return ST_MEMORY;
    /* a name without a slash would be looked for among the system's libraries */
    (void)snprintf(path, sizeof path, "%s%s", strchr(file, '/') ? "" : "./", file);
    plugin->file = mem_string(&call->mem, path, e);
    if (!plugin->file) return ST_MEMORY;
    TRY(hash_file(path, plugin->sha256, e));
    TRY(solver_open_list(path, &plugin->solvers, e));
    return join(call, plugin, e);
}
