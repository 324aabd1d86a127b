/* Mini-batch training by any rule that turns a block of samples into a matrix per layer: order of the
 * samples, sums over threads, optimizer, learning rate, checkpoint. One epoch is one step of the solver. */
#ifndef SPIKEBENCH_TRAINER_MINIBATCH_H
#define SPIKEBENCH_TRAINER_MINIBATCH_H

#include "trainer/optimizer.h"
#include "trainer/solver.h"

/* The options of every such trainer; its options struct has this one, called `common`, and its table holds
 * MINIBATCH_OPTIONS(struct its_options, default optimizer, default learning rate), or the three parts of it,
 * in this order, with options of its own in between or with another clip. */
struct minibatch_options {
    int optimizer, schedule;
    double lr, momentum, beta1, beta2, eps, weight_decay, clip;
    long batch, lr_epochs;
};
extern const char *const schedule_names[]; /* "constant", "cosine", NULL */

/* clang-format off */
#define MINIBATCH_OPTION(type, field) offsetof(type, common.field)
#define MINIBATCH_OPTIONS(type, default_optimizer, default_lr)                                               \
    MINIBATCH_STEP_OPTIONS(type, default_optimizer, default_lr),                                             \
    MINIBATCH_CLIP_OPTION(type, "0", "largest norm of the whole update direction; 0: off"),                  \
    MINIBATCH_MOMENT_OPTIONS(type)
#define MINIBATCH_STEP_OPTIONS(type, default_optimizer, default_lr)                                          \
    {"optimizer", OPT_CHOICE, MINIBATCH_OPTION(type, optimizer), default_optimizer, 0, 0, 0, optimizer_names, \
     "", "update rule"},                                                                                     \
    {"lr", OPT_REAL, MINIBATCH_OPTION(type, lr), default_lr, 0, 1e3, OPT_OPEN_LO, NULL, "",                  \
     "learning rate"},                                                                                       \
    {"schedule", OPT_CHOICE, MINIBATCH_OPTION(type, schedule), "constant", 0, 0, 0, schedule_names, "",      \
     "learning rate over the epochs"},                                                                       \
    {"lr_epochs", OPT_INT, MINIBATCH_OPTION(type, lr_epochs), "100", 1, 1e9, 0, NULL, "epochs",              \
     "cosine: epochs until the learning rate reaches zero"},                                                 \
    {"batch", OPT_INT, MINIBATCH_OPTION(type, batch), "100", 1, 1e9, 0, NULL, "samples",                     \
     "samples per mini-batch"}
#define MINIBATCH_CLIP_OPTION(type, default_clip, help)                                                      \
    {"clip", OPT_REAL, MINIBATCH_OPTION(type, clip), default_clip, 0, 1e12, 0, NULL, "", help}
#define MINIBATCH_MOMENT_OPTIONS(type)                                                                       \
    {"momentum", OPT_REAL, MINIBATCH_OPTION(type, momentum), "0.9", 0, 1, OPT_OPEN_HI, NULL, "",             \
     "sgd: momentum"},                                                                                       \
    {"beta1", OPT_REAL, MINIBATCH_OPTION(type, beta1), "0.9", 0, 1, OPT_OPEN_HI, NULL, "",                   \
     "adam: decay of the first moment"},                                                                     \
    {"beta2", OPT_REAL, MINIBATCH_OPTION(type, beta2), "0.999", 0, 1, OPT_OPEN_HI, NULL, "",                 \
     "adam: decay of the second moment"},                                                                    \
    {"eps", OPT_REAL, MINIBATCH_OPTION(type, eps), "1e-8", 0, 1, OPT_OPEN_LO, NULL, "",                      \
     "adam: added to the root of the second moment"},                                                        \
    {"weight_decay", OPT_REAL, MINIBATCH_OPTION(type, weight_decay), "0", 0, 1e3, 0, NULL, "",               \
     "pull of the weights towards zero"}
/* clang-format on */

/* Samples first .. first+C-1 of a mini-batch, handled by `thread`. Sums may be kept by part, which at any
 * time belongs to one thread and sees the same blocks in the same order for any number of them. */
struct minibatch_block {
    const struct batch *batch;
    size_t first, C, part, thread;
};

struct minibatch_rule {
    void *context;
    /* One of `block` and `whole` is set. Adds the SUM over the block's samples to direction[l], n_l x
     * n_{l-1}, l = 1 .. L of the trained net. */
    void (*block)(void *context, const struct minibatch_block *where, real *const *direction);
    /* Writes the MEAN direction of a whole mini-batch, and spreads its samples over the pool itself. */
    void (*whole)(void *context, const struct batch *batch, real *const *direction);
    /* Changes the mean direction of a mini-batch before clipping; may be NULL. */
    void (*finish)(void *context, real *const *direction);
};

struct minibatch {
    struct minibatch_options options;
    struct train_env env;
    struct net trained; /* the first layers of the net, as a view: those above are left alone */
    struct optimizer optimizer;
    size_t *order;                             /* [N]: samples in this epoch's order */
    real *parts[PART_MAX][NET_MAX_LAYERS + 1]; /* direction of a part */
    long epoch;
    double norm[NET_MAX_LAYERS + 1]; /* Frobenius norms before clipping, sums over the epoch's mini-batches */
    size_t updates;                  /* mini-batches in the last epoch */
};

/* ST_CONFIG naming the option if one of the above is set although the optimizer or the schedule chosen does
 * not read it. `options` is the trainer's struct, of which `o` is a part, and `t` its table. */
status minibatch_refuse_idle(const struct option_table *t, const void *options,
                             const struct minibatch_options *o, struct error *e);

/* Trains layers 1 .. layers, with directions in so many parts: minibatch_parts(o, N) for a rule of blocks, 1
 * for a rule of whole mini-batches. Memory comes from the arena; ST_CONFIG if there are no training samples.
 */
status minibatch_create(struct minibatch *m, const struct minibatch_options *o, const struct train_env *env,
                        size_t layers, size_t parts, struct mem *mem, struct error *e);
/* Samples of the largest mini-batch of N samples, and its parts. */
size_t minibatch_largest(const struct minibatch_options *o, size_t N);
size_t minibatch_parts(const struct minibatch_options *o, size_t N);
/* Samples of the largest block that a rule will be handed. */
size_t minibatch_largest_block(const struct minibatch_options *o, size_t N);
/* Bytes that minibatch_create takes for `layers` layers, so many parts and N samples. */
size_t minibatch_memory(const struct minibatch_options *o, const struct net *net, size_t layers, size_t parts,
                        size_t N);
/* One epoch: the samples in a new order, an update after each mini-batch. ST_NUMERIC if a weight stopped
 * being finite. */
status minibatch_epoch(struct minibatch *m, const struct minibatch_rule *rule, struct error *e);
status minibatch_save(const struct minibatch *m, FILE *f, struct error *e);
status minibatch_load(struct minibatch *m, FILE *f, struct error *e);

#endif
