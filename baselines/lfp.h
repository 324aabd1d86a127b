/* Layer-wise feedback propagation: rewards sent backwards through a block of samples. */
#ifndef SPIKEBENCH_BASELINES_LFP_H
#define SPIKEBENCH_BASELINES_LFP_H

#include "network/net.h"

enum lfp_reward { LFP_SOFTMAX, LFP_ERROR, LFP_MISCLASSIFIED };
enum lfp_carry { LFP_SIGNED, LFP_MAGNITUDE };

struct lfp_rule {
    enum lfp_reward reward;
    enum lfp_carry carry;
    real eps;
};

/* Workspaces of a thread, in the arena, for blocks of at most C_max samples. ST_MEMORY. */
struct lfp_work {
    struct trace trace;
    real *reward;       /* widest layer x T*C: reward of a layer's potentials */
    real *below;        /* widest layer x T*C: reward of the layer below */
    real *within;       /* widest layer x C: reward through recurrent weights */
    real *scores, *out; /* n_L x C: scores, rewards of the outputs */
};
status lfp_work_create(struct lfp_work *w, const struct net *net, size_t T, size_t C_max, struct mem *m,
                       struct error *e);

/* Rewards r (K) of the outputs with scores s and label y, t one-hot; what should rise has a positive one:
 *   softmax:        t_k - exp(s_k) / sum_j exp(s_j)
 *   error:          t_k - s_k
 *   misclassified:  -1 for the best other output and +1 for the label unless the label leads; else 0 */
void lfp_output_reward(enum lfp_reward kind, size_t K, const real *scores, int label, real *r);

/* One layer of n neurons x C samples backwards over T steps. z: potentials; a: spikes, NULL for the readout.
 * reward: in what each potential receives from above, n x T*C; out the same divided by the size of the
 * potential's parts (rbar), with what comes back through time:
 *   u = z_{t-1},  h = z_t + threshold a_{t-1} (the reset undone; soft reset)  = leak u + W a_{l-1,t}
 *   rbar_t = r_t / (|u| + |h - u| + eps)
 *   r_{t-1} += leak u rbar_t      (carry signed; the readout, and carry magnitude: leak |u| rbar_t)
 *   r_{t-1} += a_{t-1} R' rbar_t  with recurrent weights R (n x n; NULL: none), as of spikes below; work: n x
 * C */
void lfp_layer(const struct lif *lif, size_t n, size_t T, size_t C, const real *z, const real *a,
               const struct lfp_rule *rule, const real *R, real *work, real *reward);

/* Simulates samples first .. first+C-1, rewards the outputs, propagates, and adds to feedback[l] (n_l x
 * n_{l-1}, l = 1 .. L) the SUM over samples and steps of -rbar_{l,t} a_{l-1,t}' (and to feedback[L + l] of
 * -rbar_{l,t} a_{l,t-1}' where there is R_l): the descent direction before
 * its product with |W_l|. Returns the sum of the absolute rewards of the outputs. */
double lfp_block(struct lfp_work *w, const struct net *net, const struct batch *b, size_t first, size_t C,
                 const struct lfp_rule *rule, real *const *feedback);

/* feedback[l] times |W_l|, element by element, l = 1 .. L: the descent direction itself. */
void lfp_scale(const struct net *net, real *const *feedback);

#endif
