/* The results of an experiment as a Markdown table. */
#ifndef SPIKEBENCH_REPORT_SUMMARY_MARKDOWN_H
#define SPIKEBENCH_REPORT_SUMMARY_MARKDOWN_H

#include "report/groups.h"
#include <stdbool.h>
#include <stdio.h>

/* Prints a row per label (and per configuration, where a label has several), a column per hidden layers,
 * cells "training / test" in % with the half-width of the test mean's 95 % interval (interval_of) where there
 * are two runs or more, then mean training seconds (valid timings only) and forward passes; a line below says
 * what they are. losses: of regression, losses instead of accuracies. ST_DATA, ST_MEMORY. */
status summary_markdown(const struct groups *g, bool losses, FILE *out, struct error *e);

#endif
