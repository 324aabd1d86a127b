/* Training that starts from NIR files: spikebench train --from NET.nir, and network.start in experiments. */
#include "tests/cli_run.h"
#include "tests/nir_made.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#ifdef SPIKEBENCH_HDF5

#define SMALL "--set dataset.T=6 --set dataset.n_train=150 "
#define QUIET ">/dev/null 2>&1 "

TestSuite(nir_start, .init = cli_setup, .fini = cli_teardown);

static void good(struct result *r, const char *text)
{
    cli_shell(r, text);
    cr_assert_eq(r->code, 0, "%s: %s", text, r->output);
}

/* A network of another program in the test's folder. */
static void made(const char *name, const char *text)
{
    static struct result r;
    char path[600];
    good(&r, "pwd");
    (void)snprintf(path, sizeof path, "%.*s/%s", (int)strcspn(r.output, "\n"), r.output, name);
    nir_made(path, text, 0);
}

/* Of either precision: without a step the start is the network itself, and steps lead where those from the
 * weight file do. */
Test(nir_start, an_export_starts_as_its_weight_file)
{
    static struct result r;
    good(&r, "for p in double float; do \"$SB\" train bptt digits --out $p.net --precision $p " SMALL
             "--set network.hidden=12-8 --set network.leak=0.9/0.8/0.7 --set network.recurrent=true --set "
             "stop.max_iter=2 " QUIET "&& \"$SB\" export --weights $p.net --out $p.nir --dt 1e-3 " QUIET
             "&& \"$SB\" train bptt digits --from $p.nir --out same.net " SMALL "--set stop.max_iter=0 " QUIET
             "&& cmp $p.net same.net && for x in net nir; do \"$SB\" train bptt digits --from $p.$x --out "
             "$x.net " SMALL "--set stop.max_iter=2 " QUIET
             "|| exit 1; done && cmp net.net nir.net && ! cmp -s $p.net "
             "nir.net && grep -e precision: -e leak: -e ' start:' nir.yaml || exit 1; done");
    cr_expect_str_eq(r.output,
                     "precision: double\n  leak: 0.9/0.8/0.7\n  start: \"double.nir\"\n"
                     "precision: float\n  leak: 0.8999999761581421/0.800000011920929/0.699999988079071\n  "
                     "start: \"float.nir\"\n");
}

/* Weights of 64 bits are rounded to 32, those of 32 bits are kept. */
Test(nir_start, the_other_precision)
{
    static struct result r;
    good(&r, "\"$SB\" train bptt digits --out d.net --set network.hidden=12 " SMALL
             "--set stop.max_iter=1 " QUIET "&& \"$SB\" export --weights d.net --out d.nir " QUIET
             "&& \"$SB\" train bptt digits --from d.nir --precision float --out f.net " SMALL
             "--set stop.max_iter=0 " QUIET "&& \"$SB\" export --weights f.net --out f.nir " QUIET
             "&& \"$SB\" train bptt digits --from f.nir --precision double --out g.net " SMALL
             "--set stop.max_iter=0 " QUIET
             "&& for n in d f g; do \"$SB\" weights --weights $n.net --csv $n.csv " QUIET "|| exit 1; done; "
             "paste -d, d.csv f.csv g.csv | awk -F, 'NR > 1 { n = NF / 3; a = $n; b = $(2 * n); c = $NF; "
             "e = a - b; if (e < 0) e = -e; if (e > 6e-8 * (a < 0 ? -a : a)) print \"far\", a, b; if (e > 0) "
             "rounded++; "
             "e = b - c; if (e < 0) e = -e; if (e > 1e-8 * (b < 0 ? -b : b)) print \"changed\", b, c } "
             "END { print (NR > 800), (rounded > 400) }'");
    cr_expect_str_eq(r.output, "1 1\n");
}

