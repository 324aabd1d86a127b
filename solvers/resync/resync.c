/* The passes of admm_resync over a mini-batch (see resync.h). */
#include "solvers/resync/resync.h"
#include "network/bit_gram.h"
#include "network/tiled_products.h"
#include "solvers/proximal/loss_prox.h"
#include "solvers/resync/resync_weights.h"
#include "support/blas.h"
#include <string.h>

struct pass {
    struct resync *s;
    const struct resync_batch *b;
    size_t l;
    struct branch_rule rule;
};

struct resync_batch resync_batch_from(const struct resync *s, size_t first, size_t size)
{
    size_t n = s->env.train.n - first < size ? s->env.train.n - first : size;
    struct resync_batch b = {s->env.train, partition_make(n)};
    b.samples.samples = s->order + first;
    b.samples.n = n;
    return b;
}

/* The block that a chunk is worked on in: its own, or the thread's. */
static size_t slot_of(const struct resync *s, size_t chunk, size_t thread)
{
    return s->o.recompute ? thread : chunk;
}

static size_t first_of(const struct pass *p, size_t chunk)
{
    return chunk_first(&p->b->part, chunk);
}
static size_t size_of(const struct pass *p, size_t chunk)
{
    return first_of(p, chunk + 1) - first_of(p, chunk);
}

/* Adds a chunk's share of G_l = sum_t s_{l-1,t} s_{l-1,t}'. */
static void add_gram(const struct pass *p, size_t l, size_t sum, size_t chunk, size_t thread)
{
    struct resync *s = p->s;
    bit_gram(s->traces[slot_of(s, chunk, thread)].bits[l - 1], s->net->n[l - 1],
             s->env.info->T * size_of(p, chunk), s->columns[thread], s->gram[sum][l]);
}

/* Adds a chunk's share of the sums of the readout, where D_L = sum_t P_{L,t} s_{L-1,t}' is rho nu f', f the
 * spikes as the readout's leak filters them. */
static void add_output_sums(const struct pass *p, size_t sum, size_t chunk, size_t thread)
{
    struct resync *s = p->s;
    size_t L = s->net->L, K = s->net->n[L], in = s->net->n[L - 1], C = size_of(p, chunk);
    const size_t slot = slot_of(s, chunk, thread);
    blas_gemm(false, true, K, in, C, (real)s->o.rho, s->nu[slot], K, s->traces[slot].filtered, in, R(1.0),
              s->d[sum][L], K);
    add_gram(p, L, sum, chunk, thread);
}

/* Adds a chunk's share of a hidden layer's D_l = sum_t P_{l,t} s_{l-1,t}' and G_l. */
static void add_chunk(const struct pass *p, size_t l, size_t sum, size_t chunk, size_t thread)
{
    struct resync *s = p->s;
    const size_t slot = slot_of(s, chunk, thread);
    struct trace *tr = &s->traces[slot];
    size_t n = s->net->n[l], in = s->net->n[l - 1], C = size_of(p, chunk), columns = s->env.info->T * C;
    struct spike_columns lists;
    if (l == 1) {
        tiled_outer(&tr->lists, &p->b->samples, first_of(p, chunk), C, s->pull[slot], n, s->d[sum][1]);
        return;
    }
    if (net_inputs(s->net, &p->b->samples, first_of(p, chunk), C, tr, l, &lists)) {
        lists_outer(&tr->lists, C, s->pull[slot], n, &lists, in, s->d[sum][l]);
    } else {
        net_spikes(s->net, tr, l - 1, C, NULL, 0, tr->dense);
        blas_gemm(false, true, n, in, columns, R(1.0), s->pull[slot], n, tr->dense, in, R(1.0), s->d[sum][l],
                  n);
    }
    add_gram(p, l, sum, chunk, thread);
}

static void clear_sums(const struct pass *p, size_t sum)
{
    size_t n = p->s->net->n[p->l], in = p->s->net->n[p->l - 1];
    memset(p->s->d[sum][p->l], 0, n * in * sizeof(real));
    if (p->l > 1) memset(p->s->gram[sum][p->l], 0, in * in * sizeof(real));
    p->s->tally[sum] = 0;
}

