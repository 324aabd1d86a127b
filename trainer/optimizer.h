/* Optimizers over a list of weight matrices. A new one is a descriptor in a file of its own and a line in the
 * list of optimizers.c. */
#ifndef SPIKEBENCH_TRAINER_OPTIMIZER_H
#define SPIKEBENCH_TRAINER_OPTIMIZER_H

#include "network/net.h"
#include "trainer/solver.h"

enum { OPTIMIZER_BUFFERS_MAX = 3, OPTIMIZER_SCRATCH_MAX = 26, OPTIMIZER_READS_MAX = 8 };

/* mars_*: the gradient before, from the last update or asked for anew; whose norm is at most 1; whose squares
 * the second moment is of. */
enum mars_gradient { MARS_APPROXIMATE, MARS_EXACT };
enum mars_clip { MARS_CLIP_MATRIX, MARS_CLIP_WHOLE, MARS_CLIP_NONE };
enum mars_moment { MARS_CORRECTED, MARS_RAW };

/* The options of all optimizers; each reads those that it names. */
struct optimizer_options {
    double momentum, beta1, beta2, eps, weight_decay;
    double mars_gamma, inner_tol;
    int mars_gradient, mars_clip, mars_moment;
    long inner_evaluations;
};

/* What the optimizer asks for gradients. */
struct gradient_oracle {
    void *context;
    /* Writes the mean gradient of the current mini-batch (or what the trainer puts in its place), clipped, to
     * gradient[l] (n_l x n_{l-1}, every l), at weights W of the same shape: those that are trained, or
     * others. Returns the mean loss of the mini-batch there; nan for directions that belong to no loss (lfp).
     * Each call is counted. Where gradients are drawn at random (forward_mode), all calls of an update draw
     * the same. */
    double (*at)(void *context, real *const *W, real *const *gradient);
};

/* Layers first .. last, from 1; where matrices are meant, those of net.h: W_1 .. W_L, then R_1 .. R_{L-1}. */
struct layer_range {
    size_t first, last;
};

struct optimizer;
struct optimizer_state {
    const struct optimizer *kind;
    struct optimizer_options options;
    struct pool *pool;                       /* NULL (at first): one thread */
    size_t layers, size[NET_MAX_BLOCKS + 1]; /* matrices W[1] .. W[layers] (net.h); 0: frozen */
    long steps;                              /* updates, the one that is running included */
    real *gradient[NET_MAX_BLOCKS + 1];      /* for the oracle's answer; not kept between updates */
    real *buffer[OPTIMIZER_BUFFERS_MAX][NET_MAX_BLOCKS + 1];  /* zero at first, kept: moments, for instance */
    real *scratch[OPTIMIZER_SCRATCH_MAX][NET_MAX_BLOCKS + 1]; /* not kept between updates */
    /* NULL, or takes the change of W_l (n_l x n_{l-1}) that an update made, and leaves what is made of it: a
     * projection after the optimizer, since most optimizers leave any subspace that gradients are in. */
    void (*project)(void *context, size_t l, real *change);
    void *project_context;
    real *before[NET_MAX_BLOCKS + 1]; /* the weights before the update; of projections alone */
    void *work; /* what `create` of the kind allocated; not kept between updates either */
    double
        residual; /* implicit_*: what the last update left of its equation, over where it began; else nan */
};

struct optimizer {
    const char *name;
    const char *reads[OPTIMIZER_READS_MAX + 1]; /* keys of struct optimizer_options, ends with NULL */
    size_t buffers;                             /* numbers per weight that are kept between updates */
    size_t scratch;                             /* and that are not */
    /* NULL, or allocates s->work; all else in *s stands already. ST_MEMORY. */
    status (*create)(struct optimizer_state *s, const struct net *net, struct mem *m, struct error *e);
    /* One update of the weights W at learning rate lr; calls the oracle at least once. */
    void (*update)(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g);
};

/* Allocates for these matrices of the net, with zero buffers. Those below have no weights here: they stay as
 * they are, and no gradient of theirs is read. ST_MEMORY. */
status optimizer_create(struct optimizer_state *s, const struct optimizer *kind,
                        const struct optimizer_options *o, const struct net *net, struct layer_range trained,
                        struct mem *m, struct error *e);
/* Goes over all weights in slices, spread over the pool: work(context, slice, l, first, n) for weights first
 * .. first+n-1 of layer l. The slices, from 0 on through one layer after another, depend on the sizes alone.
 */
typedef void (*optimizer_work)(void *context, size_t slice, size_t l, size_t first, size_t n);
void optimizer_spread(const struct optimizer_state *s, optimizer_work work, void *context);
/* Slices of layer l. */
size_t optimizer_slices(const struct optimizer_state *s, size_t l);

void optimizer_update(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g);
/* Room for a projection; s->project may be set from then on. ST_MEMORY. */
status optimizer_create_projection(struct optimizer_state *s, void *context, struct mem *m, struct error *e);
/* As it was created: no updates, zero buffers. */
void optimizer_restart(struct optimizer_state *s);
/* The number of updates and the buffers. */
status optimizer_checkpoint(struct optimizer_state *s, struct checkpoint *c, struct error *e);

#endif
