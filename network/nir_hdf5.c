/* HDF5's part of reading NIR files (see nir_graph.h). */
#include "network/nir_graph.h"
#ifdef SPIKEBENCH_HDF5
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 8 };

/* One graph of the file while it is read: its own nodes, by their names within it. */
struct level {
    struct nir_graph *g;
    struct error *e;
    struct nir_node *node; /* whose arrays are read */
    const char *prefix;    /* "", or "block/" */
    const char *within;    /* "" or "metadata." */
    int depth;
    size_t n_own;
    struct own {
        char name[NIR_NAME];
        size_t in, out; /* nodes: the same, or input and output of a nested graph */
    } * own;
};

static status read_graph(struct level *up, hid_t group, const char *prefix, size_t *in, size_t *out);

/* A link that leads out of the file, or has no end, is none of NIR's. */
static status check_link(const struct level *v, const char *name, H5L_type_t type)
{
    return type == H5L_TYPE_HARD
               ? ST_OK
               : FAIL(v->e, ST_DATA, "'%s%.100s' is a link: NIR files have none", v->prefix, name);
}

/* Room for n more of what `size` bytes are; at most `most`. */
static status grow(void **items, size_t have, size_t n, size_t most, size_t size, const char *what,
                   struct error *e)
{
    if (n > most - have) return FAIL(e, ST_DATA, "more than %zu %s are not read", most, what);
    void *more = realloc(*items, (have + n + 1) * size);
    if (!more) return FAIL(e, ST_MEMORY, "no memory for %zu %s", have + n, what);
    *items = more;
    return ST_OK;
}

static status keep_text(struct nir_graph *g, struct nir_array *a, const char *text, size_t length,
                        struct error *e)
{
    void *all = g->text;
    TRY(grow(&all, g->n_text, length + 1, NIR_MOST_TEXT, 1, "characters of text", e));
    g->text = all;
    memcpy(g->text + g->n_text, text, length);
    g->text[g->n_text + length] = '\0';
    *a = (struct nir_array){.kind = NIR_TEXT, .first = g->n_text, .size = length + 1};
    g->n_text += length + 1;
    return ST_OK;
}

/* All strings of a dataset, fixed or variable in length, each kept in the graph's text: a[n]. */
static status read_strings(struct nir_graph *g, hid_t dataset, hid_t type, size_t n, struct nir_array *a,
                           struct error *e)
{
    const bool variable = H5Tis_variable_str(type) > 0;
    const size_t width = variable ? sizeof(char *) : H5Tget_size(type);
    if (width == 0 || width > NIR_MOST_TEXT || n > 2 * NIR_MOST_EDGES)
        return FAIL(e, ST_DATA, "too many or too long strings");
    char *bytes = calloc(n + 1, width);
    if (!bytes) return FAIL(e, ST_MEMORY, "no memory for %zu strings", n);
    hid_t memory = H5Tcopy(type);
    if (memory < 0 || H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0)
        return FAIL(e, ST_DATA, "strings cannot be read");
    for (size_t i = 0; i < n; i++) {
        const char *s = bytes + i * width;
        size_t length = 0;
        if (variable) memcpy(&s, bytes + i * width, sizeof s);
        if (!s) s = "";
        length = variable ? strlen(s) : strnlen(s, width);
        TRY(keep_text(g, &a[i], s, length, e));
    }
    return ST_OK;
}

/* Refuses numbers that stand in other files, or are copies of other datasets. */
static status check_storage(hid_t dataset, struct error *e)
{
    hid_t made = H5Dget_create_plist(dataset);
    const bool own = made >= 0 && H5Pget_layout(made) != H5D_VIRTUAL && H5Pget_external_count(made) == 0;
    if (made >= 0) (void)H5Pclose(made);
    return own ? ST_OK : FAIL(e, ST_DATA, "its numbers stand in another file");
}

static status read_numbers(struct nir_graph *g, hid_t dataset, struct nir_array *a, struct error *e)
{
    void *all = g->numbers;
    TRY(grow(&all, g->n_numbers, a->size, NIR_MOST_NUMBERS, sizeof *g->numbers, "numbers", e));
    g->numbers = all;
    a->first = g->n_numbers;
    if (a->size > 0 &&
        H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, g->numbers + g->n_numbers) < 0)
        return FAIL(e, ST_DATA, "cannot be read");
    g->n_numbers += a->size;
    return ST_OK;
}

