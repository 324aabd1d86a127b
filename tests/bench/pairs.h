/* The functions behind the cases of cases.c, by file. */
#ifndef SPIKEBENCH_TESTS_BENCH_PAIRS_H
#define SPIKEBENCH_TESTS_BENCH_PAIRS_H

#include "tests/bench/bench.h"
#include "tests/bench/data.h"

/* Products with the inputs of a block: as the library does them (by the lists, or written out for BLAS), or
 * with a dense block that is there already. (inputs.c) */
enum input_product { INPUT_TIMES, INPUT_OUTER, INPUT_GRAM };
struct inputs_setting {
    const struct bench_data *data;
    enum input_product product;
};
status inputs_open(struct pair *p, const void *setting, size_t variant, struct error *e);
status inputs_run(struct pair *p, enum side side, struct error *e);
void inputs_close(struct pair *p);

/* W X of one and the same block by the input's lists (A) and written out for BLAS (B), around the share of
 * the cells from which the library takes the second. setting: double, that share. (border.c) */
status border_open(struct pair *p, const void *setting, size_t variant, struct error *e);
status border_run(struct pair *p, enum side side, struct error *e);

/* The forward simulation of many samples: in blocks, or one by one. setting: hidden widths. (forward.c) */
status forward_open(struct pair *p, const void *setting, size_t variant, struct error *e);
status forward_run(struct pair *p, enum side side, struct error *e);
double
forward_difference(struct pair *p); /* share of the samples whose scores differ by more than rounding */
void forward_close(struct pair *p);

/* The ridge system of a weight block: factor kept or made anew; Cholesky or pseudo-inverse. (weights.c) */
struct weights_setting {
    const struct bench_data *inputs; /* the Gram matrix of its inputs; NULL: of `order` spiking neurons */
    size_t order, rows;
    bool pinv; /* B: the pseudo-inverse; else the factor made anew */
};
status weights_open(struct pair *p, const void *setting, size_t variant, struct error *e);
status weights_run(struct pair *p, enum side side, struct error *e);

/* The spikes' system of the ADMM family: Woodbury's identity, or Cholesky of the whole. (spike_solve.c) */
struct spike_setting {
    size_t order, rows, columns;
};
status spike_solve_open(struct pair *p, const void *setting, size_t variant, struct error *e);
status spike_solve_run(struct pair *p, enum side side, struct error *e);

/* Potentials of all steps at once: by their structure, or by a dense solve. setting: size_t, the number of
 * steps. (potentials.c) */
status potentials_open(struct pair *p, const void *setting, size_t variant, struct error *e);
status potentials_run(struct pair *p, enum side side, struct error *e);

/* A step of a solver beside an epoch of bptt, or with one and two threads. (steps.c) */
struct steps_setting {
    const char *hidden;
    bool threads; /* A and B: the same solver with one and two threads */
};
const char *steps_variant(size_t k);   /* trainers of classification but bptt */
const char *threads_variant(size_t k); /* a few trainers */
status steps_open(struct pair *p, const void *setting, size_t variant, struct error *e);
status steps_run(struct pair *p, enum side side, struct error *e);
double steps_difference(struct pair *p); /* networks with weights that are not finite, or none that changed */
double threads_difference(struct pair *p); /* weights of other bits */
void steps_close(struct pair *p);

#endif
