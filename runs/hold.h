/* A results folder in the hands of one runner, or of one for each shard. */
#ifndef SPIKEBENCH_RUNS_HOLD_H
#define SPIKEBENCH_RUNS_HOLD_H

#include "experiments/plan.h"

/* Descriptors of FOLDER/.work/lock and of the shard's lock; -1: none. Workers inherit them: the folder is
 * free when the last of them has ended. */
struct hold {
    int lock, own_lock;
};

/* Locks the folder, of which .work is there, for the plan or its shard. ST_IO if another runner, or a worker
 * of one, has it. Give back by hold_release, also after an error. */
status hold_take(struct hold *h, const char *folder, struct shard shard, struct error *e);
void hold_release(struct hold *h);
/* Removes the temporary files that killed workers and runners have left in a folder that is held; of a
 * divided plan those alone of the runs that this process makes. */
void hold_clean(const char *folder, const struct plan *plan);

#endif
