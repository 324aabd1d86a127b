/* The columns of plain_admm.h. */
#include "tests/plain_admm.h"
#include <math.h>
#include <string.h>

static void measure_layer(const struct plain *p, const struct plain *simulated, size_t l,
                          struct plain_columns *c)
{
    const double entries = (double)(PLAIN_N * PLAIN_T * p->n[l]), theta = p->set.theta;
    double dynamics = 0, spikes = 0, on = 0, differ = 0;
    for (size_t s = 0; s < PLAIN_N; s++)
        for (size_t t = 0; t < PLAIN_T; t++)
            for (size_t i = 0; i < p->n[l]; i++) {
                const double h = p->z[l][t][s][i] > theta;
                dynamics += pow(plain_residual(p, l, t, s, i), 2);
                spikes += pow(p->a[l][t][s][i] - h, 2);
                on += h;
                differ += h != simulated->a[l][t][s][i];
            }
    c->dynamics[l] = sqrt(dynamics / entries);
    c->spikes[l] = sqrt(spikes / entries);
    c->rate[l] = on / entries;
    c->gap[l] = differ / entries;
}

static void measure_readout(const struct plain *p, struct plain_columns *c)
{
    double squares = 0, right = 0, loss = 0;
    for (size_t s = 0; s < PLAIN_N; s++) {
        const double *z = p->z[p->L][PLAIN_T - 1][s];
        size_t best = 0;
        for (size_t k = 0; k < p->n[p->L]; k++) {
            if (z[k] > z[best]) best = k;
            squares += pow(plain_residual(p, p->L, PLAIN_T - 1, s, k), 2);
        }
        right += p->label[s] == (int)best;
        loss += plain_sample_loss(p, s);
    }
    c->primal = sqrt(squares / (double)(PLAIN_N * p->n[p->L]));
    c->accuracy = right / PLAIN_N;
    c->loss = loss / PLAIN_N;
}

void plain_measure(const struct plain *p, struct plain_columns *c)
{
    struct plain simulated = *p;
    double moved = 0, all = 0;
    memset(c, 0, sizeof *c);
    plain_start(&simulated);
    for (size_t l = 1; l <= p->L; l++) {
        measure_layer(p, &simulated, l, c);
        for (size_t i = 0; i < p->n[l]; i++)
            for (size_t j = 0; j < p->n[l - 1]; j++) {
                moved += pow(p->W[l][i][j] - p->W_old[l][i][j], 2);
                all += pow(p->W[l][i][j], 2);
            }
    }
    c->change = sqrt(moved / all);
    measure_readout(p, c);
}
