/* Parts of a plan, in one folder at the same time or in one for each, and the scripts of docs/cluster.md. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void setup(void)
{
    cli_setup();
    (void)setenv("OPENBLAS_CORETYPE", "Haswell", 1); /* as the scripts of docs/cluster.md do for all parts */
    cli_write("grid.yaml",
              "experiment: grid\nseeds: [0, 1]\neval_every: 2\nstop: {max_iter: 4}\n"
              "dataset: {name: digits, T: 6, n_train: 150, n_validation: 20, n_test: 50}\n"
              "network: {hidden: [[12], [8]]}\n"
              "solvers:\n  - {name: random_features}\n  - {name: bptt, batch: 50, lr: [0.1, 0.01]}\n");
}

TestSuite(cluster, .init = setup, .fini = cli_teardown);

/* Shell function `script NAME FILE`: a script of docs/cluster.md. */
#define SHELL                                                                                                \
    "script() { awk -v start='```sh '$1 '$0 == start { on = 1; next } $0 == \"```\" { on = 0 } on' "         \
    "\"$SOURCES/docs/cluster.md\" > $2; test -s $2; }; "                                                     \
    "PATH=$(dirname \"$SB\"):$PATH; "

/* Shell text that leaves all runs of the plan in `parts/grid`. */
struct way {
    char text[700];
};

ParameterizedTestParameters(cluster, parts_give_what_the_whole_gives)
{
    static struct way ways[] = {
        {"for i in 1 2 3; do \"$SB\" run grid.yaml --shard $i/3 --out parts || exit 1; done"},
        {"for i in 1 2 3; do \"$SB\" run grid.yaml --shard $i/3 --out parts & pids=\"$pids $!\"; done; "
         "for p in $pids; do wait $p || exit 1; done"},
        {"for i in 1 2 3; do \"$SB\" run grid.yaml --shard $i/3 --out part$i -j 2 || exit 1; done; "
         "\"$SB\" merge parts/grid part1/grid part2/grid part3/grid"},
        {"script slurm-array array.sh && for i in 1 2 3 4; do SLURM_ARRAY_TASK_ID=$i sh array.sh 4 grid.yaml "
         "--out "
         "parts & pids=\"$pids $!\"; done; for p in $pids; do wait $p || exit 1; done"},
    };
    return cr_make_param_array(struct way, ways, sizeof ways / sizeof *ways);
}

ParameterizedTest(struct way *w, cluster, parts_give_what_the_whole_gives)
{
    static struct result r;
    char text[2500];
    spikebench(&r, "run grid.yaml --out whole");
    expect_good(&r);
    (void)snprintf(text, sizeof text,
                   SHELL
                   "numbers whole/grid > first && wc -l < first && { %s; } && numbers parts/grid > second && "
                   "cmp first second && cmp whole/grid/config.resolved.yaml parts/grid/config.resolved.yaml "
                   "&& ls -A parts/grid/.work",
                   w->text);
    cli_shell(&r, text);
    expect_good(&r);
    cr_expect_null(strstr(r.output, "\n0\n"), "%s", r.output);
    cr_expect_null(strstr(r.output, "row.csv"), "a row file is left:\n%s", r.output);
}

Test(cluster, gnu_parallel_makes_all_parts)
{
    static struct result r;
    cli_shell(&r, "command -v parallel && parallel --version | head -n 1");
    if (r.code != 0 || !strstr(r.output, "GNU parallel"))
        cr_skip_test("GNU parallel is not installed: its script in docs/cluster.md is NOT tested");
    spikebench(&r, "run grid.yaml --out whole");
    expect_good(&r);
    cli_shell(&r, SHELL "script gnu-parallel parallel.sh && sh parallel.sh 3 grid.yaml --out parts && "
                        "numbers whole/grid > first && numbers parts/grid > second && cmp first second && "
                        "column timing_valid parts/grid/runs.csv | sort -u");
    expect_good(&r);
    expect_text(&r, "\n0\n");
}

