/* Results after kills, cuts and damage: nothing is lost, and what cannot be used is set aside and said. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void setup(void)
{
    cli_setup();
    cli_write("small.yaml",
              "experiment: small\nseeds: [0, 1]\neval_every: 2\nstop: {max_iter: 4}\n"
              "dataset: {name: digits, T: 5, n_train: 60, n_validation: 20, n_test: 20}\n"
              "network: {hidden: [8]}\nsolvers:\n  - {name: bptt}\n  - {name: random_features}\n");
    cli_write("long.yaml", "experiment: long\neval_every: 50\nstop: {max_iter: 600}\n"
                           "dataset: {name: digits, T: 20, n_train: 400, n_test: 100}\n"
                           "network: {hidden: [100]}\nsolvers:\n  - {name: bptt}\n");
    /* what a run has led to, without times */
    cli_write(
        "numbers.awk",
        "BEGIN { FS = OFS = \",\"; n = split(\"train_s solver_bytes\", v, \" \"); for (i = 1; i <= n; i++) "
        "skip[v[i]] = 1 }\nFNR == 1 { split(\"\", drop); for (i = 1; i <= NF; i++) if ($i in skip) "
        "drop[i] = 1 }\n{ for (i in drop) $i = \"\"; print $0 }\n");
    /* numbers FOLDER; cut_short: interrupts a run of long.yaml */
    cli_write("functions.sh",
              "numbers() { cat \"$1\"/curves/*.csv | awk -f numbers.awk; }\n"
              "cut_short() { \"$SB\" run long.yaml >/dev/null 2>&1 & trains $!; kill -INT $!; wait $!; "
              "ls results/long/.work/*.ckpt >/dev/null; }\n");
}

TestSuite(repair, .init = setup, .fini = cli_teardown);

#define FUNCTIONS ". ./functions.sh; "

static void good(struct result *r, const char *text)
{
    cli_shell(r, text);
    cr_assert_eq(r->code, 0, "%s: %s", text, r->output);
}

static void expect(const struct result *r, const char *text)
{
    cr_expect_not_null(strstr(r->output, text), "'%s' is not in: %s", text, r->output);
}

/* Half of the last row is gone, as after a power cut: the rest counts, the file is kept. */
Test(repair, a_torn_row_is_cut_and_its_run_made_again)
{
    static struct result r;
    good(&r, "\"$SB\" run small.yaml && cp results/small/runs.csv whole.csv && truncate -s -40 "
             "results/small/runs.csv && "
             "cp results/small/runs.csv torn.csv");
    cli_shell(&r, "\"$SB\" check small.yaml --results results");
    cr_expect_eq(r.code, 1);
    expect(&r, "bytes behind its last whole line");
    cli_shell(&r, "cmp torn.csv results/small/runs.csv");
    cr_expect_eq(r.code, 0, "check changes nothing");
    good(&r, "\"$SB\" run small.yaml && cmp torn.csv results/small/runs.csv.aside && \"$SB\" check "
             "small.yaml --results results");
    expect(&r, "its end was torn");
    expect(&r, "1 done, 3 finished before");
    expect(&r, "results/small: 4 rows, 0 problems");
}

/* Zeros at the end, as some file systems leave them; then a file of which the head alone is left, in part. */
Test(repair, zeros_and_a_cut_head)
{
    static struct result r;
    good(&r, "\"$SB\" run small.yaml && truncate -s +500 results/small/runs.csv && \"$SB\" run small.yaml");
    expect(&r, "500 bytes behind the last whole line are cut");
    expect(&r, "4 finished before");
    good(&r, "truncate -s 100 results/small/runs.csv && \"$SB\" run small.yaml");
    expect(&r, "it held no whole line; it is kept as results/small/runs.csv.aside1");
    expect(&r, "4 done");
}

/* A curve that is gone, cut, empty, of zeros or another's makes its row no result. */
Test(repair, a_row_without_its_own_curve_is_made_again)
{
    static struct result r;
    static const char *const damages[] = {"rm $f", "truncate -s -10 $f", ": > $f",
                                          "truncate -s 0 $f; truncate -s 300 $f", "cp $other $f"};
    good(&r, "\"$SB\" run small.yaml");
    for (size_t k = 0; k < sizeof damages / sizeof *damages; k++) {
        char text[600];
        (void)snprintf(
            text, sizeof text,
            "set -- results/small/curves/*.csv; f=$1 other=$2; %s; \"$SB\" check small.yaml --results "
            "results; echo code $?; \"$SB\" run small.yaml",
            damages[k]);
        good(&r, text);
        expect(&r, "'spikebench run' repeats it");
        expect(&r, "code 1");
        expect(&r, "1 done, 3 finished before");
    }
    good(&r, "cp results/small/curves/*.csv .; touch results/small/curves/stray.csv");
    cli_shell(&r, "\"$SB\" check small.yaml --results results");
    cr_expect_eq(r.code, 1);
    expect(&r, "curves/stray.csv: no row of runs.csv belongs to it");
}

