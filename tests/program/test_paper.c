/* The paper's tables from hand-written results, and which figures an experiment gets. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Shell text with $PAPER as the folder of the paper's sources. */
static void with_paper(struct result *r, const char *text)
{
    char here[3000], command[6000];
    cr_assert_not_null(getcwd(here, sizeof here));
    (void)snprintf(command, sizeof command, "PAPER='%s/paper'; %s", here, text);
    cli_shell(r, command);
}

static void expect_in(const struct result *r, const char *const *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_expect_not_null(strstr(r->output, expected[i]), "'%s' is not in\n%s", expected[i], r->output);
}

#define SUMMARY_HEADER                                                                                       \
    "label,solver,dataset,hidden,name,hidden_layers,seeds,iters_mean,train_s_mean,train_s_sd,"               \
    "acc_train_mean,acc_train_sd,acc_val_mean,acc_test_mean,acc_test_sd\n"

TestSuite(paper, .init = cli_setup, .fini = cli_teardown);

Test(paper, table_of_depths)
{
    static struct result r;
    cli_shell(&r, "mkdir -p in/depth in/poc_digits");
    cli_write("in/depth/summary.csv",
              SUMMARY_HEADER "random_features_8-8,random_features,digits,8-8,random_features,2,3,1,0.014,0,"
                             "0.9,0.01,nan,0.8,0.01\n"
                             "\"a,50%_8_rho=1\",admm,digits,8,\"a,50%\",1,1,6,2.5,nan,0.98765,nan,0.5,1,nan\n"
                             "random_features_8,random_features,digits,8,random_features,1,3,1,0.01,0,"
                             "0.70049,0.01,nan,nan,nan\n");
    with_paper(&r, "sh \"$PAPER\"/tables.sh \"$SB\" in out >/dev/null && cat out/depth.tex out/numbers.tex");
    cr_expect_eq(r.code, 0, "%s", r.output);
    static const char table[] = "\\begin{tabular}{lrr}\n\\toprule\n"
                                " & \\multicolumn{2}{c}{Hidden layers: training / test accuracy, \\%} \\\\\n"
                                "Trainer & 1 & 2 \\\\\n\\midrule\n"
                                "random\\_features & 70.0 / -- & 90.0 / 80.0 \\\\\n"
                                "a,50\\%\\_rho=1 & 98.8 / 100.0 & -- \\\\\n"
                                "\\bottomrule\n\\end{tabular}\n";
    cr_expect_eq(strncmp(r.output, table, sizeof table - 1), 0, "%s", r.output);
    static const char *const numbers[] = {"\\setresult{depth}{random_features_8-8}{test}{80.0}\n",
                                          "\\setresult{depth}{random_features_8-8}{seconds}{0.01}\n",
                                          "\\setresult{depth}{random_features_8}{test}{--}\n",
                                          "\\setresult{depth}{a,50?_8_rho=1}{iters}{6}\n"};
    expect_in(&r, numbers, sizeof numbers / sizeof *numbers);
}

Test(paper, absent_or_empty_results_are_marked)
{
    static struct result r;
    cli_shell(&r, "mkdir -p in/depth in/acceleration");
    cli_write("in/depth/summary.csv", SUMMARY_HEADER);
    cli_write("in/acceleration/summary.csv", SUMMARY_HEADER); /* but no time_to_accuracy.csv */
    with_paper(&r, "sh \"$PAPER\"/tables.sh \"$SB\" in out && cat out/depth.tex out/acceleration.tex "
                   "out/ablation_resync.tex && ls out | wc -l");
    cr_expect_eq(r.code, 0, "%s", r.output);
    static const char *const expected[] = {"paper: no results of depth\n", "\n\\missing{depth}\n",
                                           "\n\\missing{acceleration}\n", "\n\\missing{ablation_resync}\n"};
    expect_in(&r, expected, sizeof expected / sizeof *expected);
    with_paper(&r, "sh \"$PAPER\"/tables.sh \"$SB\" in");
    cr_expect_eq(r.code, 2, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "usage: "), "%s", r.output);
}

