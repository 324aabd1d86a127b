/* See plain_resync.h. */
#include "tests/plain_resync.h"
#include <math.h>
#include <string.h>

/* z, y0 in y, and the spikes that the layer above sees. */
static void forward(struct plain_resync *p, size_t s, double keep)
{
    const double leak = p->set.leak, theta = p->set.theta;
    for (size_t t = 0; t < RESYNC_T; t++)
        for (size_t l = 1; l <= p->L; l++)
            for (size_t i = 0; i < p->n[l]; i++) {
                double z = 0, *y = &p->y[l][t][s][i];
                for (size_t j = 0; j < p->n[l - 1]; j++) z += p->W[l][i][j] * p->a[l - 1][t][s][j];
                if (t > 0) z += leak * p->z[l][t - 1][s][i];
                if (t > 0 && l < p->L && p->z[l][t - 1][s][i] > theta) z -= theta;
                *y = z + keep * (*y - z);
                p->z[l][t][s][i] = z;
                p->a[l][t][s][i] = p->set.auxiliary ? *y > theta : z > theta;
                p->differ[l] += (*y > theta) != (z > theta);
            }
}

void plain_resync_start(struct plain_resync *p)
{
    memset(p->velocity, 0, sizeof p->velocity);
    memset(p->lbar, 0, sizeof p->lbar);
    for (size_t s = 0; s < RESYNC_N; s++) forward(p, s, 0);
}

/* P_{L,t} = rho leak^(T-t) nu, nu = (z* - c) / E. */
static void pull_of_readout(struct plain_resync *p, size_t s)
{
    const size_t L = p->L, K = p->n[L];
    const double rho = p->set.rho;
    double E = 0, c[PLAIN_WIDTH], best[PLAIN_WIDTH];
    for (size_t t = 0; t < RESYNC_T; t++) E += pow(p->set.leak, 2 * (double)t);
    const double w = rho / E;
    for (size_t k = 0; k < K; k++) {
        c[k] = p->z[L][RESYNC_T - 1][s][k];
        if (p->set.multiplier) c[k] -= E / rho * p->lbar[s][k];
        best[k] = (2 * (p->label[s] == (int)k) + w * c[k]) / (2 + w);
    }
    if (p->set.cross_entropy) plain_cross_entropy(K, c, p->label[s], w, best);
    for (size_t k = 0; k < K; k++) {
        const double nu = (best[k] - c[k]) / E;
        for (size_t t = 0; t < RESYNC_T; t++)
            p->pull[L][t][s][k] = rho * pow(p->set.leak, (double)(RESYNC_T - 1 - t)) * nu;
        p->lbar[s][k] = rho * nu;
    }
}

/* What the spike of unit i is worth when it is on instead of off. */
static double gain(const struct plain_resync *p, size_t l, size_t t, size_t s, size_t i)
{
    double first = 0, squares = 0;
    for (size_t k = 0; k < p->n[l + 1]; k++) {
        first += p->W[l + 1][k][i] * p->pull[l + 1][t][s][k];
        squares += p->W[l + 1][k][i] * p->W[l + 1][k][i];
    }
    const double flip = (l + 1 == p->L ? p->set.rho : p->penalty[l + 1]) / 2 * squares;
    if (!p->set.single_flip) return first;
    return p->a[l][t][s][i] > 0 ? first + flip : first - flip;
}

/* Where the branch step sends a potential whose spike is worth `gain`. */
static double branch(const struct plain_resync *p, double penalty, double gain, double y)
{
    const double theta = p->set.theta, reach = sqrt(2 * fabs(gain) / penalty);
    if (fabs(theta - y) >= reach) return y;
    if (p->set.margin) return gain > 0 ? theta + reach : theta - reach;
    return (y > theta) == (gain > 0) ? y : theta;
}