/* Row files that a killed runner did not come to write are taken up; what is no row is set aside. */
Test(repair, row_files_are_taken_up)
{
    static struct result r;
    good(&r, "\"$SB\" run small.yaml && cd results/small && id=$(sed -n 2p runs.csv | cut -d, -f2) && { head "
             "-n 2 runs.csv > "
             ".work/$id.row.csv; sed -i 2d runs.csv; } && cd ../.. && \"$SB\" check small.yaml --results "
             "results; \"$SB\" run "
             "small.yaml && ls results/small/.work");
    expect(&r, "1 row that 'spikebench run' takes up");
    expect(&r, "4 finished before");
    cr_expect_null(strstr(r.output, ".row.csv"), "%s", r.output);
    good(&r, "id=$(sed -n 2p results/small/runs.csv | cut -d, -f2); echo a,b > "
             "results/small/.work/$id.row.csv; \"$SB\" run "
             "small.yaml");
    expect(&r, "0 rows instead of one; it is kept as");
    expect(&r, "4 finished before");
}

/* A checkpoint that cannot be used is kept under another name, said, and the run begins anew, to the same
 * bits. */
Test(repair, a_damaged_checkpoint_is_set_aside)
{
    static struct result r;
    good(
        &r, FUNCTIONS
        "cut_short && for f in results/long/.work/*.ckpt; do printf X | dd of=$f bs=1 seek=1000 conv=notrunc "
        "2>/dev/null; done; \"$SB\" run long.yaml && ls results/long/.work");
    expect(&r, "the checkpoint is damaged: its checksum does not match; it is kept as");
    expect(&r, "1 done");
    expect(&r, ".ckpt.aside");
    good(&r, FUNCTIONS
         "numbers results/long > a; \"$SB\" run long.yaml --out whole && numbers whole/long > b; cmp a b");
}

/* The run cannot write its curve, as on a full disk: the checkpoint stays, and leads to the same bits. */
Test(repair, a_failed_run_keeps_its_checkpoint)
{
    static struct result r;
    good(&r, FUNCTIONS
         "cut_short; cp results/long/.work/*.ckpt kept; f=$(ls results/long/curves/*.csv); rm $f; mkdir -p "
         "$f/full; \"$SB\" run long.yaml; echo code $?; cmp kept results/long/.work/*.ckpt && rm -r $f && "
         "\"$SB\" "
         "run long.yaml && ls results/long/.work");
    expect(&r, "code 1");
    expect(&r, "1 done");
    cr_expect_null(strstr(r.output, ".ckpt"), "the row and its curve are there, %s", r.output);
    good(&r, FUNCTIONS
         "numbers results/long > a; \"$SB\" run long.yaml --out whole && numbers whole/long > b; cmp a b");
}

/* A --fresh that is killed before its first run ends is no less fresh the next time; the old rows are kept.
 */
Test(repair, a_killed_fresh_is_not_forgotten)
{
    static struct result r;
    good(&r, FUNCTIONS
         "\"$SB\" run long.yaml && cp results/long/runs.csv old.csv && { \"$SB\" run long.yaml --fresh & "
         "trains $!; "
         "kill -KILL $!; wait $!; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5; flock -n "
         "results/long/.work/lock true && break; done; \"$SB\" run long.yaml; } && cmp old.csv "
         "results/long/runs.csv.aside");
    expect(&r, "--fresh: the rows so far are kept as");
    cr_expect_null(strstr(r.output, "finished before"), "%s", r.output);
}

/* Callers that ignore SIGCHLD, or give no standard output. */
Test(repair, odd_callers)
{
    static struct result r;
    good(&r, "(trap '' CHLD; exec timeout 60 \"$SB\" run small.yaml)");
    expect(&r, "4 done");
    good(&r, "\"$SB\" run small.yaml --fresh >&- 2>&- <&-; wc -c < results/small/.work/lock; \"$SB\" run "
             "small.yaml");
    expect(&r, "0\n");
    expect(&r, "4 finished before");
}

/* A runner that was killed before it wrote its first runs.csv; then --fresh. */
Test(repair, fresh_after_a_journal_alone)
{
    static struct result r;
    good(&r, "\"$SB\" run small.yaml && cd results/small && id=$(sed -n 2p runs.csv | cut -d, -f2) && head "
             "-n 2 runs.csv > "
             ".work/$id.row.csv && rm runs.csv && cd ../.. && \"$SB\" run small.yaml --fresh && wc -l < "
             "results/small/runs.csv.aside");
    expect(&r, "4 done");
    expect(&r, "\n2\n");
}

