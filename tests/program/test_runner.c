/* The runner from outside: what it writes, and that the same configuration gives the same bits. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

static void setup(void)
{
    cli_setup();
    cli_write("small.yaml", "experiment: small\nseeds: [0, 1]\neval_every: 2\nstop: {max_iter: 5}\n"
                            "dataset: {name: digits, T: 6, n_train: 150, n_validation: 20, n_test: 50}\n"
                            "network: {hidden: [12, 8]}\n"
                            "solvers:\n  - {name: random_features}\n  - {name: bptt, batch: 50}\n"
                            "  - {name: admm, kappa: 0.01, beta: 10, layer_order: random}\n");
    cli_write("long.yaml",
              "experiment: long\nseeds: [3]\neval_every: 5\nstop: {max_iter: 60}\n"
              "dataset: {name: digits, T: 20, n_train: 400, n_test: 100}\nnetwork: {hidden: [100]}\n"
              "solvers:\n  - {name: admm, kappa: 0.01, beta: 10, time_order: random}\n"
              "  - {name: bptt}\n");
}

TestSuite(runner, .init = setup, .fini = cli_teardown);

/* Ways to run the same experiment again. */
struct again {
    char arguments[100];
};

ParameterizedTestParameters(runner, same_bits)
{
    static struct again cases[] = {
        {"--out b"}, {"--out b -j 2"}, {"--out b --set threads=2"}, {"--out a --fresh"}};
    return cr_make_param_array(struct again, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct again *c, runner, same_bits)
{
    static struct result r;
    char text[1000];
    spikebench(&r, "run small.yaml --out a");
    expect_good(&r);
    (void)snprintf(text, sizeof text,
                   "numbers a/small > first && \"$SB\" run small.yaml %s && "
                   "numbers %s/small > second && wc -l < first && cmp first second",
                   c->arguments, strstr(c->arguments, "--out a") ? "a" : "b");
    cli_shell(&r, text);
    expect_good(&r);
    cr_expect_null(strstr(r.output, "\n0\n"), "%s", r.output);
}

Test(runner, writes_what_it_promises)
{
    static struct result r;
    spikebench(&r, "run small.yaml");
    expect_good(&r);
    cr_expect(cli_exists("results/small/config.resolved.yaml"));
    /* header and six runs; each finished, each with its curve of iterations 0, 2, 4, 5 */
    cli_shell(&r, "wc -l < results/small/runs.csv; grep -c ',ok,' results/small/runs.csv; ls "
                  "results/small/curves | wc -l; "
                  "for id in $(grep ',bptt,' results/small/runs.csv | cut -d, -f2); do cut -d, -f1 "
                  "results/small/curves/$id.csv | tr '\\n' ' '; done; find results -name '*.tmp' -o -name "
                  "'*.checkpoint*'");
    expect_good(&r);
    cr_expect_str_eq(r.output, "7\n6\n6\niter 0 2 4 5 iter 0 2 4 5 ");
    /* a further seed is added to the rows that are there; nothing is repeated */
    spikebench(&r, "run small.yaml --seeds 1,2");
    expect_good(&r);
    cr_expect_not_null(strstr(r.output, "3 done"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "3 finished before"), "%s", r.output);
    cli_shell(&r, "wc -l < results/small/runs.csv");
    cr_expect_str_eq(r.output, "10\n");
}

/* train_synops - train_macs are accumulations of simulations. bptt: so many per pass and training sample are
 * those of the input, the same at every evaluation, and T rate_l n_l n_{l+1} of the hidden layers. admm: its
 * start is simulated, in the first iteration, and nothing after it. 64-12-8-10, T = 6, 150 samples. */
Test(runner, operations_of_training_follow_from_passes_and_rates)
{
    static struct result r;
    spikebench(&r, "run small.yaml --set stop.max_iter=6 --seeds 0");
    expect_good(&r);
    cli_shell(&r, "for id in $(grep -e ',bptt,' -e ',admm,' results/small/runs.csv | sort -t, -rk4,4 | "
                  "cut -d, -f2); do awk -F, "
                  "'NR==1{for(i=1;i<=NF;i++)c[$i]=i} "
                  "NR>2{f=$c[\"forward_passes\"]-F; "
                  "printf \"%.3f %.0f %.3f \", ($c[\"train_synops\"]-$c[\"train_macs\"]-S)/150, f/150, "
                  "6*($c[\"fwd_rate_1\"]*12*8+$c[\"fwd_rate_2\"]*8*10)} "
                  "NR>1{F=$c[\"forward_passes\"];S=$c[\"train_synops\"]-$c[\"train_macs\"]}' "
                  "results/small/curves/$id.csv; done");
    expect_good(&r);
    double bptt[3][3], admm[3][3]; /* by evaluation: accumulations, passes, those of the hidden layers */
    cr_assert_eq(sscanf(r.output, "%lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf",
                        &bptt[0][0], &bptt[0][1], &bptt[0][2], &bptt[1][0], &bptt[1][1], &bptt[1][2],
                        &bptt[2][0], &bptt[2][1], &bptt[2][2], &admm[0][0], &admm[0][1], &admm[0][2],
                        &admm[1][0], &admm[1][1], &admm[1][2], &admm[2][0], &admm[2][1], &admm[2][2]),
                 18, "%s", r.output);
    double input = admm[0][0] - admm[0][2];
    cr_expect_gt(input, 1);
    for (size_t k = 0; k < 3; k++) {
        cr_expect_eq(bptt[k][1], 2, "%s", r.output);
        cr_expect_float_eq(bptt[k][0] / 2 - bptt[k][2], input, 0.0021, "%s", r.output);
        if (k > 0) cr_expect_float_eq(admm[k][0], 0, 1e-6, "%s", r.output);
    }
    /* what is dense, by hand for bptt: an entry of the inputs 12, above layer 1 two products of 96 a step
     * and of 80 a sample */
    cli_shell(&r, "id=$(grep ',bptt,' results/small/runs.csv | cut -d, -f2); awk -F, "
                  "'NR==1{for(i=1;i<=NF;i++)c[$i]=i} END{printf \"%.3f\", $c[\"train_macs\"]/6/150}' "
                  "results/small/curves/$id.csv");
    double dense = 0;
    cr_assert_eq(sscanf(r.output, "%lf", &dense), 1, "%s", r.output);
    cr_expect_float_eq(dense, input + 2 * (6 * 96 + 80), 0.0021, "%s", r.output);
    /* the totals of the run are those of its last evaluation */
    cli_shell(
        &r,
        "for id in $(grep ',ok,' results/small/runs.csv | cut -d, -f2); do awk -F, "
        "'FNR==1{for(i=1;i<=NF;i++)c[$i]=i} {s=$c[\"forward_passes\"] \" \" $c[\"backward_passes\"] \" \" "
        "$c[\"train_synops\"] \" \" $c[\"train_macs\"]} FNR==NR&&$2==id{want=s} END{print (s==want) ? "
        "\"same\" : want \" \" s}' "
        "id=$id results/small/runs.csv results/small/curves/$id.csv; done");
    cr_expect_str_eq(r.output, "same\nsame\nsame\n");
}

/* 40 samples in mini-batches of 15 are three updates an epoch, each with one gradient; a closed form takes
 * none. */
Test(runner, gradients_are_counted_in_runs_and_curves)
{
    static struct result r;
    cli_write("g.yaml",
              "experiment: g\nstop: {max_iter: 4}\neval_every: 2\n"
              "dataset: {name: digits, T: 4, n_train: 40, n_validation: 20, n_test: 40}\n"
              "network: {hidden: [8]}\nsolvers: [{name: bptt, batch: 15}, {name: random_features}]\n");
    cli_shell(
        &r, "\"$SB\" run g.yaml >/dev/null && for f in results/g/runs.csv results/g/curves/*.csv; do awk -F, "
            "'NR == 1 { for (i = 1; i <= NF; i++) if ($i == \"gradient_evaluations\") c = i; next } { print "
            "$c }' $f; "
            "done | sort -n | tr '\\n' ' '");
    expect_good(&r);
    cr_expect_str_eq(r.output, "0 0 0 0 6 12 12 ", "%s", r.output);
}

/* Accuracies of another rule than simulation say so in their rows. */
Test(runner, rows_say_what_predicted)
{
    static struct result r;
    cli_write("own.yaml", "experiment: own\nstop: {max_iter: 1}\n"
                          "dataset: {name: digits, T: 5, n_train: 60, n_validation: 20, n_test: 20}\n"
                          "network: {hidden: [[12]]}\nsolvers:\n  - {name: bptt}\n"
                          "  - {name: forward_forward}\n  - {name: exact_spike_time}\n");
    spikebench(&r, "run own.yaml");
    expect_good(&r);
    cli_shell(&r,
              "awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i } NR > 1 { print $c[\"solver\"] \":\" "
              "$c[\"prediction\"] }' results/own/runs.csv");
    cr_expect_str_eq(r.output, "bptt:simulated\nforward_forward:own rule\nexact_spike_time:own rule\n");
}

/* The simulated network does not predict for forward_forward: its rates and the estimate of training's
 * operations are nan there, a number for bptt, also without validation and test samples, and summaries and
 * comparisons pass over them. What the rule itself takes is counted. */
Test(runner, no_operations_of_a_network_that_does_not_predict)
{
    static struct result r;
    cli_write("own.yaml", "experiment: own\nstop: {max_iter: 2}\neval_every: 1\n"
                          "dataset: {name: digits, T: 5, n_train: 60, n_validation: [0, 20], n_test: 20}\n"
                          "network: {hidden: [[12, 8]]}\nsolvers:\n  - {name: bptt}\n"
                          "  - {name: forward_forward}\n  - {name: exact_spike_time}\n");
    /* a line per row: nan, number or what is neither, of each of the columns in w */
    cli_write("kinds.awk",
              "function kind(v) { return v == \"nan\" ? v : v ~ /^[0-9.e+-]+$/ ? \"number\" : v \"?\" "
              "}\nNR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; n = split(w, name, \" \") }\n"
              "NR > 1 { line = s ? $c[s] : \"\"; for (k = 1; k <= n; k++) line = line \" \" "
              "kind($c[name[k]]); print line }\n");
    spikebench(&r, "run own.yaml");
    expect_good(&r);
    cli_shell(
        &r,
        "awk -F, -v s=solver -v w='acc_test synops energy synops_dense rate_mean train_synops train_macs' "
        "-f kinds.awk "
        "results/own/runs.csv | uniq -c | tr -s ' '");
    cr_expect_str_eq(r.output, " 2 bptt number number number number number number number\n"
                               " 2 forward_forward number number number nan nan nan number\n"
                               " 2 exact_spike_time number number number nan nan nan number\n");
    cli_shell(&r, "for s in bptt forward_forward exact_spike_time; do awk -F, -v w='acc_train fwd_rate_1 "
                  "fwd_rate_2 train_synops' -f kinds.awk results/own/curves/$(grep -m1 ,$s, "
                  "results/own/runs.csv | cut -d, -f2).csv; done | uniq -c | tr -s ' '");
    cr_expect_str_eq(r.output, " 3 number number number number\n 6 number nan nan nan\n");
    spikebench(&r, "summarise own");
    expect_good(&r);
    cr_expect_not_null(strstr(r.output, "forward_forward_12-8_n_validation=0 (own rule)"), "%s", r.output);
    spikebench(&r, "summarise own --markdown");
    cr_expect_not_null(strstr(r.output, "`exact_spike_time` (own rule)"), "%s", r.output);
    cli_shell(
        &r,
        "head -n 1 results/own/summary.csv | cut -d, -f8; cut -d, -f2,8 results/own/summary.csv | sort -u");
    cr_expect_str_eq(r.output, "prediction\nbptt,simulated\nexact_spike_time,own rule\n"
                               "forward_forward,own rule\nsolver,prediction\n");
    cli_shell(&r,
              "awk -F, -v s=solver -v w='acc_test_mean synops_mean' -f kinds.awk results/own/summary.csv | "
              "uniq | sort");
    cr_expect_str_eq(r.output,
                     "bptt number number\nexact_spike_time number number\nforward_forward number number\n");
    spikebench(&r, "run own.yaml --out again");
    expect_good(&r);
    cli_shell(&r, "\"$SB\" compare again/own results/own | grep -e synops -e rate || true");
    cr_expect_str_eq(r.output, "");
}

Test(runner, ctrl_c_saves_and_the_rest_gives_the_same_bits)
{
    static struct result r;
    spikebench(&r, "run long.yaml --out whole");
    expect_good(&r);
    /* twice, as Ctrl-C does */
    cli_shell(&r, "\"$SB\" run long.yaml --out cut & trains $!; kill -INT $!; wait $!; echo code $?");
    cr_expect_not_null(strstr(r.output, "interrupted"), "%s", r.output);
    cli_shell(&r, "rm cut/long/.work/*.yaml; \"$SB\" run long.yaml --out cut & trains $!; "
                  "kill -INT $!; wait $!; echo code $?");
    cr_expect_not_null(strstr(r.output, "code 130"), "%s", r.output);
    cli_shell(&r, "grep -c ',interrupted,' cut/long/runs.csv; head -1 cut/long/runs.csv | grep -c run_id");
    cr_expect_str_eq(r.output, "1\n1\n");
    spikebench(&r, "run long.yaml --out cut");
    expect_good(&r);
    cli_shell(&r,
              "numbers whole/long > first; numbers cut/long > second; cmp first second && grep -c , first");
    expect_good(&r);
}

Test(runner, a_killed_worker_is_a_failed_run)
{
    static struct result r;
    cli_shell(&r, "\"$SB\" run long.yaml & pid=$!; kill_child $pid; wait $pid; echo code $?");
    cr_expect_not_null(strstr(r.output, "code 1"), "%s", r.output);
    cli_shell(
        &r, "grep -c ',failed,.*signal' results/long/runs.csv; grep -c ',bptt,.*,ok,' results/long/runs.csv");
    cr_expect_str_eq(r.output, "1\n1\n");
}

Test(runner, damaged_results_are_refused)
{
    static struct result r;
    cli_shell(&r, "mkdir -p results/small && printf 'schema,run_id\\n1\\n' > results/small/runs.csv && "
                  "\"$SB\" run small.yaml");
    cr_expect_eq(r.code, 1, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "results/small/runs.csv: line 2"), "%s", r.output);
}

