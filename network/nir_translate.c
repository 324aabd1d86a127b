/* From the nodes of a NIR file to our network (see nir.h for the equations). */
#include "network/nir_graph.h"
#include <string.h>

/* Relative rounding of numbers that a file may have as 32 bits. */
static const double rounding = 1e-6;

struct translation {
    struct nir_network *n;
    const struct nir_graph *g;
    const struct nir_chain *c;
    const struct nir_options *o;
    struct mem *m;
    struct error *e;
    double decay[NET_MAX_LAYERS + 1]; /* alpha of layer l = 1..L; 0: no synapse */
};

static const struct nir_node *node_of(const struct translation *t, size_t node)
{
    return &t->g->nodes[node];
}

static bool is(const struct nir_node *node, const char *type)
{
    return strcmp(node->type, type) == 0;
}

static bool spikes(const struct nir_node *node)
{
    return is(node, "LIF") || is(node, "CubaLIF") || is(node, "IF");
}

static bool has_current(const struct nir_node *node)
{
    return is(node, "CubaLIF") || is(node, "CubaLI");
}

static bool has_leak(const struct nir_node *node)
{
    return !is(node, "IF") && !is(node, "I");
}

static void note(struct translation *t, const char *format, const char *a, const char *b)
{
    const size_t used = strlen(t->n->note);
    if (used > 0) (void)snprintf(t->n->note + used, NIR_NOTE - used, "; ");
    (void)snprintf(t->n->note + strlen(t->n->note), NIR_NOTE - strlen(t->n->note), format, a, b);
}

/* A parameter of n neurons: one number for all, or n of them. */
static status parameter(const struct translation *t, const struct nir_node *node, const char *name, size_t n,
                        const double **v, size_t *stride)
{
    const struct nir_array *a = nir_find(node, name);
    if (!nir_is_number(a))
        return FAIL(t->e, ST_DATA, "node '%s' (%s) has no %s", node->name, node->type, name);
    if (a->size != 1 && a->size != n)
        return FAIL(t->e, ST_DATA, "node '%s' (%s): %s has %zu numbers, the layer %zu neurons", node->name,
                    node->type, name, a->size, n);
    *v = t->g->numbers + a->first;
    *stride = a->size == 1 ? 0 : 1;
    for (size_t i = 0; i < a->size; i++)
        if (!isfinite((*v)[i]))
            return FAIL(t->e, ST_DATA, "node '%s' (%s): %s is not finite at neuron %zu", node->name,
                        node->type, name, i);
    return ST_OK;
}

/* A parameter that all neurons of a layer share. */
static status shared(const struct translation *t, const struct nir_node *node, const char *name, size_t n,
                     double *value)
{
    const double *v = NULL;
    size_t stride = 0;
    TRY(parameter(t, node, name, n, &v, &stride));
    *value = v[0];
    for (size_t i = 1; i < n; i++)
        if (v[i * stride] != v[0])
            return FAIL(
                t->e, ST_DATA,
                "node '%s' (%s): %s is %.9g at neuron 0 and %.9g at neuron %zu; our layer has one for all",
                node->name, node->type, name, v[0], v[i * stride], i);
    return ST_OK;
}

/* A parameter that is 0 in our network; absent: it is. */
static status zero(const struct translation *t, const struct nir_node *node, const char *name, size_t n,
                   const char *ours)
{
    const double *v = NULL;
    size_t stride = 0;
    if (!nir_find(node, name)) return ST_OK;
    TRY(parameter(t, node, name, n, &v, &stride));
    for (size_t i = 0; i < n; i++)
        if (v[i * stride] != 0)
            return FAIL(t->e, ST_DATA, "node '%s' (%s): %s is %.9g at neuron %zu; %s", node->name, node->type,
                        name, v[i * stride], i, ours);
    return ST_OK;
}

/* A number of the metadata of our own files. */
static bool own_number(const struct translation *t, const struct nir_node *node, const char *name, double *v)
{
    const struct nir_array *a = nir_find(node, name);
    if (!nir_is_number(a) || a->size != 1) return false;
    *v = t->g->numbers[a->first];
    return isfinite(*v);
}

