/* One figure by gnuplot: in a file, or in characters on standard output. */
#ifndef SPIKEBENCH_COMMANDS_TERMINAL_H
#define SPIKEBENCH_COMMANDS_TERMINAL_H

#include "support/drawing.h"

enum { TERMINAL_FIELD = 24 };

/* drawing_begin for `out`, or drawing_open if it is NULL: the figure is printed. Writes the field "columns"
 * of figure.csv: those of the terminal on standard output, else of $COLUMNS, else 80. */
status figure_begin(struct drawing *d, const char *out, char columns[TERMINAL_FIELD], struct error *e);
/* Draws it by the script, and prints what is not for a file. */
status figure_finish(struct drawing *d, const char *script, const struct drawing_field *fields, size_t n,
                     struct error *e);

#endif