static void add_sums(void *context, size_t sum, size_t other)
{
    const struct pass *p = context;
    struct resync *s = p->s;
    size_t l = p->l, n = s->net->n[l], in = s->net->n[l - 1];
    blas_axpy(n * in, R(1.0), s->d[other][l], s->d[sum][l]);
    if (l > 1) blas_axpy(in * in, R(1.0), s->gram[other][l], s->gram[sum][l]);
    s->tally[sum] += s->tally[other];
}

static size_t sum_blocks(void *context, size_t sum, struct rank_block *blocks)
{
    const struct pass *p = context;
    struct resync *s = p->s;
    size_t l = p->l, n = 0, in = s->net->n[l - 1];
    blocks[n++] = rank_memory(s->d[sum][l], s->net->n[l] * in * sizeof(real));
    if (l > 1) blocks[n++] = rank_memory(s->gram[sum][l], in * in * sizeof(real));
    blocks[n++] = rank_memory(&s->tally[sum], sizeof(double));
    return n;
}

/* D_l and G_l of the mini-batch and what was counted, in sum 0. */
static void sum_layer(struct pass *p, size_t l,
                      void (*part)(void *context, size_t part, size_t sum, size_t thread))
{
    const struct part_sum parts = {part, add_sums, sum_blocks};
    p->l = l;
    sum_tree(pool_sum(p->s->env.pool, p->b->part.n_parts, &parts, p), add_sums, p);
}

/* nu = (z* - c) / E for the samples of a chunk, c = z_{L,T} - (E / rho) lbar, z* the loss's proximal step.
 * Returns the steps that did not converge. */
static size_t output_target(const struct pass *p, size_t chunk, size_t thread)
{
    struct resync *s = p->s;
    size_t K = s->net->n[s->net->L], C = size_of(p, chunk), T = s->env.info->T;
    const size_t slot = slot_of(s, chunk, thread);
    real *z = s->scores[thread];
    const double leak2 = (double)s->net->lif[s->net->L].leak * (double)s->net->lif[s->net->L].leak;
    double E = 0;
    size_t newton = 0, unsolved = 0; /* Newton's steps are of no interest here */
    net_scores(s->net, &s->traces[slot], C, z);
    for (size_t t = 0; t < T; t++) E = 1 + leak2 * E;
    for (size_t c = 0; c < C; c++) {
        size_t sample = batch_sample(&p->b->samples, first_of(p, chunk) + c);
        real *lbar = s->lbar ? s->lbar + sample * K : NULL, *nu = s->nu[slot] + c * K;
        double *at = s->prox[thread], *d = at + K, *work = at + 2 * K;
        for (size_t k = 0; k < K; k++)
            at[k] = (double)z[c * K + k] - (lbar ? E / s->o.rho * (double)lbar[k] : 0.0);
        if (!loss_prox(s->net->loss, K, at, p->b->samples.labels[sample], s->o.rho / E, d, work, &newton))
            unsolved++;
        for (size_t k = 0; k < K; k++) nu[k] = (real)(d[k] / E);
        for (size_t k = 0; lbar && k < K; k++) lbar[k] = (real)s->o.rho * nu[k]; /* -grad loss(z*) */
    }
    return unsolved;
}

/* Simulates a chunk: by itself, or fed with auxiliary spikes. */
static void simulate(const struct pass *p, size_t chunk, size_t thread)
{
    struct resync *s = p->s;
    const struct simulate_options plain = {0};
    size_t first = first_of(p, chunk), C = size_of(p, chunk), slot = slot_of(s, chunk, thread);
    if (s->fed) {
        kept_simulate(&s->kept, s->net, &p->b->samples, first, C, &s->fed[thread], thread);
        kept_trace(s->net, &s->fed[thread], C, &s->traces[slot]);
    } else {
        net_simulate(s->net, &p->b->samples, first, C, &s->traces[slot], &plain);
    }
}

static void forward_part(void *context, size_t part, size_t sum, size_t thread)
{
    const struct pass *p = context;
    clear_sums(p, sum);
    for (size_t c = part_first(&p->b->part, part); c < part_first(&p->b->part, part + 1); c++) {
        simulate(p, c, thread);
        p->s->tally[sum] += (double)output_target(p, c, thread);
        add_output_sums(p, sum, c, thread);
    }
}

/* Adds rho_{l+1}/2 ||W_{l+1} e_i||^2 (2 s - 1) to every gain: what flipping the present spike costs the layer
 * above beyond first order. */
