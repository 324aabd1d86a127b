/* Mini-batches over threads with bits that do not depend on their number. */
#include "trainer/minibatch.h"
#include "support/linsolve.h"
#include <string.h>

enum schedule { SCHEDULE_CONSTANT, SCHEDULE_COSINE };
const char *const schedule_names[] = {"constant", "cosine", NULL};

status minibatch_refuse_idle(const struct option_table *t, const void *options,
                             const struct minibatch_options *o, struct error *e)
{
    const bool sgd = o->optimizer == OPTIMIZER_SGD;
    const struct option_use uses[] = {
        {"momentum", sgd, "optimizer = sgd"},
        {"beta1", !sgd, "optimizer = adam or adamw"},
        {"beta2", !sgd, "optimizer = adam or adamw"},
        {"eps", !sgd, "optimizer = adam or adamw"},
        {"lr_epochs", o->schedule == SCHEDULE_COSINE, "schedule = cosine"},
    };
    return opt_refuse_idle(t, options, uses, sizeof uses / sizeof *uses, e);
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
    return batch < CHUNK_MAX ? batch : CHUNK_MAX;
}

static size_t weights_of(const struct net *net, size_t layers)
{
    size_t sum = 0;
    for (size_t l = 1; l <= layers; l++) sum += net->n[l] * net->n[l - 1];
    return sum;
}

size_t minibatch_memory(const struct minibatch_options *o, const struct net *net, size_t layers, size_t parts,
                        size_t N)
{
    size_t moments = o->optimizer == OPTIMIZER_SGD ? 1 : 2;
    return sizeof(real) * weights_of(net, layers) * (parts + moments) + sizeof(size_t) * N;
}

status minibatch_create(struct minibatch *m, const struct minibatch_options *o, const struct train_env *env,
                        size_t layers, size_t parts, struct mem *mem, struct error *e)
{
    *m = (struct minibatch){.options = *o, .env = *env, .trained = *env->net};
    m->trained.L = layers;
    if (env->train.n == 0) return FAIL(e, ST_CONFIG, "there are no training samples");
    m->optimizer = (struct optimizer){.kind = (enum optimizer_kind)o->optimizer,
                                      .momentum = o->momentum,
                                      .beta1 = o->beta1,
                                      .beta2 = o->beta2,
                                      .eps = o->eps,
                                      .weight_decay = o->weight_decay};
    TRY(optimizer_create(&m->optimizer, &m->trained, mem, e));
    m->order = mem_alloc(mem, env->train.n, sizeof *m->order, e);
    if (!m->order) return ST_MEMORY;
    for (size_t i = 0; i < env->train.n; i++) m->order[i] = batch_sample(&env->train, i);
    for (size_t k = 0; k < parts; k++)
        for (size_t l = 1; l <= layers; l++)
            if (!(m->parts[k][l] = mem_reals(mem, m->trained.n[l] * m->trained.n[l - 1], e)))
                return ST_MEMORY;
    return ST_OK;
}

struct part_task {
    struct minibatch *m;
    const struct minibatch_rule *rule;
    struct batch batch;
    struct partition part;
};

static void run_part(void *context, size_t part, size_t thread)
{
    const struct part_task *task = context;
    const struct net *net = &task->m->trained;
    real *const *direction = task->m->parts[part];
    for (size_t l = 1; l <= net->L; l++) memset(direction[l], 0, net->n[l] * net->n[l - 1] * sizeof(real));
    for (size_t c = part_first(&task->part, part); c < part_first(&task->part, part + 1); c++) {
        size_t first = chunk_first(&task->part, c);
        struct minibatch_block where = {&task->batch, first, chunk_first(&task->part, c + 1) - first, part,
                                        thread};
        task->rule->block(task->rule->context, &where, direction);
    }
}

static double learning_rate(const struct minibatch *m)
{
    const struct minibatch_options *o = &m->options;
    if (o->schedule == SCHEDULE_CONSTANT) return o->lr;
    double part = (double)(m->epoch < o->lr_epochs ? m->epoch : o->lr_epochs) / (double)o->lr_epochs;
    return o->lr * 0.5 * (1 + cos(3.14159265358979323846 * part));
}

