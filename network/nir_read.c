/* Reading NIR files: HDF5 in a child process (nir_hdf5.c), the rest here (see nir.h). */
#include "network/nir.h"
#include "support/file.h"
#include "support/file_kind.h"
#include <stdlib.h>
#include <string.h>

#ifdef SPIKEBENCH_HDF5
#include "network/nir_graph.h"
#include "support/child.h"

/* Of computing, of address space beyond what the program has, and of waiting for an answer. */
enum { CHILD_SECONDS = 20, CHILD_GIGABYTES = 2, CHILD_WAIT_SECONDS = 20 };
static const uint64_t most_bytes = (uint64_t)1 << 32;

/* What the child answers: an error, or a graph, whose parts follow. */
struct answer {
    struct error error;
    struct nir_graph graph;
};

static void serve(void *context, int socket)
{
    struct answer a = {.error = {.code = ST_OK}};
    child_may_take(CHILD_SECONDS);
    (void)nir_hdf5_read(&a.graph, context, &a.error);
    const struct nir_graph *g = &a.graph;
    (void)(child_send(socket, &a, sizeof a) && a.error.code == ST_OK &&
           child_send(socket, g->nodes, g->n_nodes * sizeof *g->nodes) &&
           child_send(socket, g->edges, g->n_edges * sizeof *g->edges) &&
           child_send(socket, g->numbers, g->n_numbers * sizeof *g->numbers) &&
           child_send(socket, g->text, g->n_text));
}

/* Room for the graph that the child has announced, and its parts. False: the child is gone. */
static status receive_graph(struct child *from, struct nir_graph *g, struct mem *m, bool *good,
                            struct error *e)
{
    if (g->n_nodes > NIR_MOST_NODES || g->n_edges > NIR_MOST_EDGES || g->n_numbers > NIR_MOST_NUMBERS ||
        g->n_text > NIR_MOST_TEXT)
        return FAIL(e, ST_DATA, "holds too much");
    g->nodes = mem_alloc(m, g->n_nodes, sizeof *g->nodes, e);
    g->edges = mem_alloc(m, NIR_MOST_EDGES, sizeof *g->edges, e);
    g->numbers = mem_alloc(m, g->n_numbers, sizeof *g->numbers, e);
    g->text = mem_alloc(m, g->n_text, 1, e);
    if (!g->nodes || !g->edges || !g->numbers || !g->text) return ST_MEMORY;
    *good = child_answer(from, g->nodes, g->n_nodes * sizeof *g->nodes) &&
            child_answer(from, g->edges, g->n_edges * sizeof *g->edges) &&
            child_answer(from, g->numbers, g->n_numbers * sizeof *g->numbers) &&
            child_answer(from, g->text, g->n_text);
    return ST_OK;
}

/* The graph of a file, in the arena. */
static status read_graph(struct nir_graph *g, const char *path, struct mem *m, struct error *e)
{
    struct child child;
    struct answer a;
    char how[120];
    const struct child_limits limits = {(size_t)CHILD_GIGABYTES << 30, CHILD_WAIT_SECONDS, false};
    TRY(child_start(&child, serve, (void *)(uintptr_t)path, limits, e));
    bool good = child_answer(&child, &a, sizeof a);
    status st = ST_OK;
    if (good) {
        a.error.text[sizeof a.error.text - 1] = '\0';
        if (a.error.code != ST_OK) st = FAIL(e, a.error.code, "%s", a.error.text);
        if (st == ST_OK) st = receive_graph(&child, &a.graph, m, &good, e);
    }
    child_end(&child, how, sizeof how);
    if (st == ST_OK && !good)
        st = FAIL(e, ST_DATA, "the HDF5 library %s while it read the file: it is damaged", how);
    *g = a.graph;
    return st == ST_OK ? nir_graph_check(g, e) : st;
}

static status check_kind(const char *path, struct error *e)
{
    const char *kind = file_kind_of(path), *hdf5 = file_kind((const unsigned char *)"\x89HDF\r\n\x1a\n", 8);
    if (kind && strcmp(kind, hdf5) == 0) return ST_OK;
    return FAIL(e, ST_DATA, "is no NIR file: NIR is HDF5%s%s", kind ? ", and this is " : "",
                kind ? kind : "");
}

