/* What the ranks of a run say to each other until it is good (support/ranks.h). */
#ifndef SPIKEBENCH_REPORT_TRAFFIC_H
#define SPIKEBENCH_REPORT_TRAFFIC_H

#include "report/groups.h"

/* FOLDER/traffic.csv: iterations, messages and bytes of all ranks up to the first evaluation with 80, 90, 95
 * and 98 % validation accuracy, to the resolution of eval_every: means over the runs of a group that
 * `reached` it, nan where none has. A group has rows where all of its runs had the same number of ranks,
 * above 1. Without such a group there is no file. ST_IO, ST_DATA, ST_MEMORY. */
status traffic_write(const struct groups *g, struct error *e);

#endif