Test(cluster, a_part_makes_its_own_runs_alone)
{
    static struct result r;
    spikebench(&r, "run grid.yaml --shard 1/4 --dry-run");
    expect_good(&r);
    expect_text(&r, "shard 1/4: 3 runs, 2");
    expect_text(&r, "shard 4/4: 3 runs, 2");
    cr_expect_not(cli_exists("results"));
    spikebench(&r, "run grid.yaml --shard 2/4");
    expect_good(&r);
    expect_text(&r, "grid: shard 2/4: 3 runs: 3 done");
    cli_shell(&r, SHELL "column status results/grid/runs.csv; column timing_valid results/grid/runs.csv");
    cr_expect_str_eq(r.output, "ok\nok\nok\n0\n0\n0\n");
    spikebench(&r, "run grid.yaml --shard 2/4 --exclusive --fresh");
    expect_text(&r, "grid: shard 2/4: 3 runs: 3 done");
    spikebench(&r, "run grid.yaml --shard 2/4");
    expect_text(&r, "grid: shard 2/4: 3 runs: 3 finished before");
    cli_shell(&r, SHELL "column timing_valid results/grid/runs.csv");
    cr_expect_str_eq(r.output, "1\n1\n1\n");
    spikebench(&r, "run grid.yaml");
    expect_text(&r, "grid: 12 runs: 9 done, 3 finished before");
    spikebench(&r, "run grid.yaml --shard 5/4");
    cr_expect_eq(r.code, 2);
    expect_text(&r, "--shard 5/4: allowed are 1/N to N/N");
    spikebench(&r, "run grid.yaml --exclusive");
    cr_expect_eq(r.code, 2);
}

/* A part that repeats its runs leaves the rows of the others as they are. */
Test(cluster, fresh_is_for_the_own_runs)
{
    static struct result r;
    spikebench(&r, "run grid.yaml --shard 1/2");
    expect_good(&r);
    spikebench(&r, "run grid.yaml --shard 2/2");
    expect_good(&r);
    cli_shell(&r, SHELL "sort results/grid/runs.csv > before; \"$SB\" run grid.yaml --shard 1/2 --fresh && "
                        "sort results/grid/runs.csv > after; wc -l < after; comm -12 before after | wc -l");
    expect_good(&r);
    /* the header and six rows, byte for byte: their date, times and CRC too */
    expect_text(&r, "13\n7\n");
}

Test(cluster, no_data_no_parts)
{
    static struct result r;
    cli_write("absent.yaml",
              "experiment: absent\ndataset: {name: nmnist, path: /nonexistent}\nsolvers: [{name: bptt}]\n");
    spikebench(&r, "run absent.yaml --shard 1/2");
    cr_expect_eq(r.code, 1);
    expect_text(&r, "the runs are divided by ids and work, which need the data");
}

Test(cluster, who_may_share_a_folder)
{
    static struct result r;
    cli_write("long.yaml", "experiment: grid\nseeds: [0, 1]\nstop: {max_iter: 100000}\n"
                           "dataset: {name: digits, T: 6}\nsolvers: [{name: bptt}]\n");
    cli_shell(&r,
              "\"$SB\" run long.yaml --shard 1/2 >/dev/null & "
              "until ls results/grid/.work/*.yaml >/dev/null 2>&1; do sleep 0.02; done; "
              "\"$SB\" run grid.yaml; \"$SB\" run grid.yaml --shard 2/3; \"$SB\" run grid.yaml --shard 1/2; "
              "\"$SB\" merge results/grid results/grid; "
              "\"$SB\" run grid.yaml --shard 2/2 | tail -n 1; kill -INT $!; wait $!");
    cr_expect_eq(r.code, 130, "%s", r.output);
    expect_text(&r, "results/grid: another 'spikebench run', or a worker of one, uses this folder");
    expect_text(&r, "results/grid: another 'spikebench run', which is not one of 3 shards, uses this folder");
    expect_text(&r, "results/grid: another 'spikebench run', or a worker of one, is shard 1 of 2");
    expect_text(&r, "grid: shard 2/2: 6 runs: 6 done");
}

