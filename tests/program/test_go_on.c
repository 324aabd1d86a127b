/* Going on from here: a larger stop.max_iter, and weight files to start from. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

static void setup(void)
{
    cli_setup();
    cli_write("e.yaml", "experiment: a\nseeds: [0, 1]\neval_every: 2\n"
                        "dataset: {name: digits, T: 6, n_train: 150, n_validation: 20, n_test: 50}\n"
                        "network: {hidden: [12]}\n"
                        "solvers:\n  - {name: bptt, batch: 50, optimizer: adam}\n"
                        "  - {name: admm, kappa: 0.01, beta: 10, layer_order: random}\n"
                        "  - {name: admm_resync, kappa: 0.01}\n  - {name: admm_anderson, kappa: 0.01}\n"
                        "  - {name: forward_forward, batch: 50}\n  - {name: random_features}\n");
}

TestSuite(go_on, .init = setup, .fini = cli_teardown);

/* Shell function `rows DIR`: rows and curves of the runs of length 7. */
#define SHELL                                                                                                \
    "rows() { awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) { if ($i == \"stop.max_iter\") c = i; if ($i == " \
    "\"run_id\") d = i } } NR == 1 || $c == 7' $1/runs.csv > long.csv; numbers_of long.csv; "                \
    "for id in $(column run_id long.csv); do echo $id; numbers_of $1/curves/$id.csv; done; }; "

/* Ways to come to seven iterations; `went_on`: how many of the twelve runs do not begin anew. */
struct way {
    char text[300];
    int went_on, anew;
};

ParameterizedTestParameters(go_on, the_bits_are_those_of_a_run_that_never_stopped)
{
    /* with eval_every 2: an end between two evaluations, one at an evaluation, and two ends */
    static struct way ways[] = {
        {"", 12, 0},
        {"\"$SB\" run e.yaml --set stop.max_iter=4; ", 12, 0},
        {"\"$SB\" run e.yaml --set stop.max_iter=5 --set threads=2; ", 12, 0},
        {"rm results/a/.work/*.end; ", 0, 12},
        {"for f in results/a/.work/*.end; do printf x >> $f; done; ", 12, 0},
    };
    return cr_make_param_array(struct way, ways, sizeof ways / sizeof *ways);
}

ParameterizedTest(struct way *w, go_on, the_bits_are_those_of_a_run_that_never_stopped)
{
    static struct result r;
    char text[2000], count[100];
    (void)snprintf(
        text, sizeof text,
        SHELL "\"$SB\" run e.yaml --set stop.max_iter=3 >/dev/null 2>&1 && { %s true; } >/dev/null 2>&1 && "
              "\"$SB\" run e.yaml --set stop.max_iter=7 > said 2>&1 && \"$SB\" run e.yaml --set "
              "stop.max_iter=7 --out direct >/dev/null && rows results/a > first && rows direct/a > second "
              "&& wc -l < first && cmp first second && grep -c ' goes on from the end of run ' said; grep -c "
              "'the state at the end is gone' said; grep -c 'kept as' said",
        w->text);
    cli_shell(&r, text);
    /* 13 rows; a curve each of the iterations 0, 2, 4, 6, 7, and of random_features 0, 1 */
    const int lines = 13 + 10 * (1 + 6) + 2 * (1 + 3), damaged = strstr(w->text, "printf") ? 12 : 0;
    (void)snprintf(count, sizeof count, "%d\n%d\n%d\n%d\n", lines, w->went_on, w->anew, damaged);
    cr_expect_str_eq(r.output, count);
}

/* What ended for another reason than its length ends there again, at once. */
Test(go_on, a_plateau_stays_one)
{
    static struct result r;
    cli_shell(&r, SHELL
              "\"$SB\" run e.yaml --set stop.max_iter=40 --set stop.patience=4 >/dev/null && \"$SB\" run "
              "e.yaml --set stop.max_iter=60 --set stop.patience=4 2>&1 >/dev/null | grep -c 'goes on' && "
              "\"$SB\" run e.yaml --set stop.max_iter=60 --set stop.patience=4 --out direct >/dev/null && "
              "for d in results direct; do numbers_of $d/a/runs.csv | grep -v ',40,' | sort > $d.txt; "
              "done; wc -l < direct.txt; cmp results.txt direct.txt && column stop_reason "
              "direct/a/runs.csv | sort -u");
    expect_good(&r);
    expect_text(&r, "12\n13\n");
    expect_text(&r, "plateau\n");
}

