/* A workload of `make bench-report`: data and start for the peers, then epochs and evaluations as they ask.
 * usage: workload NAME THREADS FILE [SOLVER [KEY=VALUE...]]
 * NAME: A to G, or HIDDEN:INPUTS:CLASSES:SAMPLES:STEPS:DENSITY. SOLVER: bptt, which is the default, or admm
 * or admm_resync. KEY=VALUE: an option of the network, or detach_reset=true. Writes FILE (native byte order):
 * int64 L, n_0 .. n_L, T, N, batch, entries; int64 start[N*T + 1]; int32 index[entries]; int32 labels[N];
 * real W_1 .. W_L (n_l x n_{l-1}, column-major). Says "ready". Then a line of answers for each line of stdin:
 * "steps K": losses of the first K mini-batches, in the samples' order, with an update after each; the
 * weights are put back. "epoch", "infer": wall and CPU seconds. "memory": peak of this process in kB.
 * "weights": writes real W_1 .. W_L of now to FILE. "entries": spikes of the inputs and of each hidden layer,
 * over all samples. "rates": this machine's, see rates.h; "rate KIND M N K": of one product or solve, see
 * dense.h. */
#include "baselines/backward.h"
#include "network/evaluate.h"
#include "support/blas.h"
#include "support/progress.h"
#include "tests/bench/peers/dense.h"
#include "tests/bench/peers/rates.h"
#include "trainer/solver.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern const struct solver solver_bptt, solver_admm, solver_admm_resync;
static const struct solver *const solvers[] = {&solver_bptt, &solver_admm, &solver_admm_resync};

enum { BATCH = 100 };
static const double learning_rate = 0.002, slope = 25;
/* A to D: training by gradients. E and F: the published sizes of ADMM, at the density of N-MNIST; G: digits.
 */
struct shape {
    const char *name, *hidden;
    size_t inputs, classes, N, T;
    double density;
};
static const struct shape shapes[] = {
    {"A", "200", 2312, 10, 1000, 30, 0.05},      {"B", "500-500-500", 2312, 10, 1000, 30, 0.05},
    {"C", "100", 64, 10, 1000, 20, 0.05},        {"D", "256", 700, 20, 1000, 100, 0.05},
    {"E", "512", 2312, 10, 200, 150, 0.006},     {"F", "512-512-512", 2312, 10, 200, 150, 0.006},
    {"G", "100-100-100", 64, 10, 1000, 20, 0.05}};

struct workload {
    struct mem mem;
    struct spikes x;
    int *labels;
    bool detach_reset;
    const struct solver *solver;
    struct dataset_info info;
    struct net_options options;
    struct net net;
    struct batch train;
    struct pool *pool;
    struct rng rng;
    void *solver_options, *state;
    struct evaluator *evaluator;
    struct backward work;
};

static status draw(struct workload *w, const struct shape *s, struct error *e)
{
    struct spikes_builder b;
    struct rng rng;
    rng_seed(&rng, 1, "workload");
    w->labels = mem_alloc(&w->mem, s->N, sizeof *w->labels, e);
    if (!w->labels) return ST_MEMORY;
    TRY(spikes_begin(&b, s->inputs, s->T, s->N, e));
    for (size_t row = 0; row < s->N * s->T; row++) {
        for (uint32_t i = 0; i < s->inputs; i++)
            if (rng_uniform(&rng) < s->density) TRY(spikes_add(&b, i, 1, e));
        TRY(spikes_end_row(&b, e));
    }
    TRY(spikes_finish(&b, &w->x, &w->mem, e));
    for (size_t i = 0; i < s->N; i++) w->labels[i] = (int)(i % s->classes);
    w->train = (struct batch){.x = &w->x, .n = s->N, .labels = w->labels};
    w->info = (struct dataset_info){.n_inputs = s->inputs, .n_classes = s->classes, .T = s->T, .n = {s->N}};
    w->info.entries = w->x.start[s->N * s->T];
    return ST_OK;
}

static status set(const struct option_table *t, void *options, const char *key, const char *value,
                  struct error *e)
{
    return opt_set(opt_find(t, key), options, value, e);
}

