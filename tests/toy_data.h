/* A small classification task for tests: each class prefers its own inputs. */
#ifndef SPIKEBENCH_TESTS_TOY_DATA_H
#define SPIKEBENCH_TESTS_TOY_DATA_H

#include "solvers/solver.h"

/* n samples (an eighth more for validation) of T steps, `inputs` inputs, `classes` classes; free with
 * dataset_free. */
void toy_data_create(struct dataset *d, size_t n, size_t T, size_t inputs, size_t classes, uint64_t seed);

/* A net on that data with these widths, started as the options say; owned by the arena. */
void toy_net_create(struct net *net, struct net_options *o, const struct dataset *d, struct mem *m,
                    uint64_t seed);

#endif
