/* Recurrent networks with current-based synapses from YAML to weight file, on a small SHD in the published
 * layout. */
#include "tests/cli_run.h"
#include "tests/folder.h"
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef SPIKEBENCH_HDF5
#include <hdf5.h>

enum { RECORDINGS = 100, EVENTS = 60, CLASSES = 20 };

static void put(hid_t file, const char *name, hid_t stored, hid_t memory, const void *data)
{
    const hsize_t length = RECORDINGS;
    hid_t space = H5Screate_simple(1, &length, NULL);
    hid_t d = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert_geq(d, 0);
    cr_assert_geq(H5Dwrite(d, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), 0);
    (void)H5Dclose(d);
    (void)H5Sclose(space);
}

/* Label k sweeps from channel 35 k upwards, or downwards where it is odd, so that time tells. */
static void write_shd(const char *name, unsigned seed)
{
    static double times[RECORDINGS][EVENTS];
    static uint32_t units[RECORDINGS][EVENTS];
    int labels[RECORDINGS];
    hvl_t t[RECORDINGS], u[RECORDINGS];
    static struct result path;
    for (size_t i = 0; i < RECORDINGS; i++) {
        labels[i] = (int)(i % CLASSES);
        t[i] = (hvl_t){EVENTS, times[i]};
        u[i] = (hvl_t){EVENTS, units[i]};
        for (unsigned k = 0; k < EVENTS; k++) {
            seed = seed * 1103515245u + 12345u;
            const unsigned place = labels[i] % 2 ? EVENTS - 1 - k : k;
            times[i][k] = k / 64.0;
            units[i][k] = 35 * (unsigned)(labels[i] / 2 * 2) + place + seed / 65536u % 8;
        }
    }
    cli_shell(&path, "printf %s \"$PWD\"");
    (void)strncat(path.output, name, OUTPUT_SIZE - strlen(path.output) - 1);
    hid_t file = H5Fcreate(path.output, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert_geq(file, 0, "%s", path.output);
    (void)H5Gclose(H5Gcreate2(file, "/spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hid_t stored_t = H5Tvlen_create(H5T_IEEE_F32LE), memory_t = H5Tvlen_create(H5T_NATIVE_DOUBLE);
    hid_t stored_u = H5Tvlen_create(H5T_STD_U16LE), memory_u = H5Tvlen_create(H5T_NATIVE_UINT32);
    put(file, "/spikes/times", stored_t, memory_t, t);
    put(file, "/spikes/units", stored_u, memory_u, u);
    put(file, "/labels", H5T_STD_I16LE, H5T_NATIVE_INT, labels);
    (void)H5Tclose(stored_t);
    (void)H5Tclose(memory_t);
    (void)H5Tclose(stored_u);
    (void)H5Tclose(memory_u);
    cr_assert_geq(H5Fclose(file), 0);
}

#define HEAD                                                                                                 \
    "precision: double\nseeds: [0]\nstop: {max_iter: 6}\neval_every: 3\n"                                    \
    "dataset: {name: shd, path: data, T: 20, duration_s: 1, units_per_bin: 10, n_validation: 20}\n"          \
    "network: {hidden: [40], loss: cross_entropy, recurrent: true, synapse: current, "                       \
    "synapse_decay: 0.7, leak: [[0.9, 0.95]]}\n"

static void must(struct result *r, const char *arguments)
{
    spikebench(r, arguments);
    cr_assert_eq(r->code, 0, "%s: %s", arguments, r->output);
}

static void begin(void)
{
    static struct result r;
    cli_setup();
    cli_shell(&r, "mkdir data");
    write_shd("/data/shd_train.h5", 1);
    write_shd("/data/shd_test.h5", 2);
}

/* Both run, learn, are finished when asked again; a plain trainer refuses the same network. */
Test(recurrent_runs, shd_end_to_end, .init = begin, .fini = cli_teardown)
{
    static struct result r;
    cli_write("recurrent.yaml",
              "experiment: recurrent\n" HEAD
              "solvers: [{name: bptt, lr: 0.01, batch: 20}, {name: eprop, lr: 0.01, batch: 20}]\n");
    must(&r, "run recurrent.yaml --out results");
    must(&r, "run recurrent.yaml --out results");
    cr_expect(strstr(r.output, "2 runs: 0 new") || strstr(r.output, "2 done") || strstr(r.output, "finished"),
              "%s", r.output);
    cli_shell(
        &r,
        "for c in results/recurrent/curves/*.csv; do awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "
        "\"loss\") k = i } NR == 2 { first = $k } { last = $k } END { print (k && last < 0.8 * first) "
        "? \"learns\" : \"does not learn\", first, last }' $c; done");
    cr_expect(strstr(r.output, "learns") && !strstr(r.output, "does not"), "%s", r.output);
    cli_write("plain.yaml", "experiment: plain\n" HEAD "solvers: [{name: admm}]\n");
    spikebench(&r, "run plain.yaml --out results");
    cr_expect_eq(r.code, 2, "%s", r.output);
    cr_expect(strstr(r.output, "network.recurrent = true is not for solver 'admm', which allows false"), "%s",
              r.output);
}

/* A trained network is evaluated and traced from its weight file, and says what it is. */
Test(recurrent_runs, weight_files, .init = begin, .fini = cli_teardown)
{
    static struct result r;
    cli_write("one.yaml", "experiment: one\n" HEAD "solvers: [{name: bptt, lr: 0.01, batch: 20}]\n");
    must(&r, "train one.yaml --out a.net");
    must(&r, "eval --weights a.net");
    cr_expect(strstr(r.output, "accuracy"), "%s", r.output);
    must(&r, "trace --weights a.net --index 2 --ascii --csv trace.csv");
    must(&r, "weights --weights a.net");
    cr_expect(strstr(r.output, "R_1") && strstr(r.output, "40 x 40"), "%s", r.output);
    cli_shell(&r, "grep -c 'leak: 0.9/0.95' a.yaml");
    cr_expect_eq(r.code, 0, "%s", r.output);
}
#endif
