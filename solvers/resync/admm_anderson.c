/* admm_anderson: Anderson acceleration (type II, support/anderson.h) of a base method of the family.
 *
 * One outer iteration of the base is a map G of its state x: W, z, a and lambda; for admm_resync, which keeps
 * nothing else, W alone. After each iteration the candidate g - DG gamma is compared by its merit: the
 * Lagrangian (admm_resync: the training loss of the simulated network). It is taken only if its merit is
 * below that of the plain iterate g; rejections are counted by cause. Source: Walker, Ni 2011; safeguards as
 * in SCS and in the follow-up work to arXiv 2505.05527, which reports gains but was read in abstract only.
 *
 * Cost beyond the base, s numbers of state: 2 s m^2 FLOPs and about 2 m + 8 passes over s numbers, and two
 * evaluations of the merit. Memory: (3 m + 5) s numbers. When to use it: where the base converges slowly but
 * steadily. */
#include "solvers/admm/admm_family.h"
#include "solvers/admm/admm_measure.h"
#include "solvers/resync/resync.h"
#include "support/anderson.h"
#include <string.h>

static const char *const base_names[] = {"admm",        "admm_joint",  "admm_linearized",
                                         "admm_hybrid", "admm_resync", NULL};
static const struct solver *const bases[] = {&solver_admm, &solver_admm_joint, &solver_admm_linearized,
                                             &solver_admm_hybrid, &solver_admm_resync};

/* The family's options come first: its list is part of the table. */
struct anderson_options {
    struct admm_options family;
    int base;
    long memory;
    double regularization, win, tau, tau_end;
    long tau_iterations;
};

enum { N_OWN = 3, N_STEP = 3, N_WIN = 1 };
static const struct option own_options[N_OWN] = {
    {"base", OPT_CHOICE, offsetof(struct anderson_options, base), "admm_resync", 0, 0, 0, base_names, "",
     "the method that is accelerated"},
    {"memory", OPT_INT, offsetof(struct anderson_options, memory), "5", 1, 50, 0, NULL, "iterations",
     "differences that are kept"},
    {"regularization", OPT_REAL, offsetof(struct anderson_options, regularization), "1e-8", 0, 1e6, 0, NULL,
     "", "of the least-squares problem, relative to the differences' mean square"},
};
static const struct option step_options[N_STEP] = {
    {"tau", OPT_REAL, offsetof(struct anderson_options, tau), "0.1", 0, 1e6, OPT_OPEN_LO, NULL,
     "membrane units", "base admm_resync: rms change of the input currents by the first step"},
    {"tau_end", OPT_REAL, offsetof(struct anderson_options, tau_end), "0.01", 0, 1e6, OPT_OPEN_LO, NULL,
     "membrane units", "base admm_resync: the same by the last step; geometric in between"},
    {"tau_iterations", OPT_INT, offsetof(struct anderson_options, tau_iterations), "100", 1, 1e9, 0, NULL,
     "iterations", "base admm_resync: iterations until the step has shrunk to tau_end"},
};
static const struct option win_options[N_WIN] = {
    {"win", OPT_REAL, offsetof(struct anderson_options, win), "0.5", 0, 1e6, OPT_OPEN_LO, NULL,
     "membrane units", "base admm_resync: half-width of its flip window"},
};
static const struct option_default defaults[] = {
    {"kappa", "0.1"},
    {"box", "none"},
    {NULL, NULL},
};

union base_options {
    struct admm_options family;
    struct resync_options resync;
};

enum { PARTS_MAX = 4 * (NET_MAX_LAYERS + 1) };

struct anderson_solver {
    struct anderson_options o;
    struct train_env env;
    const struct solver *base;
    void *inner; /* its state */
    struct anderson history;
    struct {
        real *numbers;
        size_t n;
    } parts[PARTS_MAX]; /* the state x */
    size_t n_parts, size;
    real *x, *g, *candidate; /* [size] */
    double accepted, rejected_merit, rejected_finite, rejected_solve;
};

static bool is_resync(const struct solver *base)
{
    return base == &solver_admm_resync;
}

/* The base's option of this key and kind; NULL where it has none: admm_resync's multiplier is another one. */
static const struct option *of_base(const struct solver *base, const struct option *mine)
{
    const struct option *o = opt_find(&base->options, mine->key);
    return o && o->type == mine->type ? o : NULL;
}

