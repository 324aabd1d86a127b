/* First-order optimizers. */
#include "trainer/optimizer.h"

const char *const optimizer_names[] = {"sgd", "adam", "adamw", NULL};

status optimizer_create(struct optimizer *o, const struct net *net, struct mem *mem, struct error *e)
{
    o->steps = 0;
    for (size_t l = 1; l <= net->L; l++) {
        size_t size = net->n[l] * net->n[l - 1];
        if (!(o->m[l] = mem_reals(mem, size, e))) return ST_MEMORY;
        if (o->kind != OPTIMIZER_SGD && !(o->v[l] = mem_reals(mem, size, e))) return ST_MEMORY;
    }
    return ST_OK;
}

static void sgd(const struct optimizer *o, size_t size, real *W, const real *g, real *m, double lr)
{
    const real momentum = (real)o->momentum, decay = (real)o->weight_decay, rate = (real)lr;
    for (size_t i = 0; i < size; i++) {
        m[i] = momentum * m[i] + g[i] + decay * W[i];
        W[i] -= rate * m[i];
    }
}

static void adam(const struct optimizer *o, size_t size, real *W, const real *g, real *m, real *v, double lr)
{
    const bool decoupled = o->kind == OPTIMIZER_ADAMW;
    const real b1 = (real)o->beta1, b2 = (real)o->beta2, eps = (real)o->eps;
    const real in_gradient = decoupled ? 0 : (real)o->weight_decay,
               shrink = decoupled ? (real)(1 - lr * o->weight_decay) : 1;
    const real rate = (real)(lr / (1 - pow(o->beta1, (double)o->steps)));
    const real scale = (real)(1 / (1 - pow(o->beta2, (double)o->steps)));
    for (size_t i = 0; i < size; i++) {
        real slope = g[i] + in_gradient * W[i];
        m[i] = b1 * m[i] + (1 - b1) * slope;
        v[i] = b2 * v[i] + (1 - b2) * slope * slope;
        W[i] = shrink * W[i] - rate * m[i] / (sqrt(v[i] * scale) + eps);
    }
}

void optimizer_update(struct optimizer *o, struct net *net, real *const *gradient, double lr)
{
    o->steps++;
    for (size_t l = 1; l <= net->L; l++) {
        size_t size = net->n[l] * net->n[l - 1];
        if (o->kind == OPTIMIZER_SGD)
            sgd(o, size, net->W[l], gradient[l], o->m[l], lr);
        else
            adam(o, size, net->W[l], gradient[l], o->m[l], o->v[l], lr);
    }
}
