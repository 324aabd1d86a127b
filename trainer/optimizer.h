/* First-order optimizers over a list of weight matrices. */
#ifndef SPIKEBENCH_TRAINER_OPTIMIZER_H
#define SPIKEBENCH_TRAINER_OPTIMIZER_H

#include "network/net.h"

enum optimizer_kind { OPTIMIZER_SGD, OPTIMIZER_ADAM, OPTIMIZER_ADAMW };
extern const char *const optimizer_names[]; /* "sgd", "adam", "adamw", NULL */

struct optimizer {
    enum optimizer_kind kind;
    double momentum, beta1, beta2, eps, weight_decay;
    long steps;                  /* updates so far */
    real *m[NET_MAX_LAYERS + 1]; /* momentum or first moment */
    real *v[NET_MAX_LAYERS + 1]; /* second moment; NULL for sgd */
};

/* Allocates zero moments; the parameters above are set by the caller beforehand. */
status optimizer_create(struct optimizer *o, const struct net *net, struct mem *mem, struct error *e);

/* One update of all weights with gradient[l] and learning rate lr:
 *   sgd:   g += decay W; m = momentum m + g; W -= lr m
 *   adam:  g += decay W; m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; W -= lr mhat / (sqrt(vhat) + eps)
 * (Kingma, Ba 2015) adamw: as adam without decay in g, and W -= lr decay W (Loshchilov, Hutter 2019) */
void optimizer_update(struct optimizer *o, struct net *net, real *const *gradient, double lr);

#endif
