/* Trained networks from NIR files (see trained.h). */
#include "records/sidecar.h"
#include "records/trained.h"
#include "support/file.h"
#include <string.h>

status trained_text(const char *weights, struct file_buffer *text, struct error *e)
{
    enum { MOST = 1 << 19 };
    struct sidecar s;
    TRY(sidecar_read(weights, &s, e));
    return file_read(s.path, MOST, text, e);
}

/* The run that the file was exported from, and what its head says. */
static status own_run(struct trained *t, const struct catalogue *c, const char *path, struct error *e)
{
    struct sidecar s = {.ours = false};
    char *text = mem_string(&t->mem, t->nir->run, e);
    if (!text) return ST_MEMORY;
    FILE *f = fmemopen(text, strlen(text) + 1, "r");
    if (!f) return FAIL(e, ST_MEMORY, "%s: no memory for its run", path);
    sidecar_scan(f, &s);
    (void)fclose(f);
    trained_remember(t, &s);
    return plan_load_text(&t->plan, c, path, t->nir->run, &(struct plan_overrides){.n_set = 0}, e);
}

/* A run that trains nothing, of a solver that predicts by the simulated network. */
static status foreign_run(struct trained *t, const struct catalogue *c, const char *path, const char *dataset,
                          struct error *e)
{
    char text[300];
    if (!dataset)
        return FAIL(e, ST_USAGE, "%s: the file does not name its data: --dataset NAME is needed", path);
    (void)snprintf(text, sizeof text,
                   "experiment: nir\nstop: {max_iter: 0}\ndataset: {name: %.100s}\nsolvers: [{name: bptt}]\n",
                   dataset);
    return plan_load_text(&t->plan, c, path, text, &(struct plan_overrides){.n_set = 0}, e);
}

/* The network's options are those of the file; its loss and its start are the run's. */
static void set_network(struct net_options *to, const struct nir_network *n)
{
    const struct net_options *from = &n->net;
    to->hidden = from->hidden;
    to->leak = from->leak;
    to->threshold = from->threshold;
    to->reset = from->reset;
    to->readout = from->readout;
    to->recurrent = from->recurrent;
    to->self_connections = from->self_connections;
    to->synapse = from->synapse;
    to->synapse_decay = from->synapse_decay;
}

status trained_describe_nir(struct trained *t, const struct catalogue *c, const char *path,
                            const struct trained_import *import, struct error *e)
{
    memset(t, 0, sizeof *t);
    struct nir_network *n = mem_alloc(&t->mem, 1, sizeof *n, e);
    if (!n) return ST_MEMORY;
    TRY(nir_read(n, path, &import->nir, &t->mem, e));
    t->nir = n;
    if (n->run && !import->dataset)
        TRY(own_run(t, c, path, e));
    else
        TRY(foreign_run(t, c, path, import->dataset || !import->alone ? import->dataset : "digits", e));
    if (t->plan.n_runs != 1)
        return FAIL(e, ST_DATA, "%s: its metadata plan %zu runs instead of one", path, t->plan.n_runs);
    t->run = &t->plan.runs[0];
    t->run->run.precision = n->single ? PRECISION_FLOAT : PRECISION_DOUBLE;
    set_network(&t->run->net, n);
    return ST_OK;
}
