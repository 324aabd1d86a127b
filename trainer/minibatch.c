/* Mini-batches over threads with bits that do not depend on their number. */
#include "trainer/minibatch.h"
#include "trainer/optimizers.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum schedule { SCHEDULE_CONSTANT, SCHEDULE_COSINE };
static const char *const schedule_names[] = {"constant", "cosine", NULL};
static const char *const mars_gradient_names[] = {"approximate", "exact", NULL};
static const char *const mars_clip_names[] = {"matrix", "whole", "none", NULL};
static const char *const mars_moment_names[] = {"corrected", "raw", NULL};

#define AT(field) offsetof(struct minibatch_options, field)

const struct option minibatch_option_list[MINIBATCH_OPTIONS] = {
    {"optimizer", OPT_CHOICE, AT(optimizer), "adam", 0, 0, OPT_NAMED, optimizers, "", "update rule"},
    {"lr", OPT_REAL, AT(lr), "0.002", 0, 1e3, OPT_OPEN_LO, NULL, "", "learning rate"},
    {"schedule", OPT_CHOICE, AT(schedule), "constant", 0, 0, 0, schedule_names, "",
     "learning rate over the epochs"},
    {"lr_epochs", OPT_INT, AT(lr_epochs), "100", 1, 1e9, 0, NULL, "epochs",
     "cosine: epochs until the learning rate reaches zero"},
    {"batch", OPT_INT, AT(batch), "100", 1, 1e9, 0, NULL, "samples", "samples per mini-batch"},
    {"clip", OPT_REAL, AT(clip), "0", 0, 1e12, 0, NULL, "",
     "largest norm of the whole update direction; 0: off"},
    {"momentum", OPT_REAL, AT(update.momentum), "0.9", 0, 1, OPT_OPEN_HI, NULL, "", "sgd: momentum"},
    {"beta1", OPT_REAL, AT(update.beta1), "0.9", 0, 1, OPT_OPEN_HI, NULL, "",
     "decay of the first moment: adam, adamw, lion, muon, mars_*"},
    {"beta2", OPT_REAL, AT(update.beta2), "0.999", 0, 1, OPT_OPEN_HI, NULL, "",
     "decay of the second moment: adam, adamw, mars_adamw; of lion's mean"},
    {"eps", OPT_REAL, AT(update.eps), "1e-8", 0, 1, OPT_OPEN_LO, NULL, "",
     "adam, adamw, mars_adamw: added to the root of the second moment"},
    {"weight_decay", OPT_REAL, AT(update.weight_decay), "0", 0, 1e3, 0, NULL, "",
     "pull of the weights towards zero"},
    {"mars_gamma", OPT_REAL, AT(update.mars_gamma), "0.025", 0, 1e3, 0, NULL, "",
     "mars_*: share of the gradient's change that is added; 0: none, and exact asks once"},
    {"mars_gradient", OPT_CHOICE, AT(update.mars_gradient), "approximate", 0, 0, 0, mars_gradient_names, "",
     "mars_*: the change is from the last update's gradient, or from this mini-batch's at the last weights"},
    {"mars_clip", OPT_CHOICE, AT(update.mars_clip), "matrix", 0, 0, 0, mars_clip_names, "",
     "mars_adamw, mars_lion: norm that is at most 1 after the correction, of each matrix or of all"},
    {"mars_moment", OPT_CHOICE, AT(update.mars_moment), "corrected", 0, 0, 0, mars_moment_names, "",
     "mars_adamw: gradient of whose squares the second moment is the mean"},
    {"inner_evaluations", OPT_INT, AT(update.inner_evaluations), "10", 2, 1e6, 0, NULL, "",
     "implicit_*: gradients per update at most"},
    {"inner_tol", OPT_REAL, AT(update.inner_tol), "0.01", 0, 1, OPT_OPEN_HI, NULL, "",
     "implicit_*: residual that ends an update, over the one that it began with"},
};

const char grad_norm_help[] =
    "Frobenius norm of the mini-batch gradient before clipping, mean over the epoch";
const char inner_residual_help[] =
    "implicit_*: what updates left of their equation, over where they began, median";
const struct metric_desc minibatch_metric_list[MINIBATCH_METRICS] = {
    {"grad_norm", "", grad_norm_help, METRIC_LAYER},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
};

