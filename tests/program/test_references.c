/* tests/references.sh, which makes all references anew: order, what it copies, what stays as it was. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <string.h>

#define EXPERIMENT(name, solver)                                                                             \
    "experiment: " name "\nseeds: [0, 1]\neval_every: 1\nstop: {max_iter: 1}\n"                              \
    "dataset: {name: digits, T: 4, n_train: 60, n_validation: 20, n_test: 20}\nnetwork: {hidden: [12]}\n"    \
    "solvers:\n  - {name: " solver "}\n"

static void setup(void)
{
    static struct result r;
    cli_setup();
    cli_shell(&r, "mkdir -p experiments results/reference/slow/curves results/reference/quick");
    cli_write("experiments/slow.yaml", EXPERIMENT("slow", "bptt"));
    cli_write("experiments/quick.yaml", EXPERIMENT("quick", "random_features"));
    cli_write("experiments/tune_all.yaml", EXPERIMENT("tune_all", "bptt, lr: [0.002, 0.02]"));
    /* as the rules before left them */
    cli_write("results/reference/slow/runs.csv", "run_id,setup_s,train_s,eval_s\nold,1,100,1\n");
    cli_write("results/reference/slow/curves/old.csv", "iter\n0\n");
    cli_write("results/reference/quick/runs.csv", "run_id,setup_s,train_s,eval_s\nold,1,5,1\n");
    cli_write("results/reference/quick/tolerances.csv", "scope,solver,precision,column,rtol,atol\n");
}

TestSuite(references, .init = setup, .fini = cli_teardown);

#define REMAKE "sh \"$SOURCES/tests/references.sh\" \"$SB\" work 1 "

Test(references, all_are_made_in_order_and_once)
{
    static struct result r;
    cli_shell(&r, REMAKE "> log 2>&1; echo $?; grep == log | cut -d' ' -f2 | tr -d ',\\n'; echo");
    cr_expect_str_eq(r.output, "0\ntune_allquickslow\n");
    cli_shell(
        &r,
        "cd results/reference; ls -A; ls -A * | sort -u; ls slow/curves | wc -l; cat */runs.csv | grep -c "
        "^old");
    cr_expect_null(strstr(r.output, "old.csv"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "\nbest.csv\ncurves\n"),
                       "the curves of slow, the choice of tune_all: %s", r.output);
    cr_expect_not_null(strstr(r.output, "tolerances.csv\ntune_all:\n2\n0\n"), "%s", r.output);
    cr_expect_eq(strncmp(r.output, "quick\nslow\ntune_all\n", 20), 0, "nothing else stays: %s", r.output);
    cli_shell(&r, "cp -r results before; " REMAKE "| grep 'finished before' | wc -l; diff -r before results");
    cr_expect_str_eq(r.output, "3\n", "the same command skips what is done: %s", r.output);
}

Test(references, what_fails_is_named_and_stays)
{
    static struct result r;
    cli_write("experiments/quick.yaml", EXPERIMENT("quick", "bptt, lr: no"));
    cli_shell(&r, REMAKE "> log 2>&1; echo $?; tail -1 log; cat results/reference/quick/runs.csv; ls "
                         "results/reference/slow");
    cr_expect_str_eq(r.output,
                     "1\nreferences.sh: these are as they were: quick\nrun_id,setup_s,train_s,eval_s\n"
                     "old,1,5,1\ncurves\nruns.csv\n");
}

/* Killed in the middle, the same command goes on; what was being run is not half replaced. */
Test(references, a_killed_one_resumes)
{
    static struct result r;
    cli_shell(
        &r, "sed -i 's/max_iter: 1/max_iter: 4000/; s/n_train: 60/n_train: 600/' experiments/slow.yaml; "
            "setsid " REMAKE "> log 2>&1 & "
            "for i in $(seq 500); do ls work/slow/.work/*.yaml >/dev/null 2>&1 && break; sleep 0.02; done; "
            "sleep 0.3; "
            "env kill -KILL -- -$!; sleep 0.3; cat results/reference/slow/runs.csv; ls -A results/reference");
    cr_expect_str_eq(r.output, "run_id,setup_s,train_s,eval_s\nold,1,100,1\nquick\nslow\ntune_all\n");
    cli_shell(&r,
              "sed -i 's/max_iter: 4000/max_iter: 2/' experiments/slow.yaml; " REMAKE "> log 2>&1; echo $?; "
              "grep -c 'finished before' log; grep -c ,ok, results/reference/slow/runs.csv");
    cr_expect_str_eq(r.output, "0\n2\n2\n", "%s", r.output);
}
