/* Sparse spike tensors: for each sample and time step a list of (input, count). Dense blocks are made only
 * where a BLAS call needs them. */
#ifndef SPIKEBENCH_NETWORK_SPIKES_H
#define SPIKEBENCH_NETWORK_SPIKES_H

#include "support/mem.h"
#include "support/real.h"
#include "support/scratch_file.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What lists hold: how many entries, the sum over samples and steps of their squared number, and the largest
 * absolute value (1 or more), INFINITY if one is no whole number. valued: whether there is one other than 1.
 */
struct spikes_counts {
    double entries, squares, largest;
    bool valued;
};

/* Entries of sample n at step t (both from 0) are index[start[n*T + t]] .. index[start[n*T + t + 1] - 1], in
 * ascending order of the input, no input twice; value[k] is the event count (or input current) of entry k,
 * and value is NULL where all of them are 1 (spikes_value). */
struct spikes {
    size_t n_inputs, T, n_samples;
    size_t *start;   /* [n_samples*T + 1] */
    uint32_t *index; /* [start[n_samples*T]], each < n_inputs */
    real *value;     /* the same length, or NULL */
    /* Where index and value are read from a file (spikes_stream): counts what is read of it. NULL: they are
     * in memory. */
    struct spikes_window *window;
    /* Where other processes keep samples, whose lists are empty here: entries and squares of those; largest
     * and valued are of all samples, the same in every process. Else zeros. */
    struct spikes_counts elsewhere;
};
/* Whether entries have values of their own, here or elsewhere: currents, or counts of events. */
static inline bool spikes_valued(const struct spikes *x)
{
    return x->value || x->elsewhere.valued;
}
static inline real spikes_value(const struct spikes *x, size_t k)
{
    return x->value ? x->value[k] : R(1.0);
}

/* Some samples of a spike tensor with their labels or targets: what a trainer or an evaluation works on. All
 * pointers are borrowed. */
struct batch {
    const struct spikes *x;
    const size_t *samples; /* [n], indices into x; NULL means 0 .. n-1 */
    size_t n;
    const int *labels;   /* [x->n_samples], by index into x; NULL for regression */
    const real *targets; /* [x->n_samples * n_targets], or NULL for classification */
};

/* Index into batch->x (and its labels) of the batch's i-th sample. */
size_t batch_sample(const struct batch *b, size_t i);

/* Layout of a block of C samples, here and everywhere in the program: a column-major matrix of n rows and T*C
 * columns, column t*C + c holding sample c at step t. */

/* The border between products by lists and by BLAS, the one place of it: whether so many entries in so many
 * (input, column) cells are too many for lists. It is a constant: the way taken, and with it the order of
 * every sum, depends on the data alone. */
bool spikes_are_dense(size_t entries, size_t cells);
/* The largest number of entries that are not. */
size_t spikes_most_listed(size_t cells);

/* Whether the products below write these samples out for BLAS, 2 n n_inputs T C FLOPs instead of those that
 * they name. */
bool spikes_as_dense(const struct batch *b, size_t first, size_t C);

/* V (n x T*C) = W (n x n_inputs, column-major) * X for samples first .. first+C-1 of the batch. 2 n FLOPs per
 * entry of the lists. */
void spikes_times_weights(const struct batch *b, size_t first, size_t C, const real *W, size_t n, real *V);

/* D (n x n_inputs) += V (n x T*C) * X' for the same samples: the gradient-like product. */
void spikes_outer(const struct batch *b, size_t first, size_t C, const real *V, size_t n, real *D);

/* G (n_inputs x n_inputs, lower triangle) += X X' for the same samples. */
void spikes_gram(const struct batch *b, size_t first, size_t C, real *G);

/* X (n_inputs x T*C) as a dense block. */
void spikes_dense(const struct batch *b, size_t first, size_t C, real *X);

/* To be called by who reads samples first .. first+C-1 otherwise: of lists in a file at most about
 * SPIKES_WINDOW bytes stay in memory. Threads may call it at the same time; what they read stays valid. */
enum { SPIKES_WINDOW = 64 << 20 };
void spikes_visit(const struct batch *b, size_t first, size_t C);

/* Of samples first .. end-1 as they are here. */
struct spikes_counts spikes_count(const struct spikes *x, size_t first, size_t end);
/* Number of (input, time) cells that are not zero, over the whole batch; of all samples of x with those that
 * are elsewhere. */
size_t spikes_nonzero(const struct batch *b);
/* Sum over samples and steps of k^2, k the number of entries: the FLOPs of spikes_gram over the batch.
 * Likewise. */
double spikes_squares(const struct batch *b);
/* The largest absolute value (struct spikes_counts) of the batch and of what is elsewhere. */
double spikes_largest(const struct batch *b);

/* A growing spike tensor for loaders: add entries of row after row (row = n*T + t), in ascending input order.
 * Memory is taken from the heap while building and handed to the arena by spikes_finish. x.value is NULL up
 * to the first value that is not 1. */
struct spikes_builder {
    struct spikes x;
    size_t rows, entries, capacity;
    uint32_t last;                              /* input of the last entry */
    struct scratch_file index_file, value_file; /* spikes_stream; else none */
};

status spikes_begin(struct spikes_builder *b, size_t n_inputs, size_t T, size_t n_samples, struct error *e);
/* Right after spikes_begin: lists go to files in this folder (borrowed), and are read from there as memory
 * that the system brings in and drops page by page. "": nothing changes. ST_IO naming the folder. */
status spikes_stream(struct spikes_builder *b, const char *folder, struct error *e);
status spikes_add(struct spikes_builder *b, uint32_t index, double value,
                  struct error *e); /* value 0 is dropped */
status spikes_end_row(struct spikes_builder *b, struct error *e);
/* Ends T rows without entries: a sample that is kept elsewhere. */
status spikes_skip(struct spikes_builder *b, struct error *e);
/* All n_samples*T rows must have been ended (ST_INTERNAL otherwise). Frees the builder. */
status spikes_finish(struct spikes_builder *b, struct spikes *x, struct mem *m, struct error *e);
void spikes_abandon(struct spikes_builder *b);

#endif
