/* Runs of several ranks under mpirun: the same bits as one, the same command goes on after a loss, and what
 * cannot give the same bits is refused. Skipped, loudly, where there is no mpirun, or the program has no MPI.
 */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

/* 450 training samples are 8 chunks and parts, of a mini-batch of 200 4 and of the last one of 50 1; of one
 * of 300 5 and of the last one of 150 3, of which the third is another rank's. */
#define EXPERIMENT(name, iterations, hidden)                                                                 \
    "experiment: " name "\nseeds: [0]\neval_every: 2\nstop: {max_iter: " iterations "}\n"                    \
    "dataset: {name: digits, T: 5, n_train: 450, n_validation: 130, n_test: 90}\n"                           \
    "network: {hidden: [" hidden "]}\nsolvers:\n"

static void setup(void)
{
    cli_setup();
    cli_write(
        "each.yaml",
        EXPERIMENT(
            "each", "3",
            "11, 10") "  - {name: random_features}\n"
                      "  - {name: random_features, kappa: 0.1, network: {readout: mean}}\n"
                      "  - {name: bptt, batch: 200}\n"
                      "  - {name: bptt, batch: 450, optimizer: implicit_lbfgs, network: {recurrent: true}}\n"
                      "  - {name: bptt, batch: 200, dataset: {augment_drop: 0.2}}\n"
                      "  - {name: trained_readout, batch: 200}\n"
                      "  - {name: eprop, batch: 200, feedback: random}\n"
                      "  - {name: ottt, batch: 200}\n"
                      "  - {name: ide, batch: 200}\n"
                      "  - {name: spide, batch: 200}\n"
                      "  - {name: admm, box: clip, layer_order: random, time_order: random, warmup: 1}\n"
                      "  - {name: admm, weights: pinv, network: {start: published}}\n"
                      "  - {name: admm, weights: proximal, box: exact, multiplier: all, output: joint, "
                      "warmup: 1, "
                      "start_output: labels, network: {loss: cross_entropy}}\n"
                      "  - {name: admm_joint, warmup: 1}\n"
                      "  - {name: admm_linearized, inner: 2}\n"
                      "  - {name: admm_hybrid}\n"
                      "  - {name: admm_resync}\n"
                      "  - {name: admm_resync, batch: 200, gain: single_flip, momentum: 0.5}\n"
                      "  - {name: admm_resync, multiplier: true, keep: 0.5, feed: auxiliary}\n"
                      "  - {name: admm_anderson}\n"
                      "  - {name: decolle, batch: 300}\n"
                      "  - {name: lfp, batch: 300}\n"
                      "  - {name: forward_forward, batch: 300}\n"
                      "  - {name: exact_spike_time, batch: 200}\n"
                      "  - {name: ffnb, batch: 200, dataset: {tasks: 2}}\n"
                      "  - {name: ffnb, hidden: random}\n"
                      "  - {name: convert, batch: 200}\n"
                      "  - {name: convert, batch: 200, neuron: rate, activation: leaky_relu}\n"
                      "  - {name: enkf, ensemble: 20}\n"
                      "  - {name: enkf, ensemble: 21, method: esmda, spread: 0}\n");
    cli_write("long.yaml",
              EXPERIMENT("long", "400",
                         "60") "  - {name: admm, kappa: 0.01, beta: 10, time_order: random, warmup: 2}\n"
                               "  - {name: admm_resync, multiplier: true, keep: 0.5}\n"
                               "  - {name: bptt, batch: 200}\n");
}

TestSuite(mpi, .init = setup, .fini = cli_teardown);

/* Shell function `rank K`: the process of rank K that works in this folder, waited for half a minute. */
#define FUNCTIONS                                                                                            \
    "also='ranks messages bytes_sent wait_s'; "                                                              \
    "rank() { for try in $(seq 300); do for p in /proc/[0-9]*; do if [ \"$(readlink $p/cwd)\" = "            \
    "\"$(pwd -P)\" ] && tr '\\0' ' ' <$p/cmdline | grep -q '^[^ ]*spikebench-f.. worker' && tr '\\0' '\\n' " \
    "<$p/environ | grep -q \"^OMPI_COMM_WORLD_RANK=$1$\"; then echo ${p#/proc/}; return; fi; done "          \
    "2>/dev/null; sleep 0.1; done; return 1; }; "