/* An axis of starts: the bits at the start are the same, the runs are two. */
Test(nir_start, experiments_start_from_nir_files)
{
    static struct result r;
    cli_write("s.yaml",
              "experiment: s\nstop: {max_iter: 2}\ndataset: {name: digits, T: 6, n_train: 150, n_test: 50}\n"
              "network: {hidden: [12], start: [a.net, a.nir]}\nsolvers: [{name: bptt}]\n");
    good(&r,
         "\"$SB\" train bptt digits --out a.net " SMALL "--set network.hidden=12 --set stop.max_iter=1 " QUIET
         "&& \"$SB\" export --weights a.net --out a.nir " QUIET "&& \"$SB\" run s.yaml " QUIET
         "&& cut -d, -f2 results/s/runs.csv | sort -u | wc -l && "
         "awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == \"loss_train\") k = i; next } "
         "{ print $k }' results/s/runs.csv | sort -u | wc -l && mkdir o && mv a.nir o/b.nir && \"$SB\" run "
         "s.yaml --set network.start=o/b.nir");
    cr_expect_not_null(strstr(r.output, "3\n1\n"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "s: 1 run: 1 finished before\n"), "%s", r.output);
}

#define THEIRS(last)                                                                                         \
    "input Input shape=1i:64\noutput Output\nfc1 Linear weight=5x64f:0.5,-0.25,0.125\n"                      \
    "lif1 LIF tau=5:0.01 r=5:1 v_leak=5:0 v_threshold=5:0.5 v_reset=5:0\n"                                   \
    "fc2 Linear weight=10x5:1,-1,0.5\nlast " last "\ninput > fc1\nfc1 > lif1\nlif1 > fc2\nfc2 > last\n"      \
    "last > output\n"
#define LI "LI tau=10:0.02 r=10:1 v_leak=10:0"

/* r = 1: dt scales the weights. It stands in NET.yaml, by which the run can be repeated. */
Test(nir_start, the_step_is_part_of_the_run)
{
    static struct result r;
    made("theirs.nir", THEIRS(LI));
    good(&r,
         "go() { \"$SB\" train bptt digits --from theirs.nir --out $1.net " SMALL
         "--set stop.max_iter=0 $2; \"$SB\" weights --weights $1.net --csv $1.csv >/dev/null; sed -n "
         "'2s/.*,//p' "
         "$1.csv; }; go a '--dt 1e-3'; go b '--dt 2e-3'; go c; grep -e hidden: -e leak: -e threshold: -e ' "
         "reset:' -e start_dt: a.yaml && \"$SB\" train a.yaml --out again.net " QUIET "&& cmp a.net "
         "again.net");
    cr_expect_not_null(strstr(r.output, "the weights of 'fc1' are multiplied by 0.1 (r dt / tau)"), "%s",
                       r.output);
    cr_expect_not_null(strstr(r.output, "\n0.05"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "\n0.1"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "note: a step is 0.0001 s (--dt)"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "\n0.005"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "  hidden: [5]\n  leak: 0.9/0.95\n  threshold: 0.5\n  reset: hard\n"),
                       "%s", r.output);
    cr_expect_not_null(strstr(r.output, "  start_dt: 0.001\n"), "%s", r.output);
}

struct line {
    char arguments[200], expected[200];
    int code;
};

