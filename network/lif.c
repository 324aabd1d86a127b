/* Neuron dynamics and surrogates. */
#include "network/lif.h"
#include <string.h>

const char *const reset_names[] = {"soft", "hard", "none", NULL};

#define HALF_PI R(1.57079632679489661923)

static real fast_sigmoid_derivative(real x, real k)
{
    real d = 1 + k * fabs(x);
    return k / (2 * d * d);
}
static real fast_sigmoid_integral(real x, real k)
{
    return (1 + k * x / (1 + k * fabs(x))) / 2;
}
static real arctan_derivative(real x, real k)
{
    real y = HALF_PI * k * x;
    return k / (2 * (1 + y * y));
}
static real arctan_integral(real x, real k)
{
    return R(0.5) + atan(HALF_PI * k * x) / (2 * HALF_PI);
}
static real triangular_derivative(real x, real k)
{
    real y = 1 - k * fabs(x);
    return y > 0 ? k * y : 0;
}
static real triangular_integral(real x, real k)
{
    real y = 1 - k * fabs(x);
    real tail = y > 0 ? y * y / 2 : 0; /* mass beyond |x| */
    return x > 0 ? 1 - tail : tail;
}
static real boxcar_derivative(real x, real k)
{
    return k * fabs(x) < 1 ? k / 2 : 0;
}
static real boxcar_integral(real x, real k)
{
    real y = k * x;
    return y <= -1 ? 0 : y >= 1 ? 1 : (1 + y) / 2;
}

const struct surrogate surrogates[] = {
    {SURROGATE_FAST_SIGMOID, "fast_sigmoid", fast_sigmoid_derivative, fast_sigmoid_integral,
     "k / (2 (1 + k |x|)^2)"},
    {SURROGATE_ARCTAN, "arctan", arctan_derivative, arctan_integral, "k / (2 (1 + (pi k x / 2)^2))"},
    {SURROGATE_TRIANGULAR, "triangular", triangular_derivative, triangular_integral, "k max(0, 1 - k |x|)"},
    {SURROGATE_BOXCAR, "boxcar", boxcar_derivative, boxcar_integral, "k / 2 where |x| < 1 / k, else 0"},
};
const size_t n_surrogates = sizeof surrogates / sizeof *surrogates;
const char *const surrogate_names[] = {"fast_sigmoid", "arctan", "triangular", "boxcar", NULL};

/* One step of `size` neurons: z (in: current) from z_before and, for spiking neurons, a_before. */
static void membrane(const struct lif *lif, size_t size, real *restrict z, const real *restrict z_before,
                     const real *restrict a_before)
{
    const real leak = lif->leak, theta = lif->threshold;
    if (!a_before || lif->reset == RESET_NONE)
        for (size_t i = 0; i < size; i++) z[i] += leak * z_before[i];
    else if (lif->reset == RESET_SOFT)
        for (size_t i = 0; i < size; i++) z[i] += leak * z_before[i] - theta * a_before[i];
    else
        for (size_t i = 0; i < size; i++) z[i] += leak * z_before[i] * (1 - a_before[i]);
}

void lif_step(const struct lif *lif, size_t size, real *z, const real *z_before, const real *a_before,
              real *a, const struct surrogate *smooth, real slope)
{
    const real theta = lif->threshold;
    if (z_before) membrane(lif, size, z, z_before, a ? a_before : NULL);
    if (!a) return;
    if (smooth)
        for (size_t i = 0; i < size; i++) a[i] = smooth->integral(z[i] - theta, slope);
    else
        for (size_t i = 0; i < size; i++) a[i] = z[i] > theta ? R(1.0) : R(0.0);
}

void lif_simulate(const struct lif *lif, size_t n, size_t T, size_t C, real *z, real *a,
                  const struct surrogate *smooth, real slope, real *z0, real *a0)
{
    const size_t step = n * C;
    for (size_t t = 0; t < T; t++) {
        const size_t at = t * step;
        lif_step(lif, step, z + at, t > 0 ? z + at - step : z0, a && t > 0 ? a + at - step : a0,
                 a ? a + at : NULL, smooth, slope);
    }
    if (z0 && T > 0) memcpy(z0, z + (T - 1) * step, step * sizeof *z);
    if (a0 && a && T > 0) memcpy(a0, a + (T - 1) * step, step * sizeof *a);
}
