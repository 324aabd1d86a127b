/* Trainers in shared objects, built with installed headers alone. */
#include "tests/cli_run.h"
#include "trainer/solver.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

/* Shell functions: "plugin NAME FLAVOUR [SED]" compiles the example, changed by a sed script, to NAME.so;
 * "column FILE NAME" prints a column of a CSV file. */
static const char functions[] = "plugin() {\n"
                                "  sed \"$3\" usr/share/spikebench/examples/readout_rls.c >$1.c &&\n"
                                "  ${CC:-cc} -shared -fPIC -O1 $1.c $(PKG_CONFIG_PATH=usr/lib/pkgconfig "
                                "pkg-config --cflags spikebench$2) -o $1.so\n"
                                "}\n"
                                "column() {\n"
                                "  awk -F, -v name=$2 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c "
                                "= i; next } { print $c }' $1\n"
                                "}\n";

static void setup(void)
{
    static struct result r;
    cli_setup();
    cli_write("functions.sh", functions);
    cli_write(
        "rls.yaml",
        "experiment: rls\nstop: {max_iter: 2}\ndataset: {name: digits, T: 5, n_train: 60, n_validation: "
        "10, n_test: 20}\nnetwork: {hidden: [[12]]}\nsolvers: [{name: readout_rls}]\n");
    cli_shell(&r, "unset MAKEFLAGS MFLAGS; make -s -C \"$SOURCES\" install-headers PREFIX=\"$PWD/usr\"");
    cr_assert_eq(r.code, 0, "%s", r.output);
}
TestSuite(plugin, .init = setup, .fini = cli_teardown);

static void shell(struct result *r, const char *text)
{
    char all[4000];
    (void)snprintf(all, sizeof all, ". ./functions.sh && { %s; }", text);
    cli_shell(r, all);
}

static void good(struct result *r, const char *text)
{
    shell(r, text);
    cr_assert_eq(r->code, 0, "%s", r->output);
}

/* Fails with this code and says all of these. */
static void expect(struct result *r, int code, const char *const *words)
{
    cr_expect_eq(r->code, code, "code %d: %s", r->code, r->output);
    for (; *words; words++)
        cr_expect_not_null(strstr(r->output, *words), "no '%s' in: %s", *words, r->output);
}

/* The flags for a precision, and what it is called. */
struct flavour {
    char flags[8], precision[8];
};

ParameterizedTestParameters(plugin, runs_in_both_precisions)
{
    static struct flavour cases[] = {{"", "double"}, {"-f64", "double"}, {"-f32", "float"}};
    return cr_make_param_array(struct flavour, cases, sizeof cases / sizeof *cases);
}
ParameterizedTest(struct flavour *c, plugin, runs_in_both_precisions)
{
    static struct result r;
    char text[600];
    (void)snprintf(
        text, sizeof text,
        "plugin a '%s' && \"$SB\" run rls.yaml --plugin a.so --set precision=%s --set solver.ridge=1,10 && "
        "column results/rls/runs.csv status && column results/rls/runs.csv solver.ridge && sha256sum a.so && "
        "column results/rls/runs.csv plugin_sha256",
        c->flags, c->precision);
    good(&r, text);
    cr_expect_not_null(strstr(r.output, "rls: 2 runs: 2 done\nok\nok\n1\n10\n"), "%s", r.output);
    const char *sum = strstr(r.output, "\n10\n") + 4;
    char rows[160];
    (void)snprintf(rows, sizeof rows, "  a.so\n%.64s\n%.64s\n", sum, sum);
    cr_expect_str_eq(sum + 64, rows);
    (void)snprintf(
        text, sizeof text,
        "\"$SB\" contract readout_rls --plugin ./a.so && \"$SB\" train readout_rls digits --plugin a.so "
        "--precision %s --set stop.max_iter=1 --set dataset.T=4 --out a.net && \"$SB\" eval --weights a.net "
        "--plugin a.so && \"$SB\" trace --weights a.net --plugin a.so --csv a.csv && head -n 1 a.csv",
        c->precision);
    good(&r, text);
    char kept[60];
    (void)snprintf(kept, sizeof kept, "readout_rls, %s: the contract is kept", c->precision);
    const char *const words[] = {kept, "a.net: readout_rls on digits", "layer,neuron,t", NULL};
    expect(&r, 0, words);
    shell(&r, "\"$SB\" eval --weights a.net");
    expect(&r, 2,
           (const char *const[]){"unknown solver 'readout_rls'", "; one of a plug-in needs --plugin FILE",
                                 NULL});
}

