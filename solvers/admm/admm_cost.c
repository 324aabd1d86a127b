/* See admm_cost.h. */
#include "solvers/admm/admm_cost.h"

/* What is made of a new Gram matrix of order m: a factor, eigenvectors (about 9 m^3), or a power iteration.
 */
static void add_system(struct step_cost *c, bool linear, bool pinv, double m, double powers)
{
    if (linear)
        cost_solve(c, m, powers);
    else if (pinv)
        c->flops += 9 * m * m * m;
    else
        cost_factor(c, m);
}

void admm_cost_weights(struct step_cost *c, const struct admm_settings *set, const struct net *net, size_t l,
                       double columns, double entries, double powers)
{
    double n = (double)net->n[l], m = (double)net->n[l - 1];
    bool linear = admm_is_linear(set, net, l), pinv = set->weights == WEIGHTS_PINV && !linear;
    cost_product(c, net, l, columns, entries);
    if (l > 1) {
        cost_gram(c, m, columns);
        add_system(c, linear, pinv, m, powers);
    }
    /* a linearised step multiplies by G; pinv: Q f(Lambda) Q' */
    double solves = linear ? (double)(set->inner > 1 ? set->inner : 1) : pinv ? 2 : 1;
    cost_solve(c, m, n * solves);
}

void admm_cost_first_system(struct step_cost *c, const struct admm_settings *set, const struct net *net,
                            double squares, double powers)
{
    cost_input_gram(c, squares);
    add_system(c, admm_is_linear(set, net, 1), set->weights == WEIGHTS_PINV, (double)net->n[0], powers);
}

void admm_cost_spikes(struct step_cost *c, const struct admm *s, size_t l, double columns, double products)
{
    const struct spike_system *sys = &s->spike[l][0];
    double order = (double)(sys->woodbury ? sys->rows : sys->n);
    for (int system = 0; system < 2; system++) {
        cost_gram(c, order, (double)(sys->woodbury ? sys->n : sys->rows));
        if (!sys->linear) cost_factor(c, order);
    }
    if (sys->linear) cost_solve(c, order, (double)(sys->powers + s->spike[l][1].powers));
    cost_product(c, s->net, l + 1, columns + 2 * products, 0);
    if (!sys->linear && s->set.box != BOX_EXACT) cost_solve(c, order, columns);
}
