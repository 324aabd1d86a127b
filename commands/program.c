/* spikebench without a command: --version, or how it is used; and the trainers of --plugin, before any
 * command. */
#include "commands/commands.h"
#include "commands/registry.h"
#include "datasets/shd_file.h"
#include "network/kernels/kernels.h"
#include "support/command_usage.h"
#include "support/env.h"
#include "support/hash.h"
#include "support/mpi_link.h"
#include "trainer/shared_object.h"
#include <string.h>

static void print_version(void)
{
    char config[ENV_TEXT], core[ENV_TEXT];
    env_blas_config(config, sizeof config);
    env_blas_core(core, sizeof core);
    (void)printf("spikebench %s (commit %s%s)\n", env_version(), env_commit(),
                 env_dirty() ? ", modified" : "");
    (void)printf("compiler: %s; flags: %s\n", env_compiler(), env_flags());
    (void)printf("BLAS: %s (%s); core %s; 1 thread per call\n", env_blas_name(), config, core);
    (void)printf("kernels: %s\n", kernels_name());
    (void)printf("precisions: double, float; HDF5: %s; MPI: %s\n", shd_library() ? shd_library() : "no",
                 mpi_library() ? mpi_library() : "no");
}

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

/* Puts the solvers of the shared object that --plugin names behind the call's others, without calling any of
 * its functions. ST_IO if it cannot be read; ST_CONFIG if it is no plug-in of this version, or brings a name
 * that is taken. */
static status join_plugin(struct call *call, struct error *e)
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

static status run(struct call *call, struct error *e)
{
    (void)e;
    if (call_has(call, "version"))
        print_version();
    else
        command_usage(call, stderr);
    return call_has(call, "version") ? ST_OK : ST_USAGE;
}

const struct command program = {
    .name = "spikebench",
    .run = run,
    .synopsis = "COMMAND [arguments]",
    .text = "Benchmarks training methods for spiking neural networks. 'spikebench COMMAND --help' describes "
            "a command.",
    .parameters =
        (parameter_list){
            &(parameter_row){"-V, --version", .help = "print the version, the compiler and the libraries"},
            NULL},
    .failure = "a run failed, regressed or lacked its data",
    .interrupts = true,
    .subcommands = commands,
    .prepare = join_plugin,
};
