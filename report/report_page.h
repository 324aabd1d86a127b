/* The page of an experiment: one HTML file that holds its data, its tables and its figures, and asks no
 * server for anything. Its parts are report/page.html, page.css and page.js; the data is JSON, of which
 * nothing is ever read as HTML. */
#ifndef SPIKEBENCH_REPORT_REPORT_PAGE_H
#define SPIKEBENCH_REPORT_REPORT_PAGE_H

#include "report/report_data.h"

/* Writes the page to `path`, complete or as it was before; groups_write comes first. The catalogue knows
 * units and meanings of options. ST_IO, ST_DATA, ST_MEMORY. */
status report_page_write(const struct groups *g, const struct catalogue *c,
                         const struct report_figures *figures, const char *path, struct error *e);

#endif
