/* Sparse spike tensors: batches and building (products: spikes_products.c). */
#include "network/spikes.h"
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Reading brings in pages around those that are read: so many bytes at the two ends of a sample's lists. */
enum { READ_AROUND = 2 * 65536 };

/* The mappings of lists, and an upper limit of the bytes of them in memory. */
struct spikes_window {
    atomic_size_t read;
    const void *index, *value;
    size_t index_bytes, value_bytes;
};

void spikes_visit(const struct batch *b, size_t first, size_t C)
{
    struct spikes_window *w = b->x->window;
    const size_t T = b->x->T, entry = sizeof *b->x->index + (b->x->value ? sizeof *b->x->value : 0);
    size_t bytes = 0;
    if (!w) return;
    for (size_t c = 0; c < C; c++) {
        const size_t *start = b->x->start + batch_sample(b, first + c) * T;
        bytes += (start[T] - start[0]) * entry + READ_AROUND;
    }
    if (atomic_fetch_add(&w->read, bytes) + bytes < SPIKES_WINDOW) return;
    atomic_store(&w->read, 0);
    scratch_release(w->index, w->index_bytes);
    scratch_release(w->value, w->value_bytes);
}

size_t batch_sample(const struct batch *b, size_t i)
{
    return b->samples ? b->samples[i] : i;
}

size_t spikes_nonzero(const struct batch *b)
{
    size_t sum = 0, T = b->x->T;
    for (size_t i = 0; i < b->n; i++) {
        size_t row = batch_sample(b, i) * T;
        sum += b->x->start[row + T] - b->x->start[row];
    }
    return sum + (b->n == b->x->n_samples ? (size_t)b->x->elsewhere.entries : 0);
}

/* Of a sample. */
static double squares_of(const struct spikes *x, size_t sample)
{
    const size_t *start = x->start + sample * x->T;
    double sum = 0;
    for (size_t t = 0; t < x->T; t++) {
        double k = (double)(start[t + 1] - start[t]);
        sum += k * k;
    }
    return sum;
}

/* The larger of `most` and what a sample has. */
static double larger(const struct spikes *x, size_t sample, double most)
{
    const size_t *start = x->start + sample * x->T;
    for (size_t k = start[0]; x->value && k < start[x->T]; k++) {
        const double value = fabs((double)x->value[k]);
        if (value != floor(value)) return INFINITY;
        most = fmax(most, value);
    }
    return most;
}

struct spikes_counts spikes_count(const struct spikes *x, size_t first, size_t end)
{
    const struct batch all = {.x = x, .n = x->n_samples};
    struct spikes_counts c = {(double)(x->start[end * x->T] - x->start[first * x->T]), 0, 1,
                              x->value != NULL};
    for (size_t i = first; i < end; i++) {
        spikes_visit(&all, i, 1);
        c.squares += squares_of(x, i);
        c.largest = larger(x, i, c.largest);
    }
    return c;
}

double spikes_largest(const struct batch *b)
{
    double most = fmax(1, b->x->elsewhere.largest);
    for (size_t i = 0; b->x->value && i < b->n; i++) {
        spikes_visit(b, i, 1);
        most = larger(b->x, batch_sample(b, i), most);
    }
    return most;
}

double spikes_squares(const struct batch *b)
{
    double sum = b->n == b->x->n_samples ? b->x->elsewhere.squares : 0;
    for (size_t i = 0; i < b->n; i++) sum += squares_of(b->x, batch_sample(b, i));
    return sum;
}

status spikes_begin(struct spikes_builder *b, size_t n_inputs, size_t T, size_t n_samples, struct error *e)
{
    memset(b, 0, sizeof *b);
    b->x.n_inputs = n_inputs;
    b->x.T = T;
    b->x.n_samples = n_samples;
    if (T > 0 && n_samples > SIZE_MAX / T / sizeof(size_t) - 1)
        return FAIL(e, ST_MEMORY, "%zu samples of %zu steps are too many", n_samples, T);
    b->x.start = calloc(n_samples * T + 1, sizeof *b->x.start);
    return b->x.start ? ST_OK : FAIL(e, ST_MEMORY, "no memory for %zu samples of %zu steps", n_samples, T);
}

static status grow(struct spikes_builder *b, struct error *e)
{
    size_t capacity = b->capacity ? 2 * b->capacity : 4096;
    uint32_t *index = realloc(b->x.index, capacity * sizeof *index);
    if (index) b->x.index = index;
    real *value = index && b->x.value ? realloc(b->x.value, capacity * sizeof *value) : NULL;
    if (value) b->x.value = value;
    if (!index || (b->x.value && !value)) return FAIL(e, ST_MEMORY, "no memory for %zu spikes", capacity);
    b->capacity = capacity;
    return ST_OK;
}

/* Writes the ones out that were left out so far. */
static status write_ones(struct spikes_builder *b, struct error *e)
{
    b->x.value = malloc(b->capacity * sizeof *b->x.value);
    if (!b->x.value) return FAIL(e, ST_MEMORY, "no memory for %zu spikes", b->capacity);
    for (size_t k = 0; k < b->entries; k++) b->x.value[k] = R(1.0);
    return ST_OK;
}

status spikes_stream(struct spikes_builder *b, const char *folder, struct error *e)
{
    return folder[0] ? scratch_create(&b->index_file, folder, e) : ST_OK;
}