/* The base's options: its defaults, and what this table has of them. */
static status base_options(const struct solver *self, const struct anderson_options *o,
                           union base_options *to, struct error *e)
{
    const struct solver *base = bases[o->base];
    TRY(opt_defaults(&base->options, to, e));
    for (size_t i = 0; i < opt_count(&self->options); i++) {
        char text[OPT_STRING_MAX];
        const struct option *mine = opt_at(&self->options, i), *theirs = of_base(base, mine);
        if (!theirs) continue;
        opt_format(mine, o, text, sizeof text);
        TRY(opt_set(theirs, to, text, e));
    }
    return ST_OK;
}

/* Options that the base does not read must be at their defaults. */
static status check(const struct solver *self, const void *options, const struct net_options *net,
                    const struct dataset_info *info, struct error *e)
{
    const struct anderson_options *o = options;
    const struct solver *base = bases[o->base];
    union base_options inner;
    (void)info;
    for (size_t i = N_OWN; i < opt_count(&self->options); i++) {
        const struct option *option = opt_at(&self->options, i);
        if (!of_base(base, option) && !opt_is_default(&self->options, option, o))
            return FAIL(e, ST_CONFIG, "option '%s' means nothing to admm_anderson with base = %s",
                        option->key, base->name);
    }
    TRY(base_options(self, o, &inner, e));
    if (is_resync(base)) return ST_OK;
    const struct admm_variant *variant = base->own;
    const struct admm_settings set = variant->settings_of(&inner.family);
    return admm_check_options(&self->options, &o->family, &set, net, e);
}

/* Numbers in the state. */
static size_t state_size(const struct solver *base, const struct shapes *shapes)
{
    const struct net *net = shapes->net;
    size_t n = net_parameters(net), N = shapes->info->n[SPLIT_TRAIN], T = shapes->info->T;
    if (is_resync(base)) return n;
    for (size_t l = 1; l <= net->L; l++) n += (l < net->L ? 2 : 1) * net->n[l] * T * N;
    return n + net->n[net->L] * N;
}

static status create(const struct solver *self, void **state, const void *options,
                     const struct shapes *shapes, struct mem *m, struct error *e)
{
    struct anderson_solver *s = *state = mem_alloc(m, 1, sizeof *s, e);
    union base_options inner;
    if (!s) return ST_MEMORY;
    s->o = *(const struct anderson_options *)options;
    s->base = bases[s->o.base];
    if (shapes->ranks > 1 && !is_resync(s->base))
        return FAIL(
            e, ST_CONFIG,
            "ranks = %zu: with base = %s the state that is accelerated is spread over the ranks; base = "
            "admm_resync is allowed",
            shapes->ranks, s->base->name);
    TRY(base_options(self, &s->o, &inner, e));
    TRY(s->base->create(s->base, &s->inner, &inner, shapes, m, e));
    const size_t size = state_size(s->base, shapes);
    TRY(anderson_create(&s->history, size, (size_t)s->o.memory, s->o.regularization, m, e));
    s->x = mem_reals(m, size, e);
    s->g = mem_reals(m, size, e);
    s->candidate = mem_reals(m, size, e);
    return s->x && s->g && s->candidate ? ST_OK : ST_MEMORY;
}

static void add_part(struct anderson_solver *s, real *numbers, size_t n)
{
    s->parts[s->n_parts].numbers = numbers;
    s->parts[s->n_parts++].n = n;
    s->size += n;
}

static status start(void *state, const struct train_env *env, struct error *e)
{
    struct anderson_solver *s = state;
    const struct net *net = env->net;
    s->env = *env;
    TRY(s->base->start(s->inner, env, e));
    for (size_t l = 1; l <= net->L; l++) add_part(s, net->W[l], net->n[l] * net->n[l - 1]);
    if (is_resync(s->base)) return ST_OK;
    struct admm *b = &((struct admm_solver *)s->inner)->blocks;
    for (size_t l = 1; l <= net->L; l++) {
        add_part(s, b->z[l], net->n[l] * b->T * b->N);
        if (l < net->L) add_part(s, b->a[l], net->n[l] * b->T * b->N);
    }
    add_part(s, b->lambda, net->n[net->L] * b->N);
    return ST_OK;
}

/* The least-squares problem for the differences kept and the one that a further point adds. */
static double extrapolation_macs(double size, double columns)
{
    return size * columns * columns;
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
    if (is_resync(s->base)) return;
    struct admm_solver *inner = s->inner;
    for (size_t l = 1; l <= inner->blocks.L; l++) admm_family_changed(inner, l);
}