Test(paper, tables_of_the_other_kinds)
{
    static struct result r;
    cli_shell(&r, "mkdir -p in/acceleration in/event_camera in/sensitivity in/data_size");
    cli_write("in/acceleration/time_to_accuracy.csv",
              "label,solver,hidden,name,hidden_layers,accuracy,seeds,reached,iters_mean,iters_sd\n"
              "plain_8,admm,8,plain,1,0.90000000000000002,3,3,4.25,1\n"
              "plain_8,admm,8,plain,1,0.94999999999999996,3,2,10,1\n"
              "plain_8-8,admm,8-8,plain,2,0.90000000000000002,3,0,nan,nan\n");
    cli_write("in/event_camera/summary.csv",
              SUMMARY_HEADER "admm_300,admm,event_camera,300,admm,1,3,6,16.273,0,0.97,0.004,0.9,0.9,nan\n");
    cli_write("in/sensitivity/summary.csv",
              SUMMARY_HEADER "admm_8_rho=0.1_beta=10,admm,digits,8,admm,1,1,6,1,nan,1,nan,0.5,0.45,nan\n"
                             "admm_8_rho=1_beta=10,admm,digits,8,admm,1,1,6,1,nan,1,nan,0.8,0.75,nan\n"
                             "admm_8_rho=10_beta=10,admm,digits,8,admm,1,1,6,1,nan,1,nan,0.6,0.95,nan\n");
    /* seconds = N T / 1000 for T = 20; T^2 for N = 100 */
    cli_write("in/data_size/runs.csv",
              "solver,status,dataset.n_train,dataset.T,iters,train_s,git_commit,dirty,"
              "blas,blas_core,cpu\n"
              "admm,ok,50,20,2,400,abc,0,OpenBLAS 0.3.21 X,Haswell,A_B\n"
              "admm,ok,100,20,2,800,abc,1,OpenBLAS 0.3.21 X,Haswell,A_B\n"
              "admm,failed,100,80,2,9,abc,1,OpenBLAS 0.3.21 X,Haswell,A_B\n"
              "admm,ok,100,40,2,3200,abc,1,OpenBLAS 0.3.21 X,Haswell,A_B\n");
    cli_shell(&r,
              "for e in acceleration data_size; do cp in/event_camera/summary.csv in/$e/summary.csv; done");
    with_paper(&r, "sh \"$PAPER\"/tables.sh \"$SB\" in out && cat out/*.tex");
    cr_expect_eq(r.code, 0, "%s", r.output);
    static const char *const expected[] = {
        (" & \\multicolumn{2}{c}{to 90 \\%} & \\multicolumn{2}{c}{to 95 \\%} \\\\\nHidden layers & 1 & 2 & 1 "
         "& 2 \\\\\n"),
        "\nplain & 4.2 & -- & 10.0\\,(2/3) & -- \\\\\n",
        "\nadmm\\_300 & 3 & $97.0 \\pm 0.4$ & 90.0 & 16.27 \\\\\n",
        "\nadmm & 3 & 50.0 & 60.0 & 80.0 & 75.0 & (1, 10) \\\\\n",
        "Exponent of $N$ ($T = 20$) & Exponent of $T$ ($N = 100$) \\\\\n\\midrule\nadmm & 1.00 & 2.00 \\\\\n",
        "\ndata\\_size & 3 & abc; abc (changed) & A\\_B, OpenBLAS 0.3.21 Haswell \\\\\n"};
    expect_in(&r, expected, sizeof expected / sizeof *expected);
}

#define TINY                                                                                                 \
    "stop: {max_iter: 2}\nseeds: [0, 1]\ndataset: {name: digits, T: 3, n_train: 40, n_validation: 10, "      \
    "n_test: 10}\nnetwork: {hidden: [[4], [4, 3]]}\nsolvers:\n  - {name: admm, rho: [1, 2], beta: [0.1, "    \
    "1]}\n"

/* plots/experiments/NAME.gp for an experiment called NAME or NAME_something, the general figures for others.
 */
Test(paper, an_experiment_of_its_own_figure_gets_that_one)
{
    static struct result r;
    cli_write("tiny.yaml", "experiment: ablation_of_two_parts\n" TINY);
    spikebench(&r, "run tiny.yaml --set solver.beta=1");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cli_shell(&r, "\"$SB\" plot ablation_of_two_parts --out figures && ls figures | wc -l");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "figures/ablation.svg\nfigures/ablation.png\n2\n"), "%s", r.output);
    cli_shell(&r, "\"$SB\" plot ablation_of_two_parts --out all --all --format pdf && ls all");
    cr_expect_eq(r.code, 0, "%s", r.output);
    static const char *const all[] = {"\nablation.pdf\n", "\npanel_admm_4_rho=1.pdf\n",
                                      "\naccuracy_seconds_4.pdf\n"};
    expect_in(&r, all, sizeof all / sizeof *all);
    cr_expect_null(strstr(r.output, ".png"), "%s", r.output);
    spikebench(&r, "plot ablation_of_two_parts --format gif");
    cr_expect_eq(r.code, 2, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "'gif': one of svg, png, pdf is allowed"), "%s", r.output);
}

