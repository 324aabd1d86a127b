/* ffnb: what a change inside of the null space leaves alone, the projection against eigenvectors found by
 * rotations, Fisher's readout in plain loops, and the trainer against bptt. */
#include "baselines/fisher.h"
#include "baselines/null_space.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = 12, H = 9, K = 4 };
static const double TOLERANCE = REAL_SELECT(1e-9, 2e-3);

/* A symmetric positive semi-definite matrix of rank 7 and widely spread eigenvalues. */
static void fill_gram(double A[N][N], struct rng *rng)
{
    memset(A, 0, sizeof(double[N][N]));
    for (int k = 0; k < 7; k++) {
        double x[N];
        for (int i = 0; i < N; i++) x[i] = rng_normal(rng) * pow(2, 2 - k);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) A[i][j] += x[i] * x[j];
    }
}

/* Jacobi: A becomes diagonal, V its eigenvectors by columns. */
static void rotate_all(double A[N][N], double V[N][N])
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) V[i][j] = i == j;
    for (int sweep = 0; sweep < 60; sweep++)
        for (int p = 0; p < N; p++)
            for (int q = p + 1; q < N; q++) {
                if (A[p][q] == 0) continue;
                const double angle = 0.5 * atan2(2 * A[p][q], A[q][q] - A[p][p]), c = cos(angle),
                             s = sin(angle);
                for (int k = 0; k < N; k++) {
                    const double x = A[k][p], y = A[k][q], v = V[k][p], w = V[k][q];
                    A[k][p] = c * x - s * y;
                    A[k][q] = s * x + c * y;
                    V[k][p] = c * v - s * w;
                    V[k][q] = s * v + c * w;
                }
                for (int k = 0; k < N; k++) {
                    const double x = A[p][k], y = A[q][k];
                    A[p][k] = c * x - s * y;
                    A[q][k] = s * x + c * y;
                }
            }
}

/* Adds the eigenvectors to P one by one, the smallest eigenvalue first. */
static size_t brute_projection(double A[N][N], double keep, double P[N][N])
{
    double V[N][N], trace = 0, sum = 0;
    bool used[N] = {false};
    rotate_all(A, V);
    memset(P, 0, sizeof(double[N][N]));
    for (int i = 0; i < N; i++) trace += A[i][i];
    for (size_t n = 0; n < N; n++) {
        int least = -1;
        for (int i = 0; i < N; i++)
            if (!used[i] && (least < 0 || A[i][i] < A[least][least])) least = i;
        sum += fmax(A[least][least], 0);
        if (sum > (1 - keep) * trace + N * (double)REAL_EPSILON * trace) return n;
        used[least] = true;
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) P[i][j] += V[i][least] * V[j][least];
    }
    return N;
}

static void make_space(struct null_space *s, double A[N][N], double keep, struct mem *m)
{
    cr_assert_eq(null_space_create(s, N, 3, m, NULL), ST_OK);
    for (size_t j = 0; j < N; j++)
        for (size_t i = j; i < N; i++) s->gram[j * N + i] = (real)A[i][j];
    cr_assert_eq(null_space_find(s, keep, NULL), ST_OK);
}

Test(ffnb, the_projection_equals_the_eigenvectors_of_rotations)
{
    static const double keeps[] = {0.999, 0.9, 0.6, 1e-9};
    struct mem m = {0};
    struct rng rng;
    rng_seed(&rng, 4, "gram");
    for (size_t k = 0; k < sizeof keeps / sizeof *keeps; k++) {
        double A[N][N], P[N][N];
        struct null_space s;
        fill_gram(A, &rng);
        make_space(&s, A, keeps[k], &m);
        cr_expect_eq(brute_projection(A, keeps[k], P), s.dimension, "keep %g: %zu", keeps[k], s.dimension);
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < N; j++)
                cr_assert_float_eq((double)s.projection[j * N + i], P[i][j], TOLERANCE, "keep %g: %zu %zu",
                                   keeps[k], i, j);
    }
    mem_free(&m);
}

/* Twice is once, and the inputs that made it get nothing of a projected change where all is kept. */
Test(ffnb, the_projection_is_one)
{
    struct mem m = {0};
    struct rng rng;
    struct null_space s;
    double A[N][N];
    real change[3 * N], twice[3 * N];
    rng_seed(&rng, 5, "gram");
    fill_gram(A, &rng);
    make_space(&s, A, 1, &m);
    cr_expect_eq(s.dimension, N - 7);
    for (size_t i = 0; i < 3 * N; i++) change[i] = (real)rng_normal(&rng);
    null_space_project(&s, 3, change);
    memcpy(twice, change, sizeof change);
    null_space_project(&s, 3, twice);
    for (size_t i = 0; i < 3 * N; i++) cr_assert_float_eq((double)twice[i], (double)change[i], TOLERANCE);
    for (size_t r = 0; r < 3; r++)
        for (size_t j = 0; j < N; j++) {
            double sum = 0;
            for (size_t i = 0; i < N; i++) sum += (double)change[i * 3 + r] * A[i][j];
            cr_assert_float_eq(sum, 0, 100 * TOLERANCE);
        }
    mem_free(&m);
}

