/* admm_anderson: Anderson acceleration (type II, support/anderson.h) of a base method of the family.
 *
 * One outer iteration of the base is a map G of its state x: W, z, a and lambda; for admm_resync, which keeps
 * nothing else, W alone. After each iteration the candidate g - DG gamma is judged by the merit: the
 * Lagrangian (admm_resync: the training loss of the simulated network). It is taken only if its merit is
 * below that of the plain iterate g; rejections are counted by cause. Source: Walker, Ni 2011; safeguards as
 * in SCS and in the follow-up work to arXiv 2505.05527, which reports gains but was read in abstract only.
 *
 * Cost beyond the base, s numbers of state: 2 s m^2 FLOPs and about 2 m + 8 passes over s numbers, and two
 * evaluations of the merit. Memory: (3 m + 5) s numbers. When to use it: where the base converges slowly but
 * steadily. */
#include "network/evaluate.h"
#include "solvers/admm/admm_family.h"
#include "solvers/resync/resync.h"
#include "support/anderson.h"
#include "trainer/cost.h"
#include <stdlib.h>
#include <string.h>

extern const struct solver solver_admm, solver_admm_resync;

enum base { BASE_ADMM, BASE_JOINT, BASE_LINEARIZED, BASE_HYBRID, BASE_RESYNC };
static const char *const base_names[] = {"admm",        "admm_joint",  "admm_linearized",
                                         "admm_hybrid", "admm_resync", NULL};

static const struct option anderson_option_list[] = {
    ADMM_OPTION(base, OPT_CHOICE, "admm_resync", 0, 0, 0, base_names, "", "the method that is accelerated"),
    ADMM_OPTION(memory, OPT_INT, "5", 1, 50, 0, NULL, "iterations", "differences that are kept"),
    ADMM_OPTION(regularization, OPT_REAL, "1e-8", 0, 1e6, 0, NULL, "",
                "of the least-squares problem, relative to the differences' mean square"),
    ADMM_PENALTY_OPTIONS("1", "0.1", "10"),
    ADMM_WEIGHT_OPTIONS("ridge", "0.1"),
    ADMM_OPTION(tau, OPT_REAL, "0.1", 0, 1e6, OPT_OPEN_LO, NULL, "membrane units",
                "base admm_resync: rms change of the input currents by the first step"),
    ADMM_OPTION(tau_end, OPT_REAL, "0.01", 0, 1e6, OPT_OPEN_LO, NULL, "membrane units",
                "base admm_resync: the same by the last step; geometric in between"),
    ADMM_OPTION(tau_iterations, OPT_INT, "100", 1, 1e9, 0, NULL, "iterations",
                "base admm_resync: iterations until the step has shrunk to tau_end"),
    ADMM_BOX_OPTION("none"),
    ADMM_ORDER_OPTIONS,
    ADMM_START_OPTIONS("simulated"),
    ADMM_MULTIPLIER_OPTION("last"),
    ADMM_OUTPUT_OPTION("sequential"),
    ADMM_OPTION(win, OPT_REAL, "0.5", 0, 1e6, OPT_OPEN_LO, NULL, "membrane units",
                "base admm_resync: half-width of its flip window"),
};

static const struct metric_desc anderson_metrics[] = {
    {"accepted", "", "accelerated points taken, so far", METRIC_RUN},
    {"rejected_merit", "", "accelerated points that were worse than the plain ones, so far", METRIC_RUN},
    {"rejected_finite", "", "accelerated points that were not finite, so far", METRIC_RUN},
    {"rejected_solve", "", "iterations whose least-squares problem had no solution, so far", METRIC_RUN},
    ADMM_METRICS,
};

enum { MAX_PARTS = 4 * (NET_MAX_LAYERS + 1) };

struct anderson_solver {
    struct mem mem;
    struct admm_options o;
    struct train_env env;
    const struct solver *base; /* of `inner`: only its parts */
    void *inner;
    struct anderson history;
    struct evaluator *evaluator; /* base admm_resync: its merit */
    struct {
        real *numbers;
        size_t n;
    } parts[MAX_PARTS]; /* the state x */
    size_t n_parts, size;
    real *x, *g, *candidate; /* [size] */
    double accepted, rejected_merit, rejected_finite, rejected_solve;
};

static struct admm_settings settings_of(const struct admm_options *o)
{
    switch ((enum base)o->base) {
    case BASE_JOINT: return admm_joint_settings(o);
    case BASE_LINEARIZED: return admm_linearized_settings(o);
    case BASE_HYBRID: {
        struct admm_options hybrid = *o; /* the blocks that admm_hybrid solves exactly by default */
        hybrid.exact_readout = hybrid.exact_last_spikes = true;
        return admm_hybrid_settings(&hybrid);
    }
    case BASE_ADMM:
    case BASE_RESYNC: break;
    }
    return admm_settings_of(o);
}

