/* A trained network on disk (see trained.h). */
#include "records/trained.h"
#include "support/blas.h"
#include "support/file.h"
#include "support/hash.h"
#include "trainer/suit.h"
#include "trainer/trainee.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The comments at the head of NET.yaml, by what their lines begin with. */
enum { SIDECAR_PATH = 4096, SIDECAR_LINE = 400 };
enum { SIDECAR_HOW, SIDECAR_WEIGHTS, SIDECAR_DATA, SIDECAR_RULES, SIDECAR_KEYS };
static const char sidecar_first_line[] =
    "# A network trained by SpikeBench: 'spikebench eval' and 'trace' read it.\n";
static const char *const sidecar_keys[SIDECAR_KEYS] = {
    "# training: ", "# weights SHA-256: ", "# data SHA-256: ", "# rules: "};

struct sidecar {
    char path[SIDECAR_PATH];
    bool ours;                              /* it begins with sidecar_first_line */
    char value[SIDECAR_KEYS][SIDECAR_LINE]; /* what follows the keys; "" where there is none */
};

/* Fills `ours` and `value` from the open file, and closes it. */
static void scan_sidecar(FILE *f, struct sidecar *s)
{
    char line[SIDECAR_LINE] = "";
    s->ours = fgets(line, sizeof line, f) && strcmp(line, sidecar_first_line) == 0;
    while (fgets(line, sizeof line, f) && line[0] == '#') {
        line[strcspn(line, "\r\n")] = '\0';
        for (int k = 0; k < SIDECAR_KEYS; k++)
            if (!s->value[k][0] && strncmp(line, sidecar_keys[k], strlen(sidecar_keys[k])) == 0)
                (void)snprintf(s->value[k], SIDECAR_LINE, "%s", line + strlen(sidecar_keys[k]));
    }
    (void)fclose(f);
}

/* What stands beside the weights. ST_USAGE if these do not end in .net or have too long a name; ST_IO. */
static status read_sidecar(const char *weights, struct sidecar *s, struct error *e)
{
    const size_t n = strlen(weights);
    *s = (struct sidecar){.ours = false};
    if (n <= 4 || strcmp(weights + n - 4, ".net") != 0 || weights[n - 5] == '/')
        return FAIL(e, ST_USAGE, "'%.200s': the name of a weight file ends in .net", weights);
    if (n + 10 > sizeof s->path) return FAIL(e, ST_USAGE, "the name of the weight file is too long");
    (void)snprintf(s->path, sizeof s->path, "%.*s.yaml", (int)(n - 4), weights);
    FILE *f = NULL;
    if (access(s->path, R_OK) != 0) return ST_OK;
    TRY(file_open(s->path, UINT64_MAX, &f, e));
    scan_sidecar(f, s);
    return ST_OK;
}

status trained_may_save(const char *weights, struct error *e)
{
    struct sidecar s;
    struct file_writer w;
    TRY(read_sidecar(weights, &s, e));
    if (access(s.path, F_OK) == 0 && !s.ours)
        return FAIL(e, ST_USAGE, "--out %s: %s is there and would be overwritten, but is not of a network",
                    weights, s.path);
    if (access(weights, F_OK) == 0) TRY(file_check(weights, UINT64_MAX, NULL, e));
    TRY(file_create(&w, weights, e));
    file_abandon(&w);
    return ST_OK;
}

static status write_sidecar(const struct run *run, const char *data_sha256, const char *weights_sha256,
                            const char *how, FILE *f, struct error *e)
{
    (void)fprintf(f, "%s%s%s\n%s%s\n", sidecar_first_line, sidecar_keys[SIDECAR_HOW], how,
                  sidecar_keys[SIDECAR_WEIGHTS], weights_sha256);
    (void)fprintf(f, "%s%s\n%s%d\n", sidecar_keys[SIDECAR_DATA], data_sha256, sidecar_keys[SIDECAR_RULES],
                  RESULT_RULES);
    return run_write_yaml(run, f, e);
}

status trained_save(const struct run *run, const struct net *net, const char *data_sha256, const char *how,
                    const char *weights, struct error *e)
{
    char sha256[HASH_HEX];
    struct sidecar before;
    struct file_writer new_net, new_yaml = {.file = NULL};
    TRY(read_sidecar(weights, &before, e));
    TRY(file_create(&new_net, weights, e));
    status st = net_save(net, new_net.file, e);
    if (st == ST_OK && fflush(new_net.file) != 0) st = FAIL(e, ST_IO, "%s", strerror(errno));
    if (st != ST_OK) err_prefix(e, "%s", weights);
    if (st == ST_OK) st = hash_file(new_net.temporary, sha256, e);
    if (st == ST_OK) st = file_create(&new_yaml, before.path, e);
    if (st == ST_OK) {
        st = write_sidecar(run, data_sha256, sha256, how, new_yaml.file, e);
        if (st != ST_OK) err_prefix(e, "%s", before.path);
    }
    if (st == ST_OK) st = file_commit(&new_net, e);
    if (st == ST_OK) st = file_commit(&new_yaml, e);
    file_abandon(&new_net);
    file_abandon(&new_yaml);
    return st;
}

