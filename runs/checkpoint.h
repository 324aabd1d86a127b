/* Checkpoints of a run. */
#ifndef SPIKEBENCH_RUNS_CHECKPOINT_H
#define SPIKEBENCH_RUNS_CHECKPOINT_H

#include "runs/session.h"

/* Writes OUT/.work/<id>.ckpt atomically. ST_IO. */
status checkpoint_save(struct session *s, struct error *e);
/* Restores the session from the file if there is one of the same run and commit; *found tells. An unusable
 * file is no error: it is ignored. ST_IO for one that breaks off half-way through, after which the session
 * must not go on. */
status checkpoint_restore(struct session *s, bool *found, struct error *e);
void checkpoint_remove(const struct session *s);

#endif