Test(cluster, merge_says_what_is_missing)
{
    static struct result r;
    spikebench(&r, "run grid.yaml --shard 1/6 --out first");
    expect_good(&r);
    spikebench(&r, "run grid.yaml --shard 2/6 --out second");
    expect_good(&r);
    spikebench(&r, "merge all first/grid second/grid");
    cr_expect_eq(r.code, 1);
    expect_text(&r, "all: 4 runs; of the plan's 12 runs 4 are finished, 8 absent");
    expect_text(&r, " (bptt, hidden 8, seed 1)\n");
    cli_shell(
        &r,
        "\"$SB\" merge all first/grid | grep -c ^missing; \"$SB\" check grid.yaml --results . | tail -n 1; "
        "\"$SB\" run grid.yaml --out rest >/dev/null && \"$SB\" merge all rest/grid; echo $?; wc -l < "
        "all/runs.csv");
    expect_text(&r, "8\n");
    expect_text(&r, "all: 12 runs; of the plan's 12 runs 12 are finished\n0\n13\n");
}

/* What is done to the second folder, and why merge then refuses it. */
struct refusal {
    char change[400], text[120];
};

#define SET(name, value)                                                                                     \
    "awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == \"" name "\") c = i } NR == 3 { $c = "  \
    "\"" value "\" } { print }' b/grid/runs.csv > t && mv t b/grid/runs.csv"

