/* The figures of an experiment. */
#ifndef SPIKEBENCH_REPORT_FIGURES_H
#define SPIKEBENCH_REPORT_FIGURES_H

#include "report/groups.h"
#include "support/drawing.h"
#include <stdio.h>

struct figures_request {
    const char *out;  /* folder, which exists */
    unsigned formats; /* a sum of enum drawing_format (drawing.h) */
    bool all;         /* the general figures too, where the experiment has one of its own */
};

/* groups_write into a private folder, so that who draws leaves results as they are; figures_forget removes
 * it, also after an error. */
status figures_derive(struct groups *g, struct drawing *derived, struct error *e);
void figures_forget(struct groups *g, struct drawing *derived);

/* Draws the experiment's own figure, or the general ones: panel and numerical error of each ADMM
 * configuration, accuracy and overlay per widths, depth. groups_write or figures_derive comes first. Prints
 * the names of the files to `names` (NULL: nowhere) and what could not be drawn to `problems`; *failed tells
 * that there was such a thing. ST_IO, ST_DATA, ST_MEMORY. */
status figures_draw(const struct groups *g, const struct figures_request *r, FILE *names, FILE *problems,
                    bool *failed, struct error *e);

#endif