status trained_summary(const char *weights, char *text, size_t size, struct error *e)
{
    struct sidecar s;
    TRY(read_sidecar(weights, &s, e));
    (void)snprintf(text, size, "%s", s.value[SIDECAR_HOW]);
    return text[0] ? ST_OK : FAIL(e, ST_IO, "%s was not written", s.path);
}

status trained_text(const char *weights, struct file_buffer *text, struct error *e)
{
    enum { MOST = 1 << 19 };
    struct sidecar s;
    TRY(read_sidecar(weights, &s, e));
    return file_read(s.path, MOST, text, e);
}

static status check_complete(const char *weights, struct error *e)
{
    FILE *f = NULL;
    TRY(file_open(weights, UINT64_MAX, &f, e));
    status st = net_file_complete(f, e);
    (void)fclose(f);
    return st == ST_OK ? ST_OK : err_prefix(e, "%s", weights);
}

/* Takes the data and the rules of the training from what stands at the head of a run. */
static void remember(struct trained *t, const struct sidecar *s)
{
    (void)snprintf(t->data_sha256, sizeof t->data_sha256, "%.*s", HASH_HEX - 1, s->value[SIDECAR_DATA]);
    t->rules = strtol(s->value[SIDECAR_RULES], NULL, 10);
}

status trained_describe(struct trained *t, const struct catalogue *c, const char *weights, struct error *e)
{
    char sha256[HASH_HEX];
    struct sidecar s;
    memset(t, 0, sizeof *t);
    TRY(read_sidecar(weights, &s, e));
    const char *path = s.path, *wanted = s.value[SIDECAR_WEIGHTS];
    TRY(file_check(weights, UINT64_MAX, NULL, e));
    TRY(hash_file(weights, sha256, e));
    if (access(path, R_OK) != 0)
        return FAIL(e, ST_IO, "%s: %s; it says how the network of %s was trained", path, strerror(errno),
                    weights);
    if (!s.ours || !wanted[0])
        return FAIL(e, ST_DATA, "%s: not written by 'spikebench train': it lacks the line '%s...'", path,
                    sidecar_keys[SIDECAR_WEIGHTS]);
    if (strcmp(wanted, sha256) != 0) {
        TRY(check_complete(weights, e));
        return FAIL(e, ST_DATA,
                    "%s describes a weight file with SHA-256 %.12s..., but that of %s is %.12s...:"
                    " one of them was changed or is of another network",
                    path, wanted, weights, sha256);
    }
    TRY(plan_load(&t->plan, c, path, NULL, NULL, e));
    if (t->plan.n_runs != 1)
        return FAIL(e, ST_DATA, "%s: it plans %zu runs instead of one", path, t->plan.n_runs);
    t->run = &t->plan.runs[0];
    remember(t, &s);
    return ST_OK;
}

