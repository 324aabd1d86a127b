/* Performance profiles: how often a trainer is within a factor of the cheapest one (Dolan, More: Benchmarking
 * optimization software with performance profiles, Mathematical Programming 91, 2002, 201-213). */
#ifndef SPIKEBENCH_REPORT_PROFILE_H
#define SPIKEBENCH_REPORT_PROFILE_H

#include "report/groups.h"

/* Costs [problems * trainers], row after row, become performance ratios in place: cost over the least cost of
 * the problem, r_ps = t_ps / min_s t_ps. An infinite cost is a trainer that did not solve the problem; its
 * ratio is infinite, and so are all ratios of a problem that nobody solved. No cost is nan or negative. */
void profile_ratios(double *costs, size_t problems, size_t trainers);

enum { N_PROFILE_MEASURES = 3, N_PROFILE_LEVELS = 3 };
extern const char *const profile_measures[N_PROFILE_MEASURES]; /* the texts of the column measure */

/* What it cost a run to get to each level of validation accuracy: infinite if it never did, nan: unknown. */
struct profile_costs {
    double of[N_PROFILE_MEASURES][N_PROFILE_LEVELS];
};
/* The costs of a finished run from its curve. ST_DATA. */
status profile_read(struct profile_costs *c, const struct groups *g, size_t row,
                    const struct csv_table *curve, struct error *e);

/* Writes FOLDER/profile.csv from the costs [runs] of the finished runs: the profiles of training seconds,
 * forward passes and operations of training to
 * 80, 90 and 95 % validation accuracy. Columns: measure (seconds | forward_passes | train_synops), level,
 * label, ratio, share, problems, timing_valid. `share` is rho_s(x): the share of all problems, those that
 * nobody solved included, in which the ratio of trainer s is at most x; at x = 1 it is the share of wins,
 * ties being wins of each. A trainer's rows are the steps of its profile, from ratio 1 to the largest ratio
 * of any trainer.
 * - A problem is a dataset, the widths of the network, a seed and a split. A trainer is a name with the
 *   options that set its configurations apart; `label` holds both.
 * - The cost of a run is read at its first evaluation with that accuracy, to the resolution of eval_every. A
 *   run that is never there, failed, or does not exist has an infinite cost.
 * - The cost is unknown if the curve has no such column or nan in it, or no validation accuracy, or if its
 *   run counted by an earlier rule (record.h); seconds are unknown too where timing_valid is 0. A trainer of
 *   which no cost is known is not compared; a problem in which a cost is unknown is left out. If that leaves
 *   nothing of the seconds, those of all runs are used, and timing_valid is 0. A measure of which nothing is
 *   known has no rows.
 * ST_IO, ST_MEMORY. */
status profile_write(const struct groups *g, const struct profile_costs *costs, struct error *e);

#endif