/* Also of runs that the plan no longer has; a row that runs.csv has already is there once. */
Test(repair, row_files_of_other_runs_are_taken_up)
{
    static struct result r;
    good(&r,
         "\"$SB\" run small.yaml && cp results/small/runs.csv old.csv && for k in 2 3; do id=$(sed -n ${k}p "
         "old.csv | cut -d, -f2); sed -n \"1p;${k}p\" old.csv > results/small/.work/$id.row.csv; done && sed "
         "-i "
         "2d results/small/runs.csv && \"$SB\" run small.yaml --set dataset.T=6 && sort old.csv > a; sort "
         "results/small/runs.csv > b; comm -23 a b | wc -l; wc -l < results/small/runs.csv; ls "
         "results/small/.work");
    expect(&r, "\n0\n9\n");
    cr_expect_null(strstr(r.output, ".row.csv"), "%s", r.output);
    good(&r, "cp results/small/.work/lock results/small/.work/none.row.csv; sed -n 1,2p old.csv > "
             "results/small/.work/other.row.csv; \"$SB\" run small.yaml && ls results/small/.work");
    expect(&r, "other.row.csv: it is the row of another run; it is kept as");
    expect(&r, "none.row.csv.aside");
    expect(&r, "4 finished before");
}

/* A file that crashes the library which reads it fails its own runs alone. */
Test(repair, a_damaged_file_does_not_end_the_plan_of_the_others)
{
#ifdef SPIKEBENCH_HDF5
    static struct result r;
    cli_write(
        "mixed.yaml",
        "experiment: mixed\nseeds: [0, 1]\nstop: {max_iter: 1}\n"
        "dataset: {name: shd, path: good, T: 5, n_train: 1, n_validation: 1, n_test: 2, bad: skip}\n"
        "network: {hidden: [20]}\nsolvers:\n  - {name: bptt, batch: 2, dataset: {path: bad, bad: error}}\n"
        "  - {name: bptt, batch: 2}\n");
    cli_shell(&r,
              "mkdir good bad; for s in train test; do cp \"$SOURCES/tests/fuzz/corpus/shd/three\" "
              "good/shd_$s.h5; cp \"$SOURCES/tests/fuzz/corpus/shd/crash\" bad/shd_$s.h5; done; \"$SB\" run "
              "mixed.yaml; echo code $?; cut -d, -f8 results/mixed/runs.csv");
    expect(&r, "code 1");
    expect(&r, "2 done, 2 failed");
    expect(&r, "failed (bad/shd_train.h5: "); /* HDF5 1.10 crashes there, in a child; 1.14 refuses it */
    expect(&r, "status\nfailed\nfailed\nok\nok\n");
#endif
}

/* A worker whose runner is killed while it still starts does not go on. */
Test(repair, a_worker_that_starts_ends_with_its_runner)
{
    static struct result r;
    cli_write("slow.yaml", "experiment: slow\nstop: {max_iter: 1}\n"
                           "dataset: {name: digits, T: 500, n_train: 1200, n_test: 100}\n"
                           "network: {hidden: [400, 400, 400], start: rate}\nsolvers: [{name: admm}]\n");
    for (size_t k = 0; k < 2; k++) {
        char text[500];
        (void)snprintf(
            text, sizeof text,
            "\"$SB\" run slow.yaml & tries=500; until c=$(cat /proc/$!/task/$!/children) && grep -q worker "
            "/proc/${c%% }/cmdline; do tries=$((tries - 1)); [ $tries -gt 0 ] || { kill -KILL $!; exit 1; }; "
            "sleep "
            "0.02; done 2>/dev/null; sleep 0.3; kill -%s $!; wait $!; echo code $?; left=40; until flock -n "
            "results/slow/.work/lock true; do left=$((left - 1)); [ $left -gt 0 ] || exit 1; sleep 0.05; "
            "done; echo "
            "ended",
            k == 0 ? "KILL" : "TERM");
        good(&r, text);
        expect(&r, "ended");
        if (k == 1) expect(&r, "code 130");
    }
}

