/* The chain of layers in a NIR graph (see nir_graph.h). */
#include "network/nir_graph.h"
#include <math.h>
#include <string.h>

const struct nir_array *nir_find(const struct nir_node *node, const char *name)
{
    for (size_t i = 0; i < node->n_arrays; i++)
        if (strcmp(node->array[i].name, name) == 0) return &node->array[i];
    return NULL;
}

bool nir_is_number(const struct nir_array *a)
{
    return a && (a->kind == NIR_DOUBLE || a->kind == NIR_SINGLE || a->kind == NIR_INTEGER) && a->size > 0;
}

static bool array_within(const struct nir_graph *g, const struct nir_array *a)
{
    const size_t most = a->kind == NIR_TEXT ? g->n_text : g->n_numbers;
    size_t size = 1;
    if (a->rank < 0 || a->rank > NIR_MOST_RANK || !memchr(a->name, '\0', sizeof a->name)) return false;
    if (a->kind == NIR_OTHER) return a->size == 0;
    if (a->size > most || a->first > most - a->size) return false;
    if (a->kind == NIR_TEXT) return a->size > 0 && g->text[a->first + a->size - 1] == '\0';
    for (int k = 0; k < a->rank; k++) {
        if (a->shape[k] > NIR_MOST_NUMBERS) return false;
        size *= a->shape[k];
        if (size > NIR_MOST_NUMBERS) return false;
    }
    return size == a->size;
}

status nir_graph_check(const struct nir_graph *g, struct error *e)
{
    bool good = g->n_nodes > 0 && memchr(g->version, '\0', sizeof g->version);
    for (size_t i = 0; good && i < g->n_nodes; i++) {
        const struct nir_node *node = &g->nodes[i];
        good = node->n_arrays <= NIR_MOST_ARRAYS && memchr(node->name, '\0', sizeof node->name) &&
               memchr(node->type, '\0', sizeof node->type);
        for (size_t k = 0; good && k < node->n_arrays; k++) good = array_within(g, &node->array[k]);
    }
    for (size_t i = 0; good && i < g->n_edges; i++)
        good = g->edges[i].from > 0 && g->edges[i].from < g->n_nodes && g->edges[i].to > 0 &&
               g->edges[i].to < g->n_nodes;
    return good ? ST_OK : FAIL(e, ST_DATA, "is a damaged HDF5 file");
}

static bool is(const struct nir_graph *g, size_t node, const char *type)
{
    return strcmp(g->nodes[node].type, type) == 0;
}

static bool is_weights(const struct nir_graph *g, size_t node)
{
    return is(g, node, "Linear") || is(g, node, "Affine");
}

static bool is_neuron(const struct nir_graph *g, size_t node)
{
    static const char *const types[] = {"LIF", "CubaLIF", "IF", "LI", "CubaLI", "I"};
    for (size_t k = 0; k < sizeof types / sizeof *types; k++)
        if (is(g, node, types[k])) return true;
    return false;
}

/* ---- edges ---- */

static status add_edge(struct nir_graph *g, size_t from, size_t to, struct error *e)
{
    for (size_t i = 0; i < g->n_edges; i++)
        if (g->edges[i].from == from && g->edges[i].to == to) return ST_OK;
    if (g->n_edges == NIR_MOST_EDGES)
        return FAIL(e, ST_DATA, "more than %d edges are not read", NIR_MOST_EDGES);
    g->edges[g->n_edges++] = (struct nir_edge){from, to};
    return ST_OK;
}

static void remove_edge(struct nir_graph *g, size_t i)
{
    g->edges[i] = g->edges[--g->n_edges];
}

/* Edges that some exporters write twice. */
static void remove_doubles(struct nir_graph *g)
{
    for (size_t i = 0; i < g->n_edges; i++)
        for (size_t k = g->n_edges; k-- > i + 1;)
            if (g->edges[k].from == g->edges[i].from && g->edges[k].to == g->edges[i].to) remove_edge(g, k);
}

/* Joins what leads to a node with what it leads to. */
static status pass_by(struct nir_graph *g, size_t node, struct error *e)
{
    for (size_t i = 0; i < g->n_edges; i++) {
        if (g->edges[i].to != node) continue;
        const size_t from = g->edges[i].from;
        for (size_t k = 0, n = g->n_edges; k < n; k++)
            if (g->edges[k].from == node && g->edges[k].to != node) TRY(add_edge(g, from, g->edges[k].to, e));
    }
    for (size_t i = g->n_edges; i-- > 0;)
        if (g->edges[i].from == node || g->edges[i].to == node) remove_edge(g, i);
    return ST_OK;
}