/* Norms of the direction in part 0, and the clip. */
static void measure_and_clip(struct minibatch *m)
{
    const struct net *net = &m->trained;
    double total = 0;
    for (size_t l = 1; l <= net->L; l++) {
        double norm = vector_norm(net->n[l] * net->n[l - 1], m->parts[0][l]);
        m->norm[l] += norm;
        total += norm * norm;
    }
    total = sqrt(total);
    if (m->options.clip <= 0 || total <= m->options.clip) return;
    const real shrink = (real)(m->options.clip / total);
    for (size_t l = 1; l <= net->L; l++)
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++) m->parts[0][l][i] *= shrink;
}

/* Mean direction of a mini-batch in part 0: the sums of its blocks in the order of the parts. */
static void mean_of_blocks(struct minibatch *m, const struct minibatch_rule *rule, const struct batch *batch)
{
    const struct net *net = &m->trained;
    struct part_task task = {m, rule, *batch, partition_make(batch->n)};
    pool_run(m->env.pool, task.part.n_parts, run_part, &task);
    const real mean = 1 / (real)batch->n;
    for (size_t l = 1; l <= net->L; l++) {
        size_t size = net->n[l] * net->n[l - 1];
        real *g = m->parts[0][l];
        for (size_t k = 1; k < task.part.n_parts; k++)
            for (size_t i = 0; i < size; i++) g[i] += m->parts[k][l][i];
        for (size_t i = 0; i < size; i++) g[i] *= mean;
    }
}

static void mini_batch(struct minibatch *m, const struct minibatch_rule *rule, size_t first, size_t n)
{
    struct batch batch = m->env.train;
    batch.samples = m->order + first;
    batch.n = n;
    if (rule->whole)
        rule->whole(rule->context, &batch, m->parts[0]);
    else
        mean_of_blocks(m, rule, &batch);
    if (rule->finish) rule->finish(rule->context, m->parts[0]);
    measure_and_clip(m);
    optimizer_update(&m->optimizer, &m->trained, m->parts[0], learning_rate(m));
    m->updates++;
}

status minibatch_epoch(struct minibatch *m, const struct minibatch_rule *rule, struct error *e)
{
    size_t N = m->env.train.n, batch = minibatch_largest(&m->options, N);
    memset(m->norm, 0, sizeof m->norm);
    m->updates = 0;
    rng_shuffle(m->env.rng, m->order, N);
    for (size_t first = 0; first < N; first += batch)
        mini_batch(m, rule, first, N - first < batch ? N - first : batch);
    m->epoch++;
    return net_finite(m->env.net) ? ST_OK
                                  : FAIL(e, ST_NUMERIC, "a weight is not finite after epoch %ld", m->epoch);
}

status minibatch_save(const struct minibatch *m, FILE *f, struct error *e)
{
    const struct net *net = &m->trained;
    TRY(checkpoint_write(f, &m->epoch, sizeof m->epoch, e));
    TRY(checkpoint_write(f, &m->optimizer.steps, sizeof m->optimizer.steps, e));
    TRY(checkpoint_write(f, m->order, m->env.train.n * sizeof *m->order, e));
    for (size_t l = 1; l <= net->L; l++) {
        size_t bytes = net->n[l] * net->n[l - 1] * sizeof(real);
        TRY(checkpoint_write(f, m->optimizer.m[l], bytes, e));
        if (m->optimizer.v[l]) TRY(checkpoint_write(f, m->optimizer.v[l], bytes, e));
    }
    return ST_OK;
}

status minibatch_load(struct minibatch *m, FILE *f, struct error *e)
{
    const struct net *net = &m->trained;
    TRY(checkpoint_read(f, &m->epoch, sizeof m->epoch, e));
    TRY(checkpoint_read(f, &m->optimizer.steps, sizeof m->optimizer.steps, e));
    TRY(checkpoint_read(f, m->order, m->env.train.n * sizeof *m->order, e));
    for (size_t l = 1; l <= net->L; l++) {
        size_t bytes = net->n[l] * net->n[l - 1] * sizeof(real);
        TRY(checkpoint_read(f, m->optimizer.m[l], bytes, e));
        if (m->optimizer.v[l]) TRY(checkpoint_read(f, m->optimizer.v[l], bytes, e));
    }
    return ST_OK;
}