ParameterizedTestParameters(cluster, merge_refuses)
{
    static struct refusal cases[] = {
        {SET("experiment", "other"),
         "experiment other, but a/grid/runs.csv: line 2: grid: these do not belong"},
        {SET("schema", "2"), "schema 2, but"},
        {SET("rules", "1"), "rules 1, but"},
        {SET("data_sha256", "00"), "this is not the same data"},
        {SET("acc_test", "0.25"), "has two results (BLAS kernels"},
        {SET("stop_reason", "plateau"),
         "b/grid/runs.csv: line 3: stop_reason plateau, but a/grid/runs.csv: line"},
        {"rm a/grid/curves/* b/grid/curves/*", "it has no curve; 'spikebench run' there makes it again"},
        {"for f in ?/grid/curves/*; do echo >> $f; done",
         "its curve is not the one that was written (CRC-32)"},
        {"rm b/grid/config.resolved.yaml", "b/grid/config.resolved.yaml"},
        {"echo x > b/grid/config.resolved.yaml", "b/grid/config.resolved.yaml: it does not begin with"},
        {"rm b/grid/runs.csv", "b/grid/runs.csv"},
    };
    return cr_make_param_array(struct refusal, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct refusal *c, cluster, merge_refuses)
{
    static struct result r;
    char text[1000];
    spikebench(&r, "run grid.yaml --out a");
    expect_good(&r);
    (void)snprintf(text, sizeof text, "cp -r a b && %s; \"$SB\" merge all a/grid b/grid", c->change);
    cli_shell(&r, text);
    cr_expect_eq(r.code, 1, "%s", r.output);
    expect_text(&r, c->text);
    cr_expect_not(cli_exists("all"), "something was written");
}

/* What a runner may still be writing is not read: half a row here. */
Test(cluster, merge_reads_no_folder_that_is_used)
{
    static struct result r;
    spikebench(&r, "run grid.yaml --out a");
    expect_good(&r);
    cli_shell(&r, "cp -r a b && truncate -s -40 b/grid/runs.csv && "
                  "flock b/grid/.work/lock \"$SB\" merge b/grid a/grid");
    cr_expect_eq(r.code, 1, "%s", r.output);
    expect_text(&r, "b/grid: a 'spikebench run' uses this folder");
}

/* Of a run that failed in one folder and ended well in the other the good row is taken, whatever the order.
 */
Test(cluster, merge_takes_the_finished_row)
{
    static struct result r;
    spikebench(&r, "run grid.yaml --out a");
    expect_good(&r);
    cli_shell(&r, "cp -r a b && " SET("status",
                                      "failed") "; \"$SB\" merge ab a/grid b/grid && \"$SB\" merge ba b/grid "
                                                "a/grid && cmp ab/runs.csv a/grid/runs.csv && sort "
                                                "ba/runs.csv > x && sort a/grid/runs.csv | cmp x -");
    expect_good(&r);
    /* the same of damaged curves; a second merge changes nothing */
    cli_shell(&r, "rm b/grid/curves/*; \"$SB\" merge bac b/grid a/grid && \"$SB\" merge bac b/grid && "
                  "cmp bac/runs.csv a/grid/runs.csv && diff -r bac/curves a/grid/curves");
    expect_good(&r);
}

/* All that stands beside a row comes with it. */
Test(cluster, merge_brings_the_files_of_a_run)
{
    static struct result r;
    spikebench(&r, "run grid.yaml --out a");
    expect_good(&r);
    cli_shell(&r, "id=$(sed -n 2p a/grid/runs.csv | cut -d, -f2); for part in ranks tasks; do mkdir -p "
                  "a/grid/$part && echo $part,1 > a/grid/$part/$id.csv; done; \"$SB\" merge all a/grid && "
                  "for part in curves ranks tasks; do diff -r a/grid/$part all/$part || exit 1; "
                  "done");
    expect_good(&r);
}

/* A folder whose rows are older than some options: they have the defaults beside the rows of another folder,
 * and a run that both have is one. */
Test(cluster, merge_fills_younger_options)
{
    static struct result r;
    cli_write(
        "old.awk",
        "BEGIN { FS = OFS = \",\"; split(\"solver.clip network.reset dataset.tasks\", young, \" \") }\n"
        "NR == 1 { for (i = 1; i <= NF; i++) { if ($i == \"seed\") seed = i; for (k in young) if ($i == "
        "young[k]) drop[i] = 1 } }\n"
        "NR == 1 || wanted == \"\" || $seed == wanted { line = \"\"; for (i = 1; i <= NF; i++) if (!(i in "
        "drop)) line = line (line == \"\" ? \"\" : OFS) $i; print line }\n");
    spikebench(&r, "run grid.yaml --out a");
    expect_good(&r);
    cli_shell(&r,
              "cp -r a old && cp -r a new && cp -r a both && "
              "awk -f old.awk -v wanted=0 a/grid/runs.csv > old/grid/runs.csv && "
              "awk -f old.awk a/grid/runs.csv > both/grid/runs.csv && "
              "awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == \"seed\") c = i } NR == 1 || $c == 1' "
              "a/grid/runs.csv > new/grid/runs.csv && wc -l < old/grid/runs.csv && "
              "\"$SB\" merge all old/grid new/grid && cmp all/runs.csv a/grid/runs.csv && "
              "\"$SB\" merge twice both/grid a/grid");
    expect_good(&r);
    expect_text(&r, "7\n");
    expect_text(&r, "twice: 12 runs; of the plan's 12 runs 12 are finished\n");
    /* nor does an option's age hide other data; rows of other rules keep what they do not say: clip, but in
     * the two rows of a trainer without it */
    cli_write("set.awk", "BEGIN { FS = OFS = \",\" } NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = "
                         "i } NR > 1 { $c = "
                         "value } { print }\n");
    cli_shell(
        &r,
        "mv old/grid/runs.csv x && awk -f set.awk -v name=data_sha256 -v value=0 x > old/grid/runs.csv && "
        "\"$SB\" merge other old/grid new/grid");
    cr_expect_eq(r.code, 1, "%s", r.output);
    expect_text(&r, "this is not the same data");
    cli_shell(&r, "awk -f set.awk -v name=rules -v value=1 x > old/grid/runs.csv; mv new/grid/runs.csv y; "
                  "awk -f set.awk -v name=rules -v value=1 y > new/grid/runs.csv; \"$SB\" merge rules "
                  "old/grid new/grid; "
                  "awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == \"solver.clip\") c = i } NR > 1 && "
                  "$c == \"nan\"' "
                  "rules/runs.csv | wc -l");
    expect_text(&r, "\n8\n");
}

/* What the script of the page says where it is no part of an array. */
Test(cluster, the_array_script_says_how_it_is_used)
{
    static struct result r;
    cli_shell(&r, SHELL "script slurm-array array.sh && SLURM_ARRAY_TASK_ID=1 sh array.sh");
    cr_expect_neq(r.code, 0);
    expect_text(&r, "usage: sbatch --array=1-PARTS array.sh PARTS EXPERIMENT");
    cli_shell(&r, SHELL "script slurm-array array.sh && sh array.sh 4 grid.yaml");
    cr_expect_neq(r.code, 0);
    expect_text(&r, "this is a part of an array: sbatch --array=1-PARTS array.sh PARTS EXPERIMENT");
}