/* KEY=VALUE... as on the command line. */
static status set_all(struct workload *w, char **options, struct error *e)
{
    for (; *options; options++) {
        char key[80];
        const char *equals = strchr(*options, '=');
        if (!equals || (size_t)(equals - *options) >= sizeof key)
            return FAIL(e, ST_CONFIG, "not KEY=VALUE: %s", *options);
        (void)snprintf(key, sizeof key, "%.*s", (int)(equals - *options), *options);
        if (strcmp(key, "detach_reset") == 0)
            w->detach_reset = strcmp(equals + 1, "true") == 0;
        else if (!opt_find(&net_option_table, key))
            return FAIL(e, ST_CONFIG, "no option %s", key);
        else
            TRY(set(&net_option_table, &w->options, key, equals + 1, e));
    }
    return ST_OK;
}

static status begin(struct workload *w, const struct shape *s, size_t threads, char **options,
                    struct error *e)
{
    const struct solver *solver = w->solver;
    TRY(draw(w, s, e));
    TRY(opt_defaults(&net_option_table, &w->options, e));
    TRY(set_all(w, options, e));
    TRY(set(&net_option_table, &w->options, "hidden", s->hidden, e));
    if (solver == &solver_bptt) TRY(set(&net_option_table, &w->options, "loss", "cross_entropy", e));
    TRY(net_create(&w->net, &w->options, s->inputs, s->classes, &w->mem, e));
    TRY(pool_create(&w->pool, threads, e));
    rng_seed(&w->rng, 1, "start");
    TRY(net_start(&w->net, &w->options, &w->train, w->pool, &w->rng, NULL, e));
    w->solver_options = mem_alloc(&w->mem, 1, solver->options.size, e);
    if (!w->solver_options) return ST_MEMORY;
    TRY(opt_defaults(&solver->options, w->solver_options, e));
    if (solver == &solver_bptt) TRY(set(&solver->options, w->solver_options, "slope", "25", e));
    if (w->detach_reset) TRY(set(&solver->options, w->solver_options, "detach_reset", "true", e));
    const struct shapes sizes = {&w->net, &w->options, &w->info, threads, 1};
    TRY(solver->create(solver, &w->state, w->solver_options, &sizes, &w->mem, e));
    const struct train_env env = {.net = &w->net,
                                  .net_options = &w->options,
                                  .info = &w->info,
                                  .train = w->train,
                                  .pool = w->pool,
                                  .rng = &w->rng};
    TRY(solver->start(w->state, &env, e));
    TRY(backward_create(&w->work, &w->net, s->T, CHUNK_MAX, &w->mem, e));
    return evaluator_create(&w->evaluator, &w->net, s->T, w->pool, e);
}

static bool put(FILE *f, const void *data, size_t size, size_t n)
{
    return fwrite(data, size, n, f) == n;
}

static bool put_weights(const struct workload *w, FILE *f)
{
    bool ok = true;
    for (size_t l = 1; l <= w->net.L; l++)
        ok = ok && put(f, w->net.W[l], sizeof(real), w->net.n[l] * w->net.n[l - 1]);
    return ok;
}

static status write_weights(const struct workload *w, const char *path, struct error *e)
{
    FILE *f = fopen(path, "wb");
    if (!f) return FAIL(e, ST_IO, "cannot write %s", path);
    bool ok = put_weights(w, f);
    ok = fclose(f) == 0 && ok;
    return ok ? ST_OK : FAIL(e, ST_IO, "cannot write %s", path);
}

static status write_file(const struct workload *w, const char *path, struct error *e)
{
    FILE *f = fopen(path, "wb");
    if (!f) return FAIL(e, ST_IO, "cannot write %s", path);
    int64_t head[NET_MAX_LAYERS + 6];
    size_t n = 0;
    head[n++] = (int64_t)w->net.L;
    for (size_t l = 0; l <= w->net.L; l++) head[n++] = (int64_t)w->net.n[l];
    const size_t rows = w->train.n * w->x.T, entries = w->x.start[rows];
    head[n++] = (int64_t)w->x.T;
    head[n++] = (int64_t)w->train.n;
    head[n++] = BATCH;
    head[n++] = (int64_t)entries;
    bool ok = put(f, head, sizeof *head, n) && put(f, w->x.start, sizeof *w->x.start, rows + 1) &&
              put(f, w->x.index, sizeof *w->x.index, entries) &&
              put(f, w->labels, sizeof *w->labels, w->train.n);
    ok = put_weights(w, f) && ok;
    ok = fclose(f) == 0 && ok;
    return ok ? ST_OK : FAIL(e, ST_IO, "cannot write %s", path);
}

