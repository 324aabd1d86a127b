/* Matrices in characters (see ascii.h). */
#include "commands/ascii.h"
#include <math.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char ramp[] = " .:-=+*#%@";
enum { RAMP_LAST = sizeof ramp - 2, WIDTH_LEAST = 20, WIDTH_USUAL = 80, WIDTH_MOST = 1000 };

static size_t divide_up(size_t a, size_t b)
{
    return a / b + (a % b != 0);
}

status ascii_create(struct ascii_grid *g, size_t rows, size_t columns, size_t most_rows, size_t most_columns,
                    struct mem *m, struct error *e)
{
    if (rows == 0 || columns == 0 || most_rows == 0 || most_columns == 0)
        return FAIL(e, ST_INTERNAL, "an empty grid");
    *g = (struct ascii_grid){.rows = rows, .columns = columns};
    g->row_step = divide_up(rows, most_rows);
    g->column_step = divide_up(columns, most_columns);
    g->n_rows = divide_up(rows, g->row_step);
    g->n_columns = divide_up(columns, g->column_step);
    g->cell = mem_alloc(m, g->n_rows * g->n_columns, sizeof *g->cell, e);
    return g->cell ? ST_OK : ST_MEMORY;
}

void ascii_add(struct ascii_grid *g, size_t row, size_t column, double value)
{
    g->cell[row / g->row_step * g->n_columns + column / g->column_step] += value;
}

void ascii_average(struct ascii_grid *g)
{
    for (size_t i = 0; i < g->n_rows; i++)
        for (size_t k = 0; k < g->n_columns; k++) {
            size_t high = i + 1 < g->n_rows ? g->row_step : g->rows - i * g->row_step;
            size_t wide = k + 1 < g->n_columns ? g->column_step : g->columns - k * g->column_step;
            g->cell[i * g->n_columns + k] /= (double)(high * wide);
        }
}

double ascii_smallest(const struct ascii_grid *g)
{
    double least = INFINITY;
    for (size_t i = 0; i < g->n_rows * g->n_columns; i++) least = fmin(least, g->cell[i]);
    return least;
}

double ascii_largest(const struct ascii_grid *g)
{
    double most = -INFINITY;
    for (size_t i = 0; i < g->n_rows * g->n_columns; i++) most = fmax(most, g->cell[i]);
    return most;
}

/* The character of a value. */
static char shade(double value, double low, double high)
{
    if (!(value > low)) return ramp[0];
    if (value >= high) return ramp[RAMP_LAST];
    int level = 1 + (int)((value - low) / (high - low) * (RAMP_LAST - 1));
    return ramp[level < RAMP_LAST ? level : RAMP_LAST - 1];
}

/* Characters of the largest row number. */
static int digits(size_t rows)
{
    return snprintf(NULL, 0, "%zu", rows - 1);
}

void ascii_print(FILE *out, const struct ascii_grid *g, size_t n, size_t wide, double low, double high)
{
    for (size_t i = 0; i < g->n_rows; i++) {
        (void)fprintf(out, "%*zu |", digits(g->rows), i * g->row_step);
        for (size_t k = 0; k < n; k++) {
            const double *cell = g[k].cell + i * g->n_columns;
            for (size_t c = 0; c < g->n_columns * wide; c++)
                (void)fputc(shade(cell[c / wide], low, high), out);
            (void)fputc('|', out);
        }
        (void)fputc('\n', out);
    }
}

size_t ascii_width(void)
{
    struct winsize size = {0};
    const char *text = getenv("COLUMNS");
    long columns = text ? strtol(text, NULL, 10) : 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) columns = size.ws_col;
    if (columns <= 0) columns = WIDTH_USUAL;
    if (columns > WIDTH_MOST) columns = WIDTH_MOST;
    return columns < WIDTH_LEAST ? WIDTH_LEAST : (size_t)columns;
}

size_t ascii_room(size_t rows, size_t n)
{
    size_t used = (size_t)digits(rows) + 2 + n, width = ascii_width();
    return used + n <= width ? (width - used) / n : 1;
}