static const char *own_text(const struct translation *t, const char *name)
{
    const struct nir_array *a = nir_find(node_of(t, 0), name);
    return a && a->kind == NIR_TEXT ? t->g->text + a->first : NULL;
}

/* 1 - dt / tau; the metadata's number in its place where they are the same but for rounding. */
static status remaining(const struct translation *t, const struct nir_node *node, const char *name,
                        const char *own, size_t n, double *left)
{
    double tau = 0, exact = 0;
    TRY(shared(t, node, name, n, &tau));
    *left = 1 - t->n->dt / tau;
    if (own_number(t, node, own, &exact) && fabs(exact - *left) <= rounding) *left = exact;
    if (*left >= 0 && *left <= 1) return ST_OK;
    return FAIL(t->e, ST_DATA, "node '%s' (%s): %s is %.9g s, steps of %.9g s (dt) are too long for it",
                node->name, node->type, name, tau, t->n->dt);
}

/* What the weights into neuron i are multiplied by: gain[n]. */
static status gains(const struct translation *t, const struct nir_node *node, size_t n, double decay,
                    double *gain)
{
    const double *r = NULL, *w_in = NULL, one = 1;
    double tau = 0, leak = 0;
    size_t r_stride = 0, w_stride = 0;
    const char *name = has_current(node) ? "tau_mem" : "tau";
    TRY(parameter(t, node, "r", n, &r, &r_stride));
    if (has_leak(node)) TRY(shared(t, node, name, n, &tau));
    leak = has_leak(node) ? t->n->dt / tau : t->n->dt;
    w_in = &one;
    if (nir_find(node, "w_in")) TRY(parameter(t, node, "w_in", n, &w_in, &w_stride));
    const double synapse = has_current(node) ? 1 - decay : 1;
    for (size_t i = 0; i < n; i++) {
        gain[i] = r[i * r_stride] * leak * w_in[i * w_stride] * synapse;
        if (fabs(gain[i] - 1) <= 3 * rounding) gain[i] = 1;
    }
    return ST_OK;
}

/* A matrix of `rows` x *cols numbers into w, by columns, each row times its gain; *cols 0: any. */
static status matrix(struct translation *t, size_t at, size_t *rows, size_t *cols, const double *gain,
                     const double **w)
{
    const struct nir_node *node = node_of(t, at);
    const struct nir_array *a = nir_find(node, "weight");
    if (!nir_is_number(a) || a->rank != 2)
        return FAIL(t->e, ST_DATA, "node '%s' (%s) has no matrix 'weight'", node->name, node->type);
    if ((*rows && a->shape[0] != *rows) || (*cols && a->shape[1] != *cols))
        return FAIL(t->e, ST_DATA, "node '%s' (%s): its matrix is %zu x %zu; %zu numbers lead to it%s",
                    node->name, node->type, a->shape[0], a->shape[1], *cols,
                    *rows ? " and back to as many" : "");
    *rows = a->shape[0];
    *cols = a->shape[1];
    TRY(zero(t, node, "bias", *rows, "our layers have no bias"));
    if (!w) return ST_OK;
    double *to = mem_alloc(t->m, a->size, sizeof *to, t->e);
    if (!to) return ST_MEMORY;
    *w = to;
    const double *from = t->g->numbers + a->first;
    for (size_t i = 0; i < *rows; i++)
        for (size_t j = 0; j < *cols; j++) {
            to[j * *rows + i] = from[i * *cols + j] * gain[i];
            if (!isfinite(to[j * *rows + i]))
                return FAIL(t->e, ST_DATA, "node '%s' (%s): the weight to %zu from %zu is not finite",
                            node->name, node->type, i, j);
        }
    t->n->single = t->n->single && a->kind != NIR_DOUBLE;
    return ST_OK;
}

