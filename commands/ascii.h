/* Matrices in characters, for terminals: a grey ramp from ' ' to '@'. */
#ifndef SPIKEBENCH_COMMANDS_ASCII_H
#define SPIKEBENCH_COMMANDS_ASCII_H

#include "support/mem.h"
#include <stddef.h>
#include <stdio.h>

enum { ASCII_ROWS_MOST = 32 }; /* lines that a picture takes at most, if the caller has no other wish */

/* A matrix of rows x columns, of which row_step x column_step elements share a cell (a character). */
struct ascii_grid {
    size_t rows, columns;
    size_t row_step, column_step;
    size_t n_rows, n_columns; /* of cells */
    double *cell;             /* [n_rows * n_columns], row after row; in the arena */
};

/* A grid of zeros with the smallest steps that need at most most_rows x most_columns cells. ST_MEMORY. */
status ascii_create(struct ascii_grid *g, size_t rows, size_t columns, size_t most_rows, size_t most_columns,
                    struct mem *m, struct error *e);
/* Adds to the cell of an element. */
void ascii_add(struct ascii_grid *g, size_t row, size_t column, double value);
/* Turns sums into means over the elements of each cell. */
void ascii_average(struct ascii_grid *g);
/* Smallest and largest cell. */
double ascii_smallest(const struct ascii_grid *g);
double ascii_largest(const struct ascii_grid *g);

/* Prints n grids of the same shape side by side between bars, each line behind the number of its first row,
 * each cell `wide` times: ' ' for cells <= low, '@' for cells >= high, in between one of ".:-=+*#%"; so
 * whatever is above low can be seen. */
void ascii_print(FILE *out, const struct ascii_grid *g, size_t n, size_t wide, double low, double high);

/* Columns of the terminal on standard output, else of $COLUMNS, else 80; at least 20. */
size_t ascii_width(void);
/* Columns that ascii_print leaves for cells beside the numbers and bars of n grids of `rows` rows. */
size_t ascii_room(size_t rows, size_t n);

#endif
