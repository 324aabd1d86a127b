/* One figure by gnuplot: data files in a temporary folder, a script of plots/, one SVG or PNG file. */
#ifndef SPIKEBENCH_REPORT_DRAWING_H
#define SPIKEBENCH_REPORT_DRAWING_H

#include "support/err.h"
#include <stddef.h>

enum { DRAWING_PATH = 4096 };

struct drawing {
    char folder[DRAWING_PATH];     /* of the data files; "" if there is none */
    char scripts[DRAWING_PATH];    /* plots/ */
    const char *out;               /* the figure; borrowed */
    char unfinished[DRAWING_PATH]; /* where gnuplot writes it */
};

/* Makes the temporary folder (under $TMPDIR or /tmp). `out` must end in .svg or .png, which is what is drawn,
 * and be writable: ST_USAGE or ST_IO naming it. Call drawing_end afterwards, also after an error. */
status drawing_begin(struct drawing *d, const char *out, struct error *e);
/* Path of data file `name` in the temporary folder. */
void drawing_file(const struct drawing *d, const char *name, char *path, size_t size);
/* Draws: gnuplot -c SCRIPTS/script SCRIPTS OUT FOLDER args..., where OUT ends as the figure does. At most six
 * args. The figure is complete or not there. ST_IO if gnuplot is absent or fails. */
status drawing_finish(struct drawing *d, const char *script, const char *const *args, size_t n,
                      struct error *e);
/* Removes the temporary folder and what is in it. */
void drawing_end(struct drawing *d);

/* Runs gnuplot with these arguments (argv[0] is "gnuplot", the last one NULL) and waits. ST_IO. */
status gnuplot_run(char *const *argv, struct error *e);

#endif