/* A mini-batch's gradient, chunk after chunk, and its mean loss. */
static double gradient(struct workload *w, const struct batch *b, real *const *g)
{
    const struct backward_options o = {&surrogates[0], (real)slope, false, w->detach_reset};
    const struct partition part = partition_make(b->n);
    double loss = 0;
    for (size_t l = 1; l <= w->net.L; l++) memset(g[l], 0, w->net.n[l] * w->net.n[l - 1] * sizeof(real));
    for (size_t c = 0; c < part.n_chunks; c++) {
        size_t first = chunk_first(&part, c);
        loss += backward_block(&w->work, &w->net, b, first, chunk_first(&part, c + 1) - first, &o, g);
    }
    for (size_t l = 1; l <= w->net.L; l++)
        kernels()->scale(w->net.n[l] * w->net.n[l - 1], 1 / (real)b->n, g[l]);
    return loss / (double)b->n;
}

static status steps(struct workload *w, size_t count, struct error *e)
{
    struct mem mem = {0};
    struct net net = w->net;
    real *own[NET_MAX_LAYERS + 1] = {0}, *g[NET_MAX_LAYERS + 1] = {0}, *m[NET_MAX_LAYERS + 1],
                               *v[NET_MAX_LAYERS + 1];
    size_t samples[BATCH];
    bool whole = true;
    for (size_t l = 1; l <= net.L; l++) {
        size_t size = net.n[l] * net.n[l - 1];
        own[l] = mem_reals(&mem, size, e);
        g[l] = mem_reals(&mem, size, e);
        m[l] = mem_reals(&mem, size, e);
        v[l] = mem_reals(&mem, size, e);
        whole = whole && own[l] && g[l] && m[l] && v[l];
        if (whole) memcpy(own[l], net.W[l], size * sizeof(real));
    }
    for (size_t k = 0; whole && k < count; k++) {
        struct batch b = w->train;
        for (size_t i = 0; i < BATCH; i++) samples[i] = (k * BATCH + i) % w->train.n;
        b.samples = samples;
        b.n = BATCH;
        printf("%.17g ", gradient(w, &b, g));
        const struct adam_step s = {.beta1 = R(0.9),
                                    .beta2 = R(0.999),
                                    .eps = R(1e-8),
                                    .shrink = 1,
                                    .rate = (real)(learning_rate / (1 - pow(0.9, (double)k + 1))),
                                    .scale = (real)(1 / (1 - pow(0.999, (double)k + 1)))};
        for (size_t l = 1; l <= net.L; l++)
            kernels()->adam(&s, net.n[l] * net.n[l - 1], net.W[l], g[l], m[l], v[l]);
    }
    for (size_t l = 1; whole && l <= net.L; l++)
        memcpy(net.W[l], own[l], net.n[l] * net.n[l - 1] * sizeof(real));
    mem_free(&mem);
    return whole ? ST_OK : ST_MEMORY;
}

static double cpu_seconds(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* In kB; what the process that started this one took does not count. */
static long peak_memory(void)
{
    char line[128];
    long peak = -1;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && peak < 0 && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0) peak = strtol(line + 6, NULL, 10);
    if (f) (void)fclose(f);
    return peak;
}

static void print_entries(struct workload *w)
{
    struct evaluation result;
    evaluate(w->evaluator, &w->net, &w->train, &result, NULL);
    printf("%zu", spikes_nonzero(&w->train));
    for (size_t l = 1; l < w->net.L; l++)
        printf(" %.0f", result.rate[l] * (double)(w->net.n[l] * w->x.T * w->train.n));
}

