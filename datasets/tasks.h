/* Classes in tasks, for training on one after the other (dataset.tasks): with n tasks of K classes the task
 * of a sample is its label divided by K / n. The labels stay what they are: one readout of all K classes. */
#ifndef SPIKEBENCH_DATASETS_TASKS_H
#define SPIKEBENCH_DATASETS_TASKS_H

#include "datasets/dataset.h"

/* dataset.tasks of a module's options; 1: all classes at once. */
size_t tasks_of(const void *options);
/* Refuses (ST_CONFIG) tasks of real-valued targets, and a number that does not divide the classes. `name`: of
 * the dataset. */
status tasks_check(size_t tasks, const struct dataset_info *info, const char *name, struct error *e);
/* The task of a sample with this label, from 0. */
size_t task_of(const struct dataset_info *info, size_t tasks, int label);

/* The training and validation samples of one task, in the order of `all`, as a dataset of their own; no test
 * samples. ST_CONFIG if there are no training samples, or none for validation though `all` has some;
 * ST_MEMORY. On error *d is left for dataset_free. */
status task_select(const struct dataset *all, size_t tasks, size_t task, struct dataset *d, struct error *e);
/* info of the task with the most samples, for what is allocated once for all tasks: the largest n[] of
 * training and of validation samples. */
struct dataset_info tasks_largest(const struct dataset *all, size_t tasks);

#endif
