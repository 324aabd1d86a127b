/* What is printed and written of configurations: `best` and `summarise --markdown`, on a table by hand. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

/* bptt: lr 0.1 averages 0.7 on validation, 0.2 averages 0.725, 0.4 would average 0.99 but for two runs that
 * diverged. admm: one configuration on two splits. */
static void setup(void)
{
    cli_setup();
    static struct result r;
    cli_shell(&r, "mkdir e");
    cli_write(
        "e/runs.csv",
        "schema,run_id,solver,label,dataset,seed,status,error,dataset.split_seed,network.hidden,network.loss,"
        "solver.lr,"
        "solver.rho,data_sha256,threads,train_s,forward_passes,loss_val,acc_train,acc_val,acc_test,"
        "timing_valid,date\n"
        "2,1,bptt,a,digits,0,ok,none,0,8,cross_entropy,0.1,nan,0,1,1,1000,1,1,0.9,0.5,1,x\n"
        "2,2,bptt,a,digits,1,ok,none,0,8,cross_entropy,0.1,nan,0,1,1,1000,1,1,0.8,0.5,1,x\n"
        "2,3,bptt,a,digits,0,ok,none,0,8-8,cross_entropy,0.1,nan,0,1,1,1000,1,1,0.5,0.5,1,x\n"
        "2,4,bptt,a,digits,1,ok,none,0,8-8,cross_entropy,0.1,nan,0,1,1,1000,1,1,0.6,0.5,1,x\n"
        "2,5,bptt,b,digits,0,ok,none,0,8,squared,0.2,nan,0,1,1,1000,9,1,0.95,0.9,1,x\n"
        "2,6,bptt,b,digits,1,ok,none,0,8,squared,0.2,nan,0,1,3,1000,9,1,0.95,0.92,1,x\n"
        "2,7,bptt,b,digits,0,ok,none,0,8-8,squared,0.2,nan,0,1,7,2500,9,0.5,0.55,0.4,0,x\n"
        "2,8,bptt,b,digits,1,ok,none,0,8-8,squared,0.2,nan,0,1,7,2500,9,0.5,0.45,0.4,0,x\n"
        "2,9,bptt,a,digits,0,ok,none,0,8,cross_entropy,0.4,nan,0,1,1,1000,0,1,0.99,0.5,1,x\n"
        "2,10,bptt,a,digits,1,ok,none,0,8,cross_entropy,0.4,nan,0,1,1,1000,0,1,0.99,0.5,1,x\n"
        "2,11,bptt,a,digits,0,diverged,d,0,8-8,cross_entropy,0.4,nan,0,1,1,nan,nan,nan,nan,nan,1,x\n"
        "2,12,bptt,a,digits,1,diverged,d,0,8-8,cross_entropy,0.4,nan,0,1,1,nan,nan,nan,nan,nan,1,x\n"
        "2,13,admm,admm,digits,0,ok,none,0,8,squared,nan,1,0,1,1,10,1,1,0.6,0.5,1,x\n"
        "2,14,admm,admm,digits,0,ok,none,1,8,squared,nan,1,0,1,1,30,1,1,0.8,0.5,1,x\n");
}

TestSuite(best, .init = setup, .fini = cli_teardown);

struct line {
    char arguments[60];
    int code;
    char expected[4][160];
};