static status resync_options_of(const struct admm_options *o, struct resync_options *r, struct error *e)
{
    TRY(opt_defaults(&solver_admm_resync.options, r, e));
    r->rho = o->rho;
    r->kappa = o->kappa;
    r->win = o->win;
    r->tau = o->tau;
    r->tau_end = o->tau_end;
    r->tau_iterations = o->tau_iterations;
    return ST_OK;
}

/* Options that the base does not read must be at their defaults. */
static status refuse_idle_options(const struct admm_options *o, const struct net_options *net,
                                  struct error *e)
{
    static const char *const of_resync[] = {"rho", "kappa", "win", "tau", "tau_end", "tau_iterations"};
    static const char *const of_resync_alone[] = {"win", "tau", "tau_end", "tau_iterations"};
    static const char *const of_all[] = {"base", "memory", "regularization"};
    for (size_t i = 0; i < sizeof anderson_option_list / sizeof *anderson_option_list; i++) {
        const struct option *option = &anderson_option_list[i];
        bool common = false, resync = false, resync_alone = false;
        for (size_t k = 0; k < sizeof of_resync_alone / sizeof *of_resync_alone; k++)
            resync_alone = resync_alone || strcmp(option->key, of_resync_alone[k]) == 0;
        for (size_t k = 0; k < sizeof of_all / sizeof *of_all; k++)
            common = common || strcmp(option->key, of_all[k]) == 0;
        for (size_t k = 0; k < sizeof of_resync / sizeof *of_resync; k++)
            resync = resync || strcmp(option->key, of_resync[k]) == 0;
        bool read = common || (o->base == BASE_RESYNC ? resync : !resync_alone);
        if (o->base == BASE_JOINT && strcmp(option->key, "output") == 0) read = false; /* joint anyway */
        if (!read && !opt_is_default(option, o))
            return FAIL(e, ST_CONFIG, "option '%s' means nothing to admm_anderson with base = %s",
                        option->key, base_names[o->base]);
    }
    if (o->base == BASE_RESYNC) return ST_OK;
    const struct admm_settings set = settings_of(o);
    const struct option_table table = {anderson_option_list,
                                       sizeof anderson_option_list / sizeof *anderson_option_list, sizeof *o};
    return admm_refuse_idle(&table, o, &set, net, e);
}

static status check(const void *options, const struct net_options *net, const struct dataset_info *info,
                    struct error *e)
{
    const struct admm_options *o = options;
    const struct admm_settings set = settings_of(o);
    TRY(refuse_idle_options(o, net, e));
    return admm_family_check("admm_anderson", &set, net, info, e);
}

/* Numbers in the state. */
static size_t state_size(const struct admm_options *o, const struct net *net, size_t T, size_t N)
{
    size_t n = net_parameters(net);
    if (o->base == BASE_RESYNC) return n;
    for (size_t l = 1; l <= net->L; l++) n += (l < net->L ? 2 : 1) * net->n[l] * T * N;
    return n + net->n[net->L] * N;
}

static size_t memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    const struct admm_options *o = options;
    const struct admm_settings set = settings_of(o);
    size_t N = info->n[SPLIT_TRAIN], size = state_size(o, net, info->T, N), inner = 0;
    struct resync_options r;
    if (o->base != BASE_RESYNC)
        inner = admm_bytes(&set, net, info->T, N);
    else if (resync_options_of(o, &r, NULL) == ST_OK)
        inner = solver_admm_resync.memory(&r, net, info) + evaluator_thread_bytes(net, info->T);
    return inner + sizeof(real) * (anderson_reals(size, (size_t)o->memory) + 3 * size);
}

static size_t thread_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    const struct admm_options *o = options;
    const struct admm_settings set = settings_of(o);
    return o->base == BASE_RESYNC ? evaluator_thread_bytes(net, info->T) /* admm_resync itself: nothing */
                                  : admm_thread_bytes(&set, net, info->T, info->n[SPLIT_TRAIN]);
}

/* The least-squares problem for the differences kept and the one that a further point adds. */
static void add_extrapolation(struct step_cost *c, double size, double columns)
{
    c->flops += 2 * size * columns * columns;
}

static struct step_cost cost(const void *options, const struct net *net, const struct dataset_info *info)
{
    const struct admm_options *o = options;
    const struct admm_settings set = settings_of(o);
    struct resync_options r;
    double size = (double)state_size(o, net, info->T, info->n[SPLIT_TRAIN]), m = (double)o->memory;
    struct step_cost c = admm_cost(&set, net, info);
    if (o->base == BASE_RESYNC && resync_options_of(o, &r, NULL) == ST_OK)
        c = solver_admm_resync.cost(&r, net, info);
    for (int merits = 0; merits < 2; merits++) /* a simulation or all V_l each */
        cost_simulation(&c, net, (double)info->n[SPLIT_TRAIN] * (double)info->T, training_entries(info));
    add_extrapolation(&c, size, m);
    c.bytes += (2 * m + 8) * size * (double)sizeof(real);
    return c;
}

