/* Writing NIR files (see nir.h). */
#include "network/nir.h"
#ifdef SPIKEBENCH_HDF5
#include "support/file.h"
#include <errno.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

/* What is being written. Handles of groups are closed by who opens them. */
struct writer {
    const struct net *net;
    const struct nir_export *x;
    hid_t text, plain; /* the type of texts; properties of datasets: no times, so the same bytes each time */
    struct error *e;
};

static hid_t real_type(void)
{
    return sizeof(real) == sizeof(float) ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
}

static status put(struct writer *w, hid_t group, const char *name, hid_t type, int rank, const hsize_t *shape,
                  const void *data)
{
    hid_t space = rank > 0 ? H5Screate_simple(rank, shape, NULL) : H5Screate(H5S_SCALAR);
    hid_t d = space < 0 ? -1 : H5Dcreate2(group, name, type, space, H5P_DEFAULT, w->plain, H5P_DEFAULT);
    const bool good = d >= 0 && H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
    if (d >= 0) (void)H5Dclose(d);
    if (space >= 0) (void)H5Sclose(space);
    return good ? ST_OK : FAIL(w->e, ST_IO, "HDF5 could not write '%s'", name);
}

static status put_text(struct writer *w, hid_t group, const char *name, const char *text)
{
    return put(w, group, name, w->text, 0, NULL, &text);
}

static status put_number(struct writer *w, hid_t group, const char *name, double v)
{
    return put(w, group, name, H5T_NATIVE_DOUBLE, 0, NULL, &v);
}

