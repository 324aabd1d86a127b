/* How fast this machine computes and moves data, for projected times. */
#ifndef SPIKEBENCH_SUPPORT_RATES_H
#define SPIKEBENCH_SUPPORT_RATES_H

#include "support/err.h"

struct rates {
    double flops;        /* per second: matrix products of one thread, in the precision of this build */
    double sparse_flops; /* the same for additions of multiples of columns picked here and there */
    double bytes; /* per second: reading two blocks and writing a third that no cache holds, one thread */
};

/* Measures both, for about a fifth of a second: the best of a few repetitions. ST_MEMORY. */
status rates_measure(struct rates *r, struct error *e);

#endif
