/* spikebench export, and the commands that read NIR files. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#ifdef SPIKEBENCH_HDF5

#define DATA                                                                                                 \
    "--set dataset.T=6 --set dataset.n_train=150 --set dataset.n_validation=20 --set dataset.n_test=50 "     \
    "--set network.hidden=12-8 --set stop.max_iter=3 "

TestSuite(nir_program, .init = cli_setup, .fini = cli_teardown);

static void good(struct result *r, const char *text)
{
    cli_shell(r, text);
    cr_assert_eq(r->code, 0, "%s: %s", text, r->output);
}

/* Numbers and predictions of the NIR file are those of the weight file; of either precision. */
Test(nir_program, an_export_evaluates_as_its_network)
{
    static struct result r;
    good(
        &r,
        "for p in double float; do \"$SB\" train bptt digits --out $p.net --precision $p " DATA
        "--set network.recurrent=true --set network.reset=hard >/dev/null && \"$SB\" export --weights $p.net "
        "--out $p.nir --dt 1e-3 && "
        "for c in 'eval --csv C' 'weights --csv C' 'trace --csv C'; do for x in net nir; do "
        "\"$SB\" $c.$x --weights $p.$x | sed '1d; /^C\\./d' >$x.txt && mv C.$x $x.csv || exit 1; "
        "done; "
        "cmp net.txt nir.txt && cmp net.csv nir.csv || exit 1; done; done");
    cr_expect_not_null(strstr(r.output, "double.nir: 3 layers, steps of 0.001 s\n"), "%s", r.output);
    cr_expect_null(strstr(r.output, "note:"), "%s", r.output);
    good(&r, "\"$SB\" eval --weights float.nir");
    cr_expect_not_null(strstr(r.output, "float.nir: bptt on digits, 64-12-8-10, float, seed 0\n"), "%s",
                       r.output);
}

/* With a dataset given, the network is taken as that of another program; other data are told of. */
Test(nir_program, data_and_resets_of_ones_own)
{
    static struct result r;
    good(&r, "\"$SB\" train bptt digits --out a.net " DATA
             ">/dev/null && \"$SB\" export --weights a.net --out a.nir");
    cr_expect_not_null(strstr(r.output,
                              "note: NIR sets a neuron that spikes to v_reset (0); this network's reset "
                              "is soft"),
                       "%s", r.output);
    good(&r, "\"$SB\" eval --weights a.nir --dataset digits --set dataset.T=3 --reset none --readout mean");
    cr_expect_not_null(strstr(r.output, "a.nir: a network of another program on digits, 64-12-8-10, double"),
                       "%s", r.output);
    cr_expect_not_null(strstr(r.output, "readout:   simulated forward from the weights, mean potential"),
                       "%s", r.output);
    good(&r, "\"$SB\" eval --weights a.nir --set dataset.n_test=40");
    cr_expect_not_null(strstr(r.output, "note: the splits are drawn in another way"), "%s", r.output);
}

struct line {
    char arguments[120], expected[160];
    int code;
};

ParameterizedTestParameters(nir_program, refused)
{
    static struct line lines[] = {
        {"export --weights a.net --out b.hdf5", "--out 'b.hdf5': a name that ends in .nir is needed", 2},
        {"export --weights a.net --out b.nir --dt -1", "--dt '-1': a number of seconds above 0 is needed", 2},
        {"export --weights a.nir --out b.nir", "'a.nir': the name of a weight file ends in .net", 2},
        {"eval --weights a.net --dt 1e-3", "--dt: it is for NIR files (NAME.nir); a.net is none", 2},
        {"eval --weights a.nir --reset hrad", "--reset 'hrad': one of soft, hard, none", 2},
        {"eval --weights a.nir --dataset yin_yang", "a network of 64 inputs and 10 outputs; the data has", 1},
        {"eval --weights none.nir", "none.nir: No such file or directory", 1},
        {"eval --weights text.nir", "text.nir: is no NIR file: NIR is HDF5", 1},
    };
    return cr_make_param_array(struct line, lines, sizeof lines / sizeof *lines);
}

ParameterizedTest(struct line *c, nir_program, refused)
{
    static struct result r;
    char text[200];
    good(&r, "\"$SB\" train random_features digits --out a.net " DATA
             ">/dev/null && \"$SB\" export --weights a.net --out a.nir && echo text > text.nir");
    (void)snprintf(text, sizeof text, "\"$SB\" %s", c->arguments);
    cli_shell(&r, text);
    cr_expect_eq(r.code, c->code, "%s: %s", text, r.output);
    cr_expect_not_null(strstr(r.output, c->expected), "%s: %s", text, r.output);
    cr_expect_not(cli_exists("b.nir"), "%s", text);
}
#else
typedef int test_export_is_empty; /* ISO C wants a declaration */
#endif