/* The results are looked at where the data is absent, too; the code says the worse of both. */
Test(repair, check_without_the_data)
{
    static struct result r;
    cli_write("absent.yaml", "experiment: absent\ndataset: {name: nmnist, path: /nonexistent}\n"
                             "stop: {max_iter: 1}\nsolvers: [{name: random_features}]\n");
    good(&r,
         "\"$SB\" run absent.yaml --allow-missing; \"$SB\" check absent.yaml --results results; [ $? = 1 ]");
    expect(&r, "results/absent: 1 row, 0 problems");
    good(&r, "echo iter > results/absent/curves/stray.csv; \"$SB\" check absent.yaml --results results; [ $? "
             "= 1 ]");
    expect(&r, "curves/stray.csv: no row of runs.csv belongs to it");
    expect(&r, "results/absent: 1 row, 1 problem");
}

/* Before the first row is taken up there is no runs.csv; a folder that is not there is an error. */
Test(repair, check_of_a_journal_alone)
{
    static struct result r;
    good(
        &r,
        "\"$SB\" run small.yaml && cd results/small && id=$(sed -n 2p runs.csv | cut -d, -f2) && head -n 2 "
        "runs.csv > .work/$id.row.csv && find curves -name '*.csv' ! -name $id.csv -delete && rm runs.csv && "
        "cd ../.. && \"$SB\" check small.yaml --results results");
    expect(&r, "results/small: 0 rows, 0 problems, 1 row that 'spikebench run' takes up");
    cli_shell(&r, "\"$SB\" check small.yaml --results nowhere");
    cr_expect_eq(r.code, 1);
    expect(&r, "nowhere/small/runs.csv: No such file");
}

/* Who may not begin has not run anything. */
Test(repair, a_locked_folder_has_no_outcome)
{
    static struct result r;
    cli_shell(&r, "mkdir -p results/small/.work; flock results/small/.work/lock \"$SB\" run small.yaml");
    cr_expect_eq(r.code, 1, "%s", r.output);
    expect(&r, "results/small: another 'spikebench run'");
    cr_expect_null(strstr(r.output, "small: 4 runs"), "%s", r.output);
}

/* All that does not belong together, with its line, and what is there to go on with. */
Test(repair, check_names_each_problem)
{
    static struct result r;
    good(
        &r,
        "\"$SB\" run small.yaml && cd results/small && awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) "
        "at[$i] = i } NR == 2 { $at[\"run_id\"] = \"a/b\" } NR == 3 { $at[\"curve_crc32\"] = \"nan\"; id = "
        "$at[\"run_id\"] } { print } END { print id >\"id\" }' runs.csv > new && mv new runs.csv && "
        "echo iter > curves/$(cat id).csv && touch .work/1.ckpt .work/2.ckpt");
    cli_shell(&r, "\"$SB\" check small.yaml --results results");
    cr_expect_eq(r.code, 1);
    expect(&r, "line 2: run_id 'a/b' is not made of letters and digits");
    expect(&r, "its curve is no table with rows; 'spikebench run' repeats it");
    expect(&r, "4 rows, 3 problems, 2 checkpoints to resume from");
    cli_shell(&r, "sed -i '4s/,/,,/' results/small/runs.csv; \"$SB\" check small.yaml --results results");
    cr_expect_eq(r.code, 1);
    expect(&r, "runs.csv: line 4: ");
    cli_shell(&r, "sed -i 1s/run_id/id/ results/small/runs.csv; sed -i 4d results/small/runs.csv; \"$SB\" "
                  "run small.yaml; "
                  "echo code $?; \"$SB\" best small");
    expect(&r, "there is no column 'run_id'");
    expect(&r, "code 1");
    expect(&r, "best: results/small/runs.csv: line 1: there is no column 'run_id'");
}

/* New files that a killed worker has not renamed go when nobody can be writing them; of a shard its own. */
Test(repair, temporary_files_of_killed_workers_go)
{
    static struct result r;
    cli_write("s.yaml", "experiment: s\nseeds: [0, 1]\nstop: {max_iter: 1}\nsolvers: [{name: bptt}]\n"
                        "dataset: {name: digits, T: 4, n_train: 50, n_test: 20}\n");
    cli_shell(
        &r, "leave() { for f in .work/$1.ckpt .work/$1.end .work/$1.yaml curves/$1.csv; do touch "
            "$f.tmpaB3xYz; done; }; left() { ls -A . .work curves | grep -c 'tmp'; }; \"$SB\" run s.yaml "
            ">/dev/null && cd results/s && touch report.md.tmp123456 curves/mine.tmp && for id in $(column "
            "run_id runs.csv) gone; do leave $id; done && touch runs.csv.tmpQ8I740 && left && (cd ../.. && "
            "\"$SB\" run s.yaml --shard 1/2 -q) && left && (cd ../.. && \"$SB\" run s.yaml -q) && left && ls "
            ". .work curves | grep tmp");
    expect_good(&r);
    cr_expect_str_eq(r.output, "15\n11\n2\nreport.md.tmp123456\nmine.tmp\n");
}