static void add_flip_costs(const struct pass *p, size_t chunk, size_t slot, double rho_above)
{
    const struct net *net = p->s->net;
    size_t n = net->n[p->l], rows = net->n[p->l + 1], columns = p->s->env.info->T * size_of(p, chunk);
    real *a = p->s->traces[slot].dense;
    net_spikes(net, &p->s->traces[slot], p->l, size_of(p, chunk), NULL, 0, a);
    for (size_t i = 0; i < n; i++) {
        double norm = vector_norm(rows, net->W[p->l + 1] + i * rows);
        const real cost = (real)(0.5 * rho_above * norm * norm);
        for (size_t j = 0; j < columns; j++) p->s->gain[slot][j * n + i] += cost * (2 * a[j * n + i] - 1);
    }
}

/* Whether the gains stand in gain, all steps of them. */
static bool gain_is_whole(const struct pass *p)
{
    return p->l + 1 < p->s->net->L || p->s->o.gain == GAIN_SINGLE_FLIP;
}

/* p_t = W_{l+1}' P_{l+1,t}. Below the readout it is a multiple of `spread` at each step, and is written out
 * later, step by step; elsewhere it is in gain. */
static void make_gain(const struct pass *p, size_t chunk, size_t slot)
{
    struct resync *s = p->s;
    const bool last = p->l + 1 == s->net->L;
    size_t n = s->net->n[p->l], rows = s->net->n[p->l + 1], C = size_of(p, chunk), T = s->env.info->T;
    if (last)
        blas_gemm(true, false, n, C, rows, R(1.0), s->net->W[p->l + 1], rows, s->nu[slot], rows, R(0.0),
                  s->spread[slot], n);
    else
        blas_gemm(true, false, n, T * C, rows, R(1.0), s->net->W[p->l + 1], rows, s->pull[slot], rows, R(0.0),
                  s->gain[slot], n);
    if (last && gain_is_whole(p))
        output_pull(T, n * C, (real)s->o.rho, s->net->lif[s->net->L].leak, s->spread[slot], s->gain[slot]);
    if (s->o.gain == GAIN_SINGLE_FLIP)
        add_flip_costs(p, chunk, slot, last ? s->o.rho : s->record.penalty[p->l + 1]);
}

/* The branch steps of a chunk, from the last one to the first: the gain becomes the pull. Returns the entries
 * moved. */
static size_t pull_chunk(const struct pass *p, size_t chunk, size_t slot, real *y)
{
    struct resync *s = p->s;
    const size_t T = s->env.info->T, step = s->net->n[p->l] * size_of(p, chunk);
    const real *z = s->traces[slot].z[p->l], leak = s->net->lif[p->l].leak,
               carry = s->o.time_credit ? leak : 0;
    real weight = (real)s->o.rho, *gain = s->gain[slot];
    size_t moved = 0;
    if (gain_is_whole(p)) moved = branch_pull(&p->rule, T, step, z, y, carry, gain);
    for (size_t t = gain_is_whole(p) ? 0 : T; t-- > 0; weight *= leak) {
        real *now = gain + t * step;
        for (size_t i = 0; i < step; i++) now[i] = weight * s->spread[slot][i];
        moved += branch_step(&p->rule, step, z + t * step, y ? y + t * step : NULL, carry,
                             t + 1 < T ? now + step : NULL, now);
    }
    s->gain[slot] = s->pull[slot];
    s->pull[slot] = gain;
    return moved;
}

/* With recompute: what a chunk's block holds before the gains of layer p->l, made again. */
static void remake(const struct pass *p, size_t chunk, size_t thread)
{
    struct pass above = *p;
    simulate(p, chunk, thread);
    (void)output_target(p, chunk, thread);
    for (above.l = p->s->net->L - 1; above.l > p->l; above.l--) {
        above.rule = p->s->rules[above.l];
        make_gain(&above, chunk, thread);
        (void)pull_chunk(&above, chunk, thread, NULL);
    }
}

/* The gains p_t and the sum of their squares. */
static void gain_part(void *context, size_t part, size_t thread)
{
    const struct pass *p = context;
    struct resync *s = p->s;
    size_t n = s->net->n[p->l], T = s->env.info->T;
    const double leak = (double)s->net->lif[s->net->L].leak;
    double sum = 0, energy = 0;
    for (size_t t = 0; t < T; t++) energy = leak * leak * energy + s->o.rho * s->o.rho;
    for (size_t c = part_first(&p->b->part, part); c < part_first(&p->b->part, part + 1); c++) {
        const size_t C = size_of(p, c), slot = slot_of(s, c, thread);
        if (s->o.recompute) remake(p, c, thread);
        make_gain(p, c, slot);
        if (gain_is_whole(p))
            sum += kernels()->squares(n * T * C, s->gain[slot]);
        else
            sum += energy * kernels()->squares(n * C, s->spread[slot]);
    }
    s->squares[part] = sum;
}

