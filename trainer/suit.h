/* Which networks and data a solver takes, and how much memory it needs for them. */
#ifndef SPIKEBENCH_TRAINER_SUIT_H
#define SPIKEBENCH_TRAINER_SUIT_H

#include "network/evaluate.h"
#include "trainer/solver.h"

/* The choices of the network that a feature mask speaks of: keys of net_option_table, and the bit of the
 * first value. */
struct network_choice {
    const char *key;
    unsigned first; /* enum solver_feature */
};
extern const struct network_choice network_choices[]; /* ends without a key */

/* What a network may have beyond these choices: refused unless the mask has the bit. */
struct network_extra {
    const char *key; /* of net_option_table */
    unsigned feature;
    bool (*asked)(const struct net_options *net);
    const char *allowed;
};
extern const struct network_extra network_extras[]; /* ends without a key */

/* Refuses (ST_CONFIG) what the solver's features leave out of the data's task and of network.loss, .reset,
 * .readout and .start, and of network_extras, naming the option, its value and what the solver allows;
 * real-valued targets with another loss than squared; data without training samples; and what the solver's
 * own check refuses. `data` names the dataset in messages. */
status solver_suits(const struct solver *solver, const void *options, const struct net_options *net,
                    const struct dataset_info *info, const char *data, struct error *e);

/* The solver's network for these data, all zero: the shared one with these options, or its own. The errors of
 * net_create. */
status solver_network(const struct solver *solver, const void *options, const struct net_options *net_options,
                      const struct dataset_info *info, struct net *net, struct mem *m, struct error *e);

/* Whether with these options each step trains on all samples, in their order: a trainer of full batches, and
 * one that has an option `batch`, which is 0. */
bool solver_is_full(const struct solver *solver, const void *options);

/* How many threads and ranks work on a run, and whether a rank keeps its own samples alone. */
struct worker_share {
    size_t threads, ranks;
    bool divided;
};

/* Bytes of a run (of each of its ranks) behind program and libraries: samples, weights, the evaluator and all
 * that the solver's create takes, counted on reserved pages (what is likely of mem_likely), for reals of
 * `real_size` bytes; of several ranks the one with most samples. 0 for a solver whose code is not for this
 * program's precision. */
status solver_memory(const struct solver *solver, const void *options, const struct net_options *net,
                     const struct dataset_info *info, struct worker_share share, size_t real_size,
                     size_t *bytes, struct error *e);

/* For a solver with a prediction rule of its own, after the simulation was evaluated: *v takes loss and
 * accuracy of its scores (n_L x batch->n, room for them in `scores`), and the operations that it counts.
 * Rates become nan: the network that they were counted in is not what predicts. */
status solver_evaluate(const struct solver *solver, void *state, const struct net *net,
                       const struct batch *batch, real *scores, struct evaluation *v, struct error *e);

#endif
