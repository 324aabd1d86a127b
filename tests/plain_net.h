/* A network in plain loops over samples, steps and neurons: what rules that go forwards in time are compared
 * with. It shares the surrogates and the losses with the program, and nothing else. */
#ifndef SPIKEBENCH_TESTS_PLAIN_NET_H
#define SPIKEBENCH_TESTS_PLAIN_NET_H

#include "network/net.h"

enum { PLAIN_LAYERS = 5, PLAIN_STEPS = 8, PLAIN_WIDTH = 12 };

struct plain_net {
    const struct net *net;
    size_t T;
    double z[PLAIN_LAYERS][PLAIN_STEPS][PLAIN_WIDTH]; /* potentials of layer l at step t */
    double a[PLAIN_LAYERS][PLAIN_STEPS][PLAIN_WIDTH]; /* spikes; of layer 0 the inputs */
    double psi[PLAIN_LAYERS][PLAIN_STEPS][PLAIN_WIDTH];
    double i[PLAIN_LAYERS][PLAIN_STEPS][PLAIN_WIDTH]; /* currents */
    /* What d z / d w of a weight from here is, were the potential's own past all: the spikes (of layer l for
     * W_{l+1}; recurrent: of the step before, for R_l) through the synapse and the leak of the layer that the
     * weight feeds. */
    double trace[PLAIN_LAYERS][PLAIN_STEPS][PLAIN_WIDTH], own_trace[PLAIN_LAYERS][PLAIN_STEPS][PLAIN_WIDTH];
};

/* Simulates one sample of the batch. smooth: the surrogate's integral in place of the spike. */
void plain_simulate(struct plain_net *p, const struct net *net, const struct batch *b, size_t sample,
                    const struct surrogate *surrogate, double slope, bool smooth);
double plain_weight(const struct net *net, size_t l, size_t j, size_t i);
/* The loss of scores, and its derivative; label of the sample. */
double plain_loss(const struct net *net, const double *scores, int label, double *derivative);

#endif
