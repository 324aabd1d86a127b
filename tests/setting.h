/* A solver in the middle of training on toy data, and the cases that every solver is tested with. */
#ifndef SPIKEBENCH_TESTS_SETTING_H
#define SPIKEBENCH_TESTS_SETTING_H

#include "tests/toy_data.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

struct solver_case {
    size_t index;
    size_t combination; /* into setting_combinations; setting_n_combinations: none */
    bool variant;       /* random orders for ADMM, sgd and a clip for gradients, another loss, propagation or
                           estimator */
};

/* Options of the ADMM family that change what a state is: "key=value key=value ...". */
struct combination {
    const char *solver, *options;
};
extern const struct combination setting_combinations[];
extern const size_t setting_n_combinations;

/* A solver in the middle of training. */
struct setting {
    struct mem mem;
    struct dataset data;
    struct net_options net_options;
    struct net net;
    struct pool *pool;
    struct rng rng;
    struct train_env env;
    const struct solver *solver;
    void *options, *state;
    double forward, backward, spikes, macs, evaluations; /* passes, operations, gradients of all steps */
};

/* The case's solver, initialised with `threads` threads; freed by setting_end. */
void setting_begin(struct setting *s, const struct solver_case *c, size_t threads);
void setting_end(struct setting *s);
/* n steps, which must all succeed and count their passes. */
void setting_steps(struct setting *s, int n, bool measure);
/* "key=value key=value ...", all of which the solver must know. */
void setting_set_all(struct setting *s, const char *text);

/* Two cases for each solver of the registry, and one for each combination. */
struct criterion_test_params setting_all_solvers(void);
struct criterion_test_params setting_all_combinations(void);

#endif
