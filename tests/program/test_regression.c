/* Real-valued targets through the whole program: training, results, refusals. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void setup(void)
{
    cli_setup();
    cli_write("hat.yaml", "experiment: hat\nseeds: [0]\neval_every: 5\nstop: {max_iter: 20}\n"
                          "dataset: {name: mexican_hat, T: 6, n_train: 200, n_validation: 50, n_test: 100}\n"
                          "network: {hidden: [30]}\n"
                          "solvers:\n  - {name: bptt, batch: 20, lr: 0.005}\n"
                          "  - {name: forward_mode, batch: 20, lr: 0.005, directions: 8}\n");
    /* value of a column in each row: awk -v column=NAME */
    cli_write("column.awk",
              "BEGIN { FS = \",\" } NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i } "
              "NR > 1 { print $c }");
}

TestSuite(regression, .init = setup, .fini = cli_teardown);

/* Cells of a column, at most two; returns how many. */
static size_t column(const char *file, const char *name, double v[2])
{
    static struct result r;
    char text[300];
    size_t n = 0;
    snprintf(text, sizeof text, "awk -v column=%s -f column.awk %s", name, file);
    cli_shell(&r, text);
    cr_assert_eq(r.code, 0, "%s", r.output);
    for (char *line = strtok(r.output, "\n"); line && n < 2; line = strtok(NULL, "\n"))
        v[n++] = strtod(line, NULL);
    return n;
}

Test(regression, losses_of_all_splits_are_recorded_and_fall)
{
    static struct result r;
    double train[2], val[2], test[2], accuracy[2], best[2], at_best[2];
    spikebench(&r, "run hat.yaml");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect(strstr(r.output, ", train loss ") && strstr(r.output, ", validation loss "), "%s", r.output);
    cr_expect(!strstr(r.output, "test loss") && !strstr(r.output, "nan"), "%s", r.output);
    cr_assert_eq(column("results/hat/runs.csv", "loss_train", train), 2);
    cr_assert_eq(column("results/hat/runs.csv", "loss_val", val), 2);
    cr_assert_eq(column("results/hat/runs.csv", "loss_test", test), 2);
    cr_assert_eq(column("results/hat/runs.csv", "loss_val_best", best), 2);
    cr_assert_eq(column("results/hat/runs.csv", "loss_test_at_best_val", at_best), 2);
    cr_assert_eq(column("results/hat/runs.csv", "acc_val_best", accuracy), 2);
    for (int i = 0; i < 2; i++) {
        cr_expect(train[i] > 0 && val[i] > 0 && test[i] > 0 && at_best[i] > 0);
        cr_expect_leq(best[i], val[i], "best %g, last %g", best[i], val[i]);
        cr_expect(accuracy[i] != accuracy[i], "there is no accuracy: %g", accuracy[i]);
    }
    cli_shell(&r,
              "for f in results/hat/curves/*.csv; do awk -v column=loss -f column.awk $f | sed -n '1p;$p'; "
              "done > ends; sed -n 1,2p ends; sed -n 3,4p ends");
    double ends[4];
    cr_assert_eq(sscanf(r.output, "%lf %lf %lf %lf", &ends[0], &ends[1], &ends[2], &ends[3]), 4, "%s",
                 r.output);
    cr_expect_lt(ends[1], 0.5 * ends[0], "the loss falls: %g, %g", ends[0], ends[1]);
    cr_expect_lt(ends[3], 0.5 * ends[2], "the loss falls: %g, %g", ends[2], ends[3]);
}

Test(regression, summaries_and_info_show_losses)
{
    static struct result r;
    spikebench(&r, "run hat.yaml --set stop.max_iter=2");
    cr_assert_eq(r.code, 0, "%s", r.output);
    spikebench(&r, "summarise hat");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect(strstr(r.output, "test loss") != NULL, "%s", r.output);
    cli_shell(&r, "head -1 results/hat/summary.csv");
    cr_expect(strstr(r.output, "loss_test_mean") != NULL, "%s", r.output);
    spikebench(&r, "dataset info mexican_hat --set n_train=40");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect(strstr(r.output, "1 real-valued targets") && !strstr(r.output, "class "), "%s", r.output);
}

/* The best validation loss ends a run that no longer gains. */
Test(regression, patience_looks_at_the_validation_loss)
{
    static struct result r;
    spikebench(&r, "run hat.yaml --set stop.patience=5 --set stop.max_iter=400 --set solver.lr=1e-300");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cli_shell(&r, "awk -v column=stop_reason -f column.awk results/hat/runs.csv");
    cr_expect_str_eq(r.output, "plateau\nplateau\n", "%s", r.output);
}

struct refusal {
    char yaml[160], word[40];
};

ParameterizedTestParameters(regression, what_needs_classes_is_refused)
{
    static struct refusal cases[] = {
        {"solvers: [{name: admm}]\n", "admm"},
        {"solvers: [{name: random_features}]\n", "random_features"},
        {"solvers: [{name: bptt}]\nnetwork: {loss: cross_entropy}\n", "network.loss"},
        {"solvers: [{name: forward_mode}]\nnetwork: {loss: squared_hinge}\n", "network.loss"},
        {"solvers: [{name: bptt}]\nstop: {target: 0.5}\n", "stop.target"},
    };
    return cr_make_param_array(struct refusal, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct refusal *c, regression, what_needs_classes_is_refused)
{
    static struct result r;
    char text[300];
    snprintf(text, sizeof text, "experiment: bad\ndataset: {name: mexican_hat, n_train: 50}\n%s", c->yaml);
    cli_write("bad.yaml", text);
    spikebench(&r, "run bad.yaml");
    cr_expect_eq(r.code, 2, "%s", r.output);
    cr_expect(strstr(r.output, c->word) && (strstr(r.output, "real-valued")), "%s", r.output);
}