/* What an accelerated point must lower: the Lagrangian or the simulated network's training loss. */
static double merit(struct anderson_solver *s)
{
    if (is_resync(s->base)) {
        const struct resync_batch all = resync_batch_from(s->inner, 0, s->env.train.n);
        return resync_loss(s->inner, &all);
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
    if (is_resync(s->base) || s->o.family.box == BOX_NONE) return;
    const struct admm *b = &((struct admm_solver *)s->inner)->blocks;
    for (size_t k = 0; k < s->n_parts; at += s->parts[k++].n)
        for (size_t l = 1; l < b->L; l++)
            for (size_t i = 0; s->parts[k].numbers == b->a[l] && i < s->parts[k].n; i++)
                at[i] = at[i] < 0 ? R(0.0) : at[i] > 1 ? R(1.0) : at[i];
}

/* Takes the candidate if it is better than the plain iterate, which the base holds now. Adds what that takes
 * to the report: both points are simulated, but with a base that keeps W_l a_{l-1} those at hand are not made
 * again. */
static void accept_or_reject(struct anderson_solver *s, struct step_report *r)
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
    if (!is_resync(s->base)) {
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
    double extrapolation = 0;
    gather(s, s->x);
    TRY(s->base->step(s->inner, r, e));
    gather(s, s->g);
    if (h->seen > 0)
        extrapolation =
            extrapolation_macs((double)s->size, (double)(h->used < h->memory ? h->used + 1 : h->memory));
    if (anderson_step(&s->history, s->x, s->g, s->candidate, &ready, &ignored) != ST_OK)
        s->rejected_solve += 1;
    if (ready) accept_or_reject(s, r); /* on top of the base's */
    r->dense_macs += extrapolation;
    return ST_OK;
}

static void report(void *state, struct metric_sink *sink)
{
    const struct anderson_solver *s = state;
    metric_put(sink, "accepted", 0, s->accepted);
    metric_put(sink, "rejected_merit", 0, s->rejected_merit);
    metric_put(sink, "rejected_finite", 0, s->rejected_finite);
    metric_put(sink, "rejected_solve", 0, s->rejected_solve);
    if (!is_resync(s->base)) admm_family_report(s->inner, sink);
}

/* The base's state, the history and the counters. */
static status checkpoint(void *state, struct checkpoint *c, struct error *e)
{
    struct anderson_solver *s = state;
    struct anderson *h = &s->history;
    TRY(s->base->checkpoint(s->inner, c, e));
    TRY(checkpoint_indices(c, &h->used, 1, (struct index_range){0, h->memory + 1}, "number of differences",
                           e));
    TRY(checkpoint_indices(c, &h->next, 1, (struct index_range){0, h->memory}, "column", e));
    TRY(checkpoint_block(c, &h->seen, sizeof h->seen, e));
    TRY(checkpoint_block(c, h->df, h->n * h->memory * sizeof(real), e));
    TRY(checkpoint_block(c, h->dg, h->n * h->memory * sizeof(real), e));
    TRY(checkpoint_block(c, h->f, h->n * sizeof(real), e));
    TRY(checkpoint_block(c, h->g, h->n * sizeof(real), e));
    double *const counters[] = {&s->accepted, &s->rejected_merit, &s->rejected_finite, &s->rejected_solve};
    for (size_t k = 0; k < sizeof counters / sizeof *counters; k++)
        TRY(checkpoint_block(c, counters[k], sizeof(double), e));
    return ST_OK;
}

const struct solver solver_admm_anderson = {
    .abi = SOLVER_ABI,
    .name = "admm_anderson",
    .summary = "Anderson acceleration of a method of the ADMM family, safeguarded by its merit",
    .reference =
        "Walker, Ni: Anderson Acceleration for Fixed-Point Iterations, SIAM J. Numer. Anal. 49, 2011",
    .features = ADMM_FEATURES,
    .options = {{{own_options, N_OWN},
                 {admm_option_list, ADMM_BOX},
                 {step_options, N_STEP},
                 {admm_option_list + ADMM_BOX, ADMM_TIME_ORDER - ADMM_BOX},
                 {admm_option_list + ADMM_START_OUTPUT, ADMM_INNER - ADMM_START_OUTPUT},
                 {win_options, N_WIN}},
                defaults,
                sizeof(struct anderson_options)},
    .metrics = {admm_metric_list, ANDERSON_N_METRICS + ADMM_N_METRICS},
    .create = create,
    .start = start,
    .step = step,
    .check = check,
    .report = report,
    .checkpoint = checkpoint,
};
