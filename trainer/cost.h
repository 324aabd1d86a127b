/* What matrix products and solves take: the one place of these formulas, but for
 * spike_time_gradient_macs and joint_stats, which count events and paths as they went. Each adds FLOPs,
 * leading order, to *c; half of the sum is what a step reports as dense_macs. */
#ifndef SPIKEBENCH_TRAINER_COST_H
#define SPIKEBENCH_TRAINER_COST_H

#include "network/net.h"

/* Floating-point operations of dense products and solves, and of products with the lists of layer 1. */
struct step_cost {
    double flops, sparse_flops;
};

/* Multiply-accumulates: two FLOPs are one. */
double cost_macs(const struct step_cost *c);

/* A product of layer l's size, n = n_l, m = n_{l-1}, over `columns` (samples x steps): W_l x, W_l' y or the
 * sum of y x'. 2 n m columns; in layer 1, x being the input lists, 2 n for each of their entries, whether
 * they are gone through or written out for BLAS. */
void cost_product(struct step_cost *c, const struct net *net, size_t l, double columns, double entries);
/* A product with R_l (R_l a, R_l' y or the sum of y a') over `columns`: 2 n_l^2 columns; the first step,
 * which has nothing before it, is counted as the others are. */
void cost_recurrent(struct step_cost *c, const struct net *net, size_t l, double columns);
/* A simulation: W_l x of all layers, and R_l a where there is one. */
void cost_simulation(struct step_cost *c, const struct net *net, double columns, double entries);
/* A Gram matrix x x' of order m over `columns`, one triangle: m^2 columns. */
void cost_gram(struct step_cost *c, double m, double columns);
/* The Gram matrix of the input lists, squares = spikes_squares: so many FLOPs. */
void cost_input_gram(struct step_cost *c, double squares);
/* A Cholesky factor of order m: m^3 / 3. */
void cost_factor(struct step_cost *c, double m);
/* A product of a symmetric matrix of order m with `columns` vectors, or two triangular solves: 2 m^2 columns.
 */
void cost_solve(struct step_cost *c, double m, double columns);

#endif