/* Where our membrane's 0 lies on the file's scale. A hidden layer whose neurons decay to and are reset to one
 * potential is ours if potentials count from there; its neurons start there, too. */
static status rest(struct translation *t, const struct nir_node *node, size_t n, bool hidden, double *zero_at)
{
    const bool resets = nir_find(node, "v_reset") && t->n->net.reset == RESET_HARD;
    double leak = 0, reset = 0;
    char text[40];
    if (hidden && nir_find(node, "v_leak") && resets) {
        TRY(shared(t, node, "v_leak", n, &leak));
        TRY(shared(t, node, "v_reset", n, &reset));
    }
    if (leak == 0) TRY(zero(t, node, "v_leak", n, "our membrane decays to 0"));
    if (leak == 0) return zero(t, node, "v_reset", n, "our membrane is reset to 0");
    if (leak != reset)
        return FAIL(
            t->e, ST_DATA,
            "node '%s' (%s): v_leak is %.9g, v_reset %.9g; our membrane decays to where it is reset to",
            node->name, node->type, leak, reset);
    *zero_at = leak;
    (void)snprintf(text, sizeof text, "%.9g", leak);
    note(t, "potentials of '%s' count from v_leak, %s, where they start", node->name, text);
    return ST_OK;
}

static status keep_name(struct translation *t, size_t node, const char **name)
{
    *name = mem_string(t->m, node_of(t, node)->name, t->e);
    return *name ? ST_OK : ST_MEMORY;
}

static status neuron(struct translation *t, size_t l, const struct nir_node *node, size_t n)
{
    const bool hidden = l < t->c->n_layers;
    double zero_at = 0;
    struct net_options *o = &t->n->net;
    if (hidden && !spikes(node))
        return FAIL(t->e, ST_DATA, "node '%s' (%s) does not spike: only our readout is so", node->name,
                    node->type);
    if (!hidden && spikes(node) && !t->o->membrane)
        return FAIL(t->e, ST_DATA,
                    "node '%s' (%s), the last, spikes, and our readout does not (LI); --membrane reads its "
                    "potential without spikes",
                    node->name, node->type);
    if (!hidden && spikes(node)) note(t, "'%s' (%s) is read without its spikes", node->name, node->type);
    TRY(rest(t, node, n, hidden, &zero_at));
    o->leak.v[l - 1] = 1;
    if (has_leak(node))
        TRY(remaining(t, node, has_current(node) ? "tau_mem" : "tau", "metadata.leak", n, &o->leak.v[l - 1]));
    if (o->leak.v[l - 1] == 0)
        return FAIL(t->e, ST_DATA,
                    "node '%s' (%s): with steps of %.9g s (dt) nothing of the membrane remains", node->name,
                    node->type, t->n->dt);
    if (has_current(node)) TRY(remaining(t, node, "tau_syn", "metadata.synapse_decay", n, &t->decay[l]));
    if (!hidden) return ST_OK;
    TRY(shared(t, node, "v_threshold", n, &o->threshold.v[l - 1]));
    o->threshold.v[l - 1] -= zero_at;
    if (o->threshold.v[l - 1] > 0 && o->threshold.v[l - 1] <= 1e6) return ST_OK;
    return FAIL(t->e, ST_DATA, "node '%s' (%s): v_threshold is %.9g%s; ours is above 0 and at most 1e6",
                node->name, node->type, o->threshold.v[l - 1], zero_at != 0 ? " above v_leak" : "");
}