static void pull_part(void *context, size_t part, size_t sum, size_t thread)
{
    const struct pass *p = context;
    struct resync *s = p->s;
    const struct batch *samples = &p->b->samples;
    size_t l = p->l, moved = 0;
    clear_sums(p, sum);
    for (size_t c = part_first(&p->b->part, part); c < part_first(&p->b->part, part + 1); c++) {
        const size_t slot = slot_of(s, c, thread);
        real *y = s->o.keep > 0 ? s->kept.centre[thread] : NULL;
        const real *z = s->traces[slot].z[l];
        if (s->o.recompute) {
            remake(p, c, thread);
            make_gain(p, c, slot);
        }
        if (y) kept_recall(&s->kept, s->net, l, samples, first_of(p, c), size_of(p, c), z, thread);
        moved += pull_chunk(p, c, slot, y);
        if (y) kept_store(&s->kept, s->net, l, samples, first_of(p, c), size_of(p, c), y);
        add_chunk(p, l, sum, c, thread);
    }
    s->tally[sum] = (double)moved;
}

static double columns_of(const struct pass *p)
{
    return (double)(p->s->env.info->T * p->b->part.n);
}

/* Products with W_l, or that give D_l: one for each sample and step, of the readout one for each sample. */
static double products_of(const struct pass *p, size_t l)
{
    return l == p->s->net->L ? (double)p->b->part.n : columns_of(p);
}

/* What sum_layer took over the mini-batch: D_l and (l > 1) the Gram matrix. */
static void count_sums(const struct pass *p, size_t l)
{
    const struct net *net = p->s->net;
    double entries = l == 1 ? (double)spikes_nonzero(&p->b->samples) : 0;
    cost_product(&p->s->work, net, l, products_of(p, l), entries);
    if (l > 1) cost_gram(&p->s->work, (double)net->n[l - 1], columns_of(p));
}

/* What remake took in the passes of layer l: both simulate the mini-batch and go down to l, and the second
 * makes the gains of l as well. */
static void count_remade(const struct pass *p, size_t l, bool pulled)
{
    struct resync *s = p->s;
    const double times = s->o.recompute ? (pulled ? 2 : 1) : 0, n = (double)p->b->part.n;
    s->simulated += times * n;
    for (size_t k = l; times > 0 && k < s->net->L; k++) {
        const double passes = k > l ? times : times - 1;
        s->swept += passes * (double)(s->net->n[k + 1] * s->net->n[k]) * n;
        cost_product(&s->work, s->net, k + 1, passes * products_of(p, k + 1), 0);
    }
}

/* The pull of hidden layer l from that of the layer above: false if there is none. */
static bool pull_layer(struct pass *p, size_t l)
{
    struct resync *s = p->s;
    double entries = (double)s->net->n[l] * (double)s->env.info->T * (double)p->b->part.n;
    p->l = l;
    part_run(s->env.pool, p->b->part.n_parts, gain_part, p);
    part_share(s->env.pool, p->b->part.n_parts, s->squares, sizeof *s->squares);
    s->swept += (double)(s->net->n[l + 1] * s->net->n[l] * p->b->part.n);
    cost_product(&s->work, s->net, l + 1, products_of(p, l + 1), 0);
    double rms = sqrt(sum_of_parts(p->b->part.n_parts, s->squares) / entries);
    double penalty = s->o.rho_hidden > 0 ? s->o.rho_hidden : 2 * rms / (s->o.win * s->o.win);
    s->record.entries[l] += entries;
    s->record.penalty[l] = penalty;
    p->rule = s->rules[l] = (struct branch_rule){s->net->lif[l].threshold, (real)penalty, s->o.margin};
    const bool pulled = rms > 0 && p->rule.rho > 0;
    count_remade(p, l, pulled);
    if (!pulled) return false;
    sum_layer(p, l, pull_part);
    count_sums(p, l);
    s->record.moved[l] += s->tally[0];
    return s->tally[0] > 0 || s->o.keep > 0;
}

