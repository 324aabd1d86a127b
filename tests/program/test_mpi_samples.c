/* Ranks of a run on full batches keep their own samples alone: the same bits, and memory by their number.
 * Skipped where there is no mpirun, or the program has no MPI (see test_mpi.c). */
#include "tests/cli_run.h"
#include "tests/shd_made.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

TestSuite(mpi_samples, .init = cli_setup, .fini = cli_teardown);

#define EXCEPT "also='ranks messages bytes_sent wait_s'; "

/* Whether there is MPI to test with. */
static bool possible(const char *test)
{
    static struct result r;
#ifdef __SANITIZE_ADDRESS__ /* MPI leaves memory behind */
    (void)fprintf(stderr, "SKIPPED mpi_samples::%s: under a sanitizer\n", test);
    return false;
#endif
    cli_shell(&r, "command -v mpirun >/dev/null && ! \"$SB\" --version | grep 'MPI: no'");
    if (r.code != 0) (void)fprintf(stderr, "SKIPPED mpi_samples::%s: no mpirun, or no MPI\n", test);
    return r.code == 0;
}

/* Inputs that are spikes, currents (whose products are summed by turns), counts of a camera, and more samples
 * than the start of the network looks at. */
struct data {
    char options[150];
    int ranks;
};

ParameterizedTestParameters(mpi_samples, each_rank_keeps_its_share)
{
    static struct data cases[] = {
        {"name: digits, T: 4, n_train: 450, n_validation: 130, n_test: 130", 2},
        {"name: digits, T: 4, n_train: 450, n_validation: 130, n_test: 130, encoding: current", 3},
        {"name: yin_yang, T: 4, n_train: 2300, n_validation: 200, n_test: 200, encoding: current", 2},
        {"name: yin_yang, T: 4, n_train: 2300, n_validation: 200, n_test: 200, encoding: rate", 3},
        {"name: event_camera, T: 5, n_train: 450, n_validation: 130, n_test: 130, threshold: 0.3", 3},
#ifdef SPIKEBENCH_HDF5
        {"name: shd, path: ., T: 5, n_train: 450, n_validation: 130, n_test: 130", 2},
#endif
    };
    return cr_make_param_array(struct data, cases, sizeof cases / sizeof *cases);
}

/* Recordings in HDF5 files, which a child of each rank reads. */
static void write_recordings(void)
{
#ifdef SPIKEBENCH_HDF5
    static struct result r;
    char path[400];
    cli_shell(&r, "pwd | tr -d '\\n'");
    (void)snprintf(path, sizeof path, "%.300s/shd_train.h5", r.output);
    shd_write(path, 580, 300);
    (void)snprintf(path, sizeof path, "%.300s/shd_test.h5", r.output);
    shd_write(path, 130, 300);
#endif
}

/* bptt, which divides mini-batches, keeps all on each rank. */
ParameterizedTest(struct data *c, mpi_samples, each_rank_keeps_its_share)
{
    static struct result r;
    char text[2000];
    if (!possible("each_rank_keeps_its_share")) return;
    if (strstr(c->options, "shd")) write_recordings();
    (void)snprintf(text, sizeof text,
                   "experiment: own\nstop: {max_iter: 2}\ndataset: {%s}\nnetwork: {hidden: [12, 9]}\n"
                   "solvers:\n  - {name: random_features}\n  - {name: admm, warmup: 1}\n"
                   "  - {name: admm_resync}\n  - {name: admm_resync, recompute: true}\n"
                   "  - {name: admm_anderson}\n  - {name: bptt}\n",
                   c->options);
    cli_write("own.yaml", text);
    spikebench(&r, "run own.yaml --out one -j 2");
    expect_good(&r);
    (void)snprintf(
        text, sizeof text,
        EXCEPT
        "\"$SB\" run own.yaml --out many --set ranks=%d && numbers one/own >first && numbers many/own "
        ">second "
        "&& cmp first second && id=$(grep ,bptt, many/own/runs.csv | cut -d, -f2) && "
        "all=$(column entries many/own/ranks/$id.csv | sort -u) && for f in many/own/ranks/*.csv; do "
        "column entries $f | awk -v all=$all -v n=%d "
        "'{ sum += $1; if ($1 > most) most = $1 } END { print (sum < 1.1 * all ? \"own\" : sum == n * all "
        "? \"all\" : sum), (most < 1.3 * all / n || sum == n * all), NR }'; done | sort | uniq -c | "
        "awk '{ print $1, $2, $3, $4 }'",
        c->ranks, c->ranks);
    cli_shell(&r, text);
    expect_good(&r);
    (void)snprintf(text, sizeof text, "\n1 all 1 %d\n5 own 1 %d\n", c->ranks, c->ranks);
    cr_expect_not_null(strstr(r.output, text), "%s", r.output);
}