/* Whether there is MPI to test with. */
static bool possible(const char *test)
{
    static struct result r;
#ifdef __SANITIZE_ADDRESS__ /* MPI leaves memory behind */
    (void)fprintf(stderr, "SKIPPED mpi::%s: under a sanitizer\n", test);
    return false;
#endif
    cli_shell(&r, "command -v mpirun >/dev/null && ! \"$SB\" --version | grep 'MPI: no'");
    if (r.code != 0)
        (void)fprintf(stderr,
                      "SKIPPED mpi::%s: no mpirun (openmpi-bin), or no MPI in the program "
                      "(libopenmpi-dev)\n",
                      test);
    return r.code == 0;
}

struct share {
    int ranks, threads;
    char precision[8];
};

ParameterizedTestParameters(mpi, same_bits)
{
    static struct share cases[] = {{2, 1, "double"}, {3, 2, "float"}};
    return cr_make_param_array(struct share, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct share *c, mpi, same_bits)
{
    static struct result r;
    char text[1500];
    if (!possible("same_bits")) return;
    (void)snprintf(text, sizeof text, "run each.yaml --out one -j 2 --set precision=%s", c->precision);
    spikebench(&r, text);
    expect_good(&r);
    (void)snprintf(text, sizeof text,
                   FUNCTIONS
                   "\"$SB\" run each.yaml --out many --set ranks=%d --set threads=%d --set precision=%s && "
                   "numbers one/each >first && numbers many/each >second && cmp first second && "
                   "column ranks many/each/runs.csv | sort -u && wc -l <many/each/runs.csv",
                   c->ranks, c->threads, c->precision);
    cli_shell(&r, text);
    expect_good(&r);
    (void)snprintf(text, sizeof text, "\n%d\n31\n", c->ranks);
    cr_expect_not_null(strstr(r.output, text), "%s", r.output);
}

/* Above 1024 neurons the 76 rows of a solve are divided; they travel in pieces of 40 and 36 numbers a column.
 */
Test(mpi, wide_solves_are_divided_with_the_same_bits)
{
    static struct result r;
    if (!possible("wide_solves_are_divided_with_the_same_bits")) return;
    cli_write("wide.yaml", "experiment: wide\nseeds: [0]\nstop: {max_iter: 2}\n"
                           "dataset: {name: digits, T: 3, n_train: 130, n_validation: 20, n_test: 20}\n"
                           "network: {hidden: [1024, 76]}\nsolvers:\n"
                           "  - {name: admm, kappa: 1}\n  - {name: admm_resync}\n");
    cli_shell(&r, FUNCTIONS
              "\"$SB\" run wide.yaml --out one && \"$SB\" run wide.yaml --out many --set ranks=3 && "
              "numbers one/wide >first && numbers many/wide >second && cmp first second && wc -l <second");
    expect_good(&r);
}

Test(mpi, what_is_sent_is_counted)
{
    static struct result r;
    if (!possible("what_is_sent_is_counted")) return;
    /* 64-60-10 numbers of 8 bytes, and a loss; of the three mini-batches of an epoch the last has one part,
     * which is rank 0's: nothing goes up */
    spikebench(&r, "run long.yaml --set stop.max_iter=4 --set ranks=2");
    expect_good(&r);
    cli_shell(&r, FUNCTIONS
              "cd results/long; id=$(grep ,bptt, runs.csv | cut -d, -f2); head -1 ranks/$id.csv; "
              "column messages ranks/$id.csv; column bytes_sent ranks/$id.csv; grep -e run_id -e "
              ",bptt, runs.csv >bptt.csv; column messages bptt.csv; column bytes_sent bptt.csv; "
              "column wait_s bptt.csv | awk '{ print ($1 > 0) }'; column bytes_sent curves/$id.csv");
    expect_good(&r);
    const int up = 4 * 2, down = 4 * 3, bytes = 8 * (64 * 60 + 60 * 10) + 8;
    char text[400];
    (void)snprintf(
        text, sizeof text,
        "rank,host,messages,bytes_sent,wait_s,train_s,cpu_s,peak_bytes,entries\n%d\n%d\n%d\n%d\n%d\n%"
        "d\n1\n0\n%d\n%d\n",
        down, up, down * bytes, up * bytes, up + down, (up + down) * bytes, (up + down) * bytes / 2,
        (up + down) * bytes);
    cr_expect_str_eq(r.output, text);
    spikebench(&r, "run long.yaml --out one --set stop.max_iter=1");
    cli_shell(&r,
              FUNCTIONS "column messages one/long/runs.csv; column wait_s one/long/runs.csv; ls one/long");
    cr_expect_str_eq(r.output, "0\n0\n0\n0\n0\n0\nconfig.resolved.yaml\ncurves\nruns.csv\n");
}

/* Interrupted with two ranks, gone on with three, and with one. */
Test(mpi, other_ranks_go_on_with_the_same_bits)
{
    static struct result r;
    if (!possible("other_ranks_go_on_with_the_same_bits")) return;
    spikebench(&r, "run long.yaml --out whole -j 2");
    expect_good(&r);
    for (int ranks = 2; ranks <= 3; ranks++) {
        char text[1000];
        (void)snprintf(text, sizeof text,
                       FUNCTIONS
                       "\"$SB\" run long.yaml --out cut --set ranks=%d & rank 0 && sleep 0.7; kill -INT $!; "
                       "wait $!; echo code $?",
                       ranks);
        cli_shell(&r, text);
        cr_expect_not_null(strstr(r.output, "code 130"), "%s", r.output);
    }
    /* a run that is interrupted while it still reads its checkpoint has no row, but keeps it */
    cli_shell(&r, "ls cut/long/.work/*.ckpt | wc -l; cat cut/long/runs.csv 2>&1 | grep -c ,ok,");
    cr_expect_str_eq(r.output, "1\n0\n");
    spikebench(&r, "run long.yaml --out cut");
    expect_good(&r);
    cli_shell(&r, FUNCTIONS "numbers whole/long >first; numbers cut/long >second; cmp first second");
    expect_good(&r);
}

/* A larger stop.max_iter goes on from the end that was kept, the auxiliary potentials of all samples in it,
 * with two ranks more. */
Test(mpi, a_kept_end_goes_on_with_other_ranks)
{
    static struct result r;
    if (!possible("a_kept_end_goes_on_with_other_ranks")) return;
    cli_write("kept.yaml",
              EXPERIMENT("kept", "8", "10, 8") "  - {name: admm_resync, keep: 0.5, batch: 0}\n"
                                               "  - {name: admm_resync, multiplier: true, keep: 1}\n");
    spikebench(&r, "run kept.yaml --out whole");
    expect_good(&r);
    spikebench(&r, "run kept.yaml --out cut --set ranks=2 --set stop.max_iter=4");
    expect_good(&r);
    cli_shell(
        &r, FUNCTIONS
        "\"$SB\" run kept.yaml --out cut --set ranks=4 2>&1 | grep -c ' goes on from the end of run ' && "
        "for f in whole/kept/curves/*.csv; do numbers_of $f >first; numbers_of "
        "cut/kept/curves/${f##*/} >second; cmp first second || exit 1; wc -l <second; done");
    expect_good(&r);
    cr_expect_str_eq(r.output, "2\n6\n6\n");
}

/* OpenMPI's own setting says where the ranks run; a host that is not there shows that it is read. */
Test(mpi, a_host_file_says_where)
{
    static struct result r;
    if (!possible("a_host_file_says_where")) return;
    cli_write("here", "localhost slots=2\n");
    cli_write("nowhere", "no-such-host.invalid slots=2\n");
    cli_shell(
        &r, FUNCTIONS
        "OMPI_MCA_orte_default_hostfile=$PWD/here \"$SB\" run long.yaml --set ranks=2 --set stop.max_iter=1 "
        "&& "
        "for f in results/long/ranks/*.csv; do column host $f; done | sort | uniq -c | wc -l && column ranks "
        "results/long/runs.csv | sort -u");
    expect_good(&r);
    cr_expect_not_null(strstr(r.output, "\n1\n2\n"), "one host, two ranks: %s", r.output);
    cli_shell(&r, "OMPI_MCA_orte_default_hostfile=$PWD/nowhere timeout 120 \"$SB\" run long.yaml --out other "
                  "--set ranks=2 "
                  "--set stop.max_iter=1; echo code $?; grep -c ,failed, other/long/runs.csv");
    cr_expect_not_null(strstr(r.output, "code 1\n3\n"), "%s", r.output);
}

/* The checkpoint of the interruption stays when a rank is killed later. */
Test(mpi, a_killed_rank_ends_the_run_and_the_same_command_resumes)
{
    static struct result r;
    if (!possible("a_killed_rank_ends_the_run_and_the_same_command_resumes")) return;
    spikebench(&r, "run long.yaml --out whole -j 2");
    expect_good(&r);
    cli_shell(&r, FUNCTIONS
              "\"$SB\" run long.yaml --out cut --set ranks=3 & rank 0 && sleep 0.7; kill -INT $!; wait $!");
    cli_shell(
        &r, FUNCTIONS
        "\"$SB\" run long.yaml --out cut --set ranks=3 & victim=$(rank 1); sleep 0.2; begin=$(date +%s); "
        "kill -KILL $victim; until grep -q ,failed, cut/long/runs.csv; do sleep 0.1; [ $(($(date +%s) - "
        "begin)) -lt 20 ] || break; done; kill -INT $!; wait $!; ls cut/long/.work/*.ckpt | head -1");
    cr_expect_not_null(strstr(r.output, "a rank was lost"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "signal 9 (Killed)"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, ".ckpt"), "%s", r.output);
    spikebench(&r, "run long.yaml --out cut --set ranks=2");
    expect_good(&r);
    cli_shell(&r, FUNCTIONS "numbers whole/long >first; numbers cut/long >second; cmp first second");
    expect_good(&r);
}

/* Rank 1 is what `does` makes of it: a mpirun of the test's own stands before the real one. */
struct stranger {
    char does[200], expected[100];
};

ParameterizedTestParameters(mpi, strangers_are_refused)
{
    static struct stranger cases[] = {
        {"export OPENBLAS_CORETYPE=Prescott", "rank 1: OpenBLAS has kernels for "},
        {"cp \"$1\" ./spikebench-other; echo >>./spikebench-other; shift; set -- ./spikebench-other \"$@\"",
         "rank 1: the program is another build"},
    };
    return cr_make_param_array(struct stranger, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct stranger *c, mpi, strangers_are_refused)
{
    static struct result r;
    char text[2000];
    if (!possible("strangers_are_refused")) return;
    (void)snprintf(text, sizeof text,
                   "#!/bin/sh\nif [ \"$OMPI_COMM_WORLD_RANK\" = 1 ]; then\n%s\nfi\nexec \"$@\"\n", c->does);
    cli_write("stranger", text);
    cli_shell(&r,
              "mkdir bin && printf '#!/bin/sh\\nall=$*\\nexec %s ${all%%%% -n 2 *} -n 2 ./stranger ${all#* "
              "-n 2 }\\n' "
              "\"$(command -v mpirun)\" >bin/mpirun && chmod +x bin/mpirun stranger && PATH=$PWD/bin:$PATH "
              "OPENBLAS_CORETYPE=Haswell timeout 60 \"$SB\" run long.yaml --set ranks=2 --set "
              "stop.max_iter=1; echo code $?; grep -c ,failed, results/long/runs.csv");
    cr_expect_not_null(strstr(r.output, c->expected), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "code 1\n3\n"), "%s", r.output);
}

/* mpirun has its session where the results are, also in a folder that is named from here, and says nothing.
 */
Test(mpi, sessions_leave_nothing_behind)
{
    static struct result r;
    if (!possible("sessions_leave_nothing_behind")) return;
    cli_write("one.yaml", "experiment: one\nstop: {max_iter: 1}\nranks: 2\n"
                          "dataset: {name: digits, T: 3, n_train: 40, n_validation: 0, n_test: 20}\n"
                          "network: {hidden: [8]}\nsolvers: [{name: bptt, batch: 20}]\n");
    cli_shell(&r, "\"$SB\" run one.yaml --out here; echo code $?; ls -A here/one/.work | grep mpi");
    expect_text(&r, "code 0");
    cr_expect_null(strstr(r.output, "ERROR"), "%s", r.output);
    cr_expect_null(strstr(r.output, ".mpi"), "%s", r.output);
}

Test(mpi, who_is_not_root_may_start_ranks)
{
    static struct result r;
    if (!possible("who_is_not_root_may_start_ranks")) return;
    cli_shell(&r, "[ $(id -u) = 0 ] && command -v setpriv >/dev/null");
    if (r.code != 0) {
        (void)fprintf(stderr, "SKIPPED mpi::who_is_not_root_may_start_ranks: needs root and setpriv\n");
        return;
    }
    cli_write("small.yaml", EXPERIMENT("small", "1", "11") "  - {name: admm}\n  - {name: bptt}\n");
    /* in a folder that all can reach: that of the tests may be root's alone */
    cli_shell(&r,
              "d=$(mktemp -d /tmp/spikebench-ranks-XXXXXX) && chmod 777 $d && cp small.yaml $d && cd $d && "
              "HOME=/nonexistent TMPDIR=$d setpriv --reuid=65534 --regid=65534 --clear-groups \"$SB\" run "
              "small.yaml --set ranks=2 && grep -c ,ok, results/small/runs.csv; "
              "code=$?; rm -rf $d; exit $code");
    expect_good(&r);
    cr_expect_not_null(strstr(r.output, "\n2\n"), "%s", r.output);
}

/* A trainer that does not divide its samples, and options that cannot be divided, are refused by name. */
struct refusal {
    char solver[120], expected[120];
};

ParameterizedTestParameters(mpi, what_cannot_be_divided_is_refused)
{
    static struct refusal cases[] = {
        {"{name: forward_mode}",
         "ranks = 2 is not for solver 'forward_mode', which does not divide its samples"},
        {"{name: admm_anderson, base: admm}", "with base = admm the state that is accelerated"},
        {"{name: admm_resync, batch: 200, multiplier: true}", "with option 'multiplier' each sample keeps"},
        {"{name: admm_resync, batch: 200, keep: 0.5}", "with option 'keep' each sample keeps"},
    };
    return cr_make_param_array(struct refusal, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct refusal *c, mpi, what_cannot_be_divided_is_refused)
{
    static struct result r;
    char text[1000];
    (void)snprintf(text, sizeof text, EXPERIMENT("small", "1", "8") "  - %s\n", c->solver);
    cli_write("refused.yaml", text);
    if (!possible("what_cannot_be_divided_is_refused")) return;
    spikebench(&r, "run refused.yaml --set ranks=2");
    cr_expect_eq(r.code, 2, "%s", r.output);
    cr_expect_not_null(strstr(r.output, c->expected), "%s", r.output);
    spikebench(&r, "run refused.yaml");
    expect_good(&r);
}

Test(mpi, without_mpi_several_ranks_are_refused)
{
    static struct result r;
    cli_shell(&r, "\"$SB\" --version | grep -q 'MPI: no'");
    const bool built = r.code != 0;
    spikebench(&r, "run each.yaml --dry-run --set ranks=2");
    cr_expect_eq(r.code, built ? 0 : 2, "%s", r.output);
    if (!built) cr_expect_not_null(strstr(r.output, "built without MPI"), "%s", r.output);
    spikebench(&r, "run each.yaml --dry-run --set ranks=65");
    cr_expect_eq(r.code, 2, "%s", r.output);
}

/* What a cluster's launcher starts: every rank has the same command line, and the first is the front end. */
struct launch {
    int ranks;
    char precision[8];
};

ParameterizedTestParameters(mpi, mpirun_may_start_train)
{
    static struct launch cases[] = {{2, "double"}, {3, "float"}};
    return cr_make_param_array(struct launch, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct launch *c, mpi, mpirun_may_start_train)
{
    static struct result r;
    char text[1500];
    if (!possible("mpirun_may_start_train")) return;
    (void)snprintf(
        text, sizeof text,
        "as_root=$([ $(id -u) = 0 ] && echo --allow-run-as-root); options='--precision %s --set dataset.T=5 "
        "--set dataset.n_train=450 --set network.hidden=10 --set stop.max_iter=3 --set solver.batch=200'; "
        "\"$SB\" train bptt digits --out one.net $options >/dev/null && mpirun $as_root --oversubscribe -n "
        "%d "
        "\"$SB\" train bptt digits --out many.net $options && cmp one.net many.net && grep ranks many.yaml; "
        "ls -d many.*",
        c->precision, c->ranks);
    cli_shell(&r, text);
    expect_good(&r);
    (void)snprintf(text, sizeof text, "\nranks: %d\nmany.net\nmany.yaml\n", c->ranks);
    cr_expect_not_null(strstr(r.output, "many.net: bptt, 3 iterations"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, text), "%s", r.output);
    cli_shell(
        &r,
        "mpirun $([ $(id -u) = 0 ] && echo --allow-run-as-root) --oversubscribe -n 2 \"$SB\" run each.yaml");
    cr_expect_neq(r.code, 0);
    cr_expect_not_null(strstr(r.output, "under mpirun there is 'spikebench train'"), "%s", r.output);
}