/* The regression gate. `change` edits the copy `b` of the results `a`. */
struct gate {
    char change[320];
    int code;
    char expected[3][60];
};

ParameterizedTestParameters(runner, compare)
{
    static struct gate cases[] = {
        {"true", 0, {"3 runs", "no regression"}},
        {"rm -r b/curves", 1, {"its curve is missing", "3 regressions"}},
        {"awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i } NR == 2 { $c[\"iters\"] = 3; "
         "$c[\"loss_train\"] = \"nan\" } 1' b/runs.csv > new; mv new b/runs.csv",
         1,
         {"column iters: 3", "column loss_train: nan", "2 regressions"}},
        {"sed -i 2d b/runs.csv", 1, {"REGRESSION", "the run is missing"}},
        {"sed -i '2s/,ok,/,failed,/' b/runs.csv", 1, {"REGRESSION", "status failed, reference ok"}},
        {"for f in b/curves/*; do sed -i '$d' $f; done", 1, {"REGRESSION", "curve points"}},
        {"for f in b/curves/*; do sed -i '3s/^2,300/2,301/' $f; done",
         1,
         {"column samples, iteration 2", "tolerance"}},
        {"printf 'scope,solver,precision,column,rtol,atol\\ncurves,*,*,*,ignore,0\\n' > a/tolerances.csv; rm "
         "b/curves/*; "
         "cp a/curves/* b/curves; for f in b/curves/*; do sed -i '3s/^2,300/2,301/' $f; done",
         0,
         {"no regression"}},
        {"printf 'scope,solver\\nruns,*\\n' > a/tolerances.csv", 2, {"tolerances.csv", "precision"}},
        {"sed -i '2,$d' a/runs.csv", 1, {"a/runs.csv", "no run"}},
        {"for f in a/curves/*; do sed -i '2,$s/,[^,]*/,7/4' $f; done", 1, {"REGRESSION", "backward_passes"}},
        /* counted by an earlier rule, here the reference, there the results; only what counts is passed over
         */
        {"for f in a/curves/*; do sed -i '2,$s/,[^,]*/,7/4' $f; done; sed -i '2,$s/^3,/1,/' a/runs.csv",
         0,
         {"no regression"}},
        {"for f in a/curves/*; do sed -i '2,$s/,[^,]*/,7/1' $f; done; sed -i '2,$s/^3,/1,/' a/runs.csv",
         1,
         {"REGRESSION", "samples"}},
        {"for f in a/curves/*; do sed -i '2,$s/,[^,]*/,7/4' $f; done; sed -i '2s/^3,/1,/' a/runs.csv",
         1,
         {"8 regressions", "backward_passes"}},
        {"for f in a/curves/*; do sed -i '2,$s/,[^,]*/,7/4' $f; done; sed -i '2,$s/^3,/1,/' b/runs.csv",
         0,
         {"no regression"}},
    };
    return cr_make_param_array(struct gate, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct gate *c, runner, compare)
{
    static struct result r;
    char text[1000];
    spikebench(&r, "run small.yaml --seeds 0");
    expect_good(&r);
    (void)snprintf(text, sizeof text, "cp -r results/small a; cp -r a b; %s; \"$SB\" compare b a", c->change);
    cli_shell(&r, text);
    cr_expect_eq(r.code, c->code, "%s: %s", c->change, r.output);
    for (int i = 0; i < 3; i++)
        cr_expect_not_null(strstr(r.output, c->expected[i]), "%s: '%s' is not in\n%s", c->change,
                           c->expected[i], r.output);
}

Test(runner, summary_and_figures)
{
    static struct result r;
    spikebench(&r, "run small.yaml");
    expect_good(&r);
    spikebench(&r, "summarise small");
    expect_good(&r);
    cr_expect_not_null(strstr(r.output, "bptt_12-8"), "%s", r.output);
    /* the mean of the printed table is that of the cells */
    cli_shell(&r, "awk -F, 'NR==1{for(i=1;i<=NF;i++)c[$i]=i} $c[\"solver\"]==\"bptt\"{s+=$c[\"acc_test\"]} "
                  "END{printf \"%.12f\\n\", s/2}' "
                  "results/small/runs.csv; awk -F, 'NR==1{for(i=1;i<=NF;i++)c[$i]=i} "
                  "$c[\"solver\"]==\"bptt\"{printf \"%.12f\\n\", "
                  "$c[\"acc_test_mean\"]}' results/small/summary.csv");
    expect_good(&r);
    char *second = strchr(r.output, '\n');
    cr_assert_not_null(second);
    cr_expect_eq(strncmp(r.output, second + 1, (size_t)(second - r.output)), 0, "%s", r.output);
    cli_shell(&r, "\"$SB\" plot small --out figures && ls figures");
    expect_good(&r);
    static const char *const figures[] = {"panel_admm_12-8.svg", "numerical_error_admm_12-8.png",
                                          "accuracy_seconds_12-8.svg", "accuracy_iterations_12-8.png"};
    for (size_t i = 0; i < 4; i++) cr_expect_not_null(strstr(r.output, figures[i]), "%s", r.output);
    spikebench(&r, "summarise nothing");
    cr_expect_eq(r.code, 1, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "results/nothing/runs.csv"), "%s", r.output);
    spikebench(&r, "plot nothing");
    cr_expect_eq(r.code, 1, "%s", r.output);
}