static void release(void *state)
{
    struct anderson_solver *s = state;
    if (!s) return;
    if (s->base) s->base->free(s->inner);
    evaluator_free(s->evaluator);
    mem_free(&s->mem);
    free(s);
}

static void add_part(struct anderson_solver *s, real *numbers, size_t n)
{
    s->parts[s->n_parts].numbers = numbers;
    s->parts[s->n_parts++].n = n;
    s->size += n;
}

static void collect_parts(struct anderson_solver *s)
{
    const struct net *net = s->env.net;
    for (size_t l = 1; l <= net->L; l++) add_part(s, net->W[l], net->n[l] * net->n[l - 1]);
    if (s->o.base == BASE_RESYNC) return;
    struct admm *b = &((struct admm_solver *)s->inner)->blocks;
    for (size_t l = 1; l <= net->L; l++) {
        add_part(s, b->z[l], net->n[l] * b->T * b->N);
        if (l < net->L) add_part(s, b->a[l], net->n[l] * b->T * b->N);
    }
    add_part(s, b->lambda, net->n[net->L] * b->N);
}

static status create_base(struct anderson_solver *s, struct error *e)
{
    if (s->o.base != BASE_RESYNC) {
        const struct admm_settings set = settings_of(&s->o);
        s->base = &solver_admm; /* its parts are those of the whole family */
        return admm_family_create((struct admm_solver **)&s->inner, &s->o, &set, &s->env, e);
    }
    struct resync_options r;
    s->base = &solver_admm_resync;
    TRY(resync_options_of(&s->o, &r, e));
    TRY(evaluator_create(&s->evaluator, s->env.net, s->env.info->T, s->env.pool, e));
    return s->base->init(&s->inner, &r, &s->env, e);
}

static status init(void **state, const void *options, const struct train_env *env, struct error *e)
{
    struct anderson_solver *s = calloc(1, sizeof *s);
    if (!s) return FAIL(e, ST_MEMORY, "no memory for the solver");
    *state = s;
    s->o = *(const struct admm_options *)options;
    s->env = *env;
    TRY(create_base(s, e));
    collect_parts(s);
    TRY(anderson_create(&s->history, s->size, (size_t)s->o.memory, s->o.regularization, &s->mem, e));
    s->x = mem_reals(&s->mem, s->size, e);
    s->g = mem_reals(&s->mem, s->size, e);
    s->candidate = mem_reals(&s->mem, s->size, e);
    return s->x && s->g && s->candidate ? ST_OK : ST_MEMORY;
}

static void gather(const struct anderson_solver *s, real *to)
{
    for (size_t k = 0; k < s->n_parts; to += s->parts[k++].n)
        memcpy(to, s->parts[k].numbers, s->parts[k].n * sizeof *to);
}

static void scatter(struct anderson_solver *s, const real *from)
{
    for (size_t k = 0; k < s->n_parts; from += s->parts[k++].n)
        memcpy(s->parts[k].numbers, from, s->parts[k].n * sizeof *from);
    if (s->o.base == BASE_RESYNC) return;
    struct admm_solver *inner = s->inner;
    for (size_t l = 1; l <= inner->blocks.L; l++) admm_family_changed(inner, l);
}

/* What an accelerated point must lower: the Lagrangian or the simulated network's training loss. */
static double merit(struct anderson_solver *s)
{
    if (s->o.base == BASE_RESYNC) {
        struct evaluation result;
        evaluate(s->evaluator, s->env.net, &s->env.train, &result, NULL);
        return result.loss;
    }
    struct admm_point p;
    struct admm_solver *inner = s->inner;
    for (size_t l = 1; l <= inner->blocks.L; l++) admm_family_product(inner, l);
    admm_measure(&inner->blocks, &p);
    return p.lagrangian;
}

/* The candidate's spikes in [0, 1], where the base keeps them there. */
static void project(struct anderson_solver *s)
{
    real *at = s->candidate;
    if (s->o.base == BASE_RESYNC || s->o.box == BOX_NONE) return;
    const struct admm *b = &((struct admm_solver *)s->inner)->blocks;
    for (size_t k = 0; k < s->n_parts; at += s->parts[k++].n)
        for (size_t l = 1; l < b->L; l++)
            for (size_t i = 0; s->parts[k].numbers == b->a[l] && i < s->parts[k].n; i++)
                at[i] = at[i] < 0 ? R(0.0) : at[i] > 1 ? R(1.0) : at[i];
}

