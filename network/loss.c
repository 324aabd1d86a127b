/* Losses of the readout. */
#include "network/loss.h"

const char *const loss_names[] = {"squared", "cross_entropy", "squared_hinge", "hinge", NULL};

static double squared(size_t K, const real *s, size_t label, real *gradient)
{
    double sum = 0;
    for (size_t k = 0; k < K; k++) {
        real miss = s[k] - (k == label ? R(1.0) : R(0.0));
        sum += (double)miss * (double)miss;
        if (gradient) gradient[k] = 2 * miss;
    }
    return sum;
}

static double cross_entropy(size_t K, const real *s, size_t label, real *gradient)
{
    double top = (double)s[loss_argmax(K, s)], sum = 0;
    for (size_t k = 0; k < K; k++) sum += exp((double)s[k] - top);
    if (gradient)
        for (size_t k = 0; k < K; k++)
            gradient[k] = (real)(exp((double)s[k] - top) / sum - (k == label ? 1.0 : 0.0));
    return log(sum) + top - (double)s[label];
}

static double squared_hinge(size_t K, const real *s, size_t label, real *gradient)
{
    double sum = 0;
    for (size_t k = 0; k < K; k++) {
        real side = k == label ? R(1.0) : R(-1.0), margin = 1 - side * s[k];
        if (margin > 0) sum += (double)margin * (double)margin;
        if (gradient) gradient[k] = margin > 0 ? -2 * side * margin : 0;
    }
    return sum;
}

static double hinge(size_t K, const real *s, size_t label, real *gradient)
{
    double sum = 0;
    for (size_t k = 0; k < K; k++) {
        real side = k == label ? R(1.0) : R(-1.0), margin = 1 - side * s[k];
        if (margin > 0) sum += (double)margin;
        if (gradient) gradient[k] = margin > 0 ? -side : 0;
    }
    return sum;
}

double loss_value(enum loss kind, size_t K, const real *scores, int label, real *gradient)
{
    switch (kind) {
    case LOSS_CROSS_ENTROPY: return cross_entropy(K, scores, (size_t)label, gradient);
    case LOSS_SQUARED_HINGE: return squared_hinge(K, scores, (size_t)label, gradient);
    case LOSS_HINGE: return hinge(K, scores, (size_t)label, gradient);
    case LOSS_SQUARED: break;
    }
    return squared(K, scores, (size_t)label, gradient);
}

double loss_regression(size_t K, const real *scores, const real *target, real *gradient)
{
    double sum = 0;
    for (size_t k = 0; k < K; k++) {
        real miss = scores[k] - target[k];
        sum += (double)miss * (double)miss;
        if (gradient) gradient[k] = 2 * miss;
    }
    return sum;
}

size_t loss_argmax(size_t K, const real *scores)
{
    size_t best = 0;
    for (size_t k = 1; k < K; k++)
        if (scores[k] > scores[best]) best = k;
    return best;
}