/* The pulls of a hidden layer from those of the layer above. */
static void pull_of_hidden(struct plain_resync *p, size_t l, const size_t *samples, size_t count)
{
    double squares = 0;
    for (size_t k = 0; k < count; k++)
        for (size_t t = 0; t < RESYNC_T; t++)
            for (size_t i = 0; i < p->n[l]; i++) squares += pow(gain(p, l, t, samples[k], i), 2);
    const double rms = sqrt(squares / (double)(count * RESYNC_T * p->n[l]));
    double penalty = p->set.rho_hidden > 0 ? p->set.rho_hidden : 2 * rms / (p->set.win * p->set.win);
    if (rms > 0)
        p->penalty[l] = penalty;
    else
        penalty = 0; /* without any gain the layer is left alone */
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < p->n[l]; i++) {
            const size_t s = samples[k];
            double credit = 0;
            for (size_t t = RESYNC_T; t-- > 0;) {
                double *y = &p->y[l][t][s][i], before = *y;
                if (rms > 0) *y = branch(p, penalty, gain(p, l, t, s, i), before);
                p->moved[l] += *y != before;
                credit = (p->set.time_credit ? p->set.leak * credit : 0) + *y - p->z[l][t][s][i];
                p->pull[l][t][s][i] = penalty * credit;
            }
        }
}

/* dW (row i) from D and G: the ridge regression, or D. */
static void direction(const struct plain_resync *p, size_t m, const double *D, double G[][PLAIN_WIDTH],
                      double *to)
{
    long double A[PLAIN_WIDTH][PLAIN_WIDTH];
    double trace = 0;
    if (!p->set.precondition) {
        memcpy(to, D, m * sizeof *to);
        return;
    }
    for (size_t j = 0; j < m; j++) trace += G[j][j];
    for (size_t j = 0; j < m; j++)
        for (size_t k = 0; k < m; k++) A[j][k] = G[j][k] + (j == k ? p->set.kappa * trace / (double)m : 0);
    plain_solve(m, A, D, to);
}

/* The first layer's G, and the inputs by which its step is measured, are those of all training samples. */
static void move_weights(struct plain_resync *p, size_t l, const size_t *samples, size_t count, double tau)
{
    static const size_t everyone[RESYNC_N] = {0, 1, 2, 3, 4};
    const size_t n = p->n[l], m = p->n[l - 1], seen = l == 1 ? RESYNC_N : count;
    const size_t *who = l == 1 ? everyone : samples;
    double G[PLAIN_WIDTH][PLAIN_WIDTH] = {{0}}, squares = 0, dW[PLAIN_WIDTH][PLAIN_WIDTH], any = 0;
    for (size_t k = 0; k < seen; k++)
        for (size_t t = 0; t < RESYNC_T; t++)
            for (size_t j = 0; j < m; j++)
                for (size_t q = 0; q < m; q++)
                    G[j][q] += p->a[l - 1][t][who[k]][j] * p->a[l - 1][t][who[k]][q];
    for (size_t i = 0; i < n; i++) {
        double D[PLAIN_WIDTH] = {0};
        for (size_t k = 0; k < count; k++)
            for (size_t t = 0; t < RESYNC_T; t++)
                for (size_t j = 0; j < m; j++)
                    D[j] += p->pull[l][t][samples[k]][i] * p->a[l - 1][t][samples[k]][j];
        for (size_t j = 0; j < m; j++) any += fabs(D[j]);
        direction(p, m, D, G, dW[i]);
        for (size_t k = 0; k < seen; k++)
            for (size_t t = 0; t < RESYNC_T; t++) {
                double v = 0;
                for (size_t j = 0; j < m; j++) v += dW[i][j] * p->a[l - 1][t][who[k]][j];
                squares += v * v;
            }
    }
    if (any == 0) {
        p->idle[l]++;
        return;
    }
    const double scale = tau / sqrt(squares / (double)(seen * RESYNC_T * n));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) {
            p->velocity[l][i][j] = p->set.momentum * p->velocity[l][i][j] + scale * dW[i][j];
            p->W[l][i][j] += p->velocity[l][i][j];
        }
}

void plain_resync_sweep(struct plain_resync *p, const size_t *samples, size_t count, double tau)
{
    for (size_t k = 0; k < count; k++) {
        forward(p, samples[k], p->set.keep);
        pull_of_readout(p, samples[k]);
    }
    for (size_t l = p->L - 1; l >= 1; l--) pull_of_hidden(p, l, samples, count);
    for (size_t l = 1; l <= p->L; l++) move_weights(p, l, samples, count, tau);
}