Test(plugin, list_help_and_check_know_it)
{
    static struct result r;
    good(&r, "plugin a -f32 && \"$SB\" list solvers --plugin a.so | tail -n 2; \"$SB\" help readout_rls "
             "--plugin a.so; "
             "\"$SB\" check rls.yaml --set precision=float --plugin a.so");
    const char *const words[] = {"trained_readout ",
                                 "\nreadout_rls  ",
                                 "solver.ridge = 1 ",
                                 "error_rms",
                                 "experiment rls",
                                 "memory of 1 configuration is not known",
                                 NULL};
    expect(&r, 0, words);
    good(&r, "plugin b '' && \"$SB\" check rls.yaml --plugin b.so");
    cr_expect_not_null(strstr(r.output, "memory of the largest run: "), "%s", r.output);
}

Test(plugin, another_precision_is_refused)
{
    static struct result r;
    good(&r, "plugin d -f64 && plugin f -f32");
    const char *const not_double[] = {"precision is double", "'readout_rls' is compiled for float",
                                      "spikebench-f64", NULL};
    const char *const not_float[] = {"precision is float", "'readout_rls' is compiled for double",
                                     "spikebench-f32", NULL};
    static const char *const commands[] = {"run", "check"};
    for (int i = 0; i < 2; i++) {
        char text[200];
        (void)snprintf(text, sizeof text, "\"$SB\" %s rls.yaml --plugin f.so", commands[i]);
        shell(&r, text);
        expect(&r, 2, not_double);
        (void)snprintf(text, sizeof text, "\"$SB\" %s rls.yaml --plugin d.so --set precision=float",
                       commands[i]);
        shell(&r, text);
        expect(&r, 2, not_float);
    }
    shell(&r, "\"$SB\" contract readout_rls --plugin d.so --precision float");
    expect(&r, 2, not_float);
    cr_expect_not(cli_exists("results/rls/runs.csv"));
}

/* A file, made by shell text, and what is said of it. */
struct refusal {
    char make[200], says[4][100];
};

ParameterizedTestParameters(plugin, refused)
{
    static struct refusal cases[] = {
        {"plugin a '' 's/= SOLVER_ABI/= SOLVER_ABI + SOLVER_ABI_UNIT/'",
         {"./a.so: built for version 9", "has version 8"}},
        {"plugin a '' 's/= SOLVER_ABI/= 8/'", {"./a.so: built for version 0", "has version 8"}},
        {"plugin a '' 's/= SOLVER_ABI/= SOLVER_ABI - 1/'", {"./a.so: built for reals of 7 bytes"}},
        {"plugin a '' 's/spikebench_plugin/my_plugin/'",
         {"./a.so is no plug-in", "exports no solver as spikebench_plugin"}},
        {"plugin a '' 's/{&readout_rls, NULL}/{NULL}/'", {"./a.so is no plug-in", "exports no solver"}},
        {"plugin a '' 's/\"readout_rls\"/\"bptt\"/'", {"./a.so: there is a solver 'bptt' already"}},
        {"plugin a '' '/\\.step = step/d'", {"./a.so: solver 'readout_rls' lacks", "step"}},
        {"plugin a '' 's/^struct options/real *no_such_function(void); &/; s/mem_reals(m, n, "
         "e)/no_such_function()/'",
         {"./a.so", "no_such_function"}},
        {"echo text > a.so", {"./a.so is no plug-in: ./a.so: "}},
        {"mkdir a.so", {"a.so"}},
        {":", {"./a.so: No such file"}},
    };
    return cr_make_param_array(struct refusal, cases, sizeof cases / sizeof *cases);
}
ParameterizedTest(struct refusal *c, plugin, refused)
{
    static struct result r;
    good(&r, c->make);
    shell(&r, "\"$SB\" run rls.yaml --plugin a.so");
    cr_expect(r.code == 1 || r.code == 2, "code %d: %s", r.code, r.output);
    for (size_t i = 0; i < 4; i++)
        cr_expect_not_null(strstr(r.output, c->says[i]), "no '%s' in: %s", c->says[i], r.output);
    cr_expect_not(cli_exists("results/rls/runs.csv"));
}