static status read_file(struct nir_network *n, const char *path, const struct nir_options *o, struct mem *m,
                        struct error *e)
{
    struct mem own = {.blocks = NULL};
    struct nir_graph g;
    struct nir_chain chain;
    TRY(check_kind(path, e));
    status st = read_graph(&g, path, &own, e);
    if (st == ST_OK) st = nir_chain_find(&chain, &g, e);
    if (st == ST_OK) st = nir_translate(n, &g, &chain, o, m, e);
    mem_free(&own);
    return st;
}

status nir_read(struct nir_network *n, const char *path, const struct nir_options *o, struct mem *m,
                struct error *e)
{
    memset(n, 0, sizeof *n);
    TRY(file_check(path, most_bytes, NULL, e));
    return read_file(n, path, o, m, e) == ST_OK ? ST_OK : err_prefix(e, "%s", path);
}
#else
status nir_read(struct nir_network *n, const char *path, const struct nir_options *o, struct mem *m,
                struct error *e)
{
    (void)o, (void)m;
    memset(n, 0, sizeof *n);
    return FAIL(e, ST_NO_DATA,
                "%s: this program was built without HDF5: install libhdf5-dev and build it again", path);
}
#endif

status nir_read_start(struct nir_network *n, const struct net_options *o, struct mem *m, struct error *e)
{
    const struct nir_options as = {
        .dt = o->start_dt, .reset = o->reset, .readout = READOUT_LAST, .membrane = true};
    return nir_read(n, o->start_file, &as, m, e);
}

static size_t width(const struct nir_network *n, size_t l)
{
    return l == 0 ? n->n_inputs : l <= n->net.hidden.n ? (size_t)n->net.hidden.v[l - 1] : n->n_outputs;
}

static status check_shape(const struct nir_network *n, const struct net *net, struct error *e)
{
    const size_t L = n->net.hidden.n + 1;
    if (net->own) return FAIL(e, ST_DATA, "a network of layers; this one is a trainer's own");
    if (L != net->L)
        return FAIL(e, ST_DATA, "a network of %zu layers of weights; this one has %zu", L, net->L);
    for (size_t l = 1; l <= L; l++)
        if (width(n, l) != net->n[l] || width(n, l - 1) != net->n[l - 1])
            return FAIL(e, ST_DATA, "node '%s': its matrix is %zu x %zu, W_%zu of this network is %zu x %zu",
                        n->name[l], width(n, l), width(n, l - 1), l, net->n[l], net->n[l - 1]);
    const bool recurrent = net->blocks > L;
    for (size_t k = L + 1; k < 2 * L && n->net.recurrent && !recurrent; k++)
        if (n->name[k])
            return FAIL(e, ST_DATA,
                        "node '%s' holds recurrent weights; this network has none (network.recurrent)",
                        n->name[k]);
    if (recurrent && !n->net.recurrent)
        return FAIL(e, ST_DATA, "a network without recurrent weights; this one has R_1");
    return ST_OK;
}

status nir_fits(const struct nir_network *n, const struct net *net, size_t real_size, struct error *e)
{
    if (net->n[0] != n->n_inputs || net->n[net->L] != n->n_outputs)
        return FAIL(e, ST_DATA, "a network of %zu inputs and %zu outputs; the data has %zu and %zu",
                    n->n_inputs, n->n_outputs, net->n[0], net->n[net->L]);
    TRY(check_shape(n, net, e));
    for (size_t k = 1; k <= net->blocks; k++)
        for (size_t i = 0, size = net_block_size(net, k); i < size; i++) {
            const double w = n->w[k][i];
            if (!isfinite(real_size == sizeof(float) ? (double)(float)w : w))
                return FAIL(e, ST_DATA, "node '%s': the weight %g is too large for numbers of this precision",
                            n->name[k], w);
        }
    return ST_OK;
}

status nir_weights(const struct nir_network *n, struct net *net, struct error *e)
{
    TRY(nir_fits(n, net, sizeof(real), e));
    for (size_t k = 1; k <= net->blocks; k++)
        for (size_t i = 0, size = net_block_size(net, k); i < size; i++) net->W[k][i] = (real)n->w[k][i];
    return ST_OK;
}
