/* The graph that a NIR file holds, as HDF5's part (nir_hdf5.c, in a child process) hands it to the rest:
 * nested graphs are dissolved, and numbers are doubles. */
#ifndef SPIKEBENCH_NETWORK_NIR_GRAPH_H
#define SPIKEBENCH_NETWORK_NIR_GRAPH_H

#include "network/nir.h"

enum {
    NIR_MOST_NODES = 1024,
    NIR_MOST_EDGES = 4096,
    NIR_MOST_ARRAYS = 16, /* of a node, its metadata among them */
    NIR_MOST_RANK = 4,
    NIR_MOST_NUMBERS = 1 << 26,
    NIR_MOST_TEXT = 1 << 20,
    NIR_NAME = 128,
    NIR_WORD = 32
};

enum nir_kind { NIR_DOUBLE, NIR_SINGLE, NIR_INTEGER, NIR_TEXT, NIR_OTHER };
/* "weight", or "metadata.leak". Numbers: first, size into graph.numbers; text: into graph.text, with the '\0'
 * behind it; another type: size 0. */
struct nir_array {
    char name[NIR_WORD];
    enum nir_kind kind;
    int rank;
    size_t shape[NIR_MOST_RANK], first, size;
};
struct nir_node {
    char name[NIR_NAME]; /* "lif1", and "block/lif1" within a nested graph */
    char type[NIR_WORD];
    bool through; /* the input or the output of a nested graph */
    size_t n_arrays;
    struct nir_array array[NIR_MOST_ARRAYS];
};
struct nir_edge {
    size_t from, to;
};
struct nir_graph {
    char version[NIR_VERSION];
    size_t n_nodes, n_edges, n_numbers, n_text;
    struct nir_node *nodes; /* node 0 is the graph itself, with its metadata; no edge has it */
    struct nir_edge *edges;
    double *numbers;
    char *text;
};

/* Fills the graph from a file: ST_DATA naming what is no NIR, ST_IO, ST_MEMORY. Only in a child process: a
 * hostile file crashes HDF5 or makes it hang. What it holds is never freed: the process ends. */
status nir_hdf5_read(struct nir_graph *g, const char *path, struct error *e);

/* The array of a node, or NULL. */
const struct nir_array *nir_find(const struct nir_node *node, const char *name);
/* An array of at least one number. */
bool nir_is_number(const struct nir_array *a);
/* ST_DATA unless all indices lie within the graph. */
status nir_graph_check(const struct nir_graph *g, struct error *e);

/* The layers of a graph: a chain from the input to the output. */
enum { NIR_NONE = 0 };
struct nir_layer {
    size_t weights, neuron, recurrent; /* nodes; recurrent may be NIR_NONE */
};
struct nir_chain {
    size_t n_layers, input;
    struct nir_layer layer[NET_MAX_LAYERS];
};
/* Finds them; edges past `through` nodes and Flatten are drawn anew (g->edges has room for NIR_MOST_EDGES),
 * and so are those past a Scale beside a matrix, whose numbers it multiplies. ST_DATA naming the node that
 * does not fit. */
status nir_chain_find(struct nir_chain *c, struct nir_graph *g, struct error *e);

/* The network of a chain. ST_DATA naming the node and what our network cannot hold of it; ST_MEMORY. */
status nir_translate(struct nir_network *n, const struct nir_graph *g, const struct nir_chain *c,
                     const struct nir_options *o, struct mem *m, struct error *e);

#endif