status minibatch_check(const struct solver *self, const void *options, const struct net_options *net,
                       const struct dataset_info *info, struct error *e)
{
    const struct minibatch_options *o = options;
    const struct option_use epochs = {"lr_epochs", o->schedule == SCHEDULE_COSINE, "schedule = cosine"};
    (void)net, (void)info;
    TRY(optimizer_refuse_idle(optimizers[o->optimizer], &self->options, options, e));
    return opt_refuse_idle(&self->options, options, &epochs, 1, e);
}

size_t minibatch_largest(const struct minibatch_options *o, size_t N)
{
    return (size_t)o->batch < N ? (size_t)o->batch : N;
}

size_t minibatch_parts(const struct minibatch_options *o, size_t N)
{
    return partition_make(minibatch_largest(o, N)).n_parts;
}

/* The last, smaller mini-batch may have a larger chunk than the others (100 samples make two chunks of 50,
 * the 60 that are left make one of 60). */
size_t minibatch_largest_block(const struct minibatch_options *o, size_t N)
{
    size_t batch = minibatch_largest(o, N);
    if (batch == 0) return 0;
    const struct partition whole = partition_make(batch), rest = partition_make(N % batch);
    const size_t most = chunk_largest(&whole), last = N % batch > 0 ? chunk_largest(&rest) : 0;
    return most > last ? most : last;
}

status minibatch_create(struct minibatch *m, const struct minibatch_options *o, const struct shapes *shapes,
                        struct layer_range trained, size_t parts, struct mem *mem, struct error *e)
{
    const size_t layers = trained.last;
    *m = (struct minibatch){.options = *o, .layers = layers};
    TRY(optimizer_create(&m->optimizer, optimizers[o->optimizer], &o->update, shapes->net, trained, mem, e));
    m->order = mem_alloc(mem, shapes->info->n[SPLIT_TRAIN], sizeof *m->order, e);
    size_t slices = 0;
    for (size_t l = 1; l <= layers; l++) slices += optimizer_slices(&m->optimizer, l);
    m->squares = mem_alloc(mem, slices, sizeof *m->squares, e);
    const size_t N = shapes->info->n[SPLIT_TRAIN], batch = minibatch_largest(o, N);
    m->residuals = mem_alloc(mem, (N + batch - 1) / batch, sizeof *m->residuals, e);
    if (!m->order || !m->squares || !m->residuals) return ST_MEMORY;
    for (size_t k = 1; k < pool_sums(parts, shapes->threads, shapes->ranks); k++)
        for (size_t l = 1; l <= layers; l++)
            if (!(m->sums[k][l] = mem_reals(mem, m->optimizer.size[l], e))) return ST_MEMORY;
    return ST_OK;
}

status minibatch_start(void *state, const struct train_env *env, struct error *e)
{
    struct minibatch *m = state;
    m->optimizer.pool = env->pool;
    for (size_t i = 0; i < env->train.n; i++) m->order[i] = batch_sample(&env->train, i);
    return solver_keep_env(state, env, e);
}

/* A mini-batch on its way to a direction. */
struct evaluation_task {
    struct minibatch *m;
    const struct minibatch_rule *rule;
    struct batch batch;
    struct rng start; /* of the mini-batch's random numbers */
    struct partition part;
    real *const *direction;  /* sum 0, and the result */
    double losses[PART_MAX]; /* of sums */
};

static real *const *direction_of(const struct evaluation_task *task, size_t sum)
{
    return sum ? task->m->sums[sum] : task->direction;
}

static void run_part(void *context, size_t part, size_t sum, size_t thread)
{
    struct evaluation_task *task = context;
    struct minibatch *m = task->m;
    real *const *direction = direction_of(task, sum);
    for (size_t l = 1; l <= m->layers; l++) memset(direction[l], 0, m->optimizer.size[l] * sizeof(real));
    task->losses[sum] = 0;
    for (size_t c = part_first(&task->part, part); c < part_first(&task->part, part + 1); c++) {
        size_t first = chunk_first(&task->part, c);
        struct minibatch_block where = {&task->batch, first, chunk_first(&task->part, c + 1) - first, part,
                                        thread};
        task->losses[sum] += task->rule->block(m, &where, direction);
    }
}

