/* spikebench export: a trained network as a NIR file, for other programs. */
#include "commands/commands.h"
#include "support/env.h"
#include "support/file.h"
#include "support/file_kind.h"
#include <stdlib.h>
#include <string.h>

static status write_nir(struct call *call, struct trained *t, struct error *e)
{
    char program[100];
    struct nir_export x = {.program = program};
    struct file_buffer text = {.bytes = NULL};
    const char *out = call_text(call, "out"), *weights = call_text(call, "weights");
    if (!file_named(out, ".nir"))
        return FAIL(e, ST_USAGE, "--out '%.200s': a name that ends in .nir is needed", out);
    TRY(step_seconds(call, &x.dt, e));
    TRY(trained_text(weights, &text, e));
    x.run = (const char *)text.bytes;
    (void)snprintf(program, sizeof program, "spikebench %s", env_version());
    const status st = nir_write(&t->net, &x, out, e);
    free(text.bytes);
    TRY(st);
    (void)printf("%s: %zu layers, steps of %g s\n", out, t->net.L, x.dt);
    /* what other programs may do otherwise than this network */
    if (t->net.lif[1].reset != RESET_HARD)
        (void)printf("note: NIR sets a neuron that spikes to v_reset (0); this network's reset is %s: the "
                     "file's metadata say so, for this program\n",
                     reset_names[t->net.lif[1].reset]);
    if (t->run->solver->predict)
        (void)printf("note: %s predicts by a rule of its own, which the file does not hold\n",
                     t->run->solver->name);
    return ST_OK;
}

const struct command export_command = {
    .name = "export",
    .run = with_network,
    .own = &(struct network_command){write_nir, .alone = true},
    .synopsis = "--weights NET.net --out NET.nir [--dt SECONDS] [--plugin FILE]",
    .summary = "write a trained network as a NIR file",
    .text = "Writes a network of 'spikebench train' in the Neuromorphic Intermediate Representation (NIR, "
            "HDF5) that other programs read: tau = dt / (1 - leak), r = tau / dt. All of NET.yaml, paths of "
            "data too, goes into the metadata, so that 'spikebench eval --weights NET.nir' has the same "
            "network and data as NET.net. docs/nir.md tells what of NIR is read.",
    .parameters =
        (parameter_list){
            &(parameter_row){"--weights NET.net", "a weight file of 'spikebench train', NET.yaml beside it",
                             &value_weights, .needed = true},
            &(parameter_row){"--out NET.nir", "the NIR file", &value_file, .needed = true},
            &(parameter_row){"--dt SECONDS", "the length of a step", &value_text, .usual = "1e-4"},
            &plugin_option, NULL},
    .failure = "a file is absent or damaged or cannot be written, or NIR lacks the neuron",
};