/* Rank, shape and number of elements. */
static status read_shape(hid_t space, struct nir_array *a, struct error *e)
{
    hsize_t shape[H5S_MAX_RANK];
    const int rank = space >= 0 ? H5Sget_simple_extent_dims(space, shape, NULL) : -1;
    if (rank < 0 || rank > NIR_MOST_RANK)
        return FAIL(e, ST_DATA, "has %d axes; at most %d are read", rank, NIR_MOST_RANK);
    a->rank = rank;
    a->size = 1;
    for (int k = 0; k < rank; k++) {
        if (shape[k] > NIR_MOST_NUMBERS || a->size * shape[k] > NIR_MOST_NUMBERS)
            return FAIL(e, ST_DATA, "has more than %d numbers", NIR_MOST_NUMBERS);
        a->shape[k] = (size_t)shape[k];
        a->size *= a->shape[k];
    }
    return ST_OK;
}

static enum nir_kind kind_of(hid_t type)
{
    const H5T_class_t class = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
    if (class == H5T_STRING) return NIR_TEXT;
    if (class == H5T_INTEGER) return NIR_INTEGER;
    if (class != H5T_FLOAT) return NIR_OTHER;
    return H5Tget_size(type) <= sizeof(float) ? NIR_SINGLE : NIR_DOUBLE;
}

static status read_array(struct nir_graph *g, hid_t dataset, struct nir_array *a, struct error *e)
{
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    *a = (struct nir_array){.kind = kind_of(type)};
    status st = check_storage(dataset, e);
    if (st == ST_OK) st = read_shape(space, a, e);
    if (st == ST_OK && a->kind == NIR_TEXT && a->size != 1)
        a->kind = NIR_OTHER; /* a list of texts is none of a node's */
    if (st == ST_OK && a->kind == NIR_TEXT)
        st = read_strings(g, dataset, type, 1, a, e);
    else if (st == ST_OK && a->kind != NIR_OTHER)
        st = read_numbers(g, dataset, a, e);
    if (a->kind == NIR_OTHER) a->size = 0;
    if (type >= 0) (void)H5Tclose(type);
    if (space >= 0) (void)H5Sclose(space);
    return st;
}

static status add_array(struct level *v, hid_t dataset, const char *name)
{
    struct nir_array a;
    struct nir_node *node = v->node;
    const bool metadata = v->within[0] != '\0';
    if (node->n_arrays == NIR_MOST_ARRAYS && metadata) return ST_OK;
    if (node->n_arrays == NIR_MOST_ARRAYS)
        return FAIL(v->e, ST_DATA, "node '%s' has more than %d datasets", node->name, NIR_MOST_ARRAYS);
    const status st = read_array(v->g, dataset, &a, v->e);
    if (st == ST_DATA && metadata) {
        *v->e = (struct error){.code = ST_OK};
        return ST_OK;
    }
    if (st != ST_OK) return err_prefix(v->e, "node '%s', %s%.40s", node->name, v->within, name);
    (void)snprintf(a.name, sizeof a.name, "%s%.20s", v->within, name);
    node->array[node->n_arrays++] = a;
    return ST_OK;
}

/* What HDF5's iteration wants to hear. */
static herr_t go_on(status st)
{
    return st == ST_OK ? 0 : -1;
}

/* The failure that a visitor has told of, or that HDF5 has not. */
static status visited(herr_t outcome, const char *what, struct error *e)
{
    if (outcome >= 0) return ST_OK;
    return e->code != ST_OK ? e->code : FAIL(e, ST_DATA, "%.100s cannot be read", what);
}

/* Visits each dataset of a node's group, or of its metadata, of which those that are not read do no harm. */
static herr_t visit_array(hid_t group, const char *name, const H5L_info_t *link, void *context)
{
    struct level *v = context;
    if (strcmp(name, "nodes") == 0 || strcmp(name, "edges") == 0) return 0; /* read_graph reads them */
    if (check_link(v, name, link->type) != ST_OK) return -1;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0) return go_on(FAIL(v->e, ST_DATA, "'%.100s' cannot be opened", name));
    const herr_t outcome = H5Iget_type(object) == H5I_DATASET ? go_on(add_array(v, object, name)) : 0;
    (void)H5Oclose(object);
    return outcome;
}

/* The metadata of a node come last: those of other programs are as many and as large as they like. */
static status read_metadata(struct level *v, hid_t group)
{
    if (H5Lexists(group, "metadata", H5P_DEFAULT) <= 0) return ST_OK;
    hid_t metadata = H5Gopen2(group, "metadata", H5P_DEFAULT);
    if (metadata < 0) return ST_OK; /* no group */
    v->within = "metadata.";
    const herr_t outcome = H5Literate(metadata, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_array, v);
    v->within = "";
    (void)H5Gclose(metadata);
    return visited(outcome, "metadata", v->e);
}