/* The first two classes use inputs 0 .. 5 alone, the others all of them. */
static void blind(struct dataset *d, bool early)
{
    struct spikes *x = &d->x[SPLIT_TRAIN];
    const size_t rows = x->T * d->info.n[SPLIT_TRAIN];
    size_t to = 0;
    for (size_t row = 0; row < rows; row++) {
        const size_t first = x->start[row], last = x->start[row + 1];
        x->start[row] = to;
        for (size_t k = first; k < last; k++) {
            if (early && x->index[k] >= 6) continue;
            if (x->value) x->value[to] = x->value[k];
            x->index[to] = x->index[k];
            to++;
        }
    }
    x->start[rows] = to;
}

/* Trains ffnb on one task, then on another whose inputs the first never has, with keep = 1, and compares the
 * first task's hidden spikes in a plain simulation bit for bit. */
static size_t count_changes(const struct net *before, const struct net *after, const struct dataset *d)
{
    size_t changed = 0;
    for (size_t sample = 0; sample < d->info.n[SPLIT_TRAIN]; sample++)
        for (size_t i = 0; i < before->n[1]; i++) {
            double z[2] = {0, 0}, a[2] = {0, 0};
            for (size_t t = 0; t < d->info.T; t++)
                for (int k = 0; k < 2; k++) {
                    const struct net *net = k ? after : before;
                    const struct spikes *x = &d->x[SPLIT_TRAIN];
                    z[k] = (double)net->lif[1].leak * z[k] - (double)net->lif[1].threshold * a[k];
                    for (size_t e = x->start[sample * x->T + t]; e < x->start[sample * x->T + t + 1]; e++)
                        z[k] += (double)(net->W[1][x->index[e] * net->n[1] + i] * spikes_value(x, e));
                    a[k] = z[k] > (double)net->lif[1].threshold;
                    if (k == 1) changed += a[0] != a[1];
                }
        }
    return changed;
}

static double distance(const struct net *a, const struct net *b, size_t first, size_t last)
{
    double sum = 0;
    for (size_t i = first * a->n[1]; i < last * a->n[1]; i++) sum += fabs((double)(a->W[1][i] - b->W[1][i]));
    return sum;
}

Test(ffnb, changes_in_the_null_space_leave_old_spikes_as_they_are)
{
    struct toy_training t = {.state = NULL};
    struct dataset later;
    struct net kept;
    struct error e = {0};
    toy_data_create(&t.data, 60, 8, N, K, 1);
    toy_data_create(&later, 60, 8, N, K, 2);
    blind(&t.data, true);
    toy_training_create(&t, "ffnb");
    t.net_options.hidden = (struct int_list){1, {H}};
    t.net_options.loss = LOSS_CROSS_ENTROPY;
    toy_training_set_all(&t, "keep=1 batch=20 lr=0.02");
    toy_training_init(&t, 3);
    for (int k = 0; k < 3; k++) (void)toy_training_step(&t);
    cr_assert_eq(net_create(&kept, &t.net_options, N, K, &t.mem, &e), ST_OK);
    net_copy_weights(&kept, &t.net);
    struct train_env next = t.env;
    next.train = dataset_batch(&later, SPLIT_TRAIN);
    cr_assert_eq(t.solver->task(t.state, &next, &e), ST_OK, "%s", e.text);
    for (int k = 0; k < 5; k++) (void)toy_training_step(&t);
    cr_expect_gt(distance(&kept, &t.net, 6, N), 0.1, "what is free must move");
    cr_expect_lt(distance(&kept, &t.net, 0, 6), REAL_SELECT(1e-10, 1e-3));
    cr_expect_eq(count_changes(&kept, &t.net, &t.data), 0);
    cr_expect_gt(count_changes(&kept, &t.net, &later), 0, "the second task must change spikes of its own");
    toy_training_free(&t);
    dataset_free(&later);
}

/* Gauss-Jordan with pivots: X = A^-1 B for one right-hand side. */
static void eliminate(double A[H][H], double *x)
{
    for (int c = 0; c < H; c++) {
        int p = c;
        for (int r = c; r < H; r++)
            if (fabs(A[r][c]) > fabs(A[p][c])) p = r;
        for (int k = 0; k < H; k++) {
            const double swap = A[c][k];
            A[c][k] = A[p][k];
            A[p][k] = swap;
        }
        const double swap = x[c];
        x[c] = x[p];
        x[p] = swap;
        for (int r = 0; r < H; r++) {
            if (r == c) continue;
            const double f = A[r][c] / A[c][c];
            for (int k = 0; k < H; k++) A[r][k] -= f * A[c][k];
            x[r] -= f * x[c];
        }
    }
    for (int r = 0; r < H; r++) x[r] /= A[r][r];
}