Test(runner, one_runner_at_a_time_in_a_folder)
{
    static struct result r;
    cli_shell(&r, "\"$SB\" run long.yaml & trains $!; \"$SB\" run long.yaml; echo code "
                  "$?; kill -INT $!; wait $!");
    cr_expect_not_null(strstr(r.output, "uses this folder"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "code 1"), "%s", r.output);
}

Test(runner, a_worker_does_not_outlive_its_runner)
{
    static struct result r;
    /* the lock is free again when the worker has saved and ended; the rest is then done from there */
    cli_shell(
        &r,
        "\"$SB\" run long.yaml & trains $!; kill -KILL $!; wait $! 2>/dev/null; "
        "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5; flock -n results/long/.work/lock true && break; done; "
        "\"$SB\" run long.yaml");
    expect_good(&r);
    cr_expect_not_null(strstr(r.output, "2 done"), "%s", r.output);
}

Test(runner, an_interrupted_fresh_run_is_resumed_without_it)
{
    static struct result r;
    cli_shell(&r, "\"$SB\" run long.yaml --set stop.max_iter=20 && { \"$SB\" run long.yaml --set "
                  "stop.max_iter=20 --fresh & trains $!; kill -INT $!; wait $!; \"$SB\" "
                  "run long.yaml --set stop.max_iter=20; }");
    expect_good(&r);
    cr_expect_null(strstr(r.output, "2 finished before"), "%s", r.output);
}

