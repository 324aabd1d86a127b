/* Auxiliary potentials that admm_resync keeps between iterations (option keep > 0; docs/method.md, section
 * 5).
 *
 * Problem of a hidden layer (per sample and step; z(W): the simulated potential, p: the gain of the spike, y:
 * the auxiliary potential, y_old: that of the last iteration):
 *
 *   y = argmin rho/2 [(1 - keep) (y - z(W))^2 + keep (y - y_old)^2] - p H(y - theta)      z-step
 *   W = argmin rho/2 sum (y - z(W))^2                                                     W-step, one step
 *
 * The z-step is a penalty on the dynamics y = z(W) and a proximal term that holds on to the last iteration.
 * Completing the square leaves one parabola about the centre
 *
 *   y0 = z(W) + keep (y_old - z(W))
 *
 * so that with margin = false its minimiser is the branch rule of resync_branch.h taken at y0; with margin =
 * true, the default, the displacement is no minimiser: it aims beyond the threshold. The W-step is pulled by
 * all that the weights have not yet explained, rho (y - z(W)), credited back in time through the leak. keep =
 * 0 restarts from the simulation; with keep = 1 y moves by its own flips alone and is never set back. If no
 * spike of a layer has any gain (rms 0), its z-step and those of the layers below are left out: nothing is
 * recalled for them or stored.
 *
 * Layout: y[l] holds training sample after training sample a block of n_l x T, so that mini-batches find
 * theirs. */
#ifndef SPIKEBENCH_SOLVERS_RESYNC_RESYNC_KEPT_H
#define SPIKEBENCH_SOLVERS_RESYNC_RESYNC_KEPT_H

#include "network/net.h"

struct resync_kept {
    real keep; /* in [0, 1]; 0: nothing is kept or allocated */
    size_t T;
    real *y[NET_MAX_LAYERS + 1]; /* hidden layers: n_l x T x N */
    real **centre;               /* [threads]: widest hidden layer x T*C, of the chunk that is worked on */
};

/* Allocates for N training samples and chunks of at most C samples, from the arena. ST_MEMORY. */
status kept_create(struct resync_kept *k, double keep, const struct net *net, size_t T, size_t N, size_t C,
                   size_t threads, struct mem *m, struct error *e);

/* centre[thread] (n_l x T*C) = y0 of samples first .. first+C-1 of the batch from their simulated potentials
 * z. Returns the number of entries whose spike differs between y0 and z. */
size_t kept_recall(const struct resync_kept *k, const struct net *net, size_t l, const struct batch *b,
                   size_t first, size_t C, const real *z, size_t thread);
/* Keeps y (n_l x T*C) of the same samples for the next iteration. */
void kept_store(const struct resync_kept *k, const struct net *net, size_t l, const struct batch *b,
                size_t first, size_t C, const real *y);
/* Simulates the samples like net_simulate, but every hidden layer hands the spikes of y0 to the layer above:
 * tr->z as simulated from them, tr->a: the spikes of y0. A neuron is reset by its own simulated spikes. */
void kept_simulate(const struct resync_kept *k, const struct net *net, const struct batch *b, size_t first,
                   size_t C, struct trace *tr, size_t thread);
/* What a TRACE_ALL of C samples holds of hidden layers, as a TRACE_GRADIENT. */
void kept_trace(const struct net *net, const struct trace *all, size_t C, struct trace *tr);

#endif