static void add_directions(void *context, size_t sum, size_t other)
{
    struct evaluation_task *task = context;
    real *const *to = direction_of(task, sum), *const *from = direction_of(task, other);
    for (size_t l = 1; l <= task->m->layers; l++)
        kernels()->add_scaled(task->m->optimizer.size[l], R(1.0), from[l], to[l]);
    task->losses[sum] += task->losses[other];
}

static size_t direction_blocks(void *context, size_t sum, struct rank_block *blocks)
{
    struct evaluation_task *task = context;
    const struct minibatch *m = task->m;
    real *const *direction = direction_of(task, sum);
    size_t n = 0;
    _Static_assert(NET_MAX_BLOCKS + 1 <= RANK_BLOCKS_MAX, "a message has room for all matrices and the loss");
    for (size_t l = 1; l <= m->layers; l++)
        if (m->optimizer.size[l] > 0)
            blocks[n++] = rank_memory(direction[l], m->optimizer.size[l] * sizeof(real));
    blocks[n++] = rank_memory(&task->losses[sum], sizeof(double));
    return n;
}

static double learning_rate(const struct minibatch *m)
{
    const struct minibatch_options *o = &m->options;
    if (o->schedule == SCHEDULE_CONSTANT) return o->lr;
    double part = (double)(m->epoch < o->lr_epochs ? m->epoch : o->lr_epochs) / (double)o->lr_epochs;
    return o->lr * 0.5 * (1 + cos(3.14159265358979323846 * part));
}

/* A direction that is worked on slice by slice. */
struct direction_task {
    const struct minibatch *m;
    real *const *direction;
    size_t n_sums;
    real factor;
};

static void square_slice(void *context, size_t slice, size_t l, size_t first, size_t n)
{
    const struct direction_task *task = context;
    task->m->squares[slice] = kernels()->squares(n, task->direction[l] + first);
}

static void scale_slice(void *context, size_t slice, size_t l, size_t first, size_t n)
{
    const struct direction_task *task = context;
    (void)slice;
    kernels()->scale(n, task->factor, task->direction[l] + first);
}

/* Norms of the direction, and the clip. */
static void measure_and_clip(struct minibatch *m, real *const *direction)
{
    struct direction_task task = {.m = m, .direction = direction};
    double total = 0;
    size_t slice = 0;
    optimizer_spread(&m->optimizer, square_slice, &task);
    for (size_t l = 1; l <= m->layers; l++) {
        double squares = 0;
        for (size_t end = slice + optimizer_slices(&m->optimizer, l); slice < end; slice++)
            squares += m->squares[slice];
        m->norm[l] += sqrt(squares);
        total += squares;
    }
    total = sqrt(total);
    if (m->options.clip <= 0 || total <= m->options.clip) return;
    task.factor = (real)(m->options.clip / total);
    optimizer_spread(&m->optimizer, scale_slice, &task);
}

/* The tree over the sums of groups of parts (sum_tree), a slice at a time. */
static void sum_slice(void *context, size_t slice, size_t l, size_t first, size_t n)
{
    const struct direction_task *task = context;
    const struct kernels *k = kernels();
    (void)slice;
    for (size_t step = 1; step < task->n_sums; step *= 2)
        for (size_t i = 0; i + step < task->n_sums; i += 2 * step) {
            real *sum = i ? task->m->sums[i][l] : task->direction[l];
            k->add_scaled(n, R(1.0), task->m->sums[i + step][l] + first, sum + first);
        }
    k->scale(n, task->factor, task->direction[l] + first);
}

/* Mean direction and loss of a mini-batch. */
static double mean_of_blocks(struct evaluation_task *task)
{
    static const struct part_sum parts = {run_part, add_directions, direction_blocks};
    const struct minibatch *m = task->m;
    task->part = partition_make(task->batch.n);
    const size_t sums = pool_sum(m->env.pool, task->part.n_parts, &parts, task);
    struct direction_task sum = {m, task->direction, sums, 1 / (real)task->batch.n};
    optimizer_spread(&m->optimizer, sum_slice, &sum);
    return sum_of_parts(sums, task->losses) / (double)task->batch.n;
}

