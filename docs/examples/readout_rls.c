/* A plug-in: the readout alone is trained by recursive least squares (Haykin, Adaptive Filter Theory, 1996),
 * as FORCE learning does (Sussillo, Abbott 2009). The hidden layers stay as they start.
 *
 *   cc -shared -fPIC readout_rls.c $(pkg-config --cflags spikebench) -o readout_rls.so
 *   spikebench contract readout_rls --plugin ./readout_rls.so
 *   spikebench train readout_rls digits --plugin ./readout_rls.so --out a.net */
#include "trainer/solver.h"
#include <math.h>

struct options {
    double ridge;
};
static const struct option option_list[] = {
    {"ridge", OPT_REAL, offsetof(struct options, ridge), "1", 0, 1e6, OPT_OPEN_LO, NULL, "",
     "weight of the readout's squared length in the sum of squared errors"}};

static const struct metric_desc metric_list[] = {
    {"error_rms", "", "root mean square of the readout's error before each correction", METRIC_RUN}};

struct rls {
    struct options options;
    struct train_env env;
    struct trace trace;
    real *f;  /* n_{L-1}: sum_t leak^(T-t) a_t, so that z_T = W_L f */
    real *Pf; /* n_{L-1} */
    real *P;  /* n_{L-1} x n_{L-1}: inverse of ridge I + the sum of f f' so far */
    double error_rms;
};

static status create(const struct solver *self, void **state, const void *options,
                     const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct net *net = shapes->net;
    const size_t n = net->n[net->L - 1];
    struct rls *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->options = *(const struct options *)options;
    s->f = mem_reals(m, n, e);
    s->Pf = mem_reals(m, n, e);
    s->P = mem_reals(m, n * n, e);
    if (!s->f || !s->Pf || !s->P) return ST_MEMORY;
    return trace_create(&s->trace, net, shapes->info->T, 1, TRACE_ALL, m, e);
}

static status start(void *state, const struct train_env *env, struct error *e)
{
    struct rls *s = state;
    const size_t n = env->net->n[env->net->L - 1];
    (void)e;
    s->env = *env;
    for (size_t j = 0; j < n; j++) s->P[j * n + j] = (real)(1 / s->options.ridge);
    return ST_OK;
}

/* f of the sample that was simulated last. */
static void filter(struct rls *s, size_t n)
{
    const real leak = s->env.net->lif[s->env.net->L].leak, *a = s->trace.a[s->env.net->L - 1];
    for (size_t j = 0; j < n; j++) s->f[j] = 0;
    for (size_t t = 0; t < s->env.info->T; t++)
        for (size_t j = 0; j < n; j++) s->f[j] = leak * s->f[j] + a[t * n + j];
}

/* P f, then P := P - P f (P f)' / (1 + f' P f); returns 1 + f' P f. */
static real gain(struct rls *s, size_t n)
{
    real norm = 1;
    for (size_t j = 0; j < n; j++) {
        s->Pf[j] = 0;
        for (size_t i = 0; i < n; i++) s->Pf[j] += s->P[j * n + i] * s->f[i];
        norm += s->f[j] * s->Pf[j];
    }
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++) s->P[j * n + i] -= s->Pf[j] * s->Pf[i] / norm;
    return norm;
}

static status step(void *state, struct step_report *r, struct error *e)
{
    struct rls *s = state;
    const struct net *net = s->env.net;
    const struct batch *train = &s->env.train;
    const size_t L = net->L, n = net->n[L - 1], K = net->n[L], last = (s->env.info->T - 1) * K;
    double squares = 0;
    for (size_t i = 0; i < train->n; i++) {
        const size_t label = (size_t)train->labels[batch_sample(train, i)];
        net_simulate(net, train, i, 1, &s->trace, &(struct simulate_options){0});
        filter(s, n);
        const real norm = gain(s, n);
        for (size_t k = 0; k < K; k++) {
            const real error = (real)(label == k) - s->trace.z[L][last + k];
            squares += (double)(error * error);
            for (size_t j = 0; j < n; j++) net->W[L][j * K + k] += error * s->Pf[j] / norm;
        }
    }
    s->error_rms = sqrt(squares / (double)(train->n * K));
    r->samples = r->forward_passes = r->spike_passes = (double)train->n;
    r->dense_macs = (double)train->n * (double)(n * (2 * n + K));
    return isfinite(s->error_rms) ? ST_OK : FAIL(e, ST_NUMERIC, "the readout's error is not finite");
}

static void report(void *state, struct metric_sink *sink)
{
    metric_put(sink, "error_rms", 0, ((struct rls *)state)->error_rms);
}

/* The weights are the runner's, P is ours. */
static status checkpoint(void *state, struct checkpoint *c, struct error *e)
{
    struct rls *s = state;
    const size_t n = s->env.net->n[s->env.net->L - 1];
    return checkpoint_block(c, s->P, n * n * sizeof *s->P, e);
}

static const struct solver readout_rls = {
    .abi = SOLVER_ABI,
    .name = "readout_rls",
    .summary = "the readout alone, by recursive least squares",
    .reference = "Sussillo, Abbott: Generating coherent patterns of activity from chaotic networks, 2009",
    .features = FEATURE_CLASSIFICATION | FEATURE_LOSS_SQUARED | FEATURE_RESETS | FEATURE_READOUT_LAST |
                FEATURE_STARTS | FEATURE_FULL_BATCH,
    .options = {.spans = {{option_list, 1}}, .size = sizeof(struct options)},
    .metrics = {metric_list, sizeof metric_list / sizeof *metric_list},
    .create = create,
    .start = start,
    .step = step,
    .report = report,
    .checkpoint = checkpoint,
};

/* What --plugin looks for: the solvers of this file, up to a NULL. */
const struct solver *const spikebench_plugin[] = {&readout_rls, NULL};
