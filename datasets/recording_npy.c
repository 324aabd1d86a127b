/* .npy: events in rows. Fields with names (x, y, t, p in any order and type), or a plain table of four
 * columns, whose order dataset.columns says. */
#include "datasets/npy.h"
#include "datasets/recording.h"

/* Columns of a structured array, by the names of its fields. */
static status named_columns(const struct recording *r, const struct npy_header *h,
                            struct recording_columns *c, struct error *e)
{
    recording_columns_start(c);
    for (size_t k = 0; k < h->n_fields; k++)
        if (!recording_columns_add(c, recording_column(h->fields[k].name)))
            return FAIL(e, ST_DATA, "%s: field '%s' is there twice", r->source, h->fields[k].name);
    if (!recording_columns_complete(c))
        return FAIL(e, ST_DATA, "%s: the fields of its rows lack one of x, y, t", r->source);
    if (h->n_dimensions != 1)
        return FAIL(e, ST_DATA, "%s: rows in %zu dimensions; 1 is read", r->source, h->n_dimensions);
    return ST_OK;
}

static status plain_columns(const struct recording *r, const struct npy_header *h,
                            struct recording_columns *c, struct error *e)
{
    if (h->n_dimensions != 2)
        return FAIL(e, ST_DATA, "%s: an array of %zu dimensions; rows of events have 2", r->source,
                    h->n_dimensions);
    TRY(recording_columns_parse(c, r, e));
    if (h->shape[1] != c->n)
        return FAIL(e, ST_DATA, "%s: %zu columns; dataset.columns '%.60s' has %zu", r->source, h->shape[1],
                    r->request.columns, c->n);
    return ST_OK;
}

/* The number in column k of row i. */
static double number_at(const struct recording *r, const struct npy_header *h, size_t i, size_t k)
{
    if (h->structured) return npy_number(&h->fields[k], r->bytes + h->begin + i * h->row);
    const size_t place = h->columns_first ? k * h->shape[0] + i : i * h->shape[1] + k;
    return npy_number(&h->fields[0], r->bytes + h->begin + place * h->row);
}

static status parse(struct recording *r, struct error *e)
{
    struct npy_header h = {0};
    struct recording_columns c;
    if (r->size == 0) return ST_OK;
    TRY(npy_read_header(&h, r->source, r->bytes, r->size, e));
    TRY(h.structured ? named_columns(r, &h, &c, e) : plain_columns(r, &h, &c, e));
    r->usage->flat += c.number[COLUMN_P] < 0;
    for (size_t i = 0; i < h.shape[0]; i++) {
        double values[RECORDING_COLUMNS] = {0};
        for (int k = 0; k < RECORDING_COLUMNS; k++)
            if (c.number[k] >= 0) values[k] = number_at(r, &h, i, (size_t)c.number[k]);
        TRY(recording_put_numbers(r, &c, values, (struct recording_place){"row", i}, e));
    }
    return ST_OK;
}

const struct recording_format recording_npy = {
    .name = "npy",
    .ends = (const char *const[]){".npy", NULL},
    .has_unit = true,
    .marked = true,
    .parse = parse,
};
