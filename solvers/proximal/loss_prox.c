/* The proximal step of the readout losses. */
#include "solvers/proximal/loss_prox.h"

enum { NEWTON_MAX = 200, HALVINGS_MAX = 60 };

static double norm(size_t K, const double *v)
{
    double sum = 0;
    for (size_t k = 0; k < K; k++) sum += v[k] * v[k];
    return sqrt(sum);
}

/* p = softmax(c + d), g = p - t + weight d: the gradient in d. Returns its norm. */
static double gradient(size_t K, const double *c, size_t label, double weight, const double *d, double *p,
                       double *g)
{
    double top = c[0] + d[0], sum = 0;
    for (size_t k = 1; k < K; k++) top = fmax(top, c[k] + d[k]);
    for (size_t k = 0; k < K; k++) sum += p[k] = exp(c[k] + d[k] - top);
    for (size_t k = 0; k < K; k++) {
        p[k] /= sum;
        g[k] = weight * d[k] + p[k] - (k == label ? 1.0 : 0.0);
    }
    return norm(K, g);
}

/* step = (D - p p')^-1 g, D = diag(p) + weight I. The denominator 1 - p' D^-1 p is summed as weight p' D^-1
 * 1, which is the same (p sums to 1) and does not cancel. */
static void newton_step(size_t K, const double *p, const double *g, double weight, double *step)
{
    double inner = 0, denominator = 0;
    for (size_t k = 0; k < K; k++) {
        double inverse = 1 / (p[k] + weight);
        step[k] = inverse * g[k];
        inner += p[k] * step[k];
        denominator += weight * inverse * p[k];
    }
    for (size_t k = 0; k < K; k++) step[k] += inner / denominator * p[k] / (p[k] + weight);
}

/* The norm of the gradient, not the value, decides on a step: along the Newton direction it falls at the rate
 * 1, and near the solution it is known to more digits. */
static bool cross_entropy(size_t K, const double *c, size_t label, double weight, double *d, double *work,
                          size_t *steps)
{
    double *p = work, *g = work + K, *step = work + 2 * K, *old = work + 3 * K;
    for (size_t k = 0; k < K; k++) d[k] = 0;
    double size = gradient(K, c, label, weight, d, p, g);
    for (int i = 0; i < NEWTON_MAX && !(size <= LOSS_PROX_GRADIENT); i++) {
        double trial = INFINITY, length = 1;
        newton_step(K, p, g, weight, step);
        for (size_t k = 0; k < K; k++) old[k] = d[k];
        for (int h = 0; h < HALVINGS_MAX; h++, length /= 2) {
            for (size_t k = 0; k < K; k++) d[k] = old[k] - length * step[k];
            trial = gradient(K, c, label, weight, d, p, g);
            if (trial <= (1 - 1e-4 * length) * size) break;
        }
        ++*steps;
        if (!(trial < size)) {
            for (size_t k = 0; k < K; k++) d[k] = old[k];
            return false;
        }
        size = trial;
    }
    return size <= LOSS_PROX_GRADIENT;
}

bool loss_prox(enum loss kind, size_t K, const double *c, int label, double weight, double *d, double *work,
               size_t *steps)
{
    if (kind == LOSS_CROSS_ENTROPY) return cross_entropy(K, c, (size_t)label, weight, d, work, steps);
    bool finite = true;
    for (size_t k = 0; k < K; k++) {
        double side = k == (size_t)label ? 1.0 : -1.0, short_of = fmax(0, 1 - side * c[k]);
        if (kind == LOSS_SQUARED)
            d[k] = 2 * ((k == (size_t)label ? 1.0 : 0.0) - c[k]) / (2 + weight);
        else if (kind == LOSS_SQUARED_HINGE)
            d[k] = side * 2 * short_of / (2 + weight);
        else
            d[k] = side * fmin(short_of, 1 / weight);
        finite = finite && isfinite(c[k]);
    }
    return finite;
}