/* Takes the candidate if it is better than the plain iterate, which the base holds now. Adds what that takes
 * to the report: both points are simulated, but with a base that keeps W_l a_{l-1} those at hand are not made
 * again. */
static void judge(struct anderson_solver *s, struct step_report *r)
{
    for (size_t i = 0; i < s->size; i++)
        if (!isfinite(s->candidate[i])) {
            s->rejected_finite += 1;
            return;
        }
    double plain = merit(s);
    project(s);
    scatter(s, s->candidate);
    if (merit(s) < plain) {
        s->accepted += 1;
    } else {
        scatter(s, s->g);
        s->rejected_merit += 1;
    }
    if (s->o.base != BASE_RESYNC) {
        admm_family_counts(s->inner, r);
        return;
    }
    r->forward_passes += 2 * (double)s->env.train.n;
    r->spike_passes += 2 * (double)s->env.train.n;
}

static status step(void *state, struct step_report *r, struct error *e)
{
    struct anderson_solver *s = state;
    const struct anderson *h = &s->history;
    bool ready = false;
    struct error ignored = {0};
    struct step_cost extrapolation = {0};
    gather(s, s->x);
    TRY(s->base->step(s->inner, r, e));
    gather(s, s->g);
    if (h->seen > 0)
        add_extrapolation(&extrapolation, (double)s->size,
                          (double)(h->used < h->memory ? h->used + 1 : h->memory));
    if (anderson_step(&s->history, s->x, s->g, s->candidate, &ready, &ignored) != ST_OK)
        s->rejected_solve += 1;
    if (ready) judge(s, r); /* on top of the base's */
    r->dense_macs += cost_macs(&extrapolation);
    return ST_OK;
}

static void report(void *state, struct metric_sink *sink)
{
    const struct anderson_solver *s = state;
    metric_put(sink, "accepted", 0, s->accepted);
    metric_put(sink, "rejected_merit", 0, s->rejected_merit);
    metric_put(sink, "rejected_finite", 0, s->rejected_finite);
    metric_put(sink, "rejected_solve", 0, s->rejected_solve);
    if (s->o.base != BASE_RESYNC) admm_family_report(s->inner, sink);
}

/* Writes or reads the history and the counters. */
static status transfer(struct anderson_solver *s, FILE *f,
                       status (*block)(FILE *, void *, size_t, struct error *), struct error *e)
{
    struct anderson *h = &s->history;
    TRY(block(f, &h->used, sizeof h->used, e));
    TRY(block(f, &h->next, sizeof h->next, e));
    TRY(block(f, &h->seen, sizeof h->seen, e));
    TRY(block(f, h->df, h->n * h->memory * sizeof(real), e));
    TRY(block(f, h->dg, h->n * h->memory * sizeof(real), e));
    TRY(block(f, h->f, h->n * sizeof(real), e));
    TRY(block(f, h->g, h->n * sizeof(real), e));
    double *const counters[] = {&s->accepted, &s->rejected_merit, &s->rejected_finite, &s->rejected_solve};
    for (size_t k = 0; k < sizeof counters / sizeof *counters; k++)
        TRY(block(f, counters[k], sizeof(double), e));
    return ST_OK;
}

static status write_block(FILE *f, void *bytes, size_t size, struct error *e)
{
    return checkpoint_write(f, bytes, size, e);
}

static status save(void *state, FILE *f, struct error *e)
{
    struct anderson_solver *s = state;
    TRY(s->base->save(s->inner, f, e));
    return transfer(s, f, write_block, e);
}

static status load(void *state, FILE *f, struct error *e)
{
    struct anderson_solver *s = state;
    TRY(s->base->load(s->inner, f, e));
    return transfer(s, f, checkpoint_read, e);
}

const struct solver solver_admm_anderson = {
    .api_version = SOLVER_API,
    .name = "admm_anderson",
    .summary = "Anderson acceleration of a method of the ADMM family, safeguarded by its merit",
    .reference =
        "Walker, Ni: Anderson Acceleration for Fixed-Point Iterations, SIAM J. Numer. Anal. 49, 2011",
    .caps = CAP_CLASSIFICATION | CAP_FULL_BATCH,
    .options = {anderson_option_list, sizeof anderson_option_list / sizeof *anderson_option_list,
                sizeof(struct admm_options)},
    .metrics = anderson_metrics,
    .n_metrics = sizeof anderson_metrics / sizeof *anderson_metrics,
    .check = check,
    .memory = memory,
    .thread_memory = thread_memory,
    .cost = cost,
    .init = init,
    .step = step,
    .report = report,
    .save = save,
    .load = load,
    .free = release,
};