/* Layer l of a chain whose layers below have n_before neurons (0: any). */
static status layer(struct translation *t, size_t l, size_t *n_before)
{
    const struct nir_layer *layer = &t->c->layer[l - 1];
    const struct nir_node *node = node_of(t, layer->neuron);
    const size_t L = t->c->n_layers;
    size_t n = 0, own;
    TRY(matrix(t, layer->weights, &n, n_before, NULL, NULL));
    if (n > 1000000 || *n_before > 1000000)
        return FAIL(t->e, ST_DATA, "node '%s': layers of more than 1000000 are not read",
                    node_of(t, layer->weights)->name);
    TRY(neuron(t, l, node, n));
    double *gain = mem_alloc(t->m, n, sizeof *gain, t->e);
    if (!gain) return ST_MEMORY;
    TRY(gains(t, node, n, t->decay[l], gain));
    for (size_t i = 0; i < n; i++)
        if (gain[i] != 1) {
            char text[40];
            (void)snprintf(text, sizeof text, "%.6g", gain[i]);
            note(t, "the weights of '%s' are multiplied by %s (r dt / tau)", node_of(t, layer->weights)->name,
                 text);
            break;
        }
    TRY(matrix(t, layer->weights, &n, n_before, gain, &t->n->w[l]));
    TRY(keep_name(t, layer->weights, &t->n->name[l]));
    own = n;
    if (layer->recurrent != NIR_NONE && l == L)
        return FAIL(t->e, ST_DATA, "node '%s' (%s): our readout has no recurrent weights",
                    node_of(t, layer->recurrent)->name, node_of(t, layer->recurrent)->type);
    if (layer->recurrent != NIR_NONE) {
        t->n->net.recurrent = true;
        TRY(matrix(t, layer->recurrent, &n, &own, gain, &t->n->w[L + l]));
        TRY(keep_name(t, layer->recurrent, &t->n->name[L + l]));
    }
    *n_before = n;
    return ST_OK;
}

/* The synapses of all layers are ours only if they are the same. */
static status synapses(struct translation *t)
{
    const size_t L = t->c->n_layers;
    const struct nir_node *first = node_of(t, t->c->layer[0].neuron);
    for (size_t l = 2; l <= L; l++) {
        const struct nir_node *node = node_of(t, t->c->layer[l - 1].neuron);
        if (has_current(node) != has_current(first))
            return FAIL(
                t->e, ST_DATA,
                "node '%s' (%s) and '%s' (%s): our synapses are current-based in all layers or in none",
                first->name, first->type, node->name, node->type);
        if (t->decay[l] != t->decay[1])
            return FAIL(t->e, ST_DATA,
                        "nodes '%s' and '%s' differ in tau_syn: our synapses decay alike in all layers",
                        first->name, node->name);
    }
    t->n->net.synapse = t->decay[1] > 0 ? SYNAPSE_CURRENT : SYNAPSE_DELTA;
    if (t->decay[1] > 0) t->n->net.synapse_decay = t->decay[1];
    return ST_OK;
}

/* Zeros for hidden layers without recurrent weights in a network where others have them; self-connections
 * where a diagonal is not 0. */
static status complete_recurrence(struct translation *t)
{
    const size_t L = t->c->n_layers;
    double self = 0;
    for (size_t l = 1; t->n->net.recurrent && l < L; l++) {
        const size_t n = (size_t)t->n->net.hidden.v[l - 1];
        if (!t->n->w[L + l]) {
            note(t, "'%s' gets recurrent weights of 0%s", node_of(t, t->c->layer[l - 1].neuron)->name, "");
            t->n->w[L + l] = mem_alloc(t->m, n * n, sizeof(double), t->e);
            if (!t->n->w[L + l]) return ST_MEMORY;
        }
        for (size_t i = 0; i < n; i++)
            if (t->n->w[L + l][i * n + i] != 0) t->n->net.self_connections = true;
    }
    if (t->n->net.recurrent && own_number(t, node_of(t, 0), "metadata.self_connections", &self) && self != 0)
        t->n->net.self_connections = true;
    return ST_OK;
}

static bool word(const char *text, const char *const *names, int *k)
{
    for (int i = 0; text && names[i]; i++)
        if (strcmp(names[i], text) == 0) {
            *k = i;
            return true;
        }
    return false;
}

