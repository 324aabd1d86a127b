/* See kalman.h. */
#include "baselines/kalman.h"
#include "support/blas.h"
#include <math.h>

enum { ROWS = 256 }; /* of a block */

status kalman_create(struct kalman *k, size_t J, size_t K, size_t columns, size_t samples, size_t threads,
                     struct mem *m, struct error *e)
{
    *k = (struct kalman){.J = J, .K = K, .columns = columns};
    if (!blas_fits(samples * K)) return FAIL(e, ST_CONFIG, "%zu observations are too many", samples * K);
    k->predictions = mem_reals(m, samples * K * J, e);
    k->innovations = mem_reals(m, samples * K * columns, e);
    k->x = mem_reals(m, J * columns, e);
    k->scratch = mem_reals(m, threads * ROWS * (J + columns), e);
    if (!k->predictions || !k->innovations || !k->x || !k->scratch) return ST_MEMORY;
    return chol_create(&k->system, J, m, e);
}

static double observation(const struct batch *b, size_t i, size_t k, size_t K)
{
    const size_t sample = batch_sample(b, i);
    if (b->labels) return (size_t)b->labels[sample] == k ? 1 : 0;
    return (double)b->targets[sample * K + k];
}

void kalman_observe(struct kalman *k, const struct batch *batch, const real *scores, double noise,
                    struct rng *rng)
{
    const size_t J = k->J, K = k->K, n = batch->n, M = n * K;
    const double scale = 1 / sqrt((double)(J - 1));
    double innovations = 0, deviations = 0;
    k->samples = n;
    for (size_t o = 0; o < K; o++)
        for (size_t i = 0; i < n; i++) {
            const size_t row = o * n + i;
            const double y = observation(batch, i, o, K);
            double mean = 0;
            for (size_t j = 0; j < J; j++) mean += (double)scores[(j * n + i) * K + o];
            mean /= (double)J;
            innovations += (y - mean) * (y - mean);
            if (k->columns == 1) k->innovations[row] = (real)(y - mean);
            for (size_t j = 0; j < J; j++) {
                const double g = (double)scores[(j * n + i) * K + o];
                deviations += (g - mean) * (g - mean);
                k->predictions[j * M + row] = (real)(scale * (g - mean));
                if (k->columns != 1) k->innovations[j * M + row] = (real)(y + noise * rng_normal(rng) - g);
            }
        }
    k->innovation = sqrt(innovations / (double)M);
    k->disagreement = sqrt(deviations / (double)(M * J));
}

status kalman_solve(struct kalman *k, size_t output, double shift, bool relative, struct error *e)
{
    const size_t J = k->J, M = k->samples * k->K;
    const size_t first = output < k->K ? output * k->samples : 0, n = output < k->K ? k->samples : M;
    real *a = k->system.a;
    blas_syrk_trans(J, n, R(1.0), k->predictions + first, M, R(0.0), a, J);
    if (relative)
        add_ridge(J, shift, a);
    else
        for (size_t j = 0; j < J; j++) a[j * J + j] += (real)shift;
    blas_gemm(true, false, J, k->columns, n, R(1.0), k->predictions + first, M, k->innovations + first, M,
              R(0.0), k->x, J);
    TRY(chol_factor(&k->system, e));
    chol_solve(&k->system, k->columns, k->x);
    return ST_OK;
}

struct move_task {
    const struct kalman *k;
    const struct kalman_rows *rows;
    const real *members;
    size_t D;
    real *target;
};

static void move_block(void *context, size_t block, size_t thread)
{
    const struct move_task *task = context;
    const struct kalman *k = task->k;
    const size_t J = k->J, done = block * ROWS, left = task->rows->n - done, n = left < ROWS ? left : ROWS;
    const size_t stride = task->rows->stride, first = task->rows->first + done * stride;
    real *a = k->scratch + thread * ROWS * (J + k->columns), *change = a + ROWS * J;
    const double scale = 1 / sqrt((double)(J - 1));
    double mean[ROWS] = {0};
    for (size_t j = 0; j < J; j++)
        for (size_t i = 0; i < n; i++) mean[i] += (double)task->members[j * task->D + first + i * stride];
    for (size_t j = 0; j < J; j++)
        for (size_t i = 0; i < n; i++) {
            const double w = (double)task->members[j * task->D + first + i * stride];
            a[j * n + i] = (real)(scale * (w - mean[i] / (double)J));
        }
    blas_gemm(false, false, n, k->columns, J, R(1.0), a, n, k->x, J, R(0.0), change, n);
    for (size_t c = 0; c < k->columns; c++)
        for (size_t i = 0; i < n; i++) task->target[c * task->D + first + i * stride] += change[c * n + i];
}

void kalman_move(const struct kalman *k, const struct kalman_rows *rows, const real *members, size_t D,
                 real *target, struct pool *pool)
{
    struct move_task task = {k, rows, members, D, target};
    pool_run(pool, (rows->n + ROWS - 1) / ROWS, move_block, &task);
}
