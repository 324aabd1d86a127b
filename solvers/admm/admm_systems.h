/* The linear systems of the ADMM family: a least-squares problem per layer for the weights, and a symmetric
 * positive definite matrix per hidden layer for the spikes (docs/method.md, section 3). */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_SYSTEMS_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_SYSTEMS_H

#include "network/net.h"
#include "support/linsolve.h"

/* W (G + shift I) = D + shift W_old (proximal) or D. */
struct weight_system {
    real *gram;       /* n_{l-1} x n_{l-1}, lower triangle: sum a a' */
    real *received;   /* room for another, of layer 1 with several ranks (input_gram); else NULL */
    struct chol chol; /* ridge and proximal */
    struct pinv pinv;
    double shift;
    double lipschitz; /* linearised: bound of the Gram matrix's largest eigenvalue (largest_eigenvalue) */
    real *power;      /* 2 n_{l-1}: workspace of the power iteration */
    size_t powers;    /* products that the last one took */
    bool fixed;       /* layer 1: the Gram matrix is that of the data, factored once */
};

/* M = rho W'W + s I of order n, W = W_{l+1} (rows x n). Where W has few rows it is solved with through
 * Woodbury's identity M^-1 = (I - W' (s/rho I + W W')^-1 W) / s. */
struct spike_system {
    size_t rows, n;
    const real *W; /* as it was factored; borrowed */
    double rho, s;
    bool woodbury, linear;
    struct chol chol; /* linear: only the matrix W'W or W W' of the power iteration */
    double lipschitz; /* an upper bound of M's largest eigenvalue */
    size_t powers;    /* linear: products that the power iteration took */
};

/* Whether the spikes of hidden layer l are solved for by Woodbury's identity: where W_{l+1} has few rows. */
bool spike_use_woodbury(const struct net *net, size_t l);
/* Allocates. ST_MEMORY. */
status spike_system_create(struct spike_system *sys, size_t rows, size_t n, bool woodbury, bool linear,
                           struct mem *m, struct error *e);
/* Makes and factors the matrix; linear: only the bound of its eigenvalues. ST_NUMERIC. */
status spike_system_factor(struct spike_system *sys, const real *W, double rho, double s, struct error *e);
/* x = M^-1 b for m columns; small: rows x m. b may be x. */
void spike_solve(const struct spike_system *sys, size_t m, const real *b, real *x, real *small);
/* g (n x m) = M x. */
void spike_product(const struct spike_system *sys, size_t m, const real *x, real *g, real *small);
/* x'Mx/2 - b'x, summed over m columns. g: n x m. */
double spike_objective(const struct spike_system *sys, size_t m, const real *b, const real *x, real *g,
                       real *small);

#endif