/* Ends of the edges that leave (or reach) a node but `without`: how many, and one of them. */
static size_t ends(const struct nir_graph *g, size_t node, bool leaving, size_t without, size_t *end)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n_edges; i++) {
        const struct nir_edge *edge = &g->edges[i];
        const size_t other = leaving ? edge->to : edge->from;
        if ((leaving ? edge->from : edge->to) != node || other == without) continue;
        if (n++ == 0) *end = other;
    }
    return n;
}

/* ---- Scale ---- */

/* Multiplies the matrix of a node by the numbers of a Scale, one for each row or for each column. */
static status multiply(struct nir_graph *g, size_t node, size_t scale, bool rows, struct error *e)
{
    const struct nir_array *w = nir_find(&g->nodes[node], "weight"), *s = nir_find(&g->nodes[scale], "scale");
    const char *name = g->nodes[scale].name;
    if (!nir_is_number(s)) return FAIL(e, ST_DATA, "node '%s' (Scale) has no scale", name);
    for (size_t i = 0; i < s->size; i++)
        if (!isfinite(g->numbers[s->first + i]))
            return FAIL(e, ST_DATA, "node '%s' (Scale): scale is not finite at %zu", name, i);
    if (!nir_is_number(w) || w->rank != 2) return ST_OK; /* refused by its own name */
    const size_t n = w->shape[rows ? 0 : 1];
    if (s->size != 1 && s->size != n)
        return FAIL(e, ST_DATA, "node '%s' (Scale): scale has %zu numbers, the matrix of '%s' %zu %s", name,
                    s->size, g->nodes[node].name, n, rows ? "rows" : "columns");
    for (size_t i = 0; i < w->size; i++) {
        const size_t k = rows ? i / w->shape[1] : i % w->shape[1];
        g->numbers[w->first + i] *= g->numbers[s->first + (s->size == 1 ? 0 : k)];
    }
    return ST_OK;
}

/* Dissolves a Scale into the matrix behind it, or else before it, to which it alone leads. */
static status dissolve(struct nir_graph *g, size_t scale, struct error *e)
{
    size_t from = NIR_NONE, to = NIR_NONE, other;
    const bool alone =
        ends(g, scale, false, NIR_NONE, &from) == 1 && ends(g, scale, true, NIR_NONE, &to) == 1;
    const bool behind = alone && is_weights(g, to) && ends(g, to, false, NIR_NONE, &other) == 1;
    const bool before = alone && is_weights(g, from) && ends(g, from, true, NIR_NONE, &other) == 1;
    if (!behind && !before)
        return FAIL(e, ST_DATA, "node '%s' (Scale) is no factor of one matrix: our neurons have none",
                    g->nodes[scale].name);
    TRY(multiply(g, behind ? to : from, scale, !behind, e));
    return pass_by(g, scale, e);
}

/* ---- the chain ---- */

/* A node that cannot be part of a network of ours, and why. */
static status refuse_type(const struct nir_graph *g, size_t node, size_t after, struct error *e)
{
    const struct nir_node *n = &g->nodes[node];
    if (is_neuron(g, node))
        return FAIL(e, ST_DATA,
                    "node '%s' (%s) follows '%s' without weights: each layer of ours has a matrix", n->name,
                    n->type, g->nodes[after].name);
    if (is_weights(g, node))
        return FAIL(e, ST_DATA, "node '%s' (%s) follows '%s': between two matrices of ours there are neurons",
                    n->name, n->type, g->nodes[after].name);
    if (is(g, node, "Output"))
        return FAIL(e, ST_DATA,
                    "node '%s' (Output) follows '%s' (%s): our readout is a leaky integrator (LI)", n->name,
                    g->nodes[after].name, g->nodes[after].type);
    if (strncmp(n->type, "Conv", 4) == 0 || strstr(n->type, "Pool"))
        return FAIL(e, ST_DATA, "node '%s' is of type %s: our layers are fully connected", n->name, n->type);
    return FAIL(e, ST_DATA, "node '%s' is of type %s, which our network does not have", n->name, n->type);
}

