/* Rows of other rules (column `rules`) are never finished runs, and never grouped or compared with new ones.
 * The rows here are made old in the way of the last change: split_seed was -1 by default, and there was no
 * column. */
#include "experiments/run.h"
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void setup(void)
{
    static struct result r;
    cli_setup();
    cli_write("few.yaml", "experiment: few\nseeds: [0, 1]\neval_every: 1\nstop: {max_iter: 1}\n"
                          "dataset: {name: digits, T: 4, n_train: 60, n_validation: 20, n_test: 20}\n"
                          "network: {hidden: [12]}\nsolvers:\n  - {name: bptt, lr: [0.002, 0.02]}\n");
    /* rows as before: without the column `rules`, split_seed -1, and accuracies that tell them */
    cli_write("old.awk",
              "BEGIN { FS = OFS = \",\" }\nNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }\n"
              "NR > 1 { $at[\"dataset.split_seed\"] = -1; $at[\"acc_val\"] = $at[\"acc_test\"] = 1 }\n"
              "{ line = \"\"; for (i = 1; i <= NF; i++) if (i != at[\"rules\"]) line = line (line == "
              "\"\" ? \"\" : OFS) $i; print line }\n");
    spikebench(&r, "run few.yaml");
    cr_assert_eq(r.code, 0, "%s", r.output);
}

TestSuite(rules, .init = setup, .fini = cli_teardown);

/* Makes results/few old, ids kept (`renamed`: other ids, as the old rules gave them). */
static void make_old(bool renamed)
{
    static struct result r;
    cli_shell(&r, renamed ? "awk -f old.awk results/few/runs.csv | sed '2,$s/^3,..../3,beef/' > x && "
                            "mv x results/few/runs.csv"
                          : "awk -f old.awk results/few/runs.csv > x && mv x results/few/runs.csv");
    cr_assert_eq(r.code, 0, "%s", r.output);
}

Test(rules, are_a_column)
{
    static struct result r;
    char expected[40];
    cli_shell(&r, "awk -F, 'NR==1{for(i=1;i<=NF;i++)if($i==\"rules\")c=i} NR>1{print $c}' "
                  "results/few/runs.csv | sort | uniq -c | awk '{print $1, $2}'");
    (void)snprintf(expected, sizeof expected, "4 %d\n", RESULT_RULES);
    cr_expect_str_eq(r.output, expected);
}

Test(rules, old_rows_are_not_finished_and_stay)
{
    static struct result r;
    for (int renamed = 0; renamed < 2; renamed++) {
        make_old(renamed);
        spikebench(&r, "run few.yaml");
        expect_text(&r, "few: 4 runs: 4 done\n");
        spikebench(&r, "run few.yaml");
        expect_text(&r, "few: 4 runs: 4 finished before\n");
    }
    cli_shell(&r, "wc -l < results/few/runs.csv");
    cr_expect_str_eq(r.output, "13\n", "the rows of the old rules stay: %s", r.output);
}

Test(rules, old_rows_are_not_grouped_with_new_ones)
{
    static struct result r;
    make_old(true);
    spikebench(&r, "run few.yaml");
    spikebench(&r, "summarise few");
    cr_assert_eq(r.code, 0, "%s", r.output);
    expect_text(&r, "4 rows of older rules are passed over");
    cr_expect_null(strstr(r.output, "100.00"), "%s", r.output);
    cli_shell(&r, "wc -l < results/few/summary.csv; awk -F, 'NR>1&&$7!=2' results/few/summary.csv");
    cr_expect_str_eq(r.output, "3\n", "two configurations of two seeds: %s", r.output);
    spikebench(&r, "best few");
    cr_assert_eq(r.code, 0, "%s", r.output);
    expect_text(&r, "4 rows of older rules are passed over");
    cr_expect_null(strstr(r.output, "different test sides"), "%s", r.output);
    cli_shell(&r, "awk -F, 'NR==2{print $3, $4, $7 < 1}' results/few/best.csv");
    cr_expect_str_eq(r.output, "2 2 1\n");
}

/* A folder of old rows alone is a result as it was. */
Test(rules, old_rows_alone_are_grouped_among_themselves)
{
    static struct result r;
    make_old(true);
    cli_shell(&r, "mv results/few/curves results/few/away; cp -r results/few results/ref");
    spikebench(&r, "summarise few");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect_null(strstr(r.output, "older rules"), "%s", r.output);
    expect_text(&r, "100.00 +- 0.00");
    spikebench(&r, "best few");
    cr_expect_eq(r.code, 0, "%s", r.output);
    expect_text(&r, "have different test sides");
    cli_shell(&r,
              "mv results/few/away results/few/curves; mkdir results/ref/curves; cd results/few/curves; for "
              "f in *; do cp $f ../../ref/curves/beef${f#????}; cp $f beef${f#????}; done");
    spikebench(&r, "compare results/few results/ref");
    cr_expect_eq(r.code, 0, "%s", r.output);
}

