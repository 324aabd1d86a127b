/* Continuous time: first spikes of integrate-and-fire neurons with exponential synaptic currents, event by
 * event, and the exact gradient of their times. */
#ifndef SPIKEBENCH_BASELINES_SPIKE_TIME_H
#define SPIKEBENCH_BASELINES_SPIKE_TIME_H

#include "network/net.h"

/* Times are in synaptic time constants. */
struct spike_time_options {
    double span;     /* step t of T of the input lists is at span t / (T - 1) */
    double deadline; /* spikes after it do not count: the neuron is silent, its time is the deadline */
    double tau;      /* of the loss: scores are -t / tau */
};

/* One layer's part in the simulation of one sample. Events are what arrives at the layer, in order of time.
 */
struct spike_layer {
    size_t n_events;
    size_t *input; /* [n_events]: which input (layer below) an event comes from */
    double *value; /* its count; 1 for a spike of a hidden layer */
    double *z;     /* exp(time) */
    /* Per neuron: */
    double *A, *B;  /* sum of w v and of w v z over the events so far; once it fired: over its causal ones */
    size_t *causal; /* events before its spike; 0: silent */
    double *time;   /* of its spike, or the deadline */
    double *dtime;  /* d loss / d time */
};

struct spike_time {
    struct spike_time_options o;
    double threshold;
    struct spike_layer layer[NET_MAX_LAYERS + 1]; /* 1 .. L */
};

/* Allocates in the arena. events_max: the most list entries of any sample. ST_MEMORY. */
status spike_time_create(struct spike_time *s, const struct spike_time_options *o, const struct net *net,
                         size_t events_max, struct mem *m, struct error *e);

/* Simulates sample i of the batch; the times of layer l are then in s->layer[l].time. Between two events
 *   V(t) = sum_i w_i v_i (1 - exp(-(t - t_i))) = A - B / z,  z = exp(t),
 * is monotone, so the first spike is at z = B / (A - threshold), if A > threshold and no event comes before.
 * Every neuron fires at most once. net->W holds the weights; leak and reset play no part. */
void spike_time_simulate(struct spike_time *s, const struct net *net, const struct batch *b, size_t i);

/* scores[k] = -time_k / tau of the last layer. */
void spike_time_scores(const struct spike_time *s, const struct net *net, real *scores);

/* Cross-entropy of the scores of the sample that was simulated last, with label y; adds d loss / d W_l to
 * gradient[l] (n_l x n_{l-1}, double). By the implicit function theorem, with V(t_k) = threshold:
 *   d t_k / d w_i = -(dV/dw_i) / (dV/dt) = -v_i (1 - z_i / z_k) / (A - threshold)
 *   d t_k / d t_i = -(dV/dt_i) / (dV/dt) =  w_i v_i (z_i / z_k) / (A - threshold)
 * for the events i before t_k, 0 for the others and for silent neurons. */
double spike_time_gradient(struct spike_time *s, const struct net *net, int label, double *const *gradient);

/* Accumulate operations of the sample that was simulated last: events times neurons reached. */
double spike_time_synops(const struct spike_time *s, const struct net *net);
/* Multiply-accumulates of its gradient: for each neuron and event before its spike one for the weight and,
 * above layer 1, one for the event's time. */
double spike_time_gradient_macs(const struct spike_time *s, const struct net *net);

#endif
