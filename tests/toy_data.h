/* A small classification task for tests: each class prefers its own inputs. */
#ifndef SPIKEBENCH_TESTS_TOY_DATA_H
#define SPIKEBENCH_TESTS_TOY_DATA_H

#include "trainer/solver.h"

/* n samples (an eighth more for validation) of T steps, `inputs` inputs, `classes` classes; free with
 * dataset_free. */
void toy_data_create(struct dataset *d, size_t n, size_t T, size_t inputs, size_t classes, uint64_t seed);

/* A net on that data with these widths, started as the options say; owned by the arena. */
void toy_net_create(struct net *net, struct net_options *o, const struct dataset *d, struct mem *m,
                    uint64_t seed);

/* One sample and one net for computations by hand: an input that spikes at both of two steps, one hidden
 * neuron with weight w, two outputs with weights v, leak 1/2, the sample's label 1. */
struct toy_two_steps {
    struct spikes x;
    int label;
    struct batch batch; /* points into this struct, which must stay where it is */
    struct net net;
};
void toy_two_steps_create(struct toy_two_steps *t, int reset, double w, const double v[2], struct mem *m);

#endif
