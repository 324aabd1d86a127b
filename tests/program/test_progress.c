/* What is said while runs go by. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <string.h>

static void setup(void)
{
    cli_setup();
    cli_write("p.yaml", "experiment: p\nseeds: [0, 1]\nstop: {max_iter: 20}\n"
                        "dataset: {name: digits, T: 4, n_train: 100, n_validation: 20, n_test: 20}\n"
                        "network: {hidden: [8]}\nsolvers: [{name: bptt, lr: [0.001, 0.01]}]\n");
}

TestSuite(progress, .init = setup, .fini = cli_teardown);

/* Four lines that differ, each with a rate; the time left, but for the last; the rate is that of runs.csv. */
Test(progress, lines_of_runs)
{
    static struct result r;
    cli_shell(&r, "\"$SB\" run p.yaml > said; sed 's/:.*//' said; grep -c -E '^\\[[1-3]/4\\] .* s, [0-9]+ "
                  "iterations/s; "
                  "ETA ([0-9]+:[0-9][0-9]|--:--)$' said; grep -c -E '^\\[4/4\\] .* s, [0-9]+ iterations/s$' "
                  "said; awk -F, 'NR == 1 { "
                  "for (i = 1; i <= NF; i++) c[$i] = i } NR == 2 { printf \"%.0f\\n\", $c[\"iters\"] / "
                  "$c[\"train_s\"] }' "
                  "results/p/runs.csv > rate; grep -c \" $(cat rate) iterations/s\" said");
    cr_expect_eq(r.code, 0);
    cr_expect_eq(
        strncmp(
            r.output,
            "[1/4] bptt lr=0.001 seed 0\n[2/4] bptt lr=0.001 seed 1\n[3/4] bptt lr=0.01 seed 0\n[4/4] bptt "
            "lr=0.01 seed 1\np\n3\n1\n1\n",
            strlen("[1/4] bptt lr=0.001 seed 0\n") * 4 - 2 + strlen("p\n3\n1\n1\n")),
        0, "%s", r.output);
}

Test(progress, quiet_says_what_went_wrong)
{
    static struct result r;
    spikebench(&r, "run p.yaml --quiet");
    cr_expect_eq(r.code, 0);
    cr_expect_str_eq(r.output, "");
    cli_write("absent.yaml",
              "experiment: q\ndataset: {name: nmnist, path: /nonexistent}\nsolvers: [{name: bptt}]\n");
    spikebench(&r, "run absent.yaml -q");
    cr_expect_eq(r.code, 1);
    cr_expect_not_null(strstr(r.output, "[1/1] bptt: no_data ("), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "q: 1 run: 1 without data"), "%s", r.output);
}
