/* See fisher.h. */
#include "baselines/fisher.h"
#include "support/blas.h"
#include <math.h>
#include <string.h>

status fisher_sums_create(struct fisher_sums *s, size_t n, size_t K, struct mem *m, struct error *e)
{
    *s = (struct fisher_sums){.n = n, .K = K};
    s->count = mem_reals(m, K, e);
    s->sum = mem_reals(m, n * K, e);
    s->square = mem_reals(m, n * n, e);
    return s->count && s->sum && s->square ? ST_OK : ST_MEMORY;
}

void fisher_sums_copy(struct fisher_sums *to, const struct fisher_sums *from)
{
    to->samples = from->samples;
    memcpy(to->count, from->count, from->K * sizeof(real));
    memcpy(to->sum, from->sum, from->n * from->K * sizeof(real));
    memcpy(to->square, from->square, from->n * from->n * sizeof(real));
}

void fisher_sums_add(struct fisher_sums *s, const struct batch *b, const real *features)
{
    const size_t n = s->n;
    blas_syrk(n, b->n, R(1.0), features, n, R(1.0), s->square, n);
    for (size_t i = 0; i < b->n; i++) {
        const size_t label = (size_t)b->labels[batch_sample(b, i)];
        s->count[label] += R(1.0);
        for (size_t j = 0; j < n; j++) s->sum[label * n + j] += features[i * n + j];
    }
    s->samples += (double)b->n;
}

status fisher_sums_checkpoint(struct fisher_sums *s, struct checkpoint *c, struct error *e)
{
    TRY(checkpoint_block(c, &s->samples, sizeof s->samples, e));
    TRY(checkpoint_block(c, s->count, s->K * sizeof(real), e));
    TRY(checkpoint_block(c, s->sum, s->n * s->K * sizeof(real), e));
    return checkpoint_block(c, s->square, s->n * s->n * sizeof(real), e);
}

status fisher_create(struct fisher *f, size_t n, size_t K, struct mem *m, struct error *e)
{
    TRY(chol_create(&f->system, n, m, e));
    return (f->V = mem_reals(m, n * K, e)) ? ST_OK : ST_MEMORY;
}

static double dot(size_t n, const real *x, const real *y)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)y[i];
    return sum;
}

/* V, from the mean squares and the means of the classes. */
static status solve(struct fisher *f, const struct fisher_sums *s, double shrink, struct error *e)
{
    const size_t n = s->n;
    real *A = f->system.a;
    for (size_t i = 0; i < n * n; i++) A[i] = (real)((double)s->square[i] / s->samples);
    for (size_t c = 0; c < s->K; c++) {
        const double count = (double)s->count[c];
        real *mu = f->V + c * n;
        for (size_t j = 0; j < n; j++) mu[j] = count > 0 ? (real)((double)s->sum[c * n + j] / count) : 0;
        blas_syrk(n, 1, (real)(-count / s->samples), mu, n, R(1.0), A, n);
    }
    (void)add_ridge(n, shrink, A);
    TRY(chol_factor(&f->system, e));
    chol_solve(&f->system, s->K, f->V);
    return ST_OK;
}

static double bias(const struct fisher *f, const struct fisher_sums *s, size_t c)
{
    const double count = (double)s->count[c];
    if (count <= 0) return log(0.5 / s->samples);
    return log(count / s->samples) - dot(s->n, s->sum + c * s->n, f->V + c * s->n) / count / 2;
}

status fisher_readout(struct fisher *f, const struct fisher_sums *s, double shrink, real *W, struct error *e)
{
    const size_t n = s->n, K = s->K;
    TRY(solve(f, s, shrink, e));
    for (size_t j = 0; j < n; j++) {
        double shift = j < K ? bias(f, s, j) : 0;
        for (size_t c = 0; c < K; c++) shift -= (double)f->V[c * n + j];
        for (size_t c = 0; c < K; c++) W[j * K + c] = (real)((double)f->V[c * n + j] + shift / (double)K);
    }
    return ST_OK;
}

void fisher_biases(const real *W, size_t K, real *b)
{
    for (size_t j = 0; j < K; j++) {
        double sum = 0;
        for (size_t c = 0; c < K; c++) sum += (double)W[j * K + c];
        b[j] = (real)sum;
    }
}
