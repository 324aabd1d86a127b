/* First-order optimizers over a list of weight matrices. A new one is a descriptor in a file of its own and a
 * line in the list of optimizers.c. */
#ifndef SPIKEBENCH_TRAINER_OPTIMIZER_H
#define SPIKEBENCH_TRAINER_OPTIMIZER_H

#include "network/net.h"
#include "trainer/solver.h"

enum { OPTIMIZER_BUFFERS_MAX = 2, OPTIMIZER_READS_MAX = 5 };

/* The options of all optimizers; each reads those that it names. */
struct optimizer_options {
    double momentum, beta1, beta2, eps, weight_decay;
};

/* What the optimizer asks for gradients. */
struct gradient_oracle {
    void *context;
    /* Writes the mean gradient of the current mini-batch (or what the trainer puts in its place), clipped, to
     * gradient[l] (n_l x n_{l-1}, every l), at weights W of the same shape: those that are trained, or
     * others. Returns the mean loss of the mini-batch there; nan for directions that belong to no loss (lfp).
     * Each call is counted. Where gradients are drawn at random (forward_mode), each call draws anew. */
    double (*at)(void *context, real *const *W, real *const *gradient);
};

struct optimizer;
struct optimizer_state {
    const struct optimizer *kind;
    struct optimizer_options options;
    struct pool *pool;                       /* NULL (at first): one thread */
    size_t layers, size[NET_MAX_LAYERS + 1]; /* weights of layers 1 .. layers */
    long steps;                              /* updates, the one that is running included */
    real *gradient[NET_MAX_LAYERS + 1];      /* for the oracle's answer; not kept between updates */
    real *buffer[OPTIMIZER_BUFFERS_MAX][NET_MAX_LAYERS + 1]; /* zero at first, kept: moments, for instance */
};

struct optimizer {
    const char *name;
    const char *reads[OPTIMIZER_READS_MAX + 1]; /* keys of struct optimizer_options, ends with NULL */
    size_t buffers;                             /* numbers per weight that are kept between updates */
    /* One update of the weights W at learning rate lr; calls the oracle at least once. */
    void (*update)(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g);
};

/* Allocates for layers 1 .. layers of the net, with zero buffers. ST_MEMORY. */
status optimizer_create(struct optimizer_state *s, const struct optimizer *kind,
                        const struct optimizer_options *o, const struct net *net, size_t layers,
                        struct mem *m, struct error *e);
/* Goes over all weights in slices, spread over the pool: work(context, slice, l, first, n) for weights first
 * .. first+n-1 of layer l. The slices, from 0 on through one layer after another, depend on the sizes alone.
 */
typedef void (*optimizer_work)(void *context, size_t slice, size_t l, size_t first, size_t n);
void optimizer_spread(const struct optimizer_state *s, optimizer_work work, void *context);
/* Slices of layer l. */
size_t optimizer_slices(const struct optimizer_state *s, size_t l);

void optimizer_update(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g);
/* The number of updates and the buffers. */
status optimizer_checkpoint(struct optimizer_state *s, struct checkpoint *c, struct error *e);

#endif
