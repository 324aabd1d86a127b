/* A solver in training on toy data, and the cases that every solver is tested with. */
#ifndef SPIKEBENCH_TESTS_SETTING_H
#define SPIKEBENCH_TESTS_SETTING_H

#include "tests/toy_data.h"
#include "trainer/trainee.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

struct solver_case {
    size_t index;
    size_t combination; /* into setting_combinations; setting_n_combinations: none */
    bool variant;       /* random orders for ADMM, sgd and a clip for gradients, another loss, propagation or
                           estimator */
};

/* Options that change what a state is: "key=value key=value ...". */
struct combination {
    const char *solver, *options;
};
extern const struct combination setting_combinations[];
extern const size_t setting_n_combinations;

/* A solver with the case's options on toy data, and in the middle of training. */
struct setting {
    struct mem mem; /* of the options */
    struct dataset data;
    struct net_options net_options;
    const struct solver *solver;
    void *options;
    struct contract_case contract; /* all of that together */
    struct trainee t;
};

/* The case without training; freed by setting_free. */
void setting_create(struct setting *s, const struct solver_case *c);
void setting_free(struct setting *s);
/* The case in training with `threads` threads; ended by setting_end. */
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
