/* What one core of this machine does at best: the rates that floors are made of. */
#ifndef SPIKEBENCH_TESTS_BENCH_PEERS_RATES_H
#define SPIKEBENCH_TESTS_BENCH_PEERS_RATES_H

#include "support/err.h"

struct rates {
    double product; /* FLOP/s of a product of two 1024 x 1024 matrices of `real` */
    double copy;    /* bytes/s, read and written, of a copy of 64 MB */
    double lists;   /* FLOP/s of sums over lists of columns that stand in the first-level cache */
};

/* Measures each once, for some 0.1 s together. ST_MEMORY. */
status rates_measure(struct rates *r, struct error *e);

#endif
