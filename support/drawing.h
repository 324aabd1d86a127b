/* Figures by gnuplot. Data, titles and labels are CSV files with fixed names in a private folder, where
 * gnuplot runs a script of plots/ with no argument and writes figures with fixed names; from there they are
 * copied to where they belong. So no text of a result file, an argument or the environment is ever part of a
 * command. */
#ifndef SPIKEBENCH_SUPPORT_DRAWING_H
#define SPIKEBENCH_SUPPORT_DRAWING_H

#include "support/csvio.h"

enum { DRAWING_PATH = 4096 };
/* DRAWING_MOUSE: SVG whose own script reads the mouse. */
enum drawing_format {
    DRAWING_SVG = 1,
    DRAWING_PNG = 2,
    DRAWING_PDF = 4,
    DRAWING_TEXT = 8,
    DRAWING_MOUSE = 16
};

struct drawing {
    char folder[DRAWING_PATH]; /* the private folder; "" if there is none */
};

/* A column of figure.csv, which has one row: a text, or, where that is NULL, a number. */
struct drawing_field {
    const char *name, *text;
    double number;
};

/* Makes the private folder (under $TMPDIR or /tmp). ST_IO. Call drawing_end afterwards, also after an error.
 */
status drawing_open(struct drawing *d, struct error *e);
/* Path of file `name` in the private folder. */
void drawing_file(const struct drawing *d, const char *name, char *path, size_t size);
/* Opens file `name` in the private folder for rows behind this head (NULL: none yet). ST_IO. */
status drawing_csv(const struct drawing *d, const char *name, const char *head, struct csv_writer *w,
                   struct error *e);
/* csv_put for a text that gnuplot shows: control characters and commas, which it cannot read, are replaced.
 */
void drawing_text(struct csv_writer *w, const char *text);
/* Writes figure.csv (the fields, `formats`: a sum of enum drawing_format, and `columns`: the width of text,
 * which is that of the terminal on standard output, else $COLUMNS, else 80) and runs gnuplot on
 * plots/`script`, a constant of the program. ST_IO if gnuplot is absent or fails. */
status drawing_run(const struct drawing *d, const char *script, unsigned formats,
                   const struct drawing_field *fields, size_t n, struct error *e);
/* Copies figure`part`.`ending` to `path` if it was drawn (*found). ST_IO. */
status drawing_take(const struct drawing *d, const char *part, const char *ending, const char *path,
                    bool *found, struct error *e);
/* Removes the private folder and what is in it. */
void drawing_end(struct drawing *d);

/* One figure: its script, its fields, and what writes the other files that the script reads. */
struct drawing_figure {
    const char *script;
    const struct drawing_field *fields;
    size_t n;
    status (*write)(const void *context, const struct drawing *d, struct error *e);
    const void *context;
};
/* Draws it in the file `out`, which must end in .svg or .png and be writable (ST_USAGE or ST_IO naming it)
 * and is complete or as it was afterwards; or, if out is NULL, in characters on standard output. */
status drawing_figure(const struct drawing_figure *f, const char *out, struct error *e);

#endif