ParameterizedTestParameters(best, command_lines)
{
    static struct line lines[] = {
        {"best e",
         0,
         {"# bptt                 3      4          72.50 +- 26.30  network.loss=squared lr=0.2\n",
          "# admm                 1      2          70.00 +- 14.14  -\n",
          "\n\ndataset: {name: digits}\nsolvers:\n  - {name: bptt, lr: 0.2, network: {loss: squared}}\n"
          "  - {name: admm, network: {loss: squared}}\n",
          "1 of 3 configurations of bptt have fewer finished runs"}},
        {"best e", 0, {"different numbers of configurations", "bptt 3, admm 1", "2 unfinished or failed"}},
        {"best e --min",
         0,
         {"70.00 +- 18.26  network.loss=cross_entropy lr=0.1", "the smallest mean of acc_val"}},
        {"best e --by loss_val", 0, {"1 +- 0  network.loss=cross_entropy lr=0.1", "smallest"}},
        {"best e --per label",
         0,
         {"{name: bptt, label: a, lr: 0.1, network: {loss: cross_entropy}}\n  - {name: bptt, label: b, lr: "
          "0.2, network: {loss: squared}}\n",
          "1 of 2 configurations of a", "label", "a 2, b 1, admm 1"}},
        {"best e --by acc_test", 2, {"--by acc_test: hyper-parameters are chosen on validation", "acc_val"}},
        {"best e --by loss_test_at_best_val", 2, {"chosen on validation, never on test"}},
        {"best e --by acc_vall",
         2,
         {"unknown column 'acc_vall' of runs.csv; did you mean 'acc_val'?", "allowed: train_s, forward_"}},
        {"best e --by date", 2, {"unknown column 'date'"}},
        {"best e --by solver.lr", 2, {"unknown column 'solver.lr'"}},
        {"best e --per seed", 2, {"--per 'seed': one of solver, label is allowed"}},
        {"best e --frob 1", 2, {"unknown option '--frob'"}},
        {"best e --out f", 2, {"unknown option '--out'; did you mean '--results'? see"}},
        {"report e --results . --out e", 2, {"--out 'e' is a folder: it names the page"}},
        {"summarise e --paired admm", 1, {"'a' has two runs with hidden 8"}},
        {"best e --by", 2, {"option '--by' needs a value"}},
        {"best e f", 2, {"'f' is one argument too many"}},
        {"best", 2, {"EXPERIMENT is missing: the folder of an experiment"}},
        {"best nothing", 1, {"results/nothing/runs.csv"}},
        {"best e --results . --per solver", 0, {"bptt"}},
        {"best --help", 0, {"Usage: spikebench best EXPERIMENT", "--per WHAT"}},
    };
    return cr_make_param_array(struct line, lines, sizeof lines / sizeof *lines);
}

ParameterizedTest(struct line *line, best, command_lines)
{
    static struct result r;
    spikebench(&r, line->arguments);
    cr_expect_eq(r.code, line->code, "'%s' gave %d, not %d:\n%s", line->arguments, r.code, line->code,
                 r.output);
    for (int i = 0; i < 4; i++)
        cr_expect_not_null(strstr(r.output, line->expected[i]), "'%s': '%s' is not in\n%s", line->arguments,
                           line->expected[i], r.output);
}

Test(best, writes_what_it_prints)
{
    static struct result r;
    cli_shell(
        &r, "\"$SB\" best e >/dev/null 2>&1; cut -d, -f1-6,9 e/best.csv; sed -n 2p e/best.csv | cut -d, -f7 "
            "| cut -c1-5");
    cr_expect_str_eq(r.output, "name,solver,configurations,runs,column,goal,options\n"
                               "bptt,bptt,3,4,acc_val,max,network.loss=squared lr=0.2\n"
                               "admm,admm,1,2,acc_val,max,none\n0.725\n");
}

/* Equal means are said: here three configurations of one run each, and a fourth of which there is less. */
Test(best, ties_are_said)
{
    static struct result r;
    cli_write("e/runs.csv",
              "schema,run_id,solver,label,dataset,seed,status,error,solver.lr,data_sha256,threads,acc_val\n"
              "2,1,bptt,bptt,nmnist,0,ok,none,0.1,0,1,0.5\n2,2,bptt,bptt,nmnist,0,ok,none,0.2,0,1,0.75\n"
              "2,3,bptt,bptt,nmnist,0,ok,none,0.4,0,1,0.75\n2,4,bptt,bptt,nmnist,0,ok,none,0.8,0,1,0.75\n"
              "2,5,admm,admm,nmnist,0,ok,none,nan,0,1,0.6\n");
    spikebench(&r, "best e");
    expect_text(&r, "warning: 3 configurations of bptt tie; the first of them is shown\n");
    expect_text(&r, "75.00  lr=0.2\n");
    cr_expect_null(strstr(r.output, "of admm tie"), "%s", r.output);
    expect_text(&r, "\n# dataset.path is left out: results hold no paths\ndataset: {name: nmnist}\n");
}

/* What cannot be paired is said before a table, not behind it. */
Test(best, pairs_are_sought_before_the_table)
{
    static struct result r;
    spikebench(&r, "summarise e --paired nobody 2>/dev/null");
    cr_expect_eq(r.code, 2);
    cr_expect_str_eq(r.output, "");
    spikebench(&r, "summarise e --paired admm 2>/dev/null");
    cr_expect_eq(r.code, 1);
    cr_expect_str_eq(r.output, "");
}

