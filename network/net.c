/* The network's shape, memory and options. */
#include "network/net.h"
#include "support/file_kind.h"
#include <string.h>

const char *const synapse_names[] = {"delta", "current", NULL};
const char *const readout_names[] = {"last", "mean", NULL};
const char *const start_names[] = {"rate", "kaiming", "published", NULL};

#define OPTION(field, type, value, lo, hi, flags, choices, unit, help)                                       \
    {                                                                                                        \
#field, type, offsetof(struct net_options, field), value, lo, hi, flags, choices, unit, help         \
    }

static const struct option net_option_list[] = {
    OPTION(hidden, OPT_INTS, "100", 1, 1e6, 0, NULL, "neurons", "widths of the hidden layers"),
    OPTION(leak, OPT_REALS, "0.9", 0, 1, OPT_OPEN_LO, NULL, "",
           "membrane leak: what remains of z after a step; one number, or one for each layer, the readout "
           "included"),
    OPTION(threshold, OPT_REALS, "1", 0, 1e6, OPT_OPEN_LO, NULL, "membrane units",
           "spike where z > threshold; one number, or one for each hidden layer"),
    OPTION(reset, OPT_CHOICE, "soft", 0, 0, 0, reset_names, "",
           "after a spike: subtract the threshold, set z to zero, or leave it"),
    OPTION(readout, OPT_CHOICE, "last", 0, 0, 0, readout_names, "",
           "scores: the readout at the last step or its mean"),
    OPTION(loss, OPT_CHOICE, "squared", 0, 0, 0, loss_names, "", "loss that is trained and reported"),
    OPTION(start, OPT_CHOICE, "rate", 0, 0, OPT_OR_FILE, start_names, "",
           "initial weights: Gaussian rows scaled to a firing rate, Kaiming uniform, or published (zero "
           "weights; ADMM's z and a uniform); or those of a weight file NAME.net or a NIR file NAME.nir, "
           "whose SHA-256 is part of the run's identity and whose layers must have the network's sizes"),
    OPTION(start_rate, OPT_REAL, "0.15", 0, 1, OPT_OPEN_LO | OPT_OPEN_HI, NULL, "spikes/step",
           "mean firing rate that start = rate scales each hidden layer to"),
    OPTION(start_noise, OPT_REAL, "0", 0, 1, 0, NULL, "",
           "relative change of every starting weight (times a standard normal number), to see how it grows"),
    OPTION(start_dt, OPT_REAL, "0", 0, 1e6, 0, NULL, "s",
           "start = NAME.nir: the length of a step, by which its weights are scaled; 0: what the file says, "
           "else 1e-4"),
    OPTION(recurrent, OPT_BOOL, "false", 0, 0, 0, NULL, "",
           "recurrent weights within each hidden layer, from its spikes of the step before"),
    OPTION(self_connections, OPT_BOOL, "false", 0, 0, 0, NULL, "",
           "recurrent: a neuron's spike also reaches the neuron itself"),
    OPTION(recurrent_scale, OPT_REAL, "0.5", 0, 1e3, 0, NULL, "",
           "recurrent: size of the recurrent starting weights over that of the others, both per input"),
    OPTION(synapse, OPT_CHOICE, "delta", 0, 0, 0, synapse_names, "",
           "what a spike leaves in the neurons above: a charge at once, or a current that decays"),
    OPTION(synapse_decay, OPT_REAL, "0.8", 0, 1, OPT_OPEN_LO | OPT_OPEN_HI, NULL, "",
           "synapse = current: what remains of the current after a step"),
};
const struct option_table net_option_table = {
    .spans = {{net_option_list, sizeof net_option_list / sizeof *net_option_list}},
    .size = sizeof(struct net_options)};

_Static_assert(offsetof(struct net_options, start_file) == offsetof(struct net_options, start) + sizeof(int),
               "OPT_OR_FILE: the name follows the choice");

static double of_layer(const struct real_list *list, size_t l)
{
    return list->v[list->n > 1 ? l - 1 : 0];
}