static void gap_part(void *context, size_t part, size_t thread)
{
    const struct pass *p = context;
    struct resync *s = p->s;
    size_t differ = 0;
    for (size_t c = part_first(&p->b->part, part); c < part_first(&p->b->part, part + 1); c++)
        differ += kept_recall(&s->kept, s->net, p->l, &p->b->samples, first_of(p, c), size_of(p, c),
                              s->traces[c].z[p->l], thread);
    s->counts[part] = (double)differ;
}

/* How many kept spikes are not those that the weights give, off the clock. */
static void measure_gap(struct pass *p, struct step_report *r)
{
    struct resync *s = p->s;
    if (!r->measure || !(s->o.keep > 0)) return;
    step_hold(r);
    for (p->l = 1; p->l < s->net->L; p->l++) {
        part_run(s->env.pool, p->b->part.n_parts, gap_part, p);
        part_share(s->env.pool, p->b->part.n_parts, s->counts, sizeof *s->counts);
        s->record.differ[p->l] += sum_of_parts(p->b->part.n_parts, s->counts);
    }
    step_resume(r);
}

static void start_kept_part(void *context, size_t part, size_t thread)
{
    (void)thread;
    const struct pass *p = context;
    const struct resync *s = p->s;
    const struct simulate_options plain = {0};
    for (size_t c = part_first(&p->b->part, part); c < part_first(&p->b->part, part + 1); c++) {
        size_t first = first_of(p, c), C = size_of(p, c);
        net_simulate(s->net, &p->b->samples, first, C, &s->traces[c], &plain);
        for (size_t l = 1; l < s->net->L; l++)
            kept_store(&s->kept, s->net, l, &p->b->samples, first, C, s->traces[c].z[l]);
    }
}

void resync_start_kept(struct resync *s, const struct resync_batch *b)
{
    struct pass p = {.s = s, .b = b};
    part_run(s->env.pool, b->part.n_parts, start_kept_part, &p);
}

static void loss_part(void *context, size_t part, size_t thread)
{
    const struct pass *p = context;
    struct resync *s = p->s;
    const struct simulate_options plain = {0};
    const size_t K = s->net->n[s->net->L];
    double loss = 0;
    for (size_t c = part_first(&p->b->part, part); c < part_first(&p->b->part, part + 1); c++) {
        size_t first = first_of(p, c), C = size_of(p, c);
        struct trace *tr = &s->traces[slot_of(s, c, thread)];
        net_simulate(s->net, &p->b->samples, first, C, tr, &plain);
        real *scores = s->scores[thread];
        net_scores(s->net, tr, C, scores);
        for (size_t i = 0; i < C; i++) {
            int label = p->b->samples.labels[batch_sample(&p->b->samples, first + i)];
            loss += loss_value(s->net->loss, K, scores + i * K, label, NULL);
        }
    }
    s->squares[part] = loss;
}

double resync_loss(struct resync *s, const struct resync_batch *b)
{
    struct pass p = {.s = s, .b = b};
    part_run(s->env.pool, b->part.n_parts, loss_part, &p);
    part_share(s->env.pool, b->part.n_parts, s->squares, sizeof *s->squares);
    return sum_of_parts(b->part.n_parts, s->squares) / (double)b->part.n;
}

status resync_sweep(struct resync *s, const struct resync_batch *b, double tau, struct step_report *r,
                    struct error *e)
{
    struct pass p = {.s = s, .b = b};
    size_t L = s->net->L;
    memset(s->active, 0, sizeof s->active);
    sum_layer(&p, L, forward_part);
    count_sums(&p, L);
    s->record.unsolved += s->tally[0];
    measure_gap(&p, r);
    s->active[L] = true;
    for (size_t l = L - 1; l >= 1 && s->active[l + 1]; l--) s->active[l] = pull_layer(&p, l);
    for (size_t l = 1; l <= L; l++) {
        double squares = 0;
        if (s->active[l]) TRY(resync_solve_layer(s, b, l, r, &squares, e));
        double rms = sqrt(squares / ((double)s->net->n[l] * (double)s->env.info->T * (double)b->part.n));
        if (squares > 0 && isfinite(rms))
            resync_move_weights(s, l, tau / rms);
        else
            s->record.idle[l] += 1;
    }
    return net_finite(s->net) ? ST_OK : FAIL(e, ST_NUMERIC, "a weight is not finite");
}