ParameterizedTestParameters(nir_start, refused)
{
    static struct line lines[] = {
        {"train s.yaml --from a.nir --set network.hidden=9",
         "network.start: a.nir: node 'fc1': its matrix is 12 x 64, W_1 of this network is 9 x 64", 2},
        {"train s.yaml --from a.nir --set network.hidden=12-9",
         "a.nir: a network of 2 layers of weights; this one has 3", 2},
        {"train s.yaml --from a.nir --set network.hidden=12 --set network.recurrent=true",
         "a.nir: a network without recurrent weights; this one has R_1", 2},
        {"train s.yaml --from recurrent.nir --set network.hidden=12",
         "recurrent.nir: node 'rec1' holds recurrent weights; this network has none (network.recurrent)", 2},
        {"train bptt yin_yang --from a.nir",
         "network.start: a.nir: a network of 64 inputs and 10 outputs; the data has ", 2},
        {"train bptt digits --from wide.nir --precision float",
         "node 'fc2': the weight 1e+39 is too large for numbers of this precision", 2},
        {"train bptt digits --from spikes.nir",
         "node 'last' (LIF), the last, spikes, and our readout does not (LI); --membrane", 1},
        {"train bptt digits --from none.nir", "none.nir: No such file or directory", 1},
        {"train bptt digits --from text.nir", "text.nir: is no NIR file: NIR is HDF5", 1},
        {"train bptt digits --from a.net --dt 1e-3", "--dt: it is for NIR files (NAME.nir); a.net is none",
         2},
        {"train bptt digits --reset hard", "--reset: it is for NIR files (NAME.nir)", 2},
        {"train s.yaml --from a.nir --reset hard",
         "--reset: the network is that of s.yaml, of --from the weights alone count", 2},
        {"train s.yaml --set network.start_dt=1", "option 'start_dt'", 2},
        {"train s.yaml --set network.start=a.nix", "a weight file NAME.net or NAME.nir", 2},
    };
    return cr_make_param_array(struct line, lines, sizeof lines / sizeof *lines);
}

ParameterizedTest(struct line *c, nir_start, refused)
{
    static struct result r;
    char text[300];
    cli_write("s.yaml",
              "experiment: s\nstop: {max_iter: 2}\ndataset: {name: digits, T: 6, n_train: 150, n_test: 50}\n"
              "solvers: [{name: bptt}]\n");
    made("spikes.nir", THEIRS("LIF tau=10f:0.02 r=10f:1 v_leak=10f:0 v_threshold=10f:1"));
    made("wide.nir", "input Input shape=1i:64\noutput Output\nfc1 Linear weight=5x64:0.5\n"
                     "lif1 LIF tau=5:0.001 r=5:10 v_leak=5:0 v_threshold=5:0.5\nfc2 Linear "
                     "weight=10x5:1e39\nli LI tau=10:0.001 r=10:10 v_leak=10:0\ninput > fc1\nfc1 > "
                     "lif1\nlif1 > fc2\nfc2 > li\nli > output\n");
    good(&r,
         "echo text >text.nir; for n in a recurrent; do \"$SB\" train random_features digits --out "
         "$n.net " SMALL "--set network.hidden=12 $(test $n = a || echo --set network.recurrent=true) " QUIET
         "&& \"$SB\" export --weights $n.net --out $n.nir " QUIET "|| exit 1; done");
    (void)snprintf(text, sizeof text, "%s --out b.net", c->arguments);
    spikebench(&r, text);
    cr_expect_eq(r.code, c->code, "%s: %d: %s", text, r.code, r.output);
    cr_expect_not_null(strstr(r.output, c->expected), "%s: %s", text, r.output);
    cr_expect_not(cli_exists("b.net"), "%s", text);
}

/* A last layer that spikes is a readout where that is asked for. */
Test(nir_start, membrane_and_reset_are_options_of_the_import)
{
    static struct result r;
    made("spikes.nir", THEIRS("LIF tau=10f:0.02 r=10f:1 v_leak=10f:0 v_threshold=10f:1 v_reset=10f:0"));
    good(&r, "\"$SB\" train bptt digits --from spikes.nir --membrane --reset soft --readout mean --dt 1e-3 "
             "--out a.net " SMALL "--set stop.max_iter=1 && grep -e ' reset:' -e readout: a.yaml");
    cr_expect_not_null(strstr(r.output, "'last' (LIF) is read without its spikes"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "  reset: soft\n  readout: mean\n"), "%s", r.output);
}
#else
typedef int test_nir_start_is_empty; /* ISO C wants a declaration */
#endif