/* All that stands on the output is a part of an experiment file: nothing has to be cut off. */
Test(best, the_output_is_yaml)
{
    static struct result r;
    cli_shell(&r, "{ echo 'experiment: again'; \"$SB\" best e 2>/dev/null; } > again.yaml && \"$SB\" check "
                  "again.yaml");
    cr_expect_eq(r.code, 0, "%s", r.output);
}

/* One runs.csv of a grid whose solvers have options in common, options of the sections of their own, an
 * eval_every and a label; its printed parts, and what the help leaves to the file, make the same runs again.
 * Whether these are `wanted` (lines "run_id" of the winners). */
static void repeats(const char *options, const char *wanted)
{
    static struct result r;
    char text[1000];
    (void)snprintf(
        text, sizeof text,
        "\"$SB\" best tune %s 2>/dev/null > out && { echo 'experiment: again'; echo 'seeds: [0, 1]'; "
        "sed '1,/^$/d' out; } > again.yaml && \"$SB\" run again.yaml "
        "--set dataset.split_seed=3 --set network.hidden=12,12-8 > log 2>&1 || cat log out",
        options);
    cli_shell(&r, text);
    cr_assert_str_eq(r.output, "");
    (void)snprintf(
        text, sizeof text,
        "%s results/tune/runs.csv | sort > wanted && "
        "awk -F, 'NR>1&&$8==\"ok\"{print $2}' results/again/runs.csv | sort > got && wc -l < got && "
        "cmp wanted got || cat out",
        wanted);
    cli_shell(&r, text);
    cr_expect(strlen(r.output) < 4, "%s", r.output);
    cr_expect_str_neq(r.output, "0\n");
}

Test(best, printed_parts_make_the_same_runs)
{
    static struct result r;
    cli_write(
        "tune.yaml",
        "experiment: tune\nseeds: [0, 1]\nprecision: float\neval_every: 3\nstop: {max_iter: 3}\n"
        "dataset: {name: digits, T: 5, n_train: 60, n_validation: 20, n_test: 20, split_seed: 3}\n"
        "network: {hidden: [[12], [12, 8]], leak: 0.8, loss: cross_entropy}\nsolvers:\n"
        "  - {name: bptt, lr: [0.002, 0.02], schedule: cosine, lr_epochs: 2, batch: 20, eval_every: 1}\n"
        "  - {name: admm, rho: [2, 5], kappa: 0.1, box: none, start_output: labels, "
        "network: {loss: squared}, stop: {max_iter: 2}}\n"
        "  - {name: bptt, label: early, lr: 0.01, schedule: cosine, lr_epochs: 3, "
        "dataset: {encoding: latency}}\n");
    spikebench(&r, "run tune.yaml");
    cr_assert_eq(r.code, 0, "%s", r.output);
    /* who wins is decided here: lr 0.02 among bptt, rho 5 among admm */
    cli_shell(&r, "awk -F, -v OFS=, 'NR==1{for(i=1;i<=NF;i++)c[$i]=i} "
                  "NR>1{$c[\"acc_val\"]=($c[\"solver.lr\"]~/^0.02/||$c[\"solver.rho\"]==5) ? 0.9 : 0.1} 1' "
                  "results/tune/runs.csv > x && mv x results/tune/runs.csv");
    cr_assert_eq(r.code, 0, "%s", r.output);
#define WINNERS(also)                                                                                        \
    "awk -F, 'NR==1{for(i=1;i<=NF;i++)c[$i]=i} "                                                             \
    "NR>1&&($c[\"acc_val\"]==0.9" also "){print $2}'"
    repeats("", WINNERS(""));
    repeats("--per label --results results", WINNERS("||$c[\"label\"]==\"early\""));
    /* of one item nothing differs: all is in the sections above it */
    cli_shell(&r, "\"$SB\" run tune.yaml --out one > log && sed -i '1!{/,early,/!d}' one/tune/runs.csv && "
                  "\"$SB\" best tune -r one --per label");
    cr_expect_not_null(
        strstr(r.output,
               "\n\nprecision: float\neval_every: 3\nstop: {max_iter: 3}\ndataset: {name: digits, T: 5, "),
        "%s", r.output);
    cr_expect_not_null(
        strstr(r.output,
               "encoding: latency}\nnetwork: {leak: 0.8, loss: cross_entropy}\nsolvers:\n  - {name: bptt, "
               "label: early, lr: 0.01, schedule: cosine, lr_epochs: 3}\n"),
        "%s", r.output);
}