/* The oracle. Trainers read the weights of env.net: it has W while the rule works. A rule that draws random
 * numbers draws the same in each call, so that the gradients at two points are of one function. */
static double evaluate_at(void *context, real *const *W, real *const *gradient)
{
    struct evaluation_task *task = context;
    struct minibatch *m = task->m;
    struct net *net = m->env.net;
    real *own[NET_MAX_BLOCKS + 1];
    memcpy(own, net->W, sizeof own);
    /* frozen layers have no other weights than their own */
    for (size_t l = 1; l <= m->layers; l++)
        if (m->optimizer.size[l] > 0) net->W[l] = W[l];
    task->direction = gradient;
    *m->env.rng = task->start;
    double loss = task->rule->whole ? task->rule->whole(m, &task->batch, gradient) : mean_of_blocks(task);
    if (task->rule->finish) task->rule->finish(m, gradient);
    if (m->layers == net->blocks) net_clear_diagonals(net, gradient);
    memcpy(net->W, own, sizeof own);
    measure_and_clip(m, gradient);
    m->evaluations++;
    m->evaluated += task->batch.n;
    return loss;
}

/* With another number of parts other ranks go on with their sums. */
static void share_by_part(const struct minibatch *m, const struct minibatch_rule *rule, size_t *parts,
                          size_t next)
{
    if (rule->by_part && *parts > 0 && *parts != next)
        part_share(m->env.pool, *parts, rule->by_part, rule->by_part_size);
    *parts = next;
}

status minibatch_epoch(void *state, const struct minibatch_rule *rule, struct step_report *r, struct error *e)
{
    struct minibatch *m = state;
    struct evaluation_task task = {.m = m, .rule = rule, .batch = m->env.train};
    const struct gradient_oracle oracle = {&task, evaluate_at};
    size_t N = m->env.train.n, batch = minibatch_largest(&m->options, N), parts = 0;
    memset(m->norm, 0, sizeof m->norm);
    m->evaluations = m->evaluated = m->updates = 0;
    rng_shuffle(m->env.rng, m->order, N);
    for (size_t first = 0; first < N; first += batch) {
        task.batch.samples = m->order + first;
        task.batch.n = N - first < batch ? N - first : batch;
        task.start = *m->env.rng;
        share_by_part(m, rule, &parts, partition_make(task.batch.n).n_parts);
        optimizer_update(&m->optimizer, m->env.net->W, learning_rate(m), &oracle);
        net_clear_diagonals(m->env.net, m->env.net->W); /* muon's steps reach weights without a gradient */
        if (rule->project) rule->project(m);
        m->residuals[m->updates++] = m->optimizer.residual;
    }
    share_by_part(m, rule, &parts, 0);
    m->epoch++;
    r->samples = (double)N;
    r->gradient_evaluations = (double)m->evaluations;
    return net_finite(m->env.net) ? ST_OK
                                  : FAIL(e, ST_NUMERIC, "a weight is not finite after epoch %ld", m->epoch);
}

double minibatch_passes(const struct minibatch *m)
{
    return (double)m->evaluated / (double)m->env.train.n;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void minibatch_report_as(struct minibatch *m, const char *norm, struct metric_sink *sink)
{
    const size_t n = m->updates;
    for (size_t l = 1; m->evaluations > 0 && l <= m->layers && l <= sink->L; l++)
        metric_put(sink, norm, l, m->norm[l] / (double)m->evaluations);
    if (n == 0 || isnan(m->residuals[0])) return;
    qsort(m->residuals, n, sizeof *m->residuals, ascending);
    metric_put(sink, "inner_residual", 0, (m->residuals[(n - 1) / 2] + m->residuals[n / 2]) / 2);
}

void minibatch_report(void *state, struct metric_sink *sink)
{
    minibatch_report_as(state, "grad_norm", sink);
}

status minibatch_checkpoint(void *state, struct checkpoint *c, struct error *e)
{
    struct minibatch *m = state;
    TRY(checkpoint_count(c, &m->epoch, "epoch", e));
    const size_t N = m->env.train.n;
    TRY(checkpoint_indices(c, m->order, N, (struct index_range){0, N}, "sample", e));
    return optimizer_checkpoint(&m->optimizer, c, e);
}
