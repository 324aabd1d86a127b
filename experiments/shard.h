/* Dividing the runs of a plan among machines. */
#ifndef SPIKEBENCH_EXPERIMENTS_SHARD_H
#define SPIKEBENCH_EXPERIMENTS_SHARD_H

#include "experiments/plan_check.h"

enum { SHARDS_MAX = 10000 };

/* Reads "2/4". ST_USAGE if it is not of that form, or beyond 1 <= i <= n <= SHARDS_MAX. */
status shard_read(struct shard *s, const char *text, struct error *e);

/* Divides the runs, which plan_identify has named, into shard.count parts, of which this process makes
 * shard.index. The heaviest run first, equal ones by solver and id, each goes to the part with the least work
 * so far: the order of the file does not matter, the same plan gives the same parts on every machine, no two
 * parts differ by more than the heaviest run, and the equal runs of a trainer are spread evenly. ST_NO_DATA
 * where data is absent: ids and work hang on it. ST_MEMORY. */
status plan_divide(struct plan *p, const struct plan_report *checked, struct shard shard, struct error *e);

/* Prints the runs of each part and its share of the work. */
void shards_print(const struct plan_report *checked, FILE *out);

#endif
