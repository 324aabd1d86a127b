/* The page of an experiment: one HTML file that holds its data, its tables and its figures, and asks no
 * server for anything. Its parts are report/page.html, page.css and page.js; the data is JSON, of which
 * nothing is ever read as HTML. */
#ifndef SPIKEBENCH_REPORT_REPORT_PAGE_H
#define SPIKEBENCH_REPORT_REPORT_PAGE_H

#include "experiments/catalogue.h"
#include "report/groups.h"

/* Writes the page to `path`, complete or as it was before; figures_derive comes first, and the figures are
 * the *.svg files in g->out. undrawn: lines of what could not be drawn; missing: why there are no figures; ""
 * for nothing. The catalogue knows units and meanings of options. ST_IO, ST_DATA, ST_MEMORY. */
status report_page_write(const struct groups *g, const struct catalogue *c, const char *undrawn,
                         const char *missing, const char *path, struct error *e);

#endif
