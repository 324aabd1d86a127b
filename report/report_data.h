/* What a report's page shows, as JSON. */
#ifndef SPIKEBENCH_REPORT_REPORT_DATA_H
#define SPIKEBENCH_REPORT_REPORT_DATA_H

#include "experiments/catalogue.h"
#include "report/groups.h"

/* Figures that are drawn for the page in a private folder (figures.h); without gnuplot the page says so. */
struct report_figures {
    const char *folder;   /* of *.svg files; NULL: there are none */
    const char *problems; /* lines of what could not be drawn; "" for nothing */
    const char *missing;  /* why there are none; "" otherwise */
};

/* The data of a page as JSON: heap, NULL after an error. The catalogue knows units and meanings of options.
 */
status report_data(const struct groups *g, const struct catalogue *c, const struct report_figures *figures,
                   char **json, struct error *e);

#endif
