/* What messages name: bounds, files and reasons; and what names of files may be. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void setup(void)
{
    cli_setup();
    cli_write("a.yaml", "experiment: a\nstop: {max_iter: 1}\n"
                        "dataset: {name: digits, T: 4, n_train: 40, n_validation: 10, n_test: 10}\n"
                        "network: {hidden: [1], start: rate}\nsolvers: [{name: bptt, batch: 10}]\n");
}

TestSuite(messages, .init = setup, .fini = cli_teardown);

static void expect(const char *text, int code, const char *wanted)
{
    static struct result r;
    cli_shell(&r, text);
    cr_expect_eq(r.code, code, "%s: %s", text, r.output);
    cr_expect_not_null(strstr(r.output, wanted), "%s: '%s' is not in %s", text, wanted, r.output);
}

Test(messages, a_bound_that_is_refused_is_named)
{
    expect("sed -i 's/bptt, batch: 10/admm, rho: 1e300/' a.yaml; \"$SB\" check a.yaml", 2,
           "option 'rho' cannot be '1e300'; allowed: number > 0, at most 1e+12");
    expect("sed -i 's/rho: 1e300/rho: 0/' a.yaml; \"$SB\" check a.yaml", 2, "allowed: number > 0\n");
}

Test(messages, hexadecimal_integers_are_refused)
{
    expect("sed -i 's/max_iter: 1/max_iter: 0x10/' a.yaml; \"$SB\" check a.yaml", 2,
           "option 'max_iter' cannot be '0x10'");
    expect("sed -i 's/0x10/1/; s/hidden: .1./hidden: [0x8]/' a.yaml; \"$SB\" check a.yaml", 2,
           "option 'hidden' needs a list of whole numbers");
}

/* Data too few for any rate near the one that was asked for. */
Test(messages, the_nearest_rate_is_taken_and_said)
{
    expect("\"$SB\" run a.yaml > out 2>&1; grep -c 'no scale was found for a firing rate of 0.15 in layer 1' "
           "out",
           0, "1\n");
    expect("\"$SB\" summarise a", 0, "bptt_1");
}

/* check says it before the run does; not of data that can. */
Test(messages, check_warns_of_rates_that_the_data_cannot_resolve)
{
    expect(
        "\"$SB\" check a.yaml", 0,
        "warning: configuration 1: start: rate: 40 samples of 4 steps give layer 1 firing rates in steps of "
        "0.0063: the nearest to start_rate is taken");
    expect("sed -i 's/hidden: .1./hidden: [100, 50]/' a.yaml; \"$SB\" check a.yaml 2>&1 | grep -c 'start: "
           "rate' || true",
           0, "0\n");
}

/* A folder stands where each file would be written. */
Test(messages, a_file_that_cannot_be_written_is_named_with_the_reason)
{
    static const struct {
        const char *file, *command;
    } lines[] = {{"results/a/summary.csv", "summarise a"},
                 {"results/a/profile.csv", "summarise a"},
                 {"results/a/time_to_accuracy.csv", "summarise a"},
                 {"results/a/curves_summary/bptt_1.csv", "summarise a"},
                 {"results/a/best.csv", "best a"},
                 {"f/accuracy_seconds_1.svg", "plot a --all --format svg --out f"}};
    static struct result r;
    char text[400], wanted[200];
    cli_shell(&r, "sed -i 's/max_iter: 1/max_iter: 2/' a.yaml; rm -rf results; \"$SB\" run a.yaml");
    cr_assert_eq(r.code, 0, "%s", r.output);
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
        const char *file = lines[k].file;
        (void)snprintf(text, sizeof text, "rm -rf %s; mkdir -p %s/in; \"$SB\" %s; c=$?; rm -rf %s; exit $c",
                       file, file, lines[k].command, file);
        (void)snprintf(wanted, sizeof wanted, "%s: Is a directory", lines[k].file);
        expect(text, 1, wanted);
    }
}

/* Bytes that are no UTF-8 in names of files and folders. */
Test(messages, paths_need_not_be_utf8)
{
    expect("d=$(printf 'f\\377\\376'); mkdir \"$d\" && cp a.yaml \"$d/a.yaml\" && cd \"$d\" && "
           "\"$SB\" run ../\"$d/a.yaml\" && cd .. && mv \"$d/results\" \"$d/$d\" && "
           "\"$SB\" summarise a --results \"$d/$d\" && \"$SB\" summarise \"$d/$d/a\" && "
           "\"$SB\" best a --results \"$d/$d\" && \"$SB\" compare \"$d/$d/a\" \"$d/$d/a\" && "
           "\"$SB\" plot \"$d/$d/a\" --out \"$d/f\" && ls \"$d/f\" | grep -q svg && echo whole",
           0, "whole");
}