static status open_group(struct writer *w, hid_t in, const char *name, hid_t *group)
{
    *group = H5Gcreate2(in, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    return *group >= 0 ? ST_OK : FAIL(w->e, ST_IO, "HDF5 could not make the group '%s'", name);
}

/* The same number n times. */
static status put_constant(struct writer *w, hid_t group, const char *name, size_t n, double v)
{
    const hsize_t shape = n;
    double *all = malloc((n + 1) * sizeof *all);
    if (!all) return FAIL(w->e, ST_MEMORY, "no memory for %zu numbers", n);
    for (size_t i = 0; i < n; i++) all[i] = v;
    const status st = put(w, group, name, H5T_NATIVE_DOUBLE, 1, &shape, all);
    free(all);
    return st;
}

/* Matrix k by rows. */
static status put_matrix(struct writer *w, hid_t group, size_t k)
{
    const struct net_block b = net_block(w->net, k);
    const hsize_t shape[2] = {b.rows, b.cols};
    real *rows = malloc(b.rows * b.cols * sizeof *rows);
    if (!rows) return FAIL(w->e, ST_MEMORY, "no memory for %zu weights", b.rows * b.cols);
    for (size_t i = 0; i < b.rows; i++)
        for (size_t j = 0; j < b.cols; j++) rows[i * b.cols + j] = b.w[j * b.rows + i];
    const status st = put(w, group, "weight", real_type(), 2, shape, rows);
    free(rows);
    return st;
}

/* The decays as they are: 1 - dt / tau is rounded. */
static status put_decays(struct writer *w, hid_t group, size_t l)
{
    hid_t metadata;
    const double leak = (double)w->net->lif[l].leak, alpha = (double)w->net->synapse_decay;
    TRY(open_group(w, group, "metadata", &metadata));
    status st = put_number(w, metadata, "leak", leak);
    if (st == ST_OK && alpha > 0) st = put_number(w, metadata, "synapse_decay", alpha);
    (void)H5Gclose(metadata);
    return st;
}

/* Parameters of the neurons of layer l. */
static status put_neuron(struct writer *w, hid_t group, size_t l)
{
    const struct net *net = w->net;
    const bool hidden = l<net->L, current = net->synapse_decay> 0;
    const double dt = w->x->dt, leak = (double)net->lif[l].leak, alpha = (double)net->synapse_decay;
    const size_t n = net->n[l];
    const char *type = current     ? (hidden ? "CubaLIF" : "CubaLI")
                       : leak == 1 ? (hidden ? "IF" : "I")
                       : hidden    ? "LIF"
                                   : "LI";
    if (current && leak == 1)
        return FAIL(w->e, ST_CONFIG,
                    "layer %zu has current-based synapses and a leak of 1: NIR has no such neuron", l);
    TRY(put_text(w, group, "type", type));
    TRY(put_constant(w, group, "r", n, leak == 1 ? 1 / dt : 1 / (1 - leak)));
    if (leak < 1) {
        TRY(put_constant(w, group, current ? "tau_mem" : "tau", n, dt / (1 - leak)));
        TRY(put_constant(w, group, "v_leak", n, 0));
    }
    if (current) {
        TRY(put_constant(w, group, "tau_syn", n, dt / (1 - alpha)));
        TRY(put_constant(w, group, "w_in", n, 1 / (1 - alpha)));
    }
    if (hidden) {
        TRY(put_constant(w, group, "v_threshold", n, (double)net->lif[l].threshold));
        TRY(put_constant(w, group, "v_reset", n, 0));
    }
    return put_decays(w, group, l);
}

enum part { PART_END, PART_WEIGHTS, PART_NEURON };

/* A node: an end of the graph with n numbers, matrix k or the neurons of layer k. */
static status put_node(struct writer *w, hid_t nodes, const char *name, enum part part, const char *type,
                       size_t k)
{
    hid_t group;
    const hsize_t one = 1;
    const long long n = (long long)k;
    TRY(open_group(w, nodes, name, &group));
    status st = part == PART_NEURON ? put_neuron(w, group, k) : put_text(w, group, "type", type);
    if (st == ST_OK && part == PART_WEIGHTS) st = put_matrix(w, group, k);
    if (st == ST_OK && part == PART_END) st = put(w, group, "shape", H5T_NATIVE_LLONG, 1, &one, &n);
    (void)H5Gclose(group);
    return st;
}

/* Names of layer l: "fc1", "lif1" ("readout" of the last), "rec1". */
struct names {
    char weights[16], neuron[16], recurrent[16];
};

static struct names names_of(const struct net *net, size_t l)
{
    struct names n;
    (void)snprintf(n.weights, sizeof n.weights, "fc%zu", l);
    (void)snprintf(n.neuron, sizeof n.neuron, l < net->L ? "lif%zu" : "readout", l);
    (void)snprintf(n.recurrent, sizeof n.recurrent, "rec%zu", l);
    return n;
}

static status put_nodes(struct writer *w, hid_t nodes)
{
    const struct net *net = w->net;
    TRY(put_node(w, nodes, "input", PART_END, "Input", net->n[0]));
    TRY(put_node(w, nodes, "output", PART_END, "Output", net->n[net->L]));
    for (size_t l = 1; l <= net->L; l++) {
        const struct names n = names_of(net, l);
        TRY(put_node(w, nodes, n.weights, PART_WEIGHTS, "Linear", l));
        TRY(put_node(w, nodes, n.neuron, PART_NEURON, NULL, l));
        if (net_recurrent(net, l)) TRY(put_node(w, nodes, n.recurrent, PART_WEIGHTS, "Linear", net->L + l));
    }
    return ST_OK;
}

static status put_edges(struct writer *w, hid_t graph)
{
    const struct net *net = w->net;
    const char *ends[4 * NET_MAX_LAYERS + 1][2] = {{NULL}};
    struct names names[NET_MAX_LAYERS + 1];
    hsize_t shape[2] = {0, 2};
    const char *before = "input";
    for (size_t l = 1; l <= net->L; l++) {
        const struct names *n = &names[l];
        names[l] = names_of(net, l);
        const char *rows[4][2] = {{before, n->weights},
                                  {n->weights, n->neuron},
                                  {n->neuron, n->recurrent},
                                  {n->recurrent, n->neuron}};
        const size_t count = net_recurrent(net, l) ? 4 : 2;
        memcpy(ends[shape[0]], rows, count * sizeof *rows);
        shape[0] += count;
        before = n->neuron;
    }
    ends[shape[0]][0] = before;
    ends[shape[0]++][1] = "output";
    return put(w, graph, "edges", w->text, 2, shape, ends);
}

static status put_metadata(struct writer *w, hid_t metadata)
{
    const struct net *net = w->net;
    TRY(put_text(w, metadata, "program", w->x->program));
    TRY(put_number(w, metadata, "dt", w->x->dt));
    TRY(put_text(w, metadata, "reset", reset_names[net->lif[1].reset]));
    TRY(put_text(w, metadata, "readout", readout_names[net->readout]));
    TRY(put_text(w, metadata, "loss", loss_names[net->loss]));
    TRY(put_number(w, metadata, "self_connections", net->self_connections));
    return w->x->run ? put_text(w, metadata, "run", w->x->run) : ST_OK;
}

static status put_group(struct writer *w, hid_t graph, const char *name,
                        status (*fill)(struct writer *, hid_t))
{
    hid_t group;
    TRY(open_group(w, graph, name, &group));
    const status st = fill(w, group);
    (void)H5Gclose(group);
    return st;
}

static status put_graph(struct writer *w, hid_t graph)
{
    TRY(put_text(w, graph, "type", "NIRGraph"));
    TRY(put_group(w, graph, "metadata", put_metadata));
    TRY(put_group(w, graph, "nodes", put_nodes));
    return put_edges(w, graph);
}

static status write_into(struct writer *w, hid_t file)
{
    static const char version[] = "1.0.0"; /* of NIR whose layout this is */
    TRY(put_text(w, file, "version", version));
    return put_group(w, file, "node", put_graph);
}

static status write_file(struct writer *w, const char *path)
{
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (file < 0) return FAIL(w->e, ST_IO, "HDF5 could not open it to write");
    status st = write_into(w, file);
    if (H5Fclose(file) < 0 && st == ST_OK) st = FAIL(w->e, ST_IO, "HDF5 could not write it");
    return st;
}

status nir_write(const struct net *net, const struct nir_export *x, const char *path, struct error *e)
{
    struct file_writer f;
    struct writer w = {.net = net, .x = x, .e = e};
    TRY(file_create(&f, path, e));
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* what is wrong is said by us */
    w.text = H5Tcopy(H5T_C_S1);
    w.plain = H5Pcreate(H5P_DATASET_CREATE);
    const bool ready = w.text >= 0 && w.plain >= 0 && H5Tset_size(w.text, H5T_VARIABLE) >= 0 &&
                       H5Tset_cset(w.text, H5T_CSET_UTF8) >= 0 && H5Pset_obj_track_times(w.plain, false) >= 0;
    status st = ready ? write_file(&w, f.temporary) : FAIL(e, ST_MEMORY, "no memory for HDF5");
    if (w.text >= 0) (void)H5Tclose(w.text);
    if (w.plain >= 0) (void)H5Pclose(w.plain);
    if (st != ST_OK) err_prefix(e, "%s", path);
    if (st == ST_OK) st = file_commit(&f, e);
    file_abandon(&f);
    return st;
}
#else
status nir_write(const struct net *net, const struct nir_export *x, const char *path, struct error *e)
{
    (void)net, (void)x;
    return FAIL(e, ST_NO_DATA,
                "%s: this program was built without HDF5: install libhdf5-dev and build it again", path);
}
#endif
