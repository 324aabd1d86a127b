/* What check says of a run's memory against what the run took. Sizes are such that the run's own memory is
 * more than a third of what is measured beside program and libraries (some 17 MiB): else the test would
 * assert nothing.
 */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

TestSuite(memory, .init = cli_setup, .fini = cli_teardown);

#define WIDE  "hidden: [[100]], start: kaiming"
#define DEEP  "hidden: [[100, 100]], start: kaiming"
#define RATED "hidden: [[100, 100]], start: rate"
struct trial {
    char data[120], network[60], precision[8], solvers[400];
    char least[8]; /* MiB that the largest run takes, at least */
};

ParameterizedTestParameters(memory, estimates_are_within_a_quarter_of_the_peak)
{
    static struct trial trials[] = {
        {"yin_yang, T: 800, n_train: 300", WIDE, "double", "{name: bptt}, {name: ottt}", "40"},
        {"yin_yang, T: 800, n_train: 300", DEEP, "double", "{name: bptt}", "100"},
        {"yin_yang, T: 800, n_train: 300", DEEP, "float", "{name: bptt}", "60"},
        {"event_camera, T: 800, n_train: 400", WIDE, "double", "{name: bptt}", "45"},
        {"sine, T: 400, n_train: 300", WIDE, "double", "{name: bptt}", "60"},
        {"digits, T: 200, n_train: 200", DEEP, "double", "{name: bptt}, {name: admm_resync}", "60"},
        /* scales are tried by which layers fire much: that must take no more than training does */
        {"digits, T: 400, n_train: 200", RATED, "double", "{name: bptt, batch: 20}, {name: random_features}",
         "40"},
        {"harmonic, n_train: 20000", "", "double", "{name: lista}, {name: fista}", "60"},
    };
    return cr_make_param_array(struct trial, trials, sizeof trials / sizeof *trials);
}

ParameterizedTest(struct trial *t, memory, estimates_are_within_a_quarter_of_the_peak)
{
    static struct result r;
    char text[1500];
#ifdef __SANITIZE_ADDRESS__ /* whose own memory is part of the peak */
    (void)fprintf(stderr, "SKIPPED memory::estimates of %s under a sanitizer\n", t->data);
    return;
#endif
    (void)snprintf(text, sizeof text,
                   "experiment: a\nprecision: %s\neval_every: 1\nstop: {max_iter: 1}\n"
                   "dataset: {name: %s, n_validation: 20, n_test: 20}\n"
                   "network: {%s}\nsolvers: [%s]\n",
                   t->precision, t->data, t->network, t->solvers);
    cli_write("a.yaml", text);
    (void)snprintf(
        text, sizeof text,
        "\"$SB\" check a.yaml > plan && \"$SB\" run a.yaml --out o > log && awk -F, -v least=%s "
        "'FNR == NR { if (split($0, a, \" +\") > 3 && $0 ~ /^ +[0-9]/) e[a[3]] = a[length(a) - 1] * 1048576; "
        "next } FNR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } "
        "{ n++; p = $c[\"peak_bytes\"]; q = e[$c[\"solver\"]] / p; most = p > most ? p : most; "
        "if (q < 0.75 || q > 1.25) print $c[\"solver\"], q, p } "
        "END { if (n == 0 || most < least * 1048576) print \"too small to tell:\", n, most }' plan "
        "o/a/runs.csv",
        t->least);
    cli_shell(&r, text);
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_str_eq(r.output, "", "%s: %s", t->data, r.output);
}
