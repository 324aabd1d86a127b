/* A trainer on a small task outside of an experiment: for checks of what it promises (trainer/contract.h). */
#ifndef SPIKEBENCH_TRAINER_TRAINEE_H
#define SPIKEBENCH_TRAINER_TRAINEE_H

#include "trainer/solver.h"

/* A trainer with its options on a small task. All pointers are borrowed. */
struct contract_case {
    const struct solver *solver;
    const void *options; /* of the solver */
    const struct net_options *net_options;
    const struct dataset *data; /* with training samples, and labels or real values as the solver takes */
    uint64_t seed;              /* of the weights' start and of the solver's own stream */
    const char *(*column)(size_t k); /* columns that each curve has: no metric may take such a name */
    size_t n_columns;
};

/* A trainer in the middle of training. */
struct trainee {
    const struct contract_case *c;
    struct mem mem;
    struct net net;
    struct pool *pool;
    struct rng rng;
    struct train_env env;
    void *state;
    bool created;
    size_t reserved;                                   /* bytes of mem when create had returned */
    double forward, backward, spikes, macs, gradients; /* of all steps so far, as struct step_report */
    bool converged;                                    /* by the last step's report */
};

/* create and start with so many threads. Ended by trainee_end, also after an error. */
status trainee_begin(struct trainee *t, const struct contract_case *c, size_t threads, struct error *e);
void trainee_end(struct trainee *t);
/* n steps. ST_INTERNAL if a step's counts are not possible, or it took memory from the arena. */
status trainee_steps(struct trainee *t, int n, bool measure, struct error *e);
/* The loss on the training samples; of solvers that predict by a rule of their own, their share of wrong
 * labels, or their loss where there are none. */
status trainee_loss(struct trainee *t, double *loss, struct error *e);

/* ST_OK if weights and counts of both are the same bit for bit, else ST_INTERNAL with `what` and where they
 * differ. */
status trainee_compare(const struct trainee *a, const struct trainee *b, const char *what, struct error *e);
/* What the solver writes of its state, freed by the caller with free(); nothing if it keeps none. */
status trainee_save(const struct trainee *t, char **bytes, size_t *size, struct error *e);
/* Reads that back. */
status trainee_restore(struct trainee *t, char *bytes, size_t size, struct error *e);
/* b, just begun, goes on where a stands: with weights, random numbers and counts, which the runner keeps, and
 * what the solver saves. */
status trainee_resume(struct trainee *b, const struct trainee *a, struct error *e);

#endif