/* An item cannot hold a precision; a quote within quotes is doubled. */
Test(best, values_that_need_care)
{
    static struct result r;
    cli_write(
        "e/runs.csv",
        "schema,run_id,solver,label,dataset,seed,status,error,precision,network.loss,solver.lr,data_sha256,"
        "threads,acc_val,timing_valid\n"
        "2,1,bptt,bptt,digits,0,ok,none,double,it's,0.1,0,1,0.5,1\n"
        "2,2,admm,x,digits,0,ok,none,float,squared,nan,0,1,0.6,1\n");
    spikebench(&r, "best e 2>/dev/null");
    cr_expect_not_null(strstr(r.output,
                              "\n\ndataset: {name: digits}\nsolvers:\n"
                              "  - {name: bptt, lr: 0.1, network: {loss: 'it''s'}} # precision: double\n"
                              "  - {name: admm, network: {loss: squared}} # precision: float\n"),
                       "%s", r.output);
}

/* Where nothing can be written, what was asked for is printed all the same. */
Test(best, prints_before_it_writes)
{
    static struct result r;
    cli_shell(&r, "mkdir e/best.csv e/summary.csv e/paired.csv && \"$SB\" best e");
    cr_expect_eq(r.code, 1, "%s", r.output);
    expect_text(&r, "solvers:\n  - {name: bptt, lr: 0.2");
    expect_text(&r, "e/best.csv: Is a directory");
    cli_shell(&r, "\"$SB\" summarise e");
    cr_expect_eq(r.code, 1, "%s", r.output);
    expect_text(&r, "\nadmm_8");
    expect_text(&r, "e/summary.csv: Is a directory");
    cli_shell(&r, "sed -i -e '4,13d' -e '15d' e/runs.csv && \"$SB\" summarise e --paired admm");
    cr_expect_eq(r.code, 1, "%s", r.output);
    expect_text(&r, "difference to admm");
    expect_text(&r, "\na     8           1");
    expect_text(&r, "e/paired.csv: Is a directory");
}

/* A label that YAML would read as no text at all is quoted, so that its item can be run. */
Test(best, a_label_of_null_is_quoted)
{
    static struct result r;
    cli_shell(
        &r,
        "sed -i 's/,bptt,b,/,bptt,null,/' e/runs.csv && \"$SB\" best e --per label 2>/dev/null > out && { "
        "echo 'experiment: again'; sed '1,/^$/d' out; } > again.yaml && \"$SB\" check again.yaml && cat "
        "again.yaml");
    expect_good(&r);
    expect_text(&r, "label: 'null'");
}

/* Runs of the winner that did not finish are named: here two of every configuration failed. */
Test(best, unfinished_runs_of_the_winner_are_named)
{
    static struct result r;
    cli_shell(&r, "sed -i '/,8-8,/s/,ok,/,failed,/' e/runs.csv && \"$SB\" best e");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "2 runs of the best configuration of bptt did not finish"), "%s",
                       r.output);
    cr_expect_null(strstr(r.output, "configuration of admm did"), "%s", r.output);
}

/* A dataset's own metrics decide as well, those of test never. */
Test(best, metrics_of_a_dataset_decide)
{
    static struct result r;
    cli_shell(
        &r,
        "awk -F, -v OFS=, 'NR == 1 { print $0, \"nmse_val\", \"nmse_test\", \"hits_val\", \"nmsex_val\", "
        "\"drop_val\"; next } { $5 = \"harmonic\"; print $0, $20, $21, $20, $20, $20 }' e/runs.csv > f && mv "
        "f e/runs.csv && for by in nmse hits nmsex drop; do \"$SB\" best e --by ${by}_val 2>/dev/null | sed "
        "-n 2p; done");
    cr_expect_eq(r.code, 0, "%s", r.output);
    /* smallest, largest, largest (a metric that the dataset does not know), smallest; 0.4 has fewer runs */
    static const char *const best[] = {"lr=0.1", "lr=0.2", "lr=0.2", "lr=0.1"};
    const char *line = r.output;
    for (size_t i = 0; i < sizeof best / sizeof *best; i++) {
        const char *lr = strstr(line, "lr=");
        cr_assert_not_null(lr, "%s", r.output);
        cr_expect(strncmp(lr, best[i], strlen(best[i])) == 0, "line %zu of\n%s", i, r.output);
        line = lr + 1;
    }
    cli_shell(&r, "\"$SB\" best e --by nmse_test");
    cr_expect_eq(r.code, 2, "%s", r.output);
    cli_shell(&r, "sed -i 's/,ok,/,failed,/' e/runs.csv; cut -d, -f1-13 e/runs.csv > f && mv f e/runs.csv; "
                  "\"$SB\" best e");
    cr_expect_eq(r.code, 1, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "no run of it is finished"), "%s", r.output);
}

