/* The network's shape, memory and options. */
#include "network/net.h"
#include <string.h>

const char *const readout_names[] = {"last", "mean", NULL};
const char *const start_names[] = {"rate", "kaiming", "published", NULL};

#define OPTION(field, type, value, lo, hi, flags, choices, unit, help)                                       \
    {                                                                                                        \
#field, type, offsetof(struct net_options, field), value, lo, hi, flags, choices, unit, help         \
    }

static const struct option net_option_list[] = {
    OPTION(hidden, OPT_INTS, "100", 1, 1e6, 0, NULL, "neurons", "widths of the hidden layers"),
    OPTION(leak, OPT_REAL, "0.9", 0, 1, OPT_OPEN_LO, NULL, "",
           "membrane leak: what remains of z after a step"),
    OPTION(threshold, OPT_REAL, "1", 0, 1e6, OPT_OPEN_LO, NULL, "membrane units",
           "spike where z > threshold"),
    OPTION(reset, OPT_CHOICE, "soft", 0, 0, 0, reset_names, "",
           "after a spike: subtract the threshold, set z to zero, or leave it"),
    OPTION(readout, OPT_CHOICE, "last", 0, 0, 0, readout_names, "",
           "scores: the readout at the last step or its mean"),
    OPTION(loss, OPT_CHOICE, "squared", 0, 0, 0, loss_names, "", "loss that is trained and reported"),
    OPTION(start, OPT_CHOICE, "rate", 0, 0, 0, start_names, "",
           "initial weights: Gaussian rows scaled to a firing rate, Kaiming uniform, or published (zero "
           "weights; ADMM's z and "
           "a uniform)"),
    OPTION(start_rate, OPT_REAL, "0.15", 0, 1, OPT_OPEN_LO | OPT_OPEN_HI, NULL, "spikes/step",
           "mean firing rate that start = rate scales each hidden layer to"),
    OPTION(start_noise, OPT_REAL, "0", 0, 1, 0, NULL, "",
           "relative change of every starting weight (times a standard normal number), to see how it grows"),
};
const struct option_table net_option_table = {
    .spans = {{net_option_list, sizeof net_option_list / sizeof *net_option_list}},
    .size = sizeof(struct net_options)};

status net_create(struct net *net, const struct net_options *o, size_t n_inputs, size_t n_outputs,
                  struct mem *m, struct error *e)
{
    memset(net, 0, sizeof *net);
    if (n_inputs == 0 || n_outputs == 0 || o->hidden.n == 0)
        return FAIL(e, ST_CONFIG, "a network needs inputs, at least one hidden layer and outputs");
    net->L = o->hidden.n + 1;
    net->n[0] = n_inputs;
    for (size_t l = 1; l < net->L; l++) {
        if (o->hidden.v[l - 1] < 1) return FAIL(e, ST_CONFIG, "hidden layer %zu has no neurons", l);
        net->n[l] = (size_t)o->hidden.v[l - 1];
    }
    net->n[net->L] = n_outputs;
    net->lif = (struct lif){(real)o->leak, (real)o->threshold, (enum reset)o->reset};
    net->readout = (enum readout)o->readout;
    net->loss = (enum loss)o->loss;
    for (size_t l = 1; l <= net->L; l++) {
        if (net->n[l] > SIZE_MAX / net->n[l - 1]) return FAIL(e, ST_MEMORY, "layer %zu is too large", l);
        net->W[l] = mem_reals(m, net->n[l] * net->n[l - 1], e);
        if (!net->W[l]) return ST_MEMORY;
    }
    return ST_OK;
}

size_t net_widest(const struct net *net, size_t first, size_t last)
{
    size_t widest = 0;
    for (size_t l = first; l <= last; l++) widest = net->n[l] > widest ? net->n[l] : widest;
    return widest;
}

size_t net_largest_weights(const struct net *net)
{
    size_t n = 0;
    for (size_t l = 1; l <= net->L; l++) n = net->n[l] * net->n[l - 1] > n ? net->n[l] * net->n[l - 1] : n;
    return n;
}

size_t net_parameters(const struct net *net)
{
    size_t sum = 0;
    for (size_t l = 1; l <= net->L; l++) sum += net->n[l] * net->n[l - 1];
    return sum;
}

bool net_finite(const struct net *net)
{
    for (size_t l = 1; l <= net->L; l++)
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++)
            if (!isfinite(net->W[l][i])) return false;
    return true;
}

void net_copy_weights(struct net *to, const struct net *from)
{
    for (size_t l = 1; l <= to->L; l++) memcpy(to->W[l], from->W[l], to->n[l] * to->n[l - 1] * sizeof(real));
}