Test(go_on, states_are_kept_as_asked)
{
    static struct result r;
    cli_shell(
        &r, "ends() { ls results/a/.work | grep -c 'end$'; }; \"$SB\" run e.yaml --set stop.max_iter=2 "
            "--states 0 "
            ">/dev/null; ends; \"$SB\" run e.yaml --set stop.max_iter=2 --fresh >/dev/null 2>&1; ends; "
            "\"$SB\" run "
            "e.yaml --set stop.max_iter=2 --fresh --states 0 >/dev/null 2>&1; ends; \"$SB\" run e.yaml --set "
            "stop.max_iter=3 2>&1 | grep -c 'state at the end is gone'");
    cr_expect_str_eq(r.output, "0\n12\n0\n12\n");
    /* tasks in sequence: each would have had more iterations */
    cli_write("tasks.yaml",
              "experiment: t\ndataset: {name: digits, T: 4, n_train: 100, n_test: 50, tasks: 2}\n"
              "network: {hidden: [8]}\nsolvers: [{name: bptt}]\n");
    cli_shell(
        &r,
        "\"$SB\" run tasks.yaml --set stop.max_iter=2 && \"$SB\" run tasks.yaml --set stop.max_iter=3; ls "
        "results/t/.work");
    expect_good(&r);
    cr_expect_null(strstr(r.output, "goes on"), "%s", r.output);
    cr_expect_null(strstr(r.output, ".end"), "%s", r.output);
}

/* Times that were not valid do not become so by going on alone. */
Test(go_on, shared_machines_are_remembered)
{
    static struct result r;
    cli_shell(&r, SHELL "\"$SB\" run e.yaml --set stop.max_iter=2 -j 2 >/dev/null; \"$SB\" run e.yaml --set "
                        "stop.max_iter=3 >/dev/null 2>&1; column timing_valid results/a/runs.csv | sort | "
                        "uniq -c | tr -s ' '");
    cr_expect_str_eq(r.output, " 24 0\n");
}

Test(go_on, training_goes_on)
{
    static struct result r;
    cli_shell(
        &r,
        "train() { out=$1; max=$2; shift 2; \"$SB\" train bptt digits --out $out --set stop.max_iter=$max "
        "--set dataset.T=6 --set dataset.n_train=150 --set network.hidden=12 \"$@\"; }; train a.net 3 "
        "--states 8 && "
        "train a.net 7 --states 8 && train b.net 7 && cmp a.net b.net && "
        "train a.net 7 --states 8 && ls -d *.work; train a.net 9 --set "
        "solver.lr=0.5; train b.net 8; train b.net 8 --set solver.lr=0.5 --set threads=2");
    expect_good(&r);
    expect_text(&r, " goes on from the end of run ");
    expect_text(&r, "(stop.max_iter 3)");
    expect_text(&r, "\na.net: finished before: bptt, 7 iterations (max_iter)");
    expect_text(&r, "\na.net.work\n");
    expect_text(
        &r,
        "1 new run: it differs from a finished one in stop.max_iter = 9 (there 7), solver.lr = 0.5 (there ");
    expect_text(&r, "b.net begins anew: the state at the end of its training (stop.max_iter 7) was not kept "
                    "(--states)\n");
    expect_text(&r, "b.net was another run: solver.lr = 0.5 (there ");
    cr_expect_null(strstr(r.output, "threads ="), "%s", r.output);
}

#define SMALL "--set dataset.T=6 --set dataset.n_train=150 "

Test(go_on, training_starts_from_weights)
{
    static struct result r;
    cli_shell(&r, "\"$SB\" train bptt digits --out a.net " SMALL
                  "--set network.hidden=12 --set network.leak=0.8 --set "
                  "stop.max_iter=5 && \"$SB\" train admm digits --from a.net --out same.net " SMALL
                  "--set stop.max_iter=0 && cmp a.net same.net && grep -e leak -e hidden -e start: same.yaml "
                  "&& \"$SB\" "
                  "train bptt digits --from a.net --out b.net " SMALL
                  "--set stop.max_iter=2 && ! cmp -s a.net b.net && rm "
                  "a.net a.yaml && \"$SB\" eval --weights b.net");
    expect_good(&r);
    expect_text(&r, "  hidden: [12]\n  leak: 0.8\n  start: \"a.net\"\n");
}

