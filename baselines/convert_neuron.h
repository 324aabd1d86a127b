/* The spiking neurons that `convert` puts in place of the activations of a trained network. Inputs are
 * injected exactly: every step carries the analogue input. Each layer has a scale A > 0 (convert.c: from
 * training data). y_l is what the layer above has received of a neuron's spikes, f the activation.
 *
 * signgd (Oh, Lee 2024): y follows f(x) by the sign of its error, one spike meaning "down":
 *   x_t = W y_{below, t},  s_t = [y_{t-1} >= f(x_t)],  y_t = y_{t-1} + A eta_t (1 - 2 s_t),  y_0 = 0,
 *   eta_t = first decay^(t-1), or first / t. A receiver gains W A eta_t from the clock and loses twice that
 *   for a spike; here it is worked out from y_t, which is the same. The geometric schedule reaches
 *   A first / (1 - decay) at most.
 * rate: integrate and fire with a soft reset and the threshold A, v_0 = 0 or A/2:
 *   v_t = v_{t-1} + W A s_{below, t},  s_t = [v_t >= A],  v_t -= A s_t,  y = A / T sum_t s_t.
 *   leaky_relu: a pair of neurons, the second with -slope times the input and spikes that count negatively.
 *   It has no nonlinearity but the threshold: no GELU.
 * few_spikes (Stoeckl, Maass 2021): a layer waits for the one below, then takes K steps:
 *   s_k = [r_k >= A 2^-k],  r_{k+1} = r_k - A 2^-k s_k,  y = sum_k A 2^-k s_k,  r_1 = |f(x)|,
 *   so that |y| = |f(x)| rounded down to a multiple of A 2^-K, at most A (1 - 2^-K). Of a pair of neurons one
 *   carries the positive values, the other the negative ones that leaky_relu and GELU have. The source fits
 *   thresholds, resets and weights of one GELU neuron; here its value is coded by the pair. */
#ifndef SPIKEBENCH_BASELINES_CONVERT_NEURON_H
#define SPIKEBENCH_BASELINES_CONVERT_NEURON_H

#include "baselines/convert_ann.h"

enum converted { CONVERT_SIGNGD, CONVERT_RATE, CONVERT_FEW_SPIKES, CONVERT_ANALOGUE };
extern const char *const converted_names[]; /* "signgd", "rate", "few_spikes", "analogue", NULL */

struct conversion {
    enum converted neuron;
    struct activation_function f;
    size_t steps;           /* T, or K */
    double first, decay;    /* signgd; decay 0: first / t */
    bool half;              /* rate: v_0 = A/2 */
    real A[NET_MAX_LAYERS]; /* l = 1 .. L-1 */
};

/* A simulation of at most C_max samples. */
struct converted_net {
    struct ann ann;                    /* inputs, x_l, scores; h[l]: y_l */
    real *v[2][NET_MAX_LAYERS + 1];    /* rate: potentials of the pair, n_l x C */
    real *sum[NET_MAX_LAYERS + 1];     /* rate: spikes of all steps times +-A, n_l x C */
    double spikes[NET_MAX_LAYERS + 1]; /* out: of layer l, sum over the samples */
};
/* Arrays for at most C_max samples, owned by the arena. ST_MEMORY. */
status converted_create(struct converted_net *n, const struct net *net, size_t C_max, struct mem *m,
                        struct error *e);
/* Simulates samples first .. first+C-1 of the batch: ann.h[L] has the scores, ann.h[l] what layer l says. */
void converted_simulate(struct converted_net *n, const struct net *net, const struct conversion *c,
                        const struct batch *b, size_t first, size_t C);

#endif
