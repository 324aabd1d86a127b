/* Runs that diverge: how they are told from the others. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <string.h>

/* A loss that is finite and means nothing is divergence; all runs of a configuration must diverge for exit
 * code 1, now or before. */
Test(divergence, is_counted_and_fails, .init = cli_setup, .fini = cli_teardown)
{
    static struct result r;
    cli_write("wild.yaml", "experiment: wild\nseeds: [0, 1]\nstop: {max_iter: 20}\nprecision: double\n"
                           "dataset: {name: digits, T: 4, n_train: 60, n_validation: 20, n_test: 20}\n"
                           "network: {hidden: [6], reset: none, leak: 1, loss: squared}\nsolvers:\n"
                           "  - {name: random_features}\n"
                           "  - {name: trained_readout, label: far, optimizer: sgd, lr: 1000}\n");
    cli_shell(&r, "\"$SB\" run wild.yaml; echo code $?");
    cr_expect_not_null(strstr(r.output, "4 runs: 2 done, 2 diverged\n"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "1 configuration diverged in all of its runs"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "diverged (the training loss is "), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "code 1"), "%s", r.output);
    cli_shell(&r, "\"$SB\" run wild.yaml; echo code $?");
    cr_expect_not_null(strstr(r.output, "4 finished before"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "code 1"), "a second time, %s", r.output);
    cli_shell(&r, "\"$SB\" run wild.yaml --allow-diverged; echo code $?");
    cr_expect_not_null(strstr(r.output, "code 0"), "%s", r.output);
    /* one seed of the two has not diverged: no configuration is lost */
    cli_shell(
        &r, "awk -F, -v OFS=, '$8 == \"diverged\" && !n++ { $8 = \"ok\" } 1' results/wild/runs.csv > new && "
            "cp new results/wild/runs.csv && \"$SB\" run wild.yaml; echo code $?");
    cr_expect_not_null(strstr(r.output, "code 0"), "%s", r.output);
}