/* The run that the file was exported from, and what its head says. */
static status own_run(struct trained *t, const struct catalogue *c, const char *path, struct error *e)
{
    struct sidecar s = {.ours = false};
    char *text = mem_string(&t->mem, t->nir->run, e);
    if (!text) return ST_MEMORY;
    FILE *f = fmemopen(text, strlen(text) + 1, "r");
    if (!f) return FAIL(e, ST_MEMORY, "%s: no memory for its run", path);
    scan_sidecar(f, &s);
    remember(t, &s);
    return plan_load(&t->plan, c, path, t->nir->run, NULL, e);
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
    return plan_load(&t->plan, c, path, text, NULL, e);
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

/* --set of an option of the dataset, or of the solver that its prediction alone reads: the rest is fixed by
 * the training. */
static status apply_setting(struct trained *t, const char *text, struct error *e)
{
    struct set_text set;
    const struct solver *solver = t->run->solver;
    TRY(settings_split(text, &set, e));
    if (set.section == SECTION_DATASET) return dataset_set(t->run->dataset, t->run->dataset_options, text, e);
    const struct option *o = set.section == SECTION_SOLVER ? opt_find(&solver->options, set.key) : NULL;
    if (!o || !(o->flags & OPT_PREDICTION))
        return FAIL(
            e, ST_CONFIG,
            "--set '%.100s': only options of the dataset (dataset.KEY=VALUE), and those of the solver "
            "that its prediction alone reads (see 'spikebench help %s'), can be changed after the "
            "training",
            text, solver->name);
    t->other_rule = true;
    return opt_set(o, t->run->solver_options, set.value, e);
}

static status apply_settings(struct trained *t, const char *const *set, size_t n_set, struct error *e)
{
    const struct dataset_common *now = t->run->dataset_options;
    struct dataset_common before = *now;
    for (size_t i = 0; i < n_set; i++) TRY(apply_setting(t, set[i], e));
    t->other_splits = before.n_train != now->n_train || before.n_validation != now->n_validation ||
                      before.n_test != now->n_test || before.split_seed != now->split_seed;
    return ST_OK;
}

static status check_precision(const struct trained *t, const char *weights, struct error *e)
{
    const char *theirs = precision_names[t->run->run.precision];
    if (strcmp(theirs, REAL_NAME) == 0) return ST_OK;
    return FAIL(e, ST_CONFIG, "%s: the network is %s, this program's numbers are %s", weights, theirs,
                REAL_NAME);
}

/* Builds the net and reads the weights; *info is NULL where the file's own sizes are believed. */
static status load_net(struct trained *t, const struct dataset_info *info, FILE *f, struct error *e)
{
    const struct run *run = t->run;
    struct dataset_info sizes = {.n_inputs = 0};
    if (!info && run->solver->features & FEATURE_OWN_NETWORK)
        TRY(run->dataset->probe(run->dataset_options, &sizes, e));
    else if (!info)
        TRY(net_file_sizes(f, &sizes.n_inputs, &sizes.n_targets, e));
    TRY(solver_network(run->solver, run->solver_options, &run->net, info ? info : &sizes, &t->net, &t->mem,
                       e));
    TRY(net_load(&t->net, f, e));
    return fgetc(f) == EOF ? ST_OK : FAIL(e, ST_DATA, "bytes behind the end of the weight file");
}

/* The same of a network that a NIR file has brought already. */
static status take_nir(struct trained *t, const struct dataset_info *info, struct error *e)
{
    const struct nir_network *n = t->nir;
    size_t inputs = n->n_inputs, outputs = n->n_outputs;
    if (info) inputs = info->n_inputs;
    if (info) outputs = info->n_classes ? info->n_classes : info->n_targets;
    TRY(net_create(&t->net, &t->run->net, inputs, outputs, &t->mem, e));
    return nir_weights(n, &t->net, e);
}

static status read_net(struct trained *t, const char *weights, const struct dataset_info *info,
                       struct error *e)
{
    FILE *f = NULL;
    if (t->nir) return take_nir(t, info, e) == ST_OK ? ST_OK : err_prefix(e, "%s", weights);
    TRY(file_open(weights, UINT64_MAX, &f, e));
    status st = load_net(t, info, f, e);
    (void)fclose(f);
    return st == ST_OK ? ST_OK : err_prefix(e, "%s", weights);
}

status trained_net(struct trained *t, const char *weights, struct error *e)
{
    TRY(check_precision(t, weights, e));
    return read_net(t, weights, NULL, e);
}

status trained_open(struct trained *t, const char *weights, const char *const *set, size_t n_set,
                    struct error *e)
{
    struct run *run = t->run;
    TRY(check_precision(t, weights, e));
    blas_single_thread();
    TRY(apply_settings(t, set, n_set, e));
    TRY(run->dataset->open(run->dataset_options, run->seed, &t->data, e));
    const struct dataset_info *info = &t->data.info;
    if (t->other_rule)
        TRY(solver_suits(run->solver, run->solver_options, &run->net, info, run->dataset->name, e));
    t->other_data = t->data_sha256[0] && strcmp(t->data_sha256, info->sha256) != 0;
    if (t->data_sha256[0] && t->rules != RESULT_RULES) t->other_splits = true;
    TRY(pool_create(&t->pool, (size_t)run->run.threads, e));
    return read_net(t, weights, info, e);
}

status trained_predict(const struct trained *t, const struct batch *b, real *scores,
                       struct operations *counts, struct error *e)
{
    struct trainee fresh;
    const struct contract_case c = {.solver = t->run->solver,
                                    .options = t->run->solver_options,
                                    .net_options = &t->run->net,
                                    .data = &t->data,
                                    .seed = t->run->seed};
    status st = trainee_begin(&fresh, &c, (size_t)t->run->run.threads, e);
    if (st == ST_OK) {
        net_copy_weights(&fresh.net, &t->net);
        st = c.solver->predict(fresh.state, b, scores, counts, e);
    }
    trainee_end(&fresh);
    return st;
}

void trained_free(struct trained *t)
{
    pool_free(t->pool);
    dataset_free(&t->data);
    plan_free(&t->plan);
    mem_free(&t->mem);
    memset(t, 0, sizeof *t);
}