Test(runner, summaries_of_many_options_stay_apart)
{
    static struct result r;
    cli_write("many.yaml", "experiment: many\nstop: {max_iter: 1}\ndataset: {name: digits, T: 2, n_train: "
                           "20, n_validation: 10, n_test: 10}\n"
                           "network: {hidden: [4]}\nsolvers:\n"
                           "  - {name: admm, rho: [1, 2], rho_out: [1, 2], beta: 0.123456789012345, kappa: "
                           "[0.1, 0.123456789012345], "
                           "output: joint, box: clip, warmup: 1, time_order: random}\n"
                           "  - {name: admm, rho: 1.23456789012345, rho_out: 1.23456789012345, beta: 3, "
                           "kappa: 7, box: none, warmup: 2, "
                           "layer_order: random, weights: proximal, start_output: labels}\n");
    spikebench(&r, "run many.yaml");
    expect_good(&r);
    cli_shell(&r, "\"$SB\" summarise many > /dev/null && ls results/many/curves_summary | wc -l");
    expect_good(&r);
    cr_expect_str_eq(r.output, "9\n");
    cli_shell(&r, "cd results/many/curves_summary && touch gone_4.csv note.txt && \"$SB\" summarise many "
                  "--results ../.. >/dev/null && ls | wc -l && ls gone_4.csv note.txt");
    cr_expect_not_null(strstr(r.output, "10\n"), "curves of groups that are gone stay: %s", r.output);
    cr_expect_not_null(strstr(r.output, "note.txt\n"), "%s", r.output);
}