Test(rules, old_rows_are_not_compared_with_new_ones)
{
    static struct result r;
    char expected[120];
    cli_shell(&r,
              "mkdir results/ref; cp -r results/few/* results/ref; sed 's/,-1,/,0,/' results/few/runs.csv "
              "| awk -f old.awk | sed 's/,-1,/,0,/' > results/ref/runs.csv");
    spikebench(&r, "compare results/few results/ref");
    cr_expect_eq(r.code, 1, "%s", r.output);
    (void)snprintf(expected, sizeof expected,
                   "the run is missing: the results are of rules %d, the reference is of rules 1",
                   RESULT_RULES);
    expect_text(&r, expected);
}

/* Where the test side is drawn and varies, what is chosen has seen test samples of the others. */
Test(rules, overlap_of_choosing_and_reporting_is_warned_of)
{
    static struct result r;
    spikebench(&r, "check few.yaml");
    cr_expect_null(strstr(r.output, "test sides"), "%s", r.output);
    spikebench(&r, "check few.yaml --set dataset.split_seed=0,1");
    expect_text(&r, "warning: configurations 1 and 2 have different test sides");
    spikebench(&r, "check few.yaml --set dataset.n_test=20,30");
    expect_text(&r, "different test sides");
    spikebench(&r, "best few");
    cr_expect_null(strstr(r.output, "test sides"), "%s", r.output);
    spikebench(&r, "run few.yaml --set dataset.split_seed=0,1");
    cr_assert_eq(r.code, 0, "%s", r.output);
    spikebench(&r, "best few");
    expect_text(&r, "have different test sides");
    cli_write("made.yaml", "experiment: made\nstop: {max_iter: 1}\ndataset: {name: yin_yang, n_train: 30, "
                           "n_validation: 9, n_test: 9, split_seed: [0, 1]}\nsolvers: [{name: bptt}]\n");
    spikebench(&r, "check made.yaml");
    cr_expect_null(strstr(r.output, "test sides"), "points of another split_seed are others: %s", r.output);
}

/* Rows of before an option existed are those of its default: they are grouped and compared with new ones. */
Test(rules, younger_options_have_their_defaults_in_old_rows)
{
    static struct result r;
    cli_shell(&r, "awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == \"solver.clip\" || $i == "
                  "\"network.reset\" || $i == \"dataset.tasks\") drop[i] = 1 } { line = \"\"; for (i = 1; i "
                  "<= NF; i++) "
                  "if (!(i in drop)) line = line (line == \"\" ? \"\" : OFS) $i; print line }' "
                  "results/few/runs.csv > x && "
                  "mv x results/few/runs.csv && grep -c solver.clip results/few/runs.csv");
    cr_assert_str_eq(r.output, "0\n");
    spikebench(&r, "run few.yaml --seeds 0,1,2");
    cr_assert_eq(r.code, 0, "%s", r.output);
    spikebench(&r, "summarise few");
    cr_expect_null(strstr(r.output, "clip"), "%s", r.output);
    cli_shell(&r, "awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR > 1 { print "
                  "$at[\"solver.clip\"], $at[\"network.reset\"], $at[\"dataset.tasks\"] }' "
                  "results/few/runs.csv | sort | uniq -c | "
                  "awk '{ $1 = $1; print }'; awk -F, 'NR > 1' results/few/summary.csv | wc -l");
    cr_expect_str_eq(r.output, "6 0 soft 1\n2\n");
}

/* Rows that were written with nan for options younger than they are: check tells, run fills them. */
Test(rules, nan_for_younger_options_is_mended)
{
    static struct result r;
    cli_shell(&r,
              "cp results/few/runs.csv whole.csv && awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) "
              "at[$i] = i } NR == 2 || NR == 4 { $at[\"solver.clip\"] = $at[\"network.reset\"] = \"nan\" } "
              "{ print }' whole.csv > results/few/runs.csv && ! cmp -s whole.csv results/few/runs.csv");
    expect_good(&r);
    spikebench(&r, "check few.yaml --results results");
    cr_expect_eq(r.code, 1, "%s", r.output);
    expect_text(&r, "2 rows hold nan for options younger than they are; 'spikebench run' fills them\n");
    expect_text(&r, "4 rows, 2 problems");
    spikebench(&r, "run few.yaml");
    expect_text(&r, "few: 4 runs: 4 finished before\n");
    cli_shell(&r, "cmp whole.csv results/few/runs.csv && \"$SB\" check few.yaml --results results");
    expect_good(&r);
}