/* Appends an entry to the files; that of the values begins with the ones that were left out so far. */
static status write_entry(struct spikes_builder *b, uint32_t index, real value, struct error *e)
{
    const real one = R(1.0);
    if (!b->value_file.file && value != one) {
        TRY(scratch_create(&b->value_file, b->index_file.folder, e));
        for (size_t k = 0; k < b->entries; k++) TRY(scratch_write(&b->value_file, &one, sizeof one, e));
    }
    if (b->value_file.file) TRY(scratch_write(&b->value_file, &value, sizeof value, e));
    return scratch_write(&b->index_file, &index, sizeof index, e);
}

static status keep_entry(struct spikes_builder *b, uint32_t index, real value, struct error *e)
{
    if (b->entries == b->capacity) TRY(grow(b, e));
    if (!b->x.value && value != R(1.0)) TRY(write_ones(b, e));
    if (b->x.value) b->x.value[b->entries] = value;
    b->x.index[b->entries] = index;
    return ST_OK;
}

status spikes_add(struct spikes_builder *b, uint32_t index, double value, struct error *e)
{
    if (value == 0.0) return ST_OK;
    if (index >= b->x.n_inputs)
        return FAIL(e, ST_INTERNAL, "input %u of %zu", (unsigned)index, b->x.n_inputs);
    if (b->entries > b->x.start[b->rows] && b->last >= index)
        return FAIL(e, ST_INTERNAL, "inputs of a row must ascend: %u after %u", (unsigned)index,
                    (unsigned)b->last);
    TRY(b->index_file.file ? write_entry(b, index, (real)value, e) : keep_entry(b, index, (real)value, e));
    b->last = index;
    b->entries++;
    return ST_OK;
}

status spikes_end_row(struct spikes_builder *b, struct error *e)
{
    if (b->rows == b->x.n_samples * b->x.T) return FAIL(e, ST_INTERNAL, "more than %zu rows", b->rows);
    b->x.start[++b->rows] = b->entries;
    return ST_OK;
}

status spikes_skip(struct spikes_builder *b, struct error *e)
{
    for (size_t t = 0; t < b->x.T; t++) TRY(spikes_end_row(b, e));
    return ST_OK;
}

/* Hands one array of the builder, cut to its length, to the arena. */
static status keep(void **array, size_t bytes, struct mem *m, void **out, struct error *e)
{
    void *cut = realloc(*array, bytes > 0 ? bytes : 1);
    if (!cut) return FAIL(e, ST_MEMORY, "no memory for %zu bytes of spikes", bytes);
    *array = cut;
    TRY(mem_keep(m, cut, bytes, e));
    *out = cut;
    *array = NULL;
    return ST_OK;
}

static status keep_all(struct spikes_builder *b, struct spikes *x, struct mem *m, struct error *e)
{
    const size_t rows = b->x.n_samples * b->x.T;
    void *start = b->x.start, *index = b->x.index, *value = b->x.value, *out[3] = {0};
    status st = keep(&start, (rows + 1) * sizeof *x->start, m, &out[0], e);
    if (st == ST_OK) st = keep(&index, b->entries * sizeof *x->index, m, &out[1], e);
    if (st == ST_OK && value) st = keep(&value, b->entries * sizeof *x->value, m, &out[2], e);
    b->x.start = start;
    b->x.index = index;
    b->x.value = value;
    x->start = out[0];
    x->index = out[1];
    x->value = out[2];
    return st;
}

/* What is in files is mapped into memory. */
static status map_all(struct spikes_builder *b, struct spikes *x, struct mem *m, struct error *e)
{
    const size_t rows = b->x.n_samples * b->x.T;
    void *start = b->x.start, *kept = NULL, *index = NULL, *value = NULL;
    struct spikes_window *w = x->window = mem_alloc(m, 1, sizeof *x->window, e);
    status st = w ? keep(&start, (rows + 1) * sizeof *x->start, m, &kept, e) : ST_MEMORY;
    b->x.start = start;
    if (st != ST_OK) return st;
    x->start = kept;
    w->index_bytes = b->entries * sizeof *x->index;
    TRY(scratch_map(&b->index_file, w->index_bytes, m, &index, e));
    w->index = x->index = index;
    if (!b->value_file.file) return ST_OK;
    w->value_bytes = b->entries * sizeof *x->value;
    TRY(scratch_map(&b->value_file, w->value_bytes, m, &value, e));
    w->value = x->value = value;
    return ST_OK;
}

status spikes_finish(struct spikes_builder *b, struct spikes *x, struct mem *m, struct error *e)
{
    const size_t rows = b->x.n_samples * b->x.T;
    *x = b->x;
    status st = b->rows != rows      ? FAIL(e, ST_INTERNAL, "%zu of %zu rows were filled", b->rows, rows)
                : b->index_file.file ? map_all(b, x, m, e)
                                     : keep_all(b, x, m, e);
    spikes_abandon(b);
    return st;
}

void spikes_abandon(struct spikes_builder *b)
{
    free(b->x.start);
    free(b->x.index);
    free(b->x.value);
    scratch_abandon(&b->index_file);
    scratch_abandon(&b->value_file);
    memset(b, 0, sizeof *b);
}