/* In an experiment: the bytes count, not the name; an axis may mix files and choices. */
Test(go_on, experiments_start_from_weights)
{
    static struct result r;
    cli_write("s.yaml",
              "experiment: s\nstop: {max_iter: 2}\ndataset: {name: digits, T: 6, n_train: 150, n_test: 50}\n"
              "network: {hidden: [12], start: [rate, one.net, two.net]}\nsolvers: [{name: bptt}]\n");
    cli_shell(
        &r, SHELL
        "train() { \"$SB\" train bptt digits --seed $1 --out $2 " SMALL "--set network.hidden=12 --set "
        "stop.max_iter=1 --states 0 >/dev/null; }; train 1 one.net; train 2 two.net; \"$SB\" run s.yaml && "
        "column run_id results/s/runs.csv | sort -u | wc -l && mkdir other && mv one.net other/name.net && "
        "\"$SB\" run s.yaml --set network.start=other/name.net; cp two.net other/name.net; \"$SB\" run "
        "s.yaml "
        "--set network.start=other/name.net; train 3 two.net; \"$SB\" run s.yaml --set "
        "network.start=two.net");
    expect_good(&r);
    expect_text(&r, "s: 3 runs: 3 done\n3\n");
    expect_text(&r, "s: 1 run: 1 finished before\ns: 1 run: 1 finished before\n");
    expect_text(&r, "1 new run: it differs from a finished one in the bytes of the data, or of the file of "
                    "network.start");
    expect_text(&r, "s: 1 run: 1 done\n");
    /* the first two.net and the last are not two draws of one start; no file is no hash */
    cli_shell(&r, "column start_sha256 results/s/runs.csv | grep -cx \"$(sha256sum two.net | cut -c1-64)\"; "
                  "column start_sha256 results/s/runs.csv | grep -cx nan; \"$SB\" summarise s | grep -c "
                  "'^bptt_12[^ ]*  *1 '");
    cr_expect_str_eq(r.output, "1\n1\n4\n");
    /* equal bytes under two names are one run */
    cli_shell(
        &r, "cp two.net copy.net; sed 's/start: .*/start: [two.net, copy.net]}/' s.yaml >t.yaml; \"$SB\" run "
            "t.yaml; echo code $?; \"$SB\" check t.yaml; echo code $?");
    expect_text(&r, "t.yaml: runs 1 and 2 (solver 'bptt', seed 0) are the same");
    expect_text(&r, "code 2\n");
}

/* Weight files that do not fit: arguments, and what is said. */
struct refusal {
    char arguments[200], text[250];
};

