/* What is fuzzed: each target gives any bytes to a reader of foreign files, which must refuse or take them.
 * libFuzzer drives them (fuzz_main.c, make fuzz), and a test replays their corpora (tests/test_fuzz.c). */
#ifndef SPIKEBENCH_TESTS_FUZZ_TARGETS_H
#define SPIKEBENCH_TESTS_FUZZ_TARGETS_H

#include <stddef.h>

struct fuzz_target {
    const char *name; /* and that of its corpus, tests/fuzz/corpus/NAME */
    void (*run)(const unsigned char *bytes, size_t size);
};
extern const struct fuzz_target fuzz_targets[]; /* ends with one without a name */

/* An experiment file, and the text of a --set over a fixed one. */
void fuzz_yaml(const unsigned char *bytes, size_t size);
void fuzz_set(const unsigned char *bytes, size_t size);
/* The text beside a weight file, and the plan beside results. */
void fuzz_sidecar(const unsigned char *bytes, size_t size);
/* IDX images and labels, plain or packed; recordings, in N-MNIST's format and the others; the index of a set
 * of them, and the labels beside one; an HDF5 file of SHD. */
void fuzz_idx(const unsigned char *bytes, size_t size);
void fuzz_nmnist(const unsigned char *bytes, size_t size);
void fuzz_dat(const unsigned char *bytes, size_t size);
void fuzz_aedat(const unsigned char *bytes, size_t size);
void fuzz_npy(const unsigned char *bytes, size_t size);
void fuzz_text(const unsigned char *bytes, size_t size);
void fuzz_index(const unsigned char *bytes, size_t size);
void fuzz_shd(const unsigned char *bytes, size_t size);
/* A weight file. */
void fuzz_weights(const unsigned char *bytes, size_t size);
/* A NIR file; the graph of one, made of the bytes. */
void fuzz_nir(const unsigned char *bytes, size_t size);
void fuzz_nir_graph(const unsigned char *bytes, size_t size);
/* A runs.csv, and a curve of one run, by summarise, best, compare and what plot hands to gnuplot. */
void fuzz_runs(const unsigned char *bytes, size_t size);
void fuzz_curve(const unsigned char *bytes, size_t size);
/* A checkpoint: the first byte chooses the trainer, then each three bytes change its state: place (two bytes)
 * and value. What is taken back makes a step. */
void fuzz_checkpoint(const unsigned char *bytes, size_t size);

/* The bytes as a file; the name is valid until the next call. */
const char *fuzz_file(const unsigned char *bytes, size_t size);
/* The bytes as file NAME in PART, which is made, of a folder of this process; returns PART's path. */
const char *fuzz_folder(const char *part, const char *name, const unsigned char *bytes, size_t size);

#endif
