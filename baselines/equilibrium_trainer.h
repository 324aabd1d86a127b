/* What ide and spide have in common: mini-batches of gradients through the equilibrium (equilibrium.h), with
 * the recurrent weights kept where there is one.
 *
 * The options struct of such a trainer begins with struct equilibrium_options, its state is a struct
 * equilibrium_trainer, and its functions of the contract are those below. */
#ifndef SPIKEBENCH_BASELINES_EQUILIBRIUM_TRAINER_H
#define SPIKEBENCH_BASELINES_EQUILIBRIUM_TRAINER_H

#include "baselines/equilibrium.h"
#include "trainer/minibatch.h"

struct equilibrium_options {
    struct minibatch_options common;
    double contraction;
};
extern const struct option contraction_option;
/* sgd, lr 0.2, batch 50. */
extern const struct option_default equilibrium_defaults[];

/* What every such trainer measures on its first training samples, at most CHUNK_MAX. */
enum { EQUILIBRIUM_METRICS = 3 + MINIBATCH_METRICS };
extern const struct metric_desc equilibrium_metric_list[EQUILIBRIUM_METRICS];

struct equilibrium_trainer {
    struct minibatch minibatch;
    struct equilibrium_rule rule;
    double contraction;
    struct equilibrium *work;         /* [threads] */
    real *vector[NET_MAX_LAYERS + 1]; /* n_l: of the power iteration of R_l; with its state the next begins */
    real *norm_work;                  /* 2 x widest hidden layer */
    double norm_macs;                 /* of the last step's power iterations */
    real *gradient[NET_MAX_BLOCKS + 1]; /* spide: diagnostics; else NULL */
    real *exact[NET_MAX_BLOCKS + 1];    /* the same by the iteration */
    bool measured;
    double rms[NET_MAX_LAYERS + 1], silent[NET_MAX_LAYERS + 1], saturated[NET_MAX_LAYERS + 1];
    double cosine, error;
};

/* The contract's slots: create with the trainer's rule (ST_MEMORY); check refuses what has no equilibrium
 * (ST_CONFIG naming the option); the others as solver.h says. */
status equilibrium_trainer_create(struct equilibrium_trainer **state, const struct equilibrium_rule *rule,
                                  const struct equilibrium_options *o, const struct shapes *shapes,
                                  struct mem *m, struct error *e);
status equilibrium_check(const struct solver *self, const void *options, const struct net_options *net,
                         const struct dataset_info *info, struct error *e);
status equilibrium_start(void *state, const struct train_env *env, struct error *e);
status equilibrium_step(void *state, struct step_report *r, struct error *e);
void equilibrium_report(void *state, struct metric_sink *sink);
status equilibrium_checkpoint(void *state, struct checkpoint *c, struct error *e);

#endif