/* How neurons are reset and the readout is read: as asked for, as our metadata says, or as usual. */
static status habits(struct translation *t)
{
    struct net_options *o = &t->n->net;
    const struct nir_node *with = NULL, *without = NULL;
    for (size_t l = 1; l < t->c->n_layers; l++) {
        const struct nir_node *node = node_of(t, t->c->layer[l - 1].neuron);
        if (nir_find(node, "v_reset")) with = node;
        if (!nir_find(node, "v_reset")) without = node;
    }
    (void)word(own_text(t, "metadata.loss"), loss_names, &o->loss);
    if (t->o->readout >= 0)
        o->readout = t->o->readout;
    else if (!word(own_text(t, "metadata.readout"), readout_names, &o->readout))
        note(t, "the readout's %s (--readout)%s", "potential of the last step counts", "");
    if (t->o->reset >= 0) {
        o->reset = t->o->reset;
        return ST_OK;
    }
    if (word(own_text(t, "metadata.reset"), reset_names, &o->reset)) return ST_OK;
    if (with && without)
        return FAIL(t->e, ST_DATA,
                    "node '%s' has v_reset and '%s' has none: say how neurons are reset (--reset)",
                    with->name, without->name);
    o->reset = with ? RESET_HARD : RESET_SOFT;
    if (!with) note(t, "no v_reset: a spike subtracts the threshold%s (--reset)%s", "", "");
    return ST_OK;
}

/* The step: as asked for, as our metadata says, or as usual. */
static status step(struct translation *t)
{
    char text[40];
    t->n->dt = t->o->dt;
    if (t->n->dt == 0 && !own_number(t, node_of(t, 0), "metadata.dt", &t->n->dt)) {
        t->n->dt = NIR_USUAL_DT;
        (void)snprintf(text, sizeof text, "%g", NIR_USUAL_DT);
        note(t, "a step is %s s%s (--dt)", text, "");
    }
    return t->n->dt > 0 && isfinite(t->n->dt) ? ST_OK
                                              : FAIL(t->e, ST_DATA, "its metadata has dt = %g", t->n->dt);
}

static status layers(struct translation *t)
{
    const struct nir_array *shape = nir_find(node_of(t, t->c->input), "shape");
    struct net_options *o = &t->n->net;
    const size_t L = t->c->n_layers;
    size_t n = 0;
    if (nir_is_number(shape)) {
        double product = 1;
        for (size_t i = 0; i < shape->size; i++) product *= t->g->numbers[shape->first + i];
        if (!(product >= 1 && product <= 1e6))
            return FAIL(t->e, ST_DATA, "node '%s' (Input): a shape of %g numbers",
                        node_of(t, t->c->input)->name, product);
        n = (size_t)product;
    }
    o->hidden.n = o->threshold.n = L - 1;
    o->leak.n = L;
    for (size_t l = 1; l <= L; l++) {
        TRY(layer(t, l, &n));
        if (l == 1) t->n->n_inputs = nir_find(node_of(t, t->c->layer[0].weights), "weight")->shape[1];
        if (l < L) o->hidden.v[l - 1] = (long)n;
    }
    t->n->n_outputs = n;
    return ST_OK;
}

status nir_translate(struct nir_network *n, const struct nir_graph *g, const struct nir_chain *c,
                     const struct nir_options *o, struct mem *m, struct error *e)
{
    struct translation t = {.n = n, .g = g, .c = c, .o = o, .m = m, .e = e};
    *n = (struct nir_network){.single = true};
    (void)snprintf(n->version, sizeof n->version, "%s", g->version);
    TRY(opt_defaults(&net_option_table, &n->net, e));
    if (c->n_layers < 2)
        return FAIL(e, ST_DATA,
                    "it has one layer of weights, '%s'; ours has a hidden layer and a readout at least",
                    g->nodes[c->layer[0].weights].name);
    TRY(step(&t));
    TRY(habits(&t));
    TRY(layers(&t));
    TRY(synapses(&t));
    TRY(complete_recurrence(&t));
    const char *run = own_text(&t, "metadata.run");
    if (!run) return ST_OK;
    n->run = mem_string(m, run, e);
    return n->run ? ST_OK : ST_MEMORY;
}