status net_options_check(const struct net_options *o, struct error *e)
{
    const size_t hidden = o->hidden.n;
    const struct option_use uses[] = {
        {"self_connections", o->recurrent, "recurrent = true"},
        {"recurrent_scale", o->recurrent, "recurrent = true"},
        {"synapse_decay", o->synapse == SYNAPSE_CURRENT, "synapse = current"},
        {"start_dt", file_named(o->start_file, ".nir"), "start = NAME.nir"},
    };
    if (o->leak.n != 1 && o->leak.n != hidden + 1)
        return FAIL(e, ST_CONFIG,
                    "option 'leak' has %zu values; allowed: 1, or %zu (%zu hidden layers and the readout)",
                    o->leak.n, hidden + 1, hidden);
    if (o->threshold.n != 1 && o->threshold.n != hidden)
        return FAIL(e, ST_CONFIG,
                    "option 'threshold' has %zu values; allowed: 1, or %zu (one for each hidden layer)",
                    o->threshold.n, hidden);
    return opt_refuse_idle(&net_option_table, o, uses, sizeof uses / sizeof *uses, e);
}

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
    TRY(net_options_check(o, e));
    for (size_t l = 1; l <= net->L; l++)
        net->lif[l] = (struct lif){(real)of_layer(&o->leak, l),
                                   (real)of_layer(&o->threshold, l < net->L ? l : 1), (enum reset)o->reset};
    net->synapse_decay = o->synapse == SYNAPSE_CURRENT ? (real)o->synapse_decay : 0;
    net->self_connections = o->self_connections;
    net->blocks = o->recurrent ? 2 * net->L - 1 : net->L;
    net->readout = (enum readout)o->readout;
    net->loss = (enum loss)o->loss;
    for (size_t k = 1; k <= net->blocks; k++) {
        const struct net_block b = net_block(net, k);
        if (b.rows > SIZE_MAX / b.cols) return FAIL(e, ST_MEMORY, "layer %zu is too large", b.layer);
        if (!(net->W[k] = mem_reals(m, b.rows * b.cols, e))) return ST_MEMORY;
    }
    return ST_OK;
}

status net_create_own(struct net *net, size_t n_inputs, size_t n_outputs, const struct net_block *shape,
                      size_t n, struct mem *m, struct error *e)
{
    memset(net, 0, sizeof *net);
    net->L = 1;
    net->n[0] = n_inputs;
    net->n[1] = n_outputs;
    net->lif[1] = (struct lif){1, 1, RESET_SOFT};
    net->self_connections = true;
    net->loss = LOSS_SQUARED;
    net->own = net->blocks = n;
    for (size_t k = 0; k < n; k++) {
        net->shape[k] = shape[k];
        if (shape[k].rows > SIZE_MAX / shape[k].cols)
            return FAIL(e, ST_MEMORY, "%s is too large", shape[k].name);
        if (!(net->W[k + 1] = mem_reals(m, shape[k].rows * shape[k].cols, e))) return ST_MEMORY;
    }
    return ST_OK;
}

struct net_block net_block(const struct net *net, size_t k)
{
    if (net->own) {
        struct net_block own = net->shape[k - 1];
        own.w = net->W[k];
        return own;
    }
    const bool recurrent = k > net->L;
    const size_t l = recurrent ? k - net->L : k;
    struct net_block b = {
        .rows = net->n[l], .cols = net->n[recurrent ? l : l - 1], .layer = l, .w = net->W[k]};
    (void)snprintf(b.name, sizeof b.name, "%s_%zu", recurrent ? "R" : "W", l);
    return b;
}

size_t net_block_size(const struct net *net, size_t k)
{
    if (net->own) return net->shape[k - 1].rows * net->shape[k - 1].cols;
    return k > net->L ? net->n[k - net->L] * net->n[k - net->L] : net->n[k] * net->n[k - 1];
}

size_t net_block_first(const struct net *net, size_t k)
{
    size_t first = 0;
    for (size_t j = 1; j < k; j++) first += net_block_size(net, j);
    return first;
}

real *net_recurrent(const struct net *net, size_t l)
{
    return net->blocks > net->L && l < net->L ? net->W[net->L + l] : NULL;
}

void net_clear_diagonals(const struct net *net, real *const *M)
{
    for (size_t k = net->L + 1; k <= net->blocks && !net->self_connections; k++)
        for (size_t j = 0, n = net->n[k - net->L]; j < n; j++) M[k][j * n + j] = 0;
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
    for (size_t k = 1; k <= net->blocks; k++) n = net_block_size(net, k) > n ? net_block_size(net, k) : n;
    return n;
}

size_t net_parameters(const struct net *net)
{
    return net_block_first(net, net->blocks + 1);
}

bool net_finite(const struct net *net)
{
    for (size_t k = 1; k <= net->blocks; k++)
        for (size_t i = 0, size = net_block_size(net, k); i < size; i++)
            if (!isfinite(net->W[k][i])) return false;
    return true;
}

void net_copy_weights(struct net *to, const struct net *from)
{
    for (size_t k = 1; k <= to->blocks; k++)
        memcpy(to->W[k], from->W[k], net_block_size(to, k) * sizeof(real));
}
