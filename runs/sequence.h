/* Training on one task after the other. */
#ifndef SPIKEBENCH_RUNS_SEQUENCE_H
#define SPIKEBENCH_RUNS_SEQUENCE_H

#include "runs/session.h"

/* Training on one task after the other (dataset.tasks). A run without tasks is a sequence of one.
 *
 * sequence_create: the training data of the first task, in s->env, and the room for what follows.
 * sequence_next: the same of the task s->at.task, and a solver for it, new for each task unless it has a
 * `task` of its own; `resumed`: s->net and s->rng are what they were when it began. The errors of
 * task_select, and of the solver. */
status sequence_create(struct session *s, struct error *e);
status sequence_next(struct session *s, bool resumed, struct error *e);
/* Where training samples change from iteration to iteration: makes those of the next one; no time of
 * training. As the solver starts, and where nothing is asked for, they are those of the data. ST_MEMORY. */
status sequence_refresh(struct session *s, struct error *e);
void sequence_free_solver(struct session *s);
/* Takes the accuracies of a split by task from the scores (n_L x n) of its samples, and in the last task
 * their average and drop, s->at.known. */
void sequence_score(struct session *s, enum split split, const real *scores);
/* OUT/tasks/<id>.csv: a row for each task that began and each task, where there are tasks. ST_IO. */
status sequence_write(const struct session *s, struct error *e);

#endif
