/* Mini-batch training by any rule that turns a block of samples into a matrix per layer: order of the
 * samples, sums over threads, optimizer, learning rate, checkpoint. One epoch is one step of the solver.
 *
 * The options struct of such a trainer begins with struct minibatch_options, and its table has the list
 * below; its state begins with struct minibatch. Then minibatch_check, minibatch_start and
 * minibatch_checkpoint are functions of the contract as they stand, or the first line of the trainer's own.
 */
#ifndef SPIKEBENCH_TRAINER_MINIBATCH_H
#define SPIKEBENCH_TRAINER_MINIBATCH_H

#include "trainer/optimizer.h"

struct minibatch_options {
    int optimizer; /* into optimizers */
    int schedule;  /* "constant", "cosine" */
    double lr, clip;
    long batch, lr_epochs;
    struct optimizer_options update;
};
/* optimizer (adam), lr (0.002), schedule, lr_epochs, batch, then clip (0) and those of the optimizers: a
 * table that has options of its own in between takes the first MINIBATCH_FIRST, its own, and
 * minibatch_option_list + MINIBATCH_FIRST, of which there are MINIBATCH_REST. */
enum { MINIBATCH_FIRST = 5, MINIBATCH_REST = 12, MINIBATCH_OPTIONS = MINIBATCH_FIRST + MINIBATCH_REST };
extern const struct option minibatch_option_list[MINIBATCH_OPTIONS];

/* Samples first .. first+C-1 of a mini-batch, handled by `thread`. Numbers may be added up by part
 * (PART_MAX), which at any time belongs to one thread and sees the same blocks in the same order for any
 * number of them. */
struct minibatch_block {
    const struct batch *batch;
    size_t first, C, part, thread;
};

/* How a mini-batch becomes a direction, at the weights that env.net has when it is asked. One of `block` and
 * `whole` is set. */
struct minibatch_rule {
    /* Adds the SUM over the block's samples to direction[l], n_l x n_{l-1}, l = 1 .. layers (and beyond L
     * those of the recurrent matrices, numbered as in net.h; diagonals that are not trained are cleared
     * later). Returns the sum of their losses, nan if there is no loss. */
    double (*block)(void *state, const struct minibatch_block *where, real *const *direction);
    /* Writes the MEAN direction of a whole mini-batch, and spreads its samples over the pool itself. Returns
     * the mean loss, or nan. */
    double (*whole)(void *state, const struct batch *batch, real *const *direction);
    /* Changes the mean direction of a mini-batch before clipping; may be NULL. */
    void (*finish)(void *state, real *const *direction);
    /* Brings the weights of env.net back to where they may be, after each update; may be NULL. */
    void (*project)(void *state);
    /* What `block` adds up by part besides: so many bytes a part, PART_MAX of them; NULL: nothing. All ranks
     * know it at the end of the epoch. */
    void *by_part;
    size_t by_part_size;
};

struct minibatch {
    struct train_env env; /* from start on */
    struct minibatch_options options;
    size_t layers; /* matrices trained: 1 .. layers, net->blocks for all; those beyond are left alone */
    struct optimizer_state optimizer;
    size_t *order;     /* [N]: samples in this epoch's order */
    double *squares;   /* of a direction, by slice of its weights */
    double *residuals; /* [updates]: of the last epoch's updates (implicit_*) */
    size_t updates;
    real *sums[PART_MAX][NET_MAX_BLOCKS + 1]; /* directions, see pool_sum; sum 0 is the result's */
    long epoch;
    /* Of the last epoch: calls of the oracle, the samples of all of them, and sums over them of the
     * directions' Frobenius norms before clipping. */
    size_t evaluations, evaluated;
    double norm[NET_MAX_BLOCKS + 1];
};

/* The contract's check: refuses options that the optimizer or the schedule chosen does not read. */
status minibatch_check(const struct solver *self, const void *options, const struct net_options *net,
                       const struct dataset_info *info, struct error *e);
/* Trains these matrices (numbered as in net.h: {1, net->blocks} are all), with directions in so many parts:
 * minibatch_parts(o, N) for a rule of blocks, 1 for a rule of whole mini-batches. */
status minibatch_create(struct minibatch *m, const struct minibatch_options *o, const struct shapes *shapes,
                        struct layer_range trained, size_t parts, struct mem *mem, struct error *e);
/* Samples of the largest mini-batch of N samples, and its parts. */
size_t minibatch_largest(const struct minibatch_options *o, size_t N);
size_t minibatch_parts(const struct minibatch_options *o, size_t N);
/* Samples of the largest block that a rule will be handed. */
size_t minibatch_largest_block(const struct minibatch_options *o, size_t N);

/* The contract's start and checkpoint, for a state that begins with struct minibatch. */
status minibatch_start(void *state, const struct train_env *env, struct error *e);
status minibatch_checkpoint(void *state, struct checkpoint *c, struct error *e);

/* One epoch: the samples in a new order, an update after each mini-batch. The rule is given the state, which
 * begins with struct minibatch. Fills r->samples and r->gradient_evaluations. ST_NUMERIC if a weight stopped
 * being finite. */
status minibatch_epoch(void *state, const struct minibatch_rule *rule, struct step_report *r,
                       struct error *e);
/* How often the last epoch evaluated each sample: 1 with an optimizer that asks for one gradient an update.
 */
double minibatch_passes(const struct minibatch *m);
/* The metrics of every such trainer, and what they are: the mean norm of the last epoch's directions, of each
 * layer up to the last that is trained (0 where frozen), and the median of its updates' residuals
 * (optimizer.h). */
enum { MINIBATCH_METRICS = 2 };
extern const struct metric_desc minibatch_metric_list[MINIBATCH_METRICS];
extern const char grad_norm_help[], inner_residual_help[];
/* The contract's report of a trainer with these metrics, and that of one that calls the norm otherwise. */
void minibatch_report(void *state, struct metric_sink *sink);
void minibatch_report_as(struct minibatch *m, const char *norm, struct metric_sink *sink);

#endif
