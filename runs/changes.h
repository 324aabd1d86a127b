/* What makes new runs other runs than the finished ones. */
#ifndef SPIKEBENCH_RUNS_CHANGES_H
#define SPIKEBENCH_RUNS_CHANGES_H

#include "records/results_file.h"

/* In which options a run differs from another side. */
enum { DIFFERENCE_TEXT = 400 };
struct difference {
    size_t n;
    bool longer;                /* stop.max_iter alone differs, and is larger */
    char text[DIFFERENCE_TEXT]; /* "solver.lr = 0.1 (there 0.5), ...", of the first */
};
/* The text of an option ("solver.lr") on the other side. */
typedef const char *(*option_lookup)(void *side, const char *name);
/* Compares the options that are part of a run's identity. */
void changes_compare(const struct run *run, option_lookup there, void *side, struct difference *d);

/* Prints, for those runs of this process that have no row, in which options they differ from the nearest
 * finished run that is not of the plan, of the same solver, dataset and seed, once for each difference; and
 * where there are finished runs, which of the n_set texts "section.key=value" change no run's identity (but
 * for paths). A larger stop.max_iter is not told: the run goes on (extension.h). Looks at a few hundred runs
 * at most. */
void changes_print(const struct results_file *f, const char *const *set, size_t n_set, FILE *out);

#endif