/* Without a number there is no choice. */
Test(best, a_column_without_numbers_is_refused)
{
    static struct result r;
    cli_shell(&r, "sed -i '13,$s/,0\\.[68],0.5,1,x$/,nan,0.5,1,x/' e/runs.csv; \"$SB\" best e");
    cr_expect_eq(r.code, 1, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "no finished run of 'admm' has a number in column 'acc_val'"), "%s",
                       r.output);
}

/* 12.706 (Student's t, one degree of freedom) times the standard error 0.01; seconds that are not valid are
 * no number. */
Test(best, markdown_table_by_hand)
{
    static struct result r;
    spikebench(&r, "summarise e --markdown 2>/dev/null");
    cr_assert_eq(r.code, 0, "%s", r.output);
    static const char *const expected[] = {
        "| Trainer | 1 hidden layer | 2 | Training, s | Forward passes |\n|---|---|---|---|---|\n",
        "| `a` lr=0.1 | 100.0 / 50.0 \xc2\xb1 0.0 | 100.0 / 50.0 \xc2\xb1 0.0 | 1.0 | 1 k |\n",
        "| `b` | 100.0 / 91.0 \xc2\xb1 12.7 | 50.0 / 40.0 \xc2\xb1 0.0 | 2.0 / - | 1 k / 2.5 k |\n",
        "| `a` lr=0.4 | 100.0 / 50.0 \xc2\xb1 0.0 | - | 1.0 / - | 1 k / - |\n",
        "| `admm` | 100.0 / 50.0 \xc2\xb1 0.0 | - | 1.0 / - | 20 / - |\n",
        "mean over 2 runs",
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        cr_expect_not_null(strstr(r.output, expected[i]), "'%s' is not in\n%s", expected[i], r.output);
    cr_expect_null(strstr(r.output, "left out"), "the table alone");
}

/* Results of a time when passes were not counted. */
Test(best, older_results_are_read)
{
    static struct result r;
    cli_shell(
        &r,
        "cut -d, -f1-16,18- e/runs.csv > f && mv f e/runs.csv && \"$SB\" summarise e -m && \"$SB\" best e "
        "2>/dev/null | head -n 2 && awk -F, 'NR==1{for(i=1;i<=NF;i++)c[$i]=i} "
        "NR==2{print $c[\"forward_passes_mean\"]}' e/summary.csv");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "| 2.0 / - | - |\n"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "72.50 +- 26.30"), "%s", r.output);
    cr_expect_str_eq(r.output + strlen(r.output) - 4, "nan\n");
}

/* Results of configurations that were drawn are read as those of a grid. */
Test(best_of_draws, are_read, .init = cli_setup, .fini = cli_teardown)
{
    static struct result r;
    cli_write("t.yaml",
              "experiment: t\nseeds: [0, 1]\ntune: {configurations: 3}\nstop: {max_iter: 2}\n"
              "dataset: {name: digits, T: 4, n_train: 150, n_validation: 50, n_test: 50}\n"
              "network: {hidden: [10]}\nsolvers:\n"
              "  - {name: bptt, lr: {log: [1e-3, 1e-1]}}\n  - {name: admm, rho: {log: [0.1, 10]}}\n");
    spikebench(&r, "run t.yaml");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "tune: 3 configurations for each trainer, drawn with seed 0\n"), "%s",
                       r.output);
    cr_expect_not_null(strstr(r.output, "t: 12 runs: 12 done"), "%s", r.output);
    spikebench(&r, "best t");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect_null(strstr(r.output, "configurations;"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "- {name: bptt, lr: "), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "- {name: admm, rho: "), "%s", r.output);
    /* the configurations are those of the seed, whatever seeds they are run with */
    spikebench(&r, "run t.yaml --seeds 0,1,2");
    cr_expect_not_null(strstr(r.output, "t: 18 runs: 6 done, 12 finished before"), "%s", r.output);
}
