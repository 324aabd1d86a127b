/* See session.h. */
#include "runs/session.h"
#include <stdlib.h>

double session_accumulations(const struct session *s)
{
    return s->at.accumulations + s->at.new_spike_passes * s->last[SPLIT_TRAIN].synops;
}

status session_reserve_rows(struct session *s, size_t n, struct error *e)
{
    if (n <= s->rows_capacity) return ST_OK;
    size_t capacity = n < 64 ? 64 : 2 * n;
    double *rows = realloc(s->rows, capacity * s->n_columns * sizeof *rows);
    if (!rows) return FAIL(e, ST_MEMORY, "no memory for %zu curve points", capacity);
    s->rows = rows;
    s->rows_capacity = capacity;
    return ST_OK;
}