enum { SAMPLES = 90 };

/* Discriminant scores of a sample in plain loops over all samples, deviations from the means first. Class 3
 * has none. */
static void plain_scores(double f[SAMPLES][H], const int *labels, double shrink, const double *x,
                         double *score)
{
    double mu[K][H] = {{0}}, count[K] = {0}, A[H][H] = {{0}}, trace = 0;
    for (int n = 0; n < SAMPLES; n++) {
        count[labels[n]]++;
        for (int i = 0; i < H; i++) mu[labels[n]][i] += f[n][i];
    }
    for (int c = 0; c < K; c++)
        for (int i = 0; i < H; i++) mu[c][i] = count[c] > 0 ? mu[c][i] / count[c] : 0;
    for (int n = 0; n < SAMPLES; n++)
        for (int i = 0; i < H; i++)
            for (int j = 0; j < H; j++)
                A[i][j] += (f[n][i] - mu[labels[n]][i]) * (f[n][j] - mu[labels[n]][j]) / SAMPLES;
    for (int i = 0; i < H; i++) trace += A[i][i];
    for (int i = 0; i < H; i++) A[i][i] += shrink * trace / H;
    for (int c = 0; c < K; c++) {
        double copy[H][H], v[H];
        memcpy(copy, A, sizeof A);
        memcpy(v, mu[c], sizeof v);
        eliminate(copy, v);
        score[c] = log((count[c] > 0 ? count[c] : 0.5) / SAMPLES);
        for (int i = 0; i < H; i++) score[c] += v[i] * (x[i] - mu[c][i] / 2);
    }
}

Test(ffnb, a_merged_readout_equals_the_one_of_all_samples)
{
    struct mem m = {0};
    struct rng rng;
    struct fisher fisher;
    struct fisher_sums sums;
    static double f[SAMPLES][H];
    static real features[SAMPLES * H];
    int labels[SAMPLES];
    real W[K * H], b[K];
    rng_seed(&rng, 6, "features");
    for (int n = 0; n < SAMPLES; n++) {
        labels[n] = n < 50 ? n % 2 : 2;
        for (int i = 0; i < H; i++) {
            f[n][i] = rng_normal(&rng) + (i == labels[n]) + 2;
            features[n * H + i] = (real)f[n][i];
        }
    }
    cr_assert_eq(fisher_create(&fisher, H, K, &m, NULL), ST_OK);
    cr_assert_eq(fisher_sums_create(&sums, H, K, &m, NULL), ST_OK);
    for (size_t first = 0; first < SAMPLES; first += first ? 40 : 50) {
        const struct batch part = {.n = first ? 40 : 50, .labels = labels + first};
        fisher_sums_add(&sums, &part, features + first * H);
    }
    cr_assert_eq(fisher_readout(&fisher, &sums, 0.05, W, NULL), ST_OK);
    fisher_biases(W, K, b);
    for (int n = 0; n < SAMPLES; n += 7) {
        double expected[K], score[K];
        plain_scores(f, labels, 0.05, f[n], expected);
        for (int c = 0; c < K; c++) {
            score[c] = (double)b[c];
            for (int i = 0; i < H; i++) score[c] += (double)W[i * K + c] * f[n][i];
        }
        for (int c = 1; c < K; c++)
            cr_expect_float_eq(score[c] - score[0], expected[c] - expected[0], TOLERANCE, "%d: %d", n, c);
    }
    mem_free(&m);
}

/* Without projection and with a trained readout it is bptt. */
Test(ffnb, unprojected_with_its_own_readout_is_bptt)
{
    struct toy_training t[2];
    static const char *const solvers[] = {"ffnb", "bptt"};
    for (int k = 0; k < 2; k++) {
        t[k] = (struct toy_training){.state = NULL};
        toy_data_create(&t[k].data, 50, 6, N, K, 1);
        toy_training_create(&t[k], solvers[k]);
        t[k].net_options.hidden = (struct int_list){1, {H}};
        toy_training_set_all(&t[k], "batch=20 lr=0.01");
        if (k == 0) toy_training_set_all(&t[k], "hidden=unprojected readout=softmax");
        toy_training_init(&t[k], 3);
        for (int i = 0; i < 3; i++) (void)toy_training_step(&t[k]);
    }
    for (size_t l = 1; l <= 2; l++)
        cr_expect_eq(memcmp(t[0].net.W[l], t[1].net.W[l], t[0].net.n[l] * t[0].net.n[l - 1] * sizeof(real)),
                     0);
    for (int k = 0; k < 2; k++) toy_training_free(&t[k]);
}
