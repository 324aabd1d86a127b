/* NIR: whole files, and graphs of any shape without HDF5. */
#include "network/nir_graph.h"
#include "tests/fuzz/targets.h"
#include <string.h>

void fuzz_nir(const unsigned char *bytes, size_t size)
{
    struct mem m = {0};
    struct nir_network n;
    struct net net;
    struct error e = {0};
    const struct nir_options o = {.reset = -1, .readout = -1, .membrane = true};
    if (nir_read(&n, fuzz_file(bytes, size), &o, &m, &e) == ST_OK && n.n_inputs * n.n_outputs < 1000 &&
        net_create(&net, &n.net, n.n_inputs, n.n_outputs, &m, &e) == ST_OK)
        (void)nir_weights(&n, &net, &e);
    mem_free(&m);
}

struct bytes {
    const unsigned char *at, *end;
};

static unsigned next(struct bytes *b)
{
    return b->at < b->end ? *b->at++ : 0;
}

static void array_of(struct bytes *b, struct nir_array *a, const struct nir_graph *g)
{
    static const char *const names[] = {"weight",
                                        "bias",
                                        "tau",
                                        "tau_mem",
                                        "tau_syn",
                                        "r",
                                        "v_leak",
                                        "v_reset",
                                        "v_threshold",
                                        "w_in",
                                        "shape",
                                        "metadata.leak",
                                        "metadata.synapse_decay",
                                        "metadata.dt",
                                        "metadata.reset",
                                        "metadata.run",
                                        "scale"};
    const unsigned shape = next(b);
    memset(a, 0, sizeof *a);
    (void)snprintf(a->name, sizeof a->name, "%s", names[next(b) % (sizeof names / sizeof *names)]);
    a->kind = (enum nir_kind)(shape >> 6);
    a->rank = (int)(shape & 3);
    a->size = 1;
    for (int k = 0; k < a->rank; k++) a->size *= a->shape[k] = next(b) % 5;
    if (a->kind == NIR_TEXT) a->size = g->n_text;
    a->first = next(b) % 4;
    if (a->kind == NIR_TEXT) a->first = 0;
}

static void node_of(struct bytes *b, struct nir_graph *g, size_t i)
{
    static const char *const types[] = {"Input", "Output", "Linear",  "Affine",   "LIF",     "LI",   "IF",
                                        "I",     "CubaLI", "CubaLIF", "NIRGraph", "Flatten", "Scale"};
    struct nir_node *node = &g->nodes[i];
    const unsigned what = next(b);
    memset(node, 0, sizeof *node);
    (void)snprintf(node->name, sizeof node->name, "n%zu", i);
    (void)snprintf(node->type, sizeof node->type, "%s", types[(what & 15) % (sizeof types / sizeof *types)]);
    node->through = what >> 7;
    node->n_arrays = (what >> 4) & 7;
    for (size_t k = 0; k < node->n_arrays; k++) array_of(b, &node->array[k], g);
}

void fuzz_nir_graph(const unsigned char *bytes, size_t size)
{
    enum { NODES = 16, NUMBERS = 68 };
    static struct nir_node nodes[NODES];
    static struct nir_edge edges[NIR_MOST_EDGES];
    static double numbers[NUMBERS];
    static char text[] = "soft";
    struct bytes b = {bytes, bytes + size};
    struct nir_graph g = {
        .nodes = nodes, .edges = edges, .numbers = numbers, .text = text, .n_text = sizeof text};
    struct mem m = {0};
    struct nir_network n;
    struct nir_chain chain;
    struct error e = {0};
    const unsigned asked = next(&b);
    const struct nir_options o = {
        .reset = -1, .readout = -1, .membrane = asked & 1, .dt = asked & 2 ? 0.125 : 0};
    g.n_numbers = NUMBERS;
    for (size_t i = 0; i < NUMBERS; i++) numbers[i] = i % 7 ? (asked & 4 ? 0.5 : 1) : (double)next(&b) / 16;
    g.n_nodes = 1 + next(&b) % NODES;
    if (g.n_nodes > NODES) g.n_nodes = NODES;
    for (size_t i = 0; i < g.n_nodes; i++) node_of(&b, &g, i);
    while (b.at < b.end && g.n_edges < 64) {
        const unsigned edge = next(&b);
        g.edges[g.n_edges++] = (struct nir_edge){edge >> 4, edge & 15};
    }
    if (nir_graph_check(&g, &e) == ST_OK && nir_chain_find(&chain, &g, &e) == ST_OK)
        (void)nir_translate(&n, &g, &chain, &o, &m, &e);
    mem_free(&m);
}
