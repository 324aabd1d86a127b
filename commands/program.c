/* spikebench without a command: --version, or how it is used. */
#include "commands/commands.h"
#include "commands/registry.h"
#include "datasets/shd_file.h"
#include "network/kernels/kernels.h"
#include "support/command_usage.h"
#include "support/env.h"
#include "support/mpi_link.h"

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
