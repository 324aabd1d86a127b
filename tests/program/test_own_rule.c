/* Networks whose solver predicts by a rule of its own: eval repeats what train said. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void train(const char *solver)
{
    static struct result r;
    char line[500];
    (void)snprintf(line, sizeof line,
                   "train %s digits --out a.net --set stop.max_iter=3 --set dataset.T=5 --set "
                   "network.hidden=20-10 --set dataset.n_train=90 --set dataset.n_validation=40 --set "
                   "dataset.n_test=70",
                   solver);
    spikebench(&r, line);
    cr_expect_eq(r.code, 0, "%s", r.output);
}

/* The percentage behind `word` in the text. */
static double percentage(const char *text, const char *word)
{
    const char *at = strstr(text, word);
    cr_assert_not_null(at, "'%s' is not in: %s", word, text);
    return strtod(at + strlen(word), NULL);
}

/* Three splits, each with the accuracy of the training's last line. */
static void expect_repeated(const char *solver, const char *kind)
{
    static const char *const splits[] = {"train", "validation", "test"}, *const said[] = {"training ",
                                                                                          "validation ",
                                                                                          "test "};
    static struct result summary, shown;
    char line[200];
    train(solver);
    cli_shell(&summary, "grep '^# training: ' a.yaml");
    cr_expect_not_null(strstr(summary.output, kind), "%s", summary.output);
    const char *from = strstr(summary.output, "accuracy:");
    cr_assert_not_null(from, "%s", summary.output);
    for (int k = 0; k < 3; k++) {
        (void)snprintf(line, sizeof line, "eval --weights a.net --split %s", splits[k]);
        spikebench(&shown, line);
        cr_expect_eq(shown.code, 0, "%s", shown.output);
        cr_expect_eq(percentage(shown.output, "accuracy:  "), percentage(from, said[k]), "%s %s: %s%s",
                     solver, splits[k], summary.output, shown.output);
    }
}

Test(own_rule, eval_repeats_the_accuracies_of_train, .init = cli_setup, .fini = cli_teardown)
{
    expect_repeated("forward_forward", "own rule's accuracy: ");
    expect_repeated("exact_spike_time", "own rule's accuracy: ");
    expect_repeated("bptt", "simulated accuracy: ");
}

/* Both ways of predicting say which they are; counts of a network that does not predict are not shown. */
Test(own_rule, simulation_is_there_on_demand, .init = cli_setup, .fini = cli_teardown)
{
    static struct result own, simulated;
    train("forward_forward");
    spikebench(&own, "eval --weights a.net");
    cr_expect_eq(own.code, 0, "%s", own.output);
    cr_expect_not_null(strstr(own.output, "readout:   forward_forward's own rule\n"), "%s", own.output);
    cr_expect_null(strstr(own.output, "synops"), "%s", own.output);
    cr_expect_not_null(strstr(own.output, " nJ per sample"), "%s", own.output);
    cr_expect_null(strstr(own.output, "note:"), "%s", own.output);
    spikebench(&simulated, "eval --weights a.net --rule simulated");
    cr_expect_eq(simulated.code, 0, "%s", simulated.output);
    cr_expect_not_null(strstr(simulated.output, "readout:   simulated forward from the weights"), "%s",
                       simulated.output);
    cr_expect_not_null(strstr(simulated.output, "note: forward_forward has a prediction rule of its own"),
                       "%s", simulated.output);
    cr_expect_not_null(strstr(simulated.output, "synops"), "%s", simulated.output);
    cr_expect_neq(percentage(own.output, "accuracy:  "), percentage(simulated.output, "accuracy:  "));
    spikebench(&simulated, "eval --weights a.net --rule best");
    cr_expect_eq(simulated.code, 2);
    cr_expect_not_null(strstr(simulated.output, "own, simulated"), "%s", simulated.output);
}

/* The paper's tables and the figures of rivals say so beside the name, and of no other trainer. */
Test(own_rule, tables_and_figures_mark_it, .init = cli_setup, .fini = cli_teardown)
{
    static struct result r;
    cli_write("r.yaml", "experiment: rivals_digits\nstop: {max_iter: 1}\n"
                        "dataset: {name: digits, T: 4, n_train: 40, n_validation: 20, n_test: 20}\n"
                        "network: {hidden: [6]}\nsolvers: [{name: bptt}, {name: forward_forward}]\n");
    cli_shell(&r, "\"$SB\" run r.yaml > log && \"$SB\" summarise rivals_digits >> log && \"$SB\" table depth "
                  "rivals_digits");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "\nforward_forward (own rule) "), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "\nbptt  "), "%s", r.output);
    cli_shell(&r, "\"$SB\" plot rivals_digits --out f --format svg > log && grep -c 'forward_forward (own "
                  "rule)' f/rivals_final.svg && ! grep 'bptt (own' f/rivals_final.svg");
    cr_expect_eq(r.code, 0, "%s", r.output);
}