Test(runner, a_finished_run_without_its_curve_is_done_again)
{
    static struct result r;
    spikebench(&r, "run small.yaml");
    expect_good(&r);
    cli_shell(&r, "rm $(ls results/small/curves/*.csv | head -n 1) && \"$SB\" run small.yaml");
    expect_good(&r);
    cr_expect_not_null(strstr(r.output, "1 done, 5 finished before"), "%s", r.output);
}

/* The row of a run that lacked its data goes when the run is made: its identity then has the data's SHA-256.
 */
Test(runner, data_that_arrives_replaces_the_row_without_it)
{
    static struct result r;
    cli_write("late.yaml",
              "experiment: late\nseeds: [0]\nstop: {max_iter: 1}\nnetwork: {hidden: [4], start: kaiming}\n"
              "dataset: {name: nmnist, T: 2, path: here, n_validation: 0, filter_ms: 0}\nsolvers:\n"
              "  - {name: bptt}\n");
    spikebench(&r, "run late.yaml --allow-missing");
    expect_good(&r);
    cli_shell(&r, "awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == \"time_to_target_s\") c = i } "
                  "NR == 2 { print $c }' results/late/runs.csv");
    cr_expect_str_eq(r.output, "nan\n", "a target that was not reached");
    cli_shell(&r, "for i in 0 1 2 3 4 5 6 7 8 9; do for s in Train Test; do mkdir -p here/$s/$i && "
                  "{ printf '\\001\\002\\200\\000\\001\\001\\002\\200\\000\\002'; "
                  "[ $s = Train ] || printf '\\001\\002\\200\\000\\003'; } > here/$s/$i/1.bin; done; "
                  "done; \"$SB\" run late.yaml && cat results/late/runs.csv");
    expect_good(&r);
    cr_expect_not_null(strstr(r.output, "1 done"), "%s", r.output);
    cr_expect_null(strstr(r.output, "no_data"), "%s", r.output);
}

