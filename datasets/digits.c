/* The 1,797 UCI 8 x 8 handwritten digits, built into the program, as rate-coded or latency-coded spikes. */
#include "datasets/dataset.h"
#include "datasets/encode.h"
#include "support/csvio.h"
#include <string.h>

enum { SIDE = 8, PIXELS = SIDE * SIDE, LEVELS = 16, CLASSES = 10 };

extern const unsigned char digits_csv_start[],
    digits_csv_end[]; /* datasets/digits.csv, linked in by the Makefile */

struct digits_options {
    struct dataset_common common;
    int encoding;
    double max_rate;
};

static const struct option digits_option_list[] = {
    DATASET_COMMON_OPTIONS(struct digits_options, "20", "1000", "200", "0"),
    {"encoding", OPT_CHOICE, offsetof(struct digits_options, encoding), "rate", 0, 0, 0, encoding_names, "",
     "rate: a spike at each step with probability max_rate * intensity; latency: one spike, earlier the "
     "brighter"},
    {"max_rate", OPT_REAL, offsetof(struct digits_options, max_rate), "1", 0, 1, OPT_OPEN_LO, NULL,
     "spikes/step", "rate coding: spike probability of a full-intensity pixel"},
};

struct digits {
    struct csv_table table;
    size_t n;
    double *images; /* [n * PIXELS], in [0, 1] */
    int *labels;    /* [n] */
    char sha256[HASH_HEX];
};

static status read_value(const struct csv_table *t, size_t row, size_t column, int top, int *value,
                         struct error *e)
{
    double v = 0;
    TRY(csv_number(t, row, column, &v, e));
    if (!(v >= 0 && v <= top) || v != floor(v))
        return FAIL(e, ST_DATA, "%s: line %zu: column %zu: '%s' is not an integer from 0 to %d%s", t->source,
                    row + t->first_line, column + 1, csv_cell(t, row, column), top,
                    column == PIXELS ? " (label)" : "");
    *value = (int)v;
    return ST_OK;
}

/* Reads table, images and labels; the caller frees d->table. */
static status digits_read(struct digits *d, const char *path, struct error *e)
{
    memset(d, 0, sizeof *d);
    if (path[0])
        TRY(csv_read(&d->table, path, 0, e));
    else
        TRY(csv_parse_memory(&d->table, "digits.csv", digits_csv_start,
                             (size_t)(digits_csv_end - digits_csv_start), 0, e));
    struct csv_table *t = &d->table;
    if (t->n_columns != PIXELS + 1)
        return FAIL(e, ST_DATA, "%s: line 1: %zu columns instead of %d (64 pixels and the label)", t->source,
                    t->n_columns, PIXELS + 1);
    d->n = t->n_rows;
    d->images = mem_alloc(&t->mem, d->n * PIXELS, sizeof *d->images, e);
    d->labels = mem_alloc(&t->mem, d->n, sizeof *d->labels, e);
    if (!d->images || !d->labels) return ST_MEMORY;
    struct hash h;
    hash_start(&h);
    for (size_t i = 0; i < d->n; i++) {
        unsigned char row[PIXELS + 1];
        for (size_t j = 0; j <= PIXELS; j++) {
            int v = 0;
            TRY(read_value(t, i, j, j == PIXELS ? CLASSES - 1 : LEVELS, &v, e));
            row[j] = (unsigned char)v;
            if (j < PIXELS) d->images[i * PIXELS + j] = (double)v / LEVELS;
        }
        d->labels[i] = row[PIXELS];
        hash_add(&h, row, sizeof row);
    }
    hash_finish(&h, d->sha256);
    return ST_OK;
}

static status describe(const struct digits_options *o, const struct digits *d, struct dataset_info *info,
                       struct error *e)
{
    double intensity = 0;
    for (size_t i = 0; i < d->n * PIXELS; i++)
        intensity +=
            o->encoding == ENCODE_RATE ? d->images[i] * o->max_rate * (double)o->common.T : d->images[i] > 0;
    *info = (struct dataset_info){.n_inputs = PIXELS,
                                  .channels = 1,
                                  .width = SIDE,
                                  .height = SIDE,
                                  .n_classes = CLASSES,
                                  .T = (size_t)o->common.T};
    TRY(dataset_split_sizes(&o->common, d->n, info->n, e));
    info->entries =
        (size_t)(intensity / (double)d->n *
                 (double)(info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST]));
    memcpy(info->sha256, d->sha256, sizeof info->sha256);
    return ST_OK;
}

static status digits_probe(const void *options, struct dataset_info *info, struct error *e)
{
    const struct digits_options *o = options;
    struct digits d;
    status st = digits_read(&d, o->common.path, e);
    if (st == ST_OK) st = describe(o, &d, info, e);
    csv_table_free(&d.table);
    return st;
}

/* Encodes the chosen samples of one split. */
static status fill_split(const struct digits_options *o, const struct digits *d, const size_t *chosen,
                         struct rng *rng, enum split split, struct dataset *out, struct error *e)
{
    struct spikes_builder b;
    size_t n = out->info.n[split];
    out->labels[split] = mem_alloc(&out->mem, n, sizeof **out->labels, e);
    if (!out->labels[split]) return ST_MEMORY;
    status st = spikes_begin(&b, PIXELS, out->info.T, n, e);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        out->labels[split][i] = d->labels[chosen[i]];
        st =
            encode_image(&b, d->images + chosen[i] * PIXELS, (enum encoding)o->encoding, o->max_rate, rng, e);
    }
    if (st == ST_OK) return spikes_finish(&b, &out->x[split], &out->mem, e);
    spikes_abandon(&b);
    return st;
}

static status digits_open(const void *options, uint64_t seed, struct dataset *out, struct error *e)
{
    const struct digits_options *o = options;
    struct digits d;
    struct rng rng;
    size_t *chosen[N_SPLITS];
    memset(out, 0, sizeof *out);
    status st = digits_read(&d, o->common.path, e);
    if (st == ST_OK) st = describe(o, &d, &out->info, e);
    if (st == ST_OK)
        st = dataset_choose(&o->common, seed, d.labels, d.n, NULL, 0, CLASSES, out->info.n, chosen,
                            &d.table.mem, e);
    rng_seed(&rng, seed, "encode");
    for (int k = 0; st == ST_OK && k < N_SPLITS; k++)
        st = fill_split(o, &d, chosen[k], &rng, (enum split)k, out, e);
    csv_table_free(&d.table);
    return st;
}

const struct dataset_source dataset_digits = {
    .api_version = DATASET_API,
    .name = "digits",
    .summary = "1,797 handwritten digits, 8 x 8 pixels, rate-coded or latency-coded; built in",
    .reference =
        "Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998",
    .licence = "CC BY 4.0",
    .options = {digits_option_list, sizeof digits_option_list / sizeof *digits_option_list,
                sizeof(struct digits_options)},
    .probe = digits_probe,
    .open = digits_open,
};
