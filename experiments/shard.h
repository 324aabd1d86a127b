/* Dividing the runs of a plan among machines. */
#ifndef SPIKEBENCH_EXPERIMENTS_SHARD_H
#define SPIKEBENCH_EXPERIMENTS_SHARD_H

#include "experiments/plan_check.h"

enum { SHARDS_MAX = 10000 };

/* Part `index`, from 1, of `count`; {0, 0}: the plan is not divided. */
struct shard {
    size_t index, count;
};

/* Reads "2/4". ST_USAGE if it is not of that form, or beyond 1 <= i <= n <= SHARDS_MAX. */
status shard_read(struct shard *s, const char *text, struct error *e);

/* Estimated work of a run, in multiply-accumulates: stop.max_iter iterations (a closed-form solver takes
 * one), each a simulation of the training samples and twice as much again, and the evaluations of all samples
 * (cost_simulation of trainer/cost.h). What a trainer takes beyond that is not known: ratios between runs of
 * the same trainer are near the truth, those between trainers need not be. ST_CONFIG, ST_MEMORY. */
status run_work(const struct run *run, const struct dataset_info *info, double *work, struct error *e);

/* Divides the runs, which plan_identify has named, into `count` parts: shard_of[i], from 1, of run i, and its
 * work[i] (both [n_runs]). The heaviest run first, equal ones by solver and id, each goes to the part with
 * the least work so far: the order of the file does not matter, the same plan gives the same parts on every
 * machine, no two parts differ by more than the heaviest run, and the equal runs of a trainer are spread
 * evenly. ST_NO_DATA where data is absent: ids and work hang on it. ST_MEMORY. */
status plan_divide(const struct plan *p, const struct plan_report *checked, size_t count, size_t *shard_of,
                   double *work, struct error *e);

/* Prints the runs of each part and its share of the work. */
void shards_print(const struct plan *p, size_t count, const size_t *shard_of, const double *work, FILE *out);

#endif