/* A node without arrays; *at is its index. */
static status add_node(struct nir_graph *g, const char *prefix, const char *name, size_t *at, struct error *e)
{
    void *all = g->nodes;
    if (strlen(prefix) + strlen(name) >= NIR_NAME)
        return FAIL(e, ST_DATA, "the name of node '%.60s...' is too long", name);
    TRY(grow(&all, g->n_nodes, 1, NIR_MOST_NODES, sizeof *g->nodes, "nodes", e));
    g->nodes = all;
    *at = g->n_nodes++;
    g->nodes[*at] = (struct nir_node){.through = false};
    (void)snprintf(g->nodes[*at].name, NIR_NAME, "%s%s", prefix, name);
    return ST_OK;
}

/* The arrays of the node at the place `at`, from its group. */
static status fill_node(struct level *v, hid_t group, size_t at)
{
    struct nir_node node = v->g->nodes[at];
    v->node = &node;
    TRY(visited(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_array, v), node.name, v->e));
    TRY(read_metadata(v, group));
    const struct nir_array *type = nir_find(&node, "type");
    if (!type || type->kind != NIR_TEXT || type->size > NIR_WORD)
        return FAIL(v->e, ST_DATA, "node '%s' has no type", node.name);
    (void)snprintf(node.type, NIR_WORD, "%s", v->g->text + type->first);
    v->g->nodes[at] = node;
    return ST_OK;
}

/* A node, or a graph within the graph, which stands as its input and output. */
static status add_own(struct level *v, hid_t group, const char *name)
{
    struct own own = {.in = 0};
    struct nir_graph *g = v->g;
    void *all = v->own;
    TRY(add_node(g, v->prefix, name, &own.in, v->e));
    TRY(fill_node(v, group, own.in));
    own.out = own.in;
    (void)snprintf(own.name, NIR_NAME, "%s", name);
    if (strcmp(g->nodes[own.in].type, "NIRGraph") == 0) {
        char prefix[NIR_NAME + 2];
        (void)snprintf(prefix, sizeof prefix, "%s/", g->nodes[own.in].name);
        g->n_nodes--; /* its nodes take its place */
        TRY(read_graph(v, group, prefix, &own.in, &own.out));
    }
    TRY(grow(&all, v->n_own, 1, NIR_MOST_NODES, sizeof own, "nodes", v->e));
    v->own = all;
    v->own[v->n_own++] = own;
    return ST_OK;
}

static herr_t visit_node(hid_t group, const char *name, const H5L_info_t *link, void *context)
{
    struct level *v = context;
    if (check_link(v, name, link->type) != ST_OK) return -1;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0 || H5Iget_type(object) != H5I_GROUP)
        return go_on(FAIL(v->e, ST_DATA, "node '%s%.100s' is no group", v->prefix, name));
    const status st = add_own(v, object, name);
    (void)H5Oclose(object);
    return go_on(st);
}

static const struct own *find_own(const struct level *v, const char *name)
{
    for (size_t i = 0; i < v->n_own; i++)
        if (strcmp(v->own[i].name, name) == 0) return &v->own[i];
    return NULL;
}

static status add_edges(struct level *v, size_t n, const struct nir_array *names)
{
    struct nir_graph *g = v->g;
    void *all = g->edges;
    TRY(grow(&all, g->n_edges, n, NIR_MOST_EDGES, sizeof *g->edges, "edges", v->e));
    g->edges = all;
    for (size_t i = 0; i < n; i++) {
        const char *ends[2] = {g->text + names[2 * i].first, g->text + names[2 * i + 1].first};
        const struct own *from = find_own(v, ends[0]), *to = find_own(v, ends[1]);
        if (!from || !to)
            return FAIL(v->e, ST_DATA, "an edge names node '%s%.100s', which is not there", v->prefix,
                        from ? ends[1] : ends[0]);
        g->edges[g->n_edges++] = (struct nir_edge){from->out, to->in};
    }
    return ST_OK;
}