/* The only node behind `node`, apart from its recurrent weights. */
static status follow(const struct nir_graph *g, size_t node, size_t without, size_t *next, struct error *e)
{
    size_t n = ends(g, node, true, without, next);
    if (n == 1) return ST_OK;
    if (n == 0)
        return FAIL(e, ST_DATA, "node '%s' leads nowhere: the output is not reached", g->nodes[node].name);
    return FAIL(e, ST_DATA, "node '%s' leads to %zu nodes: our layers are a chain", g->nodes[node].name, n);
}

/* The node besides its weights that a neuron is reached from: Linear, and from nowhere else. */
static status find_recurrent(const struct nir_graph *g, struct nir_layer *l, struct error *e)
{
    size_t other = NIR_NONE, only = NIR_NONE;
    const size_t n = ends(g, l->neuron, false, l->weights, &other);
    l->recurrent = NIR_NONE;
    if (n == 0) return ST_OK;
    const char *name = g->nodes[l->neuron].name;
    if (n > 1)
        return FAIL(e, ST_DATA, "node '%s' is reached from %zu nodes: our layers are a chain", name, n + 1);
    if (!is_weights(g, other) || ends(g, other, false, NIR_NONE, &only) != 1 || only != l->neuron ||
        ends(g, other, true, NIR_NONE, &only) != 1)
        return FAIL(
            e, ST_DATA,
            "node '%s' is reached from '%s' besides '%s': a cycle of ours is one matrix from a layer's "
            "neurons back to them",
            name, g->nodes[other].name, g->nodes[l->weights].name);
    l->recurrent = other;
    return ST_OK;
}

static status refuse_rest(const struct nir_graph *g, const bool *seen, struct error *e)
{
    for (size_t i = 1; i < g->n_nodes; i++)
        if (!seen[i])
            return FAIL(e, ST_DATA, "node '%s' (%s) is not on the way from input to output", g->nodes[i].name,
                        g->nodes[i].type);
    return ST_OK;
}

/* From the input on, layer by layer. */
static status walk(struct nir_chain *c, const struct nir_graph *g, bool *seen, struct error *e)
{
    size_t at = c->input, next = NIR_NONE, without = NIR_NONE;
    seen[at] = true;
    for (;;) {
        TRY(follow(g, at, without, &next, e));
        if (is(g, next, "Output") && c->n_layers > 0) break;
        if (!is_weights(g, next)) return refuse_type(g, next, at, e);
        if (c->n_layers == NET_MAX_LAYERS)
            return FAIL(e, ST_DATA, "node '%s' is of layer %d; at most %d are read", g->nodes[next].name,
                        NET_MAX_LAYERS + 1, NET_MAX_LAYERS);
        struct nir_layer *l = &c->layer[c->n_layers++];
        l->weights = next;
        TRY(follow(g, l->weights, NIR_NONE, &l->neuron, e));
        if (seen[l->weights] || seen[l->neuron])
            return FAIL(e, ST_DATA, "node '%s' leads back to '%s': our layers are a chain",
                        g->nodes[next].name, g->nodes[l->neuron].name);
        if (!is_neuron(g, l->neuron)) return refuse_type(g, l->neuron, l->weights, e);
        TRY(find_recurrent(g, l, e));
        seen[l->weights] = seen[l->neuron] = true;
        if (l->recurrent != NIR_NONE) seen[l->recurrent] = true;
        at = l->neuron;
        without = l->recurrent;
    }
    seen[next] = true;
    return refuse_rest(g, seen, e);
}

status nir_chain_find(struct nir_chain *c, struct nir_graph *g, struct error *e)
{
    bool seen[NIR_MOST_NODES] = {true};
    *c = (struct nir_chain){.n_layers = 0};
    remove_doubles(g);
    for (size_t i = 1; i < g->n_nodes; i++) {
        const bool through = g->nodes[i].through || is(g, i, "Flatten");
        if (through) TRY(pass_by(g, i, e));
        seen[i] = through;
        if (!through && is(g, i, "Input")) c->input = i;
    }
    if (c->input == NIR_NONE) return FAIL(e, ST_DATA, "the graph has no node of type Input");
    for (size_t i = 1; i < g->n_nodes; i++)
        if (!seen[i] && is(g, i, "Scale")) {
            TRY(dissolve(g, i, e));
            seen[i] = true;
        }
    return walk(c, g, seen, e);
}
