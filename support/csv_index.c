/* See csv_index.h. */
#include "support/csv_index.h"
#include "support/texts.h"
#include <string.h>

status csv_select(struct csv_columns *c, const struct csv_table *t, csv_choice chosen, struct mem *m,
                  struct error *e)
{
    c->n = 0;
    c->column = mem_alloc(m, t->n_columns, sizeof *c->column, e);
    if (!c->column) return ST_MEMORY;
    for (size_t i = 0; i < t->n_columns; i++)
        if (chosen(t->names[i])) c->column[c->n++] = i;
    return ST_OK;
}

status csv_index_make(struct csv_index *x, const struct csv_table *t, struct csv_columns columns,
                      struct mem *m, struct error *e)
{
    *x = (struct csv_index){.t = t, .columns = columns, .n_slots = texts_slots(t->n_rows)};
    x->rows = mem_alloc(m, t->n_rows + 1, sizeof *x->rows, e);
    x->slots = mem_alloc(m, x->n_slots, sizeof *x->slots, e);
    return x->rows && x->slots ? ST_OK : ST_MEMORY;
}

/* The slot that holds a row's texts, or the empty one where they belong. */
static size_t slot_of(struct csv_index *x, const struct csv_table *t, const struct csv_columns *columns,
                      size_t row)
{
    uint64_t hash = TEXTS_HASH;
    for (size_t i = 0; i < columns->n; i++) hash = texts_hash(hash, csv_cell(t, row, columns->column[i]));
    size_t slot = (size_t)hash & (x->n_slots - 1);
    for (; x->slots[slot]; slot = (slot + 1) & (x->n_slots - 1)) {
        const size_t other = x->rows[x->slots[slot] - 1];
        size_t i = 0;
        x->compared++;
        while (i < columns->n &&
               strcmp(csv_cell(x->t, other, x->columns.column[i]), csv_cell(t, row, columns->column[i])) == 0)
            i++;
        if (i == columns->n) break;
    }
    return slot;
}

size_t csv_index_place(struct csv_index *x, size_t row)
{
    const size_t slot = slot_of(x, x->t, &x->columns, row);
    if (x->slots[slot]) return x->slots[slot] - 1;
    x->rows[x->n] = row;
    x->slots[slot] = x->n + 1;
    return x->n++;
}

status csv_index_chain(struct csv_index *x, const struct csv_table *t, struct csv_columns columns,
                       size_t **next, struct mem *m, struct error *e)
{
    size_t *last = mem_alloc(m, t->n_rows + 1, sizeof *last, e); /* of each number so far */
    *next = mem_alloc(m, t->n_rows + 1, sizeof **next, e);
    if (!last || !*next) return ST_MEMORY;
    TRY(csv_index_make(x, t, columns, m, e));
    for (size_t row = 0; row < t->n_rows; row++) {
        const size_t k = csv_index_place(x, row);
        (*next)[row] = t->n_rows;
        if (x->rows[k] != row) (*next)[last[k]] = row;
        last[k] = row;
    }
    return ST_OK;
}

size_t csv_index_find(struct csv_index *x, const struct csv_table *t, const struct csv_columns *columns,
                      size_t row)
{
    const size_t slot = slot_of(x, t, columns, row);
    return x->slots[slot] ? x->slots[slot] - 1 : x->n;
}