/* Another file is another solver: its runs stand beside the old ones. The program's own keep theirs. */
Test(plugin, a_changed_file_gives_another_run_id)
{
    static struct result r;
    good(&r, "plugin a '' && cp rls.yaml both.yaml && echo '  - {name: bptt}' >> both.yaml && "
             "sed -i 's/solvers: .{name: readout_rls}./solvers:\\n  - {name: readout_rls}/' both.yaml && cat "
             "both.yaml && "
             "sed '/readout_rls/d' both.yaml > own.yaml && "
             "\"$SB\" run own.yaml && \"$SB\" run both.yaml --plugin a.so && column results/rls/runs.csv "
             "run_id | wc -l");
    cr_expect_not_null(strstr(r.output, "1 run: 1 done"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "2 runs: 1 done, 1 finished before\n2\n"), "%s", r.output);
    good(&r, "\"$SB\" run rls.yaml --plugin a.so");
    cr_expect_not_null(strstr(r.output, "1 run: 1 finished before"), "%s", r.output);
    good(&r, "plugin a '' 's/(real)(1 \\//(real)(2 \\//' && \"$SB\" run rls.yaml --plugin a.so && "
             "column results/rls/runs.csv run_id | sort -u | wc -l");
    cr_expect_not_null(strstr(r.output, "1 run: 1 done\n3\n"), "%s", r.output);
}

/* A promise that a change of the example breaks, and the check that notices. */
struct breach {
    char change[240], check[100];
};

ParameterizedTestParameters(plugin, a_broken_contract_is_named)
{
    static struct breach cases[] = {
        {"s/double squares = 0;/static double calls; double squares = ++calls; net->W[L][0] += "
         "(real)squares;/",
         "the same seed gives the same bits: "},
        {"s/double squares = 0;/double squares = 0; net->W[L][0] += (real)pool_threads(s->env.pool);/",
         "two threads give the same bits: "},
        {"s/double squares = 0;/double squares = 0; if (r->measure) net->W[L][0] += 1;/",
         "measuring changes nothing: "},
        {"s/double squares = 0;/double squares = 0; raise(11);/; s/#include <math.h>/&\\n#include "
         "<signal.h>/",
         "FAILED  classification: the same seed gives the same bits: it crashed (Segmentation fault)"},
        {"/\\.checkpoint = checkpoint/d", "a resumed run equals one that was not interrupted: "},
        {"s/n \\* n \\* sizeof \\*s->P, e/n * n * sizeof *s->P, e) == ST_OK ? ST_OK : (ST_OK/",
         "a resumed run equals one that was not interrupted: a checkpoint that lacks its last byte"},
        {"s/+= error \\* s->Pf/-= error * s->Pf/", "the loss falls: "},
        {"s/+= error \\* s->Pf/+= 0 * error * s->Pf/", "the loss falls: "},
        {"s/metric_put(sink, \"error_rms\"/metric_put(sink, \"another\"/",
         "the metrics are those that are described: "},
        {"s/\"1\", 0, 1e6/\"0\", 0, 1e6/", "default"},
        {"s/FEATURE_LOSS_SQUARED |/FEATURE_LOSSES |/; s/double squares = 0;/double squares = net->loss ? NAN "
         ": 0;/",
         "each network that is promised works"},
        {"s/FEATURE_FULL_BATCH/0/",
         "name, functions and features are complete: features have no way of training"},
        {"s/r->samples = r->forward_passes/r->samples = 1; r->forward_passes/",
         "a step went through 1 of 100 samples"},
        {"s/free(NULL)//; s/s->env = \\*env;/s->env = *env; (void)mem_alloc(s->arena, 1, 64, e);/; "
         "s/struct train_env env;/struct train_env env; struct mem *arena;/; s/s->options = /s->arena = m; "
         "s->options = /",
         "are taken after create"},
    };
    return cr_make_param_array(struct breach, cases, sizeof cases / sizeof *cases);
}
ParameterizedTest(struct breach *c, plugin, a_broken_contract_is_named)
{
    static struct result r;
    char text[500];
    (void)snprintf(text, sizeof text,
                   "plugin a '' '%s' && ! cmp -s a.c usr/share/spikebench/examples/readout_rls.c", c->change);
    good(&r, text);
    shell(&r, "\"$SB\" contract readout_rls --plugin a.so");
    cr_expect_neq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, c->check), "no '%s' in: %s", c->check, r.output);
}
