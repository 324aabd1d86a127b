/* Augmentation in runs: the same bits for any threads and after an interruption, training samples alone, and
 * trainers that cannot take it. */
#include "commands/registry.h"
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct result r;

static void setup(void)
{
    cli_setup();
    cli_write(
        "aug.yaml",
        "experiment: aug\nseeds: [3]\neval_every: 5\nstop: {max_iter: 60}\n"
        "dataset: {name: digits, T: 20, n_train: 400, n_test: 100, augment_shift: 1, augment_flip: true, "
        "augment_drop: 0.1, augment_jitter: 1, augment_noise: 5}\n"
        "network: {hidden: [60]}\nsolvers:\n  - {name: bptt}\n");
    cli_write(
        "events.yaml",
        "experiment: events\neval_every: 1\nstop: {max_iter: 3}\n"
        "dataset: {name: event_camera, T: 5, n_train: 60, n_validation: 20, n_test: 20, augment_shift: 2, "
        "augment_drop: 0.2}\n"
        "network: {hidden: [12]}\nsolvers:\n  - {name: bptt}\n  - {name: forward_forward}\n");
}

TestSuite(augment_runs, .init = setup, .fini = cli_teardown);

/* Columns of all curves below a folder that do not depend on the clock. */
#define NUMBERS                                                                                              \
    "numbers() { for f in $1/*/curves/*.csv; do awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ "      \
    "/^(iter|loss|acc|fwd|grad)/) c[i] = 1 } { for (i = 1; i <= NF; i++) if (i in c) printf \"%s,\", $i; "   \
    "print \"\" }' $f; done; }; "

static void shell(const char *text)
{
    cli_shell(&r, text);
    cr_assert_eq(r.code, 0, "%s: %s", text, r.output);
}

Test(augment_runs, same_bits_for_threads_and_jobs)
{
    shell("\"$SB\" run events.yaml --out a >/dev/null && \"$SB\" run events.yaml --out b --set threads=3 -j "
          "2 >/dev/null");
    shell(NUMBERS "numbers a > first; numbers b > second; cmp first second && wc -l < first");
    cr_expect_str_eq(r.output, "10\n");
}

/* Resumed it sees the samples of the iterations that were left. */
Test(augment_runs, an_interruption_changes_nothing)
{
    shell("\"$SB\" run aug.yaml --out a >/dev/null");
    cli_shell(
        &r,
        "\"$SB\" run aug.yaml --out b & until ls b/aug/.work/*.yaml >/dev/null 2>&1; do sleep 0.02; done; "
        "sleep 0.4; kill -INT $!; wait $!");
    cr_expect_eq(r.code, 130, "%s", r.output);
    shell("\"$SB\" run aug.yaml --out b >/dev/null; " NUMBERS
          "numbers a > first; numbers b > second; cmp first second");
}

/* The network before the first iteration is measured on the same samples of all splits as without; after it,
 * it has learned from others. */
Test(augment_runs, no_split_is_measured_on_changed_samples)
{
    shell("\"$SB\" run events.yaml --out a >/dev/null; \"$SB\" run events.yaml --out b --set "
          "dataset.augment_shift=0 --set "
          "dataset.augment_drop=0 >/dev/null; " NUMBERS
          "numbers a | grep ^0, | sort > first; numbers b | grep ^0, | sort > second; cmp first second && wc "
          "-l < first");
    cr_expect_str_eq(r.output, "2\n");
    cli_shell(
        &r, NUMBERS
        "numbers a | grep ^1, | sort > first; numbers b | grep ^1, | sort > second; cmp -s first second");
    cr_expect_eq(r.code, 1, "the first iteration is the same with other samples");
}

/* The weights measured again: what the run says of them is of the samples as they are. */
Test(augment_runs, eval_repeats_what_train_says)
{
    shell("\"$SB\" train bptt digits --out a.net --set stop.max_iter=3 --set dataset.augment_shift=1 --set "
          "dataset.n_train=200 "
          "--set dataset.n_test=100 --set network.hidden=20");
    double said[3], again = 0;
    const char *at = strstr(r.output, "training ");
    cr_assert_not_null(at, "%s", r.output);
    cr_assert_eq(sscanf(at, "training %lf %%, validation %lf %%, test %lf", said, said + 1, said + 2), 3,
                 "%s", r.output);
    shell("\"$SB\" eval --weights a.net --split train");
    at = strstr(r.output, "accuracy");
    cr_assert_not_null(at, "%s", r.output);
    cr_assert_eq(sscanf(at + strcspn(at, "0123456789"), "%lf", &again), 1, "%s", r.output);
    cr_expect_float_eq(again, said[0], 0.0051, "%g and %s", said[0], r.output);
}

/* Each trainer either trains on changing samples or says why not. */
Test(augment_runs, every_trainer_takes_it_or_says_why_not)
{
    for (size_t i = 0; solvers[i]; i++) {
        char text[400];
        const bool takes = solvers[i]->features & FEATURE_FRESH_SAMPLES;
        (void)snprintf(text, sizeof text,
                       "\"$SB\" train %s digits --out %zu.net --set stop.max_iter=2 --set "
                       "dataset.augment_drop=0.2 --set "
                       "dataset.T=4 --set dataset.n_train=40 --set dataset.n_validation=10 --set "
                       "dataset.n_test=10 --set "
                       "network.hidden=6 --set network.start=kaiming%s",
                       solvers[i]->name, i,
                       strcmp(solvers[i]->name, "ide") == 0 || strcmp(solvers[i]->name, "spide") == 0
                           ? " --set network.recurrent=true"
                           : "");
        cli_shell(&r, text);
        cr_expect_eq(r.code, takes ? 0 : 2, "%s: %s", solvers[i]->name, r.output);
        if (!takes)
            cr_expect_not_null(strstr(r.output, "dataset.augment_* is not for solver"), "%s: %s",
                               solvers[i]->name, r.output);
    }
}
