/* The potentials of a hidden unit for all time steps at once, one path = one (unit, sample):
 *
 *   minimise over z_1..z_T   rho/2 sum_t (z_t - delta z_{t-1} - g_t)^2
 *                          + sigma/2 sum_t (a_t - H(z_t - theta))^2
 *
 * with z_0 = 0 and every z_t either off, z_t <= theta, or on, z_t >= theta + eps (the on side is an open
 * set: eps closes it).
 *
 * Let y = z - z0 with z0_t = delta z0_{t-1} + g_t, the free simulation. The first sum becomes sum_t r_t^2,
 * r_t = y_t - delta y_{t-1}, and the bounds of step t become off_t = theta - z0_t, on_t = off_t + eps. If y
 * sits on a bound at the steps s < t but at none between, stationarity says r_i = delta r_{i+1}, so
 *
 *   y_i = delta^(i-s) y_s + r_t delta^(t-i) E_{i-s},  r_t = (y_t - delta^(t-s) y_s) / E_{t-s},
 *   E_k = sum_{j<k} delta^(2j),  and the segment costs rho r_t^2 E_{t-s} / 2;
 *
 * after the last such step r = 0. A solution is thus a list of steps at bounds, found so:
 *
 * pattern: the side of every step is given, s_t = (a_t >= 1/2), a convex problem. Dynamic programme: the
 *   slope of the value function V_t(y) is increasing and piecewise linear, each piece
 *   (y - delta^(t-s) y_s) / E_{t-s} belonging to the last step s at a bound. Bound t cuts pieces off at one
 *   end and adds its own there, so they form a double-ended queue: O(T) altogether, exact up to rounding.
 *
 * exact: the best of all 2^T patterns. Every piece of the value function (now the lower envelope over
 *   patterns) again belongs to the last step at a bound and its side, and the sides of the steps between
 *   follow from the path: a shortest path over 2T + 1 nodes. The pieces of one node are ranges of r, at most
 *   one more after each step; ranges that cannot come below the best
 *   path known (at first: the pattern's) are dropped. O(T^2) times the ranges alive, a few as a rule and T
 *   at most; the workspace holds T + 1, so nothing can overflow. */
#ifndef SPIKEBENCH_SOLVERS_PROXIMAL_JOINT_POTENTIALS_H
#define SPIKEBENCH_SOLVERS_PROXIMAL_JOINT_POTENTIALS_H

#include "support/err.h"
#include "support/mem.h"
#include "support/real.h"
#include <stddef.h>

enum joint_method { JOINT_PATTERN, JOINT_EXACT };

struct joint_potentials {
    size_t T;
    double rho, sigma, delta;         /* rho > 0, sigma >= 0, 0 <= delta <= 1 */
    double off, on;                   /* the bounds theta and theta + eps, both numbers of type real */
    double *power, *energy, *inverse; /* [T+1]: delta^k, E_k, 1 / E_k */
};

/* Allocates the tables in the arena. ST_MEMORY; ST_CONFIG if theta + eps is theta in `real`. */
status joint_potentials_create(struct joint_potentials *p, size_t T, double rho, double sigma, real delta,
                               real theta, real eps, struct mem *m, struct error *e);

/* One thread's workspace, about 60 T doubles. */
struct joint_work {
    double *tile, *path;
    size_t *index;
};
status joint_work_create(struct joint_work *w, size_t T, struct mem *m, struct error *e);

struct joint_stats {
    size_t accepted, rejected; /* paths whose cost fell; paths where the solution would have cost more */
    double change;             /* of the cost, summed over paths: <= 0 */
    double kkt;  /* largest KKT residual of any solution, before it is rounded to `real`: with q the
                    gradient over rho and P the projection on the sides that the solution has,
                    max_t |z_t - P(z_t - q_t)|, in units of the potential */
    double macs; /* multiplications of the solves: for a step of a path 1 to simulate, 3 for the path, 2 for
                    the slope of the new piece, 3 for each knot that it is compared with; exact, besides: for
                    each step that a node reaches 9 for its bounds and 5 for each range, and 3 for the path.
                    Costs, penalties and residuals, which are elementwise, are left out */
};

/* Solves `width` paths. g, a, z: T rows of `width` (element t*width + i; a chunk's block of n x T*C has width
 * n C). z in: the present potentials; out: the solution for paths where it costs less than the present ones,
 * both costs counted after rounding to `real`. cost: NULL or width, the cost of what z then holds. *stats is
 * added to (kkt: the maximum). */
void joint_potentials_update(const struct joint_potentials *p, enum joint_method method, size_t width,
                             const real *g, const real *a, real *z, double *cost, struct joint_work *w,
                             struct joint_stats *stats);

#endif