Test(paper, every_script_draws_a_small_experiment)
{
    static struct result r;
    cli_write("tiny.yaml", "experiment: tiny\n" TINY);
    spikebench(&r, "run tiny.yaml");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cli_shell(&r,
              "for f in \"$(dirname \"$SB\")\"/../plots/experiments/*.gp; do e=$(basename $f .gp); "
              "cp -r results/tiny results/$e; sed -i \"s/,tiny,/,$e,/\" results/$e/runs.csv; "
              "\"$SB\" plot $e --out figures --format svg || echo \"$e fails\"; done; find figures -size 0");
    cr_expect_eq(r.code, 0, "%s", r.output);
    static const char *const figures[] = {"depth.svg",        "start.svg",       "ablation.svg",
                                          "acceleration.svg", "sensitivity.svg", "conditioning.svg",
                                          "data_size.svg",    "rivals.svg",      "width.svg"};
    expect_in(&r, figures, sizeof figures / sizeof *figures);
    cr_expect_null(strstr(r.output, "fail"), "%s", r.output);
}

/* All four figures of trainers beside each other: two depths, a floor, a trainer at one depth only, one that
 * failed there, one with a single seed. Each names every trainer. */
Test(paper, rivals_are_drawn_from_a_small_result)
{
    static struct result r;
    cli_write("rivals_small.yaml",
              "experiment: rivals_small\nstop: {max_iter: 4}\neval_every: 1\nseeds: [0, 1]\n"
              "dataset: {name: digits, T: 5, n_train: 60, n_validation: 20, n_test: 20}\n"
              "network: {hidden: [[12], [12, 8]], start: rate}\nsolvers:\n  - {name: random_features}\n"
              "  - {name: bptt, label: mine, batch: 10}\n  - {name: bptt, label: yours, batch: 20}\n"
              "  - {name: bptt, label: theirs, batch: 30}\n  - {name: lfp, network: {hidden: [[12]]}}\n"
              "  - {name: forward_forward}\n");
    spikebench(&r, "run rivals_small.yaml");
    cr_assert_eq(r.code, 0, "%s", r.output);
    /* forward_forward fails with two layers, and has one seed with one */
    cli_shell(
        &r, "sed -i '/forward_forward/{/,12-8,\\|,1,ok,/s/,ok,/,failed,/}' results/rivals_small/runs.csv && "
            "grep -c ,failed, results/rivals_small/runs.csv");
    cr_assert_str_eq(r.output, "3\n");
    cli_shell(&r, "\"$SB\" plot rivals_small --out figures --format svg && ls figures && for f in "
                  "figures/*.svg; do for t in random_features mine yours theirs lfp forward_forward; do grep "
                  "-q \">$t\" $f "
                  "|| echo \"$f lacks $t\"; done; done");
    cr_expect_eq(r.code, 0, "%s", r.output);
    static const char *const figures[] = {"\nrivals.svg\n", "\nrivals_final.svg\n", "\nrivals_profile.svg\n",
                                          "\nrivals_synops.svg\n"};
    expect_in(&r, figures, sizeof figures / sizeof *figures);
    cr_expect_null(strstr(r.output, "lacks"), "%s", r.output);
    cr_expect_null(strstr(r.output, "warning"), "%s", r.output);
}

Test(paper, table_of_pairs)
{
    static struct result r;
    cli_shell(&r, "mkdir -p in/resync_digits");
    cli_write("in/resync_digits/summary.csv",
              SUMMARY_HEADER "x_8,x,digits,8,x,1,3,1,nan,nan,0.9,0.01,nan,0.8,0.01\n");
    cli_write(
        "in/resync_digits/paired.csv",
        "name,reference,hidden,pairs,acc_train_difference,acc_train_half,acc_val_difference,acc_val_half,"
        "acc_test_difference,acc_test_half\nadmm_resync,bptt,8-8,15,0,0,0.0104,0.008,-0.0123,0.0046\n");
    with_paper(&r, "sh \"$PAPER\"/tables.sh \"$SB\" in out >/dev/null && cat out/resync_digits.tex");
    cr_expect_eq(r.code, 0, "%s", r.output);
    static const char *const expected[] = {
        "admm\\_resync & 2 & 15 & $+0.0 \\pm 0.0$ & $+1.0 \\pm 0.8$ & $-1.2 \\pm 0.5$ \\\\\n\\bottomrule"};
    expect_in(&r, expected, 1);
}