/* Of "KIND M N K", see dense.h. */
static status print_rate(const char *text, struct error *e)
{
    char kind[20] = "";
    size_t m = 0, n = 0, k = 0;
    double flops = 0;
    (void)sscanf(text, "%19s %zu %zu %zu", kind, &m, &n, &k);
    TRY(dense_rate(kind, m, n, k, &flops, e));
    printf("%.6g", flops);
    return ST_OK;
}

static status answer(struct workload *w, const char *line, const char *path, struct error *e)
{
    const double since = clock_seconds(), cpu = cpu_seconds();
    struct step_report report = {0};
    struct evaluation result;
    status st = ST_OK;
    if (strncmp(line, "steps ", 6) == 0) {
        st = steps(w, (size_t)strtoul(line + 6, NULL, 10), e);
    } else if (strncmp(line, "epoch", 5) == 0) {
        st = w->solver->step(w->state, &report, e);
        printf("%.9f %.9f", clock_seconds() - since, cpu_seconds() - cpu);
    } else if (strncmp(line, "infer", 5) == 0) {
        evaluate(w->evaluator, &w->net, &w->train, &result, NULL);
        printf("%.9f %.9f", clock_seconds() - since, cpu_seconds() - cpu);
    } else if (strncmp(line, "weights", 7) == 0) {
        st = write_weights(w, path, e);
    } else if (strncmp(line, "entries", 7) == 0) {
        print_entries(w);
    } else if (strncmp(line, "rate ", 5) == 0) {
        st = print_rate(line + 5, e);
    } else if (strncmp(line, "rates", 5) == 0) {
        struct rates r;
        st = rates_measure(&r, e);
        printf("%.6g %.6g %.6g", r.product, r.copy, r.lists);
    } else {
        printf("%ld", peak_memory());
    }
    printf("\n");
    (void)fflush(stdout);
    return st;
}

/* One of `shapes`, or that of a text HIDDEN:INPUTS:CLASSES:SAMPLES:STEPS:DENSITY, whose parts are cut. */
static bool find_shape(struct shape *s, char *text)
{
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
        if (strcmp(text, shapes[k].name) == 0) {
            *s = shapes[k];
            return true;
        }
    char *colon = strchr(text, ':');
    *s = (struct shape){.name = text, .hidden = text};
    return colon && (*colon = '\0', sscanf(colon + 1, "%zu:%zu:%zu:%zu:%lf", &s->inputs, &s->classes, &s->N,
                                           &s->T, &s->density) == 5);
}

static const struct solver *find_solver(const char *name)
{
    for (size_t k = 0; k < sizeof solvers / sizeof *solvers; k++)
        if (strcmp(name, solvers[k]->name) == 0) return solvers[k];
    return NULL;
}

static status serve(struct workload *w, const struct shape *shape, char **argv, char **options,
                    struct error *e)
{
    char line[80];
    TRY(begin(w, shape, strtoul(argv[2], NULL, 10), options, e));
    TRY(write_file(w, argv[3], e));
    printf("ready %s %s\n", REAL_NAME, kernels_name());
    (void)fflush(stdout);
    while (fgets(line, sizeof line, stdin)) TRY(answer(w, line, argv[3], e));
    return ST_OK;
}

int main(int argc, char **argv)
{
    static struct workload w;
    struct shape shape;
    struct error e = {0};
    if (argc >= 4) w.solver = find_solver(argc > 4 ? argv[4] : "bptt");
    if (!w.solver || !find_shape(&shape, argv[1]) || strtoul(argv[2], NULL, 10) == 0) {
        fprintf(stderr,
                "usage: %s A|B|C|D|E|F|G|HIDDEN:INPUTS:CLASSES:SAMPLES:STEPS:DENSITY THREADS FILE "
                "[bptt|admm|admm_resync [KEY=VALUE...]]\n",
                argv[0]);
        return 2;
    }
    blas_single_thread();
    status st = serve(&w, &shape, argv, argv + (argc > 5 ? 5 : argc), &e);
    if (st != ST_OK) fprintf(stderr, "%s\n", e.text);
    evaluator_free(w.evaluator);
    pool_free(w.pool);
    mem_free(&w.mem);
    return st == ST_OK ? 0 : 1;
}
