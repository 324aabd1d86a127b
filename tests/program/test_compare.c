/* What 'spikebench compare' says of tolerances, runs and kernels; what it finds in numbers: test_runner.c. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

/* a: runs of two learning rates; b: the same. */
static void setup(void)
{
    static struct result r;
    cli_setup();
    cli_write("two.yaml", "experiment: two\nseeds: [0]\neval_every: 1\nstop: {max_iter: 1}\n"
                          "dataset: {name: digits, T: 4, n_train: 40, n_validation: 20, n_test: 20}\n"
                          "network: {hidden: [6]}\nsolvers: [{name: bptt, batch: 20, lr: [0.25, 0.5]}]\n");
    /* sets a column of b's rows: awk -v column=NAME -v value=TEXT -f set.awk FILE */
    cli_write("set.awk",
              "BEGIN { FS = OFS = \",\" } NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i } "
              "NR > 1 { $c = value } { print }");
    cli_shell(&r, "\"$SB\" run two.yaml && cp -r results/two a && cp -r a b && cp b/runs.csv runs.csv");
    cr_assert_eq(r.code, 0, "%s", r.output);
}

TestSuite(compare, .init = setup, .fini = cli_teardown);

static void compare(struct result *r, const char *change)
{
    char text[600];
    (void)snprintf(text, sizeof text, "%s && \"$SB\" compare b a", change);
    cli_shell(r, text);
}

struct tolerances {
    char row[60], expected[100];
};

ParameterizedTestParameters(compare, tolerances_that_say_nothing)
{
    static struct tolerances cases[] = {
        {"runs,*,*,acc_tset,0,1", "tolerances.csv: line 2: neither folder's runs have a column 'acc_tset'"},
        {"curves,*,*,los,0,1", "tolerances.csv: line 2: neither folder's curves have a column 'los'"},
        {"runs,bpt,*,*,0,1", "tolerances.csv: line 2: neither folder has a run of solver 'bpt'"},
        {"runs,*,single,*,0,1", "tolerances.csv: line 2: precision 'single'; allowed: double, float, *"},
        {"runs,*,*,loss_train,-1,0", "tolerances.csv: line 2: column 'rtol': '-1' is not a number"},
        {"runs,*,*,loss_train", "tolerances.csv: line 2"},
        {"curves,bptt,double,grad_norm_1,ignore,ignore", ""},
        {"runs,*,float,loss_train,0,1", ""},
    };
    return cr_make_param_array(struct tolerances, cases, sizeof cases / sizeof *cases);
}

/* No result is wrong where the tolerances are: 2, not the 1 of a regression. */
ParameterizedTest(struct tolerances *c, compare, tolerances_that_say_nothing)
{
    static struct result r;
    char text[200];
    (void)snprintf(text, sizeof text,
                   "printf 'scope,solver,precision,column,rtol,atol\\n%s\\n' > a/tolerances.csv", c->row);
    compare(&r, text);
    cr_expect_eq(r.code, c->expected[0] ? 2 : 0, "%s: %s", c->row, r.output);
    cr_expect_not_null(strstr(r.output, c->expected[0] ? c->expected : "no regression"), "%s: %s", c->row,
                       r.output);
}

Test(compare, a_file_of_tolerances_that_is_not_there)
{
    static struct result r;
    cli_shell(&r, "\"$SB\" compare b a --tolerances nowhere.csv");
    cr_expect_eq(r.code, 2, "%s", r.output);
}

Test(compare, says_which_run)
{
    static struct result r;
    compare(&r, "awk -v column=iters -v value=7 -f set.awk runs.csv > b/runs.csv");
    cr_expect_eq(r.code, 1, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "(bptt, hidden 6, seed 0, solver.lr=0.25): column iters: 7"), "%s",
                       r.output);
    cr_expect_not_null(strstr(r.output, "(bptt, hidden 6, seed 0, solver.lr=0.5): column iters: 7"), "%s",
                       r.output);
    cr_expect_not_null(strstr(r.output, "2 regressions in"), "%s", r.output);
    cr_expect_null(strstr(r.output, "note:"), "%s", r.output);
    /* five runs: what more than half of them have, a batch of 10, is not repeated */
    cli_shell(&r,
              "\"$SB\" run two.yaml --set solver.lr=0.25,0.5,1 --set solver.batch=20,10 --out more > log");
    compare(
        &r,
        "awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i } !($c[\"solver.lr\"] == 1 && "
        "$c[\"solver.batch\"] == 20)' more/two/runs.csv > a/runs.csv && head -n 1 a/runs.csv > b/runs.csv");
    cr_expect_not_null(strstr(r.output, "seed 0, solver.lr=0.5, solver.batch=20): the run is missing"), "%s",
                       r.output);
    cr_expect_not_null(strstr(r.output, "seed 0, solver.lr=1): the run is missing"), "%s", r.output);
    compare(&r, "cp runs.csv a && cp runs.csv b && sed -i 2d b/runs.csv");
    cr_expect_not_null(strstr(r.output, "1 regression in"), "%s", r.output);
}

/* Where kernels round otherwise, that stands before the list; without a regression it does not matter. */
Test(compare, says_which_kernels)
{
    static struct result r;
    cli_shell(&r,
              "awk -v column=blas_core -v value=Mine -f set.awk runs.csv > c && cp c b/runs.csv && awk -v "
              "column=blas_core -v value=Kept -f set.awk runs.csv > a/runs.csv && \"$SB\" compare b a");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_null(strstr(r.output, "Kept"), "%s", r.output);
    compare(&r, "awk -v column=iters -v value=7 -f set.awk c > b/runs.csv");
    cr_expect_eq(r.code, 1, "%s", r.output);
    const char *note = strstr(r.output, "note: BLAS kernels for Mine, reference Kept: "),
               *list = strstr(r.output, "REGRESSION");
    cr_expect(note && list && note < list && strstr(r.output, "OPENBLAS_CORETYPE=Kept"), "%s", r.output);
    cli_shell(&r, "\"$SB\" compare b a --format github");
    cr_expect_not_null(strstr(r.output, "::warning::BLAS kernels for Mine"), "%s", r.output);
}

Test(compare, runs_without_a_reference_are_counted)
{
    static struct result r;
    compare(&r, "sed -i 3d a/runs.csv");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "1 run, "), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "1 run of b without a reference"), "%s", r.output);
}
