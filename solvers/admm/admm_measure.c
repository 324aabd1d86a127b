/* See admm_measure.h. */
#include "solvers/admm/admm_measure.h"
#include <string.h>

struct sums {
    double loss, inner, primal2, right;
    double dynamics2[NET_MAX_LAYERS + 1], spikes2[NET_MAX_LAYERS + 1], on[NET_MAX_LAYERS + 1];
};

struct measure_task {
    struct admm *s;
    struct sums parts[PART_MAX];
};

/* Dynamics residual z_t - delta z_{t-1} - v_t + theta a_{t-1} and, for hidden layers, a - H(z - theta). */
static void measure_layer(const struct admm *s, size_t l, size_t chunk, struct sums *sum)
{
    size_t step = s->net->n[l] * admm_chunk_size(s, chunk);
    const real *z = admm_block(s, s->z[l], l, chunk), *v = admm_block(s, s->v[l], l, chunk);
    const real *a = admm_is_output(s, l) ? NULL : admm_block(s, s->a[l], l, chunk);
    const double delta = (double)s->net->lif[l].leak, theta = (double)s->net->lif[l].threshold;
    double dynamics = 0, spikes = 0, on = 0;
    for (size_t i = 0; i < step * s->T; i++) {
        double r = (double)z[i] - (double)v[i];
        if (i >= step) r -= delta * (double)z[i - step];
        if (a && i >= step) r += theta * (double)a[i - step];
        dynamics += r * r;
        if (a) {
            double h = (double)admm_step(z[i], s->net->lif[l].threshold), gap = (double)a[i] - h;
            spikes += gap * gap;
            on += h;
        }
    }
    sum->dynamics2[l] += dynamics;
    sum->spikes2[l] += spikes;
    sum->on[l] += on;
}

static void measure_output(const struct admm *s, size_t chunk, struct sums *sum)
{
    size_t K = s->net->n[s->L], C = admm_chunk_size(s, chunk), step = K * C, T = s->T;
    size_t first = chunk_first(&s->part, chunk);
    const real *z = admm_block(s, s->z[s->L], s->L, chunk), *v = admm_block(s, s->v[s->L], s->L, chunk);
    const real *lambda = s->lambda + K * first;
    const double delta = (double)s->net->lif[s->L].leak;
    for (size_t t = s->set.multiplier == MULTIPLIER_ALL ? 0 : T - 1; t < T; t++)
        for (size_t i = 0; i < step; i++) {
            double r = (double)z[t * step + i] - (double)v[t * step + i];
            if (t > 0) r -= delta * (double)z[(t - 1) * step + i];
            sum->inner += admm_multiplier_share(s, t) * (double)lambda[i] * r;
            if (t + 1 == T) sum->primal2 += r * r;
        }
    for (size_t c = 0; c < C; c++) {
        int label = s->labels[first + c];
        const real *scores = z + (T - 1) * step + c * K;
        sum->loss += loss_value(s->net->loss, K, scores, label, NULL);
        sum->right += loss_argmax(K, scores) == (size_t)label ? 1.0 : 0.0;
    }
}

static void measure_part(void *context, size_t part, size_t thread)
{
    (void)thread;
    struct measure_task *task = context;
    struct admm *s = task->s;
    for (size_t c = part_first(&s->part, part); c < part_first(&s->part, part + 1); c++) {
        for (size_t l = 1; l <= s->L; l++) measure_layer(s, l, c, &task->parts[part]);
        measure_output(s, c, &task->parts[part]);
    }
}

static void add_sums(struct sums *to, const struct sums *from, size_t L)
{
    to->loss += from->loss;
    to->inner += from->inner;
    to->primal2 += from->primal2;
    to->right += from->right;
    for (size_t l = 1; l <= L; l++) {
        to->dynamics2[l] += from->dynamics2[l];
        to->spikes2[l] += from->spikes2[l];
        to->on[l] += from->on[l];
    }
}

void admm_measure(struct admm *s, struct admm_point *p)
{
    struct measure_task task = {.s = s};
    struct sums all = {0};
    for (size_t l = 1; l <= s->L; l++) admm_refresh(s, l);
    part_run(s->env.pool, s->part.n_parts, measure_part, &task);
    part_share(s->env.pool, s->part.n_parts, task.parts, sizeof *task.parts);
    for (size_t k = 0; k < s->part.n_parts; k++) add_sums(&all, &task.parts[k], s->L);
    double N = (double)s->N;
    memset(p, 0, sizeof *p);
    p->loss = all.loss / N;
    p->accuracy = all.right / N;
    p->primal = sqrt(all.primal2 / (N * (double)s->net->n[s->L]));
    p->lagrangian = all.loss + all.inner;
    for (size_t l = 1; l <= s->L; l++) {
        double numbers = N * (double)s->T * (double)s->net->n[l];
        p->dynamics[l] = sqrt(all.dynamics2[l] / numbers);
        p->spikes[l] = sqrt(all.spikes2[l] / numbers);
        p->rate[l] = all.on[l] / numbers;
        p->lagrangian += 0.5 * s->rho[l] * all.dynamics2[l] + 0.5 * s->set.beta * all.spikes2[l];
    }
}

/* Adds the entries of a chunk whose spike the simulated network has not, by layer. */
static void add_gap(struct admm *s, size_t chunk, double *differ)
{
    const struct simulate_options plain = {0};
    const size_t C = admm_chunk_size(s, chunk);
    net_simulate(s->net, &s->env.train, chunk_first(&s->part, chunk), C, &s->trace, &plain);
    for (size_t l = 1; l < s->L; l++) {
        const real *z = admm_block(s, s->z[l], l, chunk);
        for (size_t i = 0; i < s->net->n[l] * s->T * C; i++)
            if ((z[i] > s->net->lif[l].threshold) != (s->trace.a[l][i] > R(0.5))) differ[l] += 1.0;
    }
}

void admm_spike_gap(struct admm *s, double *gap)
{
    double differ[PART_MAX][NET_MAX_LAYERS + 1] = {{0}};
    const struct part_range own = own_parts(s->env.pool, s->part.n_parts);
    for (size_t k = own.first; k < own.end; k++)
        for (size_t c = part_first(&s->part, k); c < part_first(&s->part, k + 1); c++)
            add_gap(s, c, differ[k]);
    part_share(s->env.pool, s->part.n_parts, differ, sizeof *differ);
    for (size_t l = 1; l < s->L; l++) {
        double all = 0; /* a whole number: any order gives the same */
        for (size_t k = 0; k < s->part.n_parts; k++) all += differ[k][l];
        gap[l] = all / ((double)s->N * (double)s->T * (double)s->net->n[l]);
    }
}
