/* See cost.h. */
#include "trainer/cost.h"

double cost_macs(const struct step_cost *c)
{
    return (c->flops + c->sparse_flops) / 2;
}

void cost_product(struct step_cost *c, const struct net *net, size_t l, double columns, double entries)
{
    double n = (double)net->n[l], m = (double)net->n[l - 1];
    if (l == 1)
        c->sparse_flops += 2 * n * entries;
    else
        c->flops += 2 * n * m * columns;
}

void cost_recurrent(struct step_cost *c, const struct net *net, size_t l, double columns)
{
    c->flops += 2 * (double)net->n[l] * (double)net->n[l] * columns;
}

void cost_simulation(struct step_cost *c, const struct net *net, double columns, double entries)
{
    for (size_t l = 1; l <= net->L; l++) {
        cost_product(c, net, l, columns, entries);
        if (net_recurrent(net, l)) cost_recurrent(c, net, l, columns);
    }
}

void cost_gram(struct step_cost *c, double m, double columns)
{
    c->flops += m * m * columns;
}

void cost_input_gram(struct step_cost *c, double squares)
{
    c->sparse_flops += squares;
}

void cost_factor(struct step_cost *c, double m)
{
    c->flops += m * m * m / 3;
}

void cost_solve(struct step_cost *c, double m, double columns)
{
    c->flops += 2 * m * m * columns;
}
