/* The branch step of admm_resync: which membrane potentials move, where to, and what that asks of the layer
 * below. Everything here works on plain arrays. */
#ifndef SPIKEBENCH_SOLVERS_RESYNC_RESYNC_BRANCH_H
#define SPIKEBENCH_SOLVERS_RESYNC_RESYNC_BRANCH_H

#include "support/real.h"
#include <stdbool.h>
#include <stddef.h>

struct branch_rule {
    real theta;  /* threshold, membrane units */
    real rho;    /* penalty of a displacement, > 0 */
    bool margin; /* aim at a distance beyond the threshold instead of at the threshold itself */
};

/* Displacement r of a membrane potential z whose spike is worth p (the first-order fall of the cost of
 * everything above when the spike is on instead of off). With reach m = sqrt(2 |p| / rho):
 *
 *   margin off: r = argmin_r rho/2 r^2 - p H(z + r - theta): theta - z if the potential is on the wrong side
 *               and nearer than m, else 0 (comparison of the two branches, docs/method.md, section 5)
 *   margin on:  r = theta + sign(p) m - z if |theta - z| < m, else 0: onto the half-line that lies m beyond
 *               the threshold on the side that p wants */
static inline real branch_displacement(const struct branch_rule *rule, real z, real p)
{
    real reach = sqrt(2 * fabs(p) / rule->rho), d = rule->theta - z;
    if (!(fabs(d) < reach)) return 0;
    if (rule->margin) return d + (p > 0 ? reach : -reach);
    bool on = d<0, wanted = p> 0; /* the spike is on where z > theta, strictly */
    return on == wanted ? 0 : d;
}

/* Replaces gains by displacements for `step` entries per time step over T steps (layout of network/spikes.h):
 * p in: gains, out: r_t = branch_displacement(z_t, p_t) + carry r_{t+1}; with carry = leak the displacement
 * asked for at t+1 is credited to t as well (the adjoint of the leak), with carry = 0 it is not. Then every
 * entry is multiplied by rule->rho, which makes it the pull rho r on the layer's input. Returns the number of
 * entries that moved by themselves.
 * y: NULL, or T x step, in: the potentials y0 at which the branch step is taken instead of z
 * (resync_kept.h), out: y = y0 + branch_displacement(y0, p); the displacement of the weights' target is
 * then y - z. */
size_t branch_pull(const struct branch_rule *rule, size_t T, size_t step, const real *z, real *y, real carry,
                   real *p);

/* One step of it: next: NULL at the last step, or what this function left in p for the step after it. */
size_t branch_step(const struct branch_rule *rule, size_t step, const real *z, real *y, real carry,
                   const real *next, real *p);

/* Pull of the output layer, in place of a proximal step of the loss on z_{L,T} spread over time along the
 * path of least input: with E = sum_t leak^(2(T-t)) and target z*, nu = (z* - c) / E, the pull is
 * P_t = rho leak^(T-t) nu. nu: `step` numbers; pull: T x step, out. Since W' P_t = rho leak^(T-t) W' nu, the
 * gains of the layer below are the same function of W' nu. */
void output_pull(size_t T, size_t step, real rho, real leak, const real *nu, real *pull);

#endif
