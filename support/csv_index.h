/* Rows of a CSV table by the texts in some of its columns. */
#ifndef SPIKEBENCH_SUPPORT_CSV_INDEX_H
#define SPIKEBENCH_SUPPORT_CSV_INDEX_H

#include "support/csvio.h"

/* Columns of a table, by which rows are compared. */
struct csv_columns {
    size_t n, *column; /* in the arena that csv_select was given */
};
typedef bool (*csv_choice)(const char *name);
/* The columns of `t` whose names `chosen` wants. ST_MEMORY. */
status csv_select(struct csv_columns *c, const struct csv_table *t, csv_choice chosen, struct mem *m,
                  struct error *e);

/* Distinct rows in the order in which they come: those with the same texts in all columns are one. */
struct csv_index {
    const struct csv_table *t;
    struct csv_columns columns;
    size_t n, *rows;        /* [n] the first row of each */
    size_t *slots, n_slots; /* an open hash table of numbers + 1, 0 where there is none */
    size_t compared;        /* how many rows were compared so far, which says what look-ups cost */
};

/* An empty index, in the arena, with room for all rows of the table. ST_MEMORY. */
status csv_index_make(struct csv_index *x, const struct csv_table *t, struct csv_columns columns,
                      struct mem *m, struct error *e);
/* The number of a row, from 0; it is added if there is none with its texts. */
size_t csv_index_place(struct csv_index *x, size_t row);
/* csv_index_make and csv_index_place of all rows. *next: [n_rows] in the arena, the next row with the texts
 * of each, n_rows behind the last; x->rows has the first ones. ST_MEMORY. */
status csv_index_chain(struct csv_index *x, const struct csv_table *t, struct csv_columns columns,
                       size_t **next, struct mem *m, struct error *e);
/* The number of the rows whose texts are those of row `row` of another table in as many columns of its own;
 * x->n if there is none. */
size_t csv_index_find(struct csv_index *x, const struct csv_table *t, const struct csv_columns *columns,
                      size_t row);

#endif