static status read_edges(struct level *v, hid_t group)
{
    struct nir_array shape = {.size = 0};
    if (H5Lexists(group, "edges", H5P_DEFAULT) <= 0)
        return FAIL(v->e, ST_DATA, "graph '%s' has no edges", v->prefix);
    hid_t dataset = H5Dopen2(group, "edges", H5P_DEFAULT);
    if (dataset < 0) return FAIL(v->e, ST_DATA, "edges of graph '%s' cannot be read", v->prefix);
    hid_t type = H5Dget_type(dataset);
    TRY(check_storage(dataset, v->e));
    TRY(read_shape(H5Dget_space(dataset), &shape, v->e));
    if (shape.size == 0) return ST_OK;
    if (shape.rank != 2 || shape.shape[1] != 2 || shape.shape[0] > NIR_MOST_EDGES ||
        H5Tget_class(type) != H5T_STRING)
        return FAIL(v->e, ST_DATA, "edges of graph '%s' are no pairs of at most %d names", v->prefix,
                    NIR_MOST_EDGES);
    struct nir_array *names = calloc(shape.size, sizeof *names);
    if (!names) return FAIL(v->e, ST_MEMORY, "no memory for %zu edges", shape.shape[0]);
    TRY(read_strings(v->g, dataset, type, shape.size, names, v->e));
    const status st = add_edges(v, shape.shape[0], names);
    free(names);
    return st;
}

/* The only node of this type directly within the graph. */
static status find_end(const struct level *v, const char *type, size_t *at)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n_own; i++)
        if (v->own[i].in == v->own[i].out && strcmp(v->g->nodes[v->own[i].in].type, type) == 0) {
            *at = v->own[i].in;
            n++;
        }
    if (n == 1) return ST_OK;
    return FAIL(v->e, ST_DATA, "graph '%s' has %zu nodes of type %s; one is needed", v->prefix, n, type);
}

/* A graph's nodes and edges; *in and *out are its Input and Output. */
static status read_graph(struct level *up, hid_t group, const char *prefix, size_t *in, size_t *out)
{
    struct level v = {.g = up->g, .e = up->e, .prefix = prefix, .within = "", .depth = up->depth + 1};
    if (v.depth > DEEPEST) return FAIL(v.e, ST_DATA, "graphs are nested deeper than %d", DEEPEST);
    hid_t nodes = H5Lexists(group, "nodes", H5P_DEFAULT) > 0 ? H5Gopen2(group, "nodes", H5P_DEFAULT) : -1;
    if (nodes < 0) return FAIL(v.e, ST_DATA, "graph '%s' has no nodes", prefix);
    TRY(visited(H5Literate(nodes, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_node, &v), "a node", v.e));
    TRY(read_edges(&v, group));
    TRY(find_end(&v, "Input", in));
    TRY(find_end(&v, "Output", out));
    v.g->nodes[*in].through = v.g->nodes[*out].through = up->depth > 0;
    (void)H5Gclose(nodes);
    free(v.own);
    return ST_OK;
}

static void read_version(struct nir_graph *g, hid_t file)
{
    struct nir_array a;
    hid_t d = H5Lexists(file, "version", H5P_DEFAULT) > 0 ? H5Dopen2(file, "version", H5P_DEFAULT) : -1;
    if (d < 0) return;
    if (read_array(g, d, &a, NULL) == ST_OK && a.kind == NIR_TEXT)
        (void)snprintf(g->version, sizeof g->version, "%.*s", NIR_VERSION - 1, g->text + a.first);
    (void)H5Dclose(d);
}

status nir_hdf5_read(struct nir_graph *g, const char *path, struct error *e)
{
    size_t in, out, root;
    *g = (struct nir_graph){.n_nodes = 0};
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* what is wrong is said by us */
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0) return FAIL(e, ST_DATA, "is a damaged HDF5 file, or one that is being written");
    read_version(g, file);
    if (H5Lexists(file, "node", H5P_DEFAULT) <= 0 && H5Lexists(file, "nodes", H5P_DEFAULT) > 0)
        return FAIL(
            e, ST_DATA,
            "is of NIR before 0.1, whose nodes have numbers for names: write it again with a newer one");
    hid_t node = H5Lexists(file, "node", H5P_DEFAULT) > 0 ? H5Gopen2(file, "node", H5P_DEFAULT) : -1;
    if (node < 0) return FAIL(e, ST_DATA, "is an HDF5 file but no NIR file: it has no group 'node'");
    struct level top = {.g = g, .e = e, .prefix = "", .within = ""};
    TRY(add_node(g, "", "", &root, e));
    TRY(fill_node(&top, node, root));
    if (strcmp(g->nodes[root].type, "NIRGraph") != 0)
        return FAIL(e, ST_DATA, "holds a single node of type %s, no graph", g->nodes[root].type);
    return read_graph(&top, node, "", &in, &out);
}
#else
/* Built without HDF5: nir_read says so. */
extern int nir_hdf5_is_missing;
#endif