ParameterizedTestParameters(go_on, weights_that_do_not_fit)
{
    static struct refusal cases[] = {
        {"--set network.start=a.net --set network.hidden=12-9",
         "network.start: a.net: weight file of a 64-12-10 network; this one is 64-12-9-10: W_2 is 10 x 12 in "
         "the file, 9 x "
         "12 here"},
        {"--set network.start=a.net --set network.hidden=11", ": W_1 is 12 x 64 in the file, 11 x 64 here"},
        {"--set network.start=a.net --set precision=float",
         "network.start: a.net: weight file of 8-byte numbers; this program uses 4"},
        {"--set network.start=a.net --set network.hidden=12 --set network.recurrent=true --set solver.lr=0.1",
         "weight file without recurrent weights; this network has R_1"},
        {"--set network.start=b.net", "network.start: b.net: No such file or directory"},
        {"--set network.start=a.yaml", "option 'start' cannot be 'a.yaml'; allowed: one of rate, kaiming, "
                                       "published, or a weight file NAME.net"},
    };
    return cr_make_param_array(struct refusal, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct refusal *c, go_on, weights_that_do_not_fit)
{
    static struct result r;
    char text[1000];
    cli_write("s.yaml",
              "experiment: s\nstop: {max_iter: 2}\ndataset: {name: digits, T: 6, n_train: 150, n_test: 50}\n"
              "solvers: [{name: bptt}]\n");
    cli_shell(&r,
              "\"$SB\" train bptt digits --out a.net " SMALL "--set network.hidden=12 --set stop.max_iter=1");
    expect_good(&r);
    (void)snprintf(text, sizeof text, "run s.yaml %s", c->arguments);
    spikebench(&r, text);
    cr_expect_eq(r.code, 2, "%s", r.output);
    expect_text(&r, c->text);
    cr_expect_not(cli_exists("results/s/runs.csv"));
}

/* Other leaks are no other shape; a recurrent network's weights start another. */
Test(go_on, neurons_may_differ)
{
    static struct result r;
    cli_shell(&r, "\"$SB\" train bptt digits --out a.net " SMALL
                  "--set network.hidden=12 --set network.recurrent=true --set "
                  "network.leak=0.9/0.7 --set stop.max_iter=1 && \"$SB\" train bptt digits --from a.net "
                  "--out b.net " SMALL "--set network.leak=0.8 --set network.reset=hard --set "
                  "stop.max_iter=0 && for n in a b; do \"$SB\" weights "
                  "--weights $n.net --csv $n.csv; done && cmp a.csv b.csv");
    expect_good(&r);
}

Test(go_on, what_a_setting_changes_is_said)
{
    static struct result r;
    cli_write("s.yaml",
              "experiment: s\nseeds: [0, 1]\nstop: {max_iter: 2}\n"
              "dataset: {name: digits, T: 6, n_train: 150, n_test: 50}\nsolvers: [{name: bptt, lr: 0.01}]\n");
    cli_shell(&r, "\"$SB\" run s.yaml >/dev/null && \"$SB\" run s.yaml --set threads=2; \"$SB\" run s.yaml "
                  "--set solver.lr=0.1,0.2 "
                  "--set network.leak=0.8");
    expect_good(&r);
    expect_text(&r, "--set threads=2 changes no result: finished runs are not repeated\n");
    expect_text(&r, "s: 2 runs: 2 finished before\n");
    expect_text(&r, "2 new runs: they differ from finished ones in network.leak = 0.8 (there 0.9), solver.lr "
                    "= 0.1 (there "
                    "0.01)\n2 new runs: they differ from finished ones in network.leak = 0.8 (there 0.9), "
                    "solver.lr = 0.2 "
                    "(there 0.01)\n");
    cli_shell(&r,
              "\"$SB\" run s.yaml --set threads=2 --fresh --out b; \"$SB\" run s.yaml --set dataset.path=");
    expect_good(&r);
    cr_expect_null(strstr(r.output, "changes no result"), "%s", r.output);
}

/* What cannot be kept costs no run; a run that diverges in its last step keeps nothing. */
Test(go_on, states_that_lead_nowhere)
{
    static struct result r;
    cli_write("s.yaml", "experiment: s\neval_every: 2\nstop: {max_iter: 1}\n"
                        "dataset: {name: digits, T: 4, n_train: 60, n_test: 20}\n"
                        "network: {hidden: [6], reset: none, leak: 1, loss: squared}\nsolvers:\n"
                        "  - {name: trained_readout}\n"
                        "  - {name: trained_readout, label: far, optimizer: sgd, lr: 1000, batch: 2}\n");
    cli_shell(&r,
              "\"$SB\" run s.yaml --allow-diverged; ls -A results/s/.work | grep -c end$; id=$(ls "
              "results/s/.work | sed -n s/.end$//p); rm -r results/s && mkdir -p results/s/.work/$id.end/x "
              "&& \"$SB\" run s.yaml --allow-diverged && column status results/s/runs.csv");
    expect_good(&r);
    expect_text(&r, "s: 2 runs: 1 done, 1 diverged\n");
    expect_text(&r, "\n1\n");
    expect_text(&r, ".end: Is a directory: the state at the end is not kept\n");
    expect_text(&r, "ok\ndiverged\n");
}

/* A state of more than --states MiB is not kept: the longer run begins anew, and says why. */
Test(go_on, states_that_are_too_large)
{
    static struct result r;
    cli_write("wide.yaml",
              "experiment: wide\nstop: {max_iter: 1}\n"
              "dataset: {name: digits, T: 2, n_train: 20, n_validation: 0, n_test: 10}\n"
              "network: {hidden: [1000]}\nsolvers: [{name: bptt, batch: 20, optimizer: adam}]\n");
    cli_shell(&r, "\"$SB\" run wide.yaml --states 1; ls -A results/wide/.work; \"$SB\" run wide.yaml --set "
                  "stop.max_iter=2 --states 4; ls -A results/wide/.work");
    expect_text(&r, "the state at the end is gone");
    const char *kept = strstr(r.output, ".end\n");
    cr_expect(kept && !strstr(kept + 1, ".end\n"), "that of the second run alone is kept: %s", r.output);
}

/* --states bounds what a folder holds: of three states of 1.8 MB two are kept, and make room for those of the
 * runs that go on from them. */
Test(go_on, states_have_their_room_together)
{
    static struct result r;
    cli_write("wide.yaml",
              "experiment: wide\nseeds: [0, 1, 2]\nstop: {max_iter: 1}\n"
              "dataset: {name: digits, T: 2, n_train: 20, n_validation: 0, n_test: 10}\n"
              "network: {hidden: [1000]}\nsolvers: [{name: bptt, batch: 20, optimizer: adam}]\n");
    cli_shell(&r, "\"$SB\" run wide.yaml --states 4 -q; ls results/wide/.work/*.end >first; wc -l <first; "
                  "\"$SB\" run wide.yaml --set stop.max_iter=2 --states 4; ls results/wide/.work/*.end "
                  ">second; wc -l <second; cat first second | sort -u | wc -l; \"$SB\" check wide.yaml "
                  "--results results --set stop.max_iter=2");
    expect_good(&r);
    const char *said =
        "the state at the end of 1 run is not kept: with a larger stop.max_iter it begins anew "
        "(--states 4: MiB in all)\n";
    cr_expect_eq(strncmp(r.output, "2\n", 2), 0, "quiet: %s", r.output);
    expect_text(&r, said);
    expect_text(&r, "wide: 3 runs: 3 done\n2\n4\n");
    expect_text(&r, "6 rows, 0 problems, 3.39 MiB of states to go on from\n");
    const char *first = strstr(r.output, " goes on from the end of run ");
    cr_expect(first && strstr(first + 1, " goes on from the end of run "), "two go on: %s", r.output);
}