/* Labels of the experiment file name the groups; several ADMM configurations of the same widths share a
 * figure, and so do the depths. */
Test(runner, labels_and_depths)
{
    static struct result r;
    cli_write("deep.yaml",
              "experiment: deep\nstop: {max_iter: 2}\ndataset: {name: digits, T: 3, n_train: 40, "
              "n_validation: 20, n_test: 10}\nnetwork: {hidden: [[8], [8, 6]]}\nsolvers:\n"
              "  - {name: random_features}\n  - {name: admm, label: one, rho: 1}\n"
              "  - {name: admm, label: two, rho: 2, dataset: {T: 4}}\n");
    spikebench(&r, "run deep.yaml");
    expect_good(&r);
    cli_shell(&r, "\"$SB\" plot deep --out figures >/dev/null && ! ls results/deep | grep summary && "
                  "\"$SB\" summarise deep >/dev/null && ls figures results/deep/curves_summary && "
                  "cut -d, -f1-6 results/deep/summary.csv");
    expect_good(&r);
    static const char *const expected[] = {"depth.png",
                                           "overlay_8-6.svg",
                                           "panel_one_8.png",
                                           "two_8-6.csv",
                                           "one_8,admm,digits,8,one,1\n",
                                           "two_8-6,admm,digits,8-6,two,2\n"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        cr_expect_not_null(strstr(r.output, expected[i]), "%s is not in\n%s", expected[i], r.output);
}

/* A program beside workers of another version, old ones that lack an option among them, makes no run and says
 * so once; the runs are there to be made when the versions are one. */
Test(runner, workers_of_another_version)
{
    static const char *const workers[] = {
        "echo 'worker: unknown option --for' >&2; exit 2",
        "exec \"$SB-f64\" $(echo \"$@\" | sed 's/--for [^ ]*/--for 0.0.1-older/')",
        /* of the same commit, and other sources */
        "exec \"$SB-f64\" $(echo \"$@\" | sed 's/\\(--for [^ -]*-[^ -]*-\\)[^ ]*/\\1000000000000/')"};
    static struct result r;
    cli_shell(&r, "mkdir mixed && cp \"$SB\" mixed/spikebench");
    expect_good(&r);
    for (size_t k = 0; k < 3; k++) {
        char text[500];
        (void)snprintf(text, sizeof text, "#!/bin/sh\n%s\n", workers[k]);
        cli_write("mixed/spikebench-f64", text);
        cli_shell(&r,
                  "chmod +x mixed/spikebench-f64; SB=\"$SB\" mixed/spikebench run small.yaml -j 2 --out m; "
                  "echo code $?; ls m/small");
        cr_expect_not_null(strstr(r.output, "code 2\n"), "%s", r.output);
        const char *said = strstr(r.output, "spikebench-f64 beside this program is of another version");
        cr_expect(said && !strstr(said + 1, "spikebench-f64 beside this"), "%s", r.output);
        cr_expect_null(strstr(r.output, "runs.csv"), "no run has failed: %s", r.output);
    }
    spikebench(&r, "run small.yaml --out m");
    cr_expect_not_null(strstr(r.output, "6 done"), "%s", r.output);
}