/* Where the steps do not train on all samples as they are, each rank has all of them. */
Test(mpi_samples, others_keep_all)
{
    static struct result r;
    if (!possible("others_keep_all")) return;
    cli_write("all.yaml", "experiment: all\nstop: {max_iter: 2}\nranks: 2\n"
                          "dataset: {name: digits, T: 4, n_train: 450, n_validation: 100, n_test: 100}\n"
                          "network: {hidden: [12]}\nsolvers:\n  - {name: admm_resync, batch: 200}\n"
                          "  - {name: admm_resync, dataset: {tasks: 2}}\n"
                          "  - {name: enkf, method: esmda, ensemble: 6}\n");
    cli_shell(&r, "\"$SB\" run all.yaml && for f in results/all/ranks/*.csv; do column entries $f | sort | "
                  "uniq -c | awk '{ print $1 }'; done");
    expect_good(&r);
    cr_expect_not_null(strstr(r.output, "\n2\n2\n2\n"), "%s", r.output);
    cli_shell(&r, EXCEPT "\"$SB\" run all.yaml --out one --set ranks=1 && numbers one/all >first && numbers "
                         "results/all >second && cmp first second");
    expect_good(&r);
}

/* The lists of 120,000 samples of currents are 9.6 million entries of 12 bytes. `check` knows it before. */
Test(mpi_samples, memory_is_by_the_share)
{
    static struct result r;
    double one = 0, many = 0, estimate_one = 0, estimate_many = 0;
    if (!possible("memory_is_by_the_share")) return;
    cli_write(
        "large.yaml",
        "experiment: large\ndataset: {name: yin_yang, T: 20, n_train: 120000, n_validation: 100, n_test: "
        "100, encoding: current}\nnetwork: {hidden: [4]}\nsolvers: [{name: random_features}]\n");
    cli_shell(&r, "exec 2>/dev/null; for n in 1 2; do \"$SB\" run large.yaml --out $n --set ranks=$n "
                  ">/dev/null || exit 1; "
                  "\"$SB\" run large.yaml --dry-run --set ranks=$n | awk '/^memory of the largest/ "
                  "{ print $6, $7 }'; done; column peak_bytes 1/large/runs.csv; column peak_bytes "
                  "2/large/ranks/*.csv | sort -n | tail -1");
    expect_good(&r);
    cr_assert_eq(sscanf(r.output, "%lf MiB %lf MiB %lf %lf", &estimate_one, &estimate_many, &one, &many), 4,
                 "%s", r.output);
    const double entry = sizeof(uint32_t) + sizeof(double), half = 0.5 * 120000 * 20 * 4 * entry;
    cr_expect_lt(many, one - 0.7 * half, "%s", r.output);
    /* with OpenMPI's own 10.5 MiB */
    cr_expect_float_eq((estimate_one + 10.5 - estimate_many) * 0x1p20, half, 0.1 * half, "%s", r.output);
    cr_expect_lt(many, 1.5 * 0x1p20 * estimate_many, "%s", r.output);
}
