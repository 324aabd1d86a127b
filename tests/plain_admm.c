/* See plain_admm.h. */
#include "tests/plain_admm.h"
#include "support/real.h"
#include <math.h>
#include <string.h>

static const double eps = 1e-5; /* closes the open side of the threshold */
static const double rounding =
    REAL_SELECT(1e-11, 1e-4); /* a rise of less, times 1 + the Lagrangian, is none */

static double penalty(const struct plain *p, size_t l)
{
    return l == p->L ? p->set.rho_out : p->set.rho;
}

/* (W_l a_{l-1,t})_i */
static double current(const struct plain *p, size_t l, size_t t, size_t s, size_t i)
{
    double sum = 0;
    for (size_t j = 0; j < p->n[l - 1]; j++) sum += p->W[l][i][j] * p->a[l - 1][t][s][j];
    return sum;
}

static double before_z(const struct plain *p, size_t l, size_t t, size_t s, size_t i)
{
    return t > 0 ? p->z[l][t - 1][s][i] : 0;
}

/* The spike that resets; none in the readout. */
static double before_a(const struct plain *p, size_t l, size_t t, size_t s, size_t i)
{
    return t > 0 && l < p->L ? p->a[l][t - 1][s][i] : 0;
}

static double step_function(double x)
{
    return x > 0 ? 1 : 0;
}

/* What W_l a_{l-1,t} should be. */
static double target(const struct plain *p, size_t l, size_t t, size_t s, size_t i)
{
    double x =
        p->z[l][t][s][i] - p->set.delta * before_z(p, l, t, s, i) + p->set.theta * before_a(p, l, t, s, i);
    return l == p->L ? x + p->lambda[t][s][i] / penalty(p, l) : x;
}

double plain_residual(const struct plain *p, size_t l, size_t t, size_t s, size_t i)
{
    return p->z[l][t][s][i] - p->set.delta * before_z(p, l, t, s, i) +
           p->set.theta * before_a(p, l, t, s, i) - current(p, l, t, s, i);
}

static void judge(struct plain *p, double bound, double exact)
{
    double distance = bound / exact - 1;
    if (distance < -1e-9) distance = INFINITY;
    if (distance > p->worst_bound) p->worst_bound = distance;
}

/* D (row i) and G of the least-squares problem of W_l. */
static void sums(const struct plain *p, size_t l, double D[][PLAIN_WIDTH], double G[][PLAIN_WIDTH])
{
    for (size_t j = 0; j < p->n[l - 1]; j++) {
        for (size_t i = 0; i < p->n[l]; i++) D[i][j] = 0;
        for (size_t k = 0; k < p->n[l - 1]; k++) G[j][k] = 0;
        for (size_t t = 0; t < PLAIN_T; t++)
            for (size_t s = 0; s < PLAIN_N; s++) {
                const double *a = p->a[l - 1][t][s];
                for (size_t i = 0; i < p->n[l]; i++) D[i][j] += target(p, l, t, s, i) * a[j];
                for (size_t k = 0; k < p->n[l - 1]; k++) G[j][k] += a[j] * a[k];
            }
    }
}

static void linear_weights(struct plain *p, size_t l, double D[][PLAIN_WIDTH], double G[][PLAIN_WIDTH])
{
    const size_t in = p->n[l - 1];
    judge(p, p->bound_w[l], plain_eigenvalue(in, G));
    for (int k = 0; k < p->set.inner; k++)
        for (size_t i = 0; i < p->n[l]; i++) {
            double old[PLAIN_WIDTH];
            memcpy(old, p->W[l][i], sizeof old);
            for (size_t j = 0; j < in; j++) {
                double gradient = D[i][j];
                for (size_t m = 0; m < in; m++) gradient -= old[m] * G[m][j];
                p->W[l][i][j] += gradient / p->bound_w[l];
            }
        }
}

static void update_weights(struct plain *p, size_t l)
{
    double D[PLAIN_WIDTH][PLAIN_WIDTH], G[PLAIN_WIDTH][PLAIN_WIDTH], trace = 0;
    const size_t in = p->n[l - 1];
    sums(p, l, D, G);
    if (p->set.linear[l]) {
        linear_weights(p, l, D, G);
        return;
    }
    if (p->set.pinv) {
        for (size_t i = 0; i < p->n[l]; i++) p->rcond[l] = plain_pinv(in, G, p->set.cutoff, D[i], p->W[l][i]);
        return;
    }
    for (size_t j = 0; j < in; j++) trace += G[j][j];
    const double shift = trace > 0 ? p->set.kappa * trace / (double)in : 1;
    for (size_t i = 0; i < p->n[l]; i++) {
        long double A[PLAIN_WIDTH][PLAIN_WIDTH];
        for (size_t j = 0; j < in; j++)
            for (size_t k = 0; k < in; k++) A[j][k] = G[j][k] + (j == k ? shift : 0);
        for (size_t j = 0; j < in && p->set.proximal; j++) D[i][j] += shift * p->W[l][i][j];
        p->rcond[l] = plain_rcond(in, A);
        plain_solve(in, A, D[i], p->W[l][i]);
    }
}

/* The system M a = b of the spikes of layer l at step t of sample s, and its diagonal part s. */
static double spike_system(const struct plain *p, size_t l, size_t t, size_t s, double M[][PLAIN_WIDTH],
                           double *b)
{
    const double rho = penalty(p, l), above = penalty(p, l + 1), theta = p->set.theta, beta = p->set.beta;
    const bool last = t + 1 == PLAIN_T;
    const double diagonal = beta + (last ? 0 : rho * theta * theta);
    for (size_t i = 0; i < p->n[l]; i++) {
        b[i] = beta * step_function(p->z[l][t][s][i] - theta);
        if (!last)
            b[i] -= rho * theta *
                    (p->z[l][t + 1][s][i] - p->set.delta * p->z[l][t][s][i] - current(p, l, t + 1, s, i));
        for (size_t k = 0; k < p->n[l + 1]; k++)
            b[i] += above * p->W[l + 1][k][i] * target(p, l + 1, t, s, k);
        for (size_t j = 0; j < p->n[l]; j++) {
            M[i][j] = i == j ? diagonal : 0;
            for (size_t k = 0; k < p->n[l + 1]; k++) M[i][j] += above * p->W[l + 1][k][i] * p->W[l + 1][k][j];
        }
    }
    return diagonal;
}

static void update_spikes(struct plain *p, size_t l, size_t t, size_t s)
{
    double M[PLAIN_WIDTH][PLAIN_WIDTH], b[PLAIN_WIDTH] = {0}, old[PLAIN_WIDTH], *a = p->a[l][t][s];
    const size_t n = p->n[l];
    double diagonal = spike_system(p, l, t, s, M, b);
    if (p->set.linear_spikes[l]) {
        judge(p, diagonal + p->bound_a[l], plain_eigenvalue(n, M));
        memcpy(old, a, sizeof old);
        for (size_t i = 0; i < n; i++) {
            double gradient = -b[i];
            for (size_t j = 0; j < n; j++) gradient += M[i][j] * old[j];
            a[i] -= gradient / (diagonal + p->bound_a[l]);
        }
    } else if (p->set.box) {
        plain_box(n, M, b, a);
    } else {
        long double A[PLAIN_WIDTH][PLAIN_WIDTH];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) A[i][j] = M[i][j];
        plain_solve(n, A, b, a);
    }
    for (size_t i = 0; i < n && p->set.clip; i++) a[i] = fmin(1, fmax(0, a[i]));
}

/* One potential: the best of four candidates by the whole cost. */
static void update_potential(struct plain *p, size_t l, size_t t, size_t s, size_t i)
{
    const double delta = p->set.delta, theta = p->set.theta, rho = p->set.rho, a = p->a[l][t][s][i];
    const bool last = t + 1 == PLAIN_T;
    const double q =
        current(p, l, t, s, i) + delta * before_z(p, l, t, s, i) - theta * before_a(p, l, t, s, i);
    const double e = last ? 0 : p->z[l][t + 1][s][i] - current(p, l, t + 1, s, i) + theta * a;
    const double m = last ? q : (q + delta * e) / (1 + delta * delta);
    const double candidates[] = {m <= theta ? m : theta, m > theta ? m : theta + eps};
    double least = INFINITY;
    for (int k = 0; k < 2; k++) {
        double z = candidates[k], gap = a - step_function(z - theta);
        double cost = rho / 2 * (z - q) * (z - q) + p->set.beta / 2 * gap * gap;
        if (!last) cost += rho / 2 * (e - delta * z) * (e - delta * z);
        if (cost >= least) continue;
        least = cost;
        p->z[l][t][s][i] = z;
    }
}

/* A neuron's path: drive g, spikes a. */
struct path {
    double g[PLAIN_T], a[PLAIN_T];
};

static double path_cost(const struct plain *p, const struct path *path, const double *z)
{
    double cost = 0;
    for (size_t t = 0; t < PLAIN_T; t++) {
        double r = z[t] - (t > 0 ? p->set.delta * z[t - 1] : 0) - path->g[t];
        double gap = path->a[t] - step_function(z[t] - p->set.theta);
        cost += p->set.rho / 2 * r * r + p->set.beta / 2 * gap * gap;
    }
    return cost;
}

/* The stationary point of the quadratic part with the steps of `held` at the bounds of `pattern`. */
static void held_path(const struct plain *p, const struct path *path, unsigned pattern, unsigned held,
                      double *z)
{
    const double delta = p->set.delta;
    long double A[PLAIN_WIDTH][PLAIN_WIDTH] = {{0}};
    double b[PLAIN_WIDTH];
    for (size_t t = 0; t < PLAIN_T; t++) {
        b[t] = path->g[t];
        A[t][t] = 1;
        if (held >> t & 1) {
            b[t] = p->set.theta + (pattern >> t & 1 ? eps : 0);
            continue;
        }
        if (t > 0) A[t][t - 1] = -delta;
        if (t + 1 == PLAIN_T) continue;
        A[t][t] += delta * delta;
        A[t][t + 1] = -delta;
        b[t] -= delta * path->g[t + 1];
    }
    plain_solve(PLAIN_T, A, b, z);
}

static bool on_its_side(const struct plain *p, unsigned pattern, const double *z)
{
    for (size_t t = 0; t < PLAIN_T; t++)
        if (pattern >> t & 1 ? z[t] < p->set.theta + eps - 1e-13 : z[t] > p->set.theta + 1e-13) return false;
    return true;
}

/* All patterns (or that of round(a)) and all sets of steps at bounds; taken where it costs less than now. */
static void update_path(struct plain *p, size_t l, size_t s, size_t i)
{
    struct path path;
    double now[PLAIN_T], best[PLAIN_T] = {0}, z[PLAIN_T], least = INFINITY;
    unsigned wanted = 0;
    for (size_t t = 0; t < PLAIN_T; t++) {
        path.a[t] = p->a[l][t][s][i];
        path.g[t] = current(p, l, t, s, i) - p->set.theta * before_a(p, l, t, s, i);
        now[t] = p->z[l][t][s][i];
        if (path.a[t] >= 0.5) wanted |= 1u << t;
    }
    for (unsigned pattern = 0; pattern < 1u << PLAIN_T; pattern++) {
        if (p->set.paths == PLAIN_PATTERN && pattern != wanted) continue;
        for (unsigned held = 0; held < 1u << PLAIN_T; held++) {
            held_path(p, &path, pattern, held, z);
            if (!on_its_side(p, pattern, z)) continue;
            for (size_t t = 0; t < PLAIN_T;
                 t++) /* of what is left by rounding, none lies between the sides */
                if (held >> t & 1) z[t] = p->set.theta + (pattern >> t & 1 ? eps : 0);
            double cost = path_cost(p, &path, z);
            if (cost >= least) continue;
            least = cost;
            memcpy(best, z, sizeof best);
        }
    }
    if (!(least < path_cost(p, &path, now))) {
        p->rejected += 1;
        return;
    }
    for (size_t t = 0; t < PLAIN_T; t++) p->z[l][t][s][i] = best[t];
}

/* Returns what an update changed of the Lagrangian, and holds on to what that is now. */
static double change(const struct plain *p, double *lagrangian)
{
    const double before = *lagrangian;
    *lagrangian = plain_lagrangian(p);
    return *lagrangian - before;
}

static void count_rise(struct plain *p, enum plain_block block, double change, double allowed)
{
    if (change > allowed + rounding * (1 + p->scale)) p->rises[block] += 1;
}

static void update_hidden(struct plain *p, size_t l)
{
    double now = plain_lagrangian(p), a = 0, z = 0;
    const double boundary = penalty(p, l) * eps * eps * (double)(PLAIN_N * PLAIN_T * p->n[l]);
    for (size_t s = 0; s < PLAIN_N; s++) {
        if (p->set.paths != PLAIN_SEQUENTIAL) {
            for (size_t t = 0; t < PLAIN_T; t++) update_spikes(p, l, t, s);
            a += change(p, &now);
            for (size_t i = 0; i < p->n[l]; i++) update_path(p, l, s, i);
            z += change(p, &now);
            continue;
        }
        for (size_t t = 0; t < PLAIN_T; t++) {
            update_spikes(p, l, t, s);
            a += change(p, &now);
            for (size_t i = 0; i < p->n[l]; i++) update_potential(p, l, t, s, i);
            z += change(p, &now);
        }
    }
    count_rise(p, PLAIN_A, a, 0);
    count_rise(p, PLAIN_Z, z, boundary);
}

/* All steps of a class at once: the zero of the gradient, a linear system. */
static void joint_output(struct plain *p, size_t s, size_t k)
{
    const double rho = p->set.rho_out, delta = p->set.delta;
    long double A[PLAIN_WIDTH][PLAIN_WIDTH] = {{0}};
    double b[PLAIN_WIDTH], z[PLAIN_WIDTH];
    for (size_t t = 0; t < PLAIN_T; t++) {
        A[t][t] = rho;
        if (t > 0) A[t][t - 1] = -rho * delta;
        b[t] = rho * current(p, p->L, t, s, k) - p->lambda[t][s][k];
        if (t + 1 < PLAIN_T) {
            A[t][t] += rho * delta * delta;
            A[t][t + 1] = -rho * delta;
            b[t] -= delta * (rho * current(p, p->L, t + 1, s, k) - p->lambda[t + 1][s][k]);
        } else {
            A[t][t] += 2;
            b[t] += 2 * (p->label[s] == (int)k);
        }
    }
    plain_solve(PLAIN_T, A, b, z);
    for (size_t t = 0; t < PLAIN_T; t++) p->z[p->L][t][s][k] = z[t];
}

/* One step after the other, each where its own gradient is zero. */
static void sequential_output(struct plain *p, size_t s)
{
    const double rho = p->set.rho_out, delta = p->set.delta;
    const size_t L = p->L, last = PLAIN_T - 1;
    double centre[PLAIN_WIDTH];
    for (size_t t = 0; t < PLAIN_T; t++)
        for (size_t k = 0; k < p->n[L]; k++) {
            double pull = current(p, L, t, s, k) + delta * before_z(p, L, t, s, k) - p->lambda[t][s][k] / rho;
            centre[k] = pull;
            if (t == last) continue;
            pull +=
                delta * (p->z[L][t + 1][s][k] - current(p, L, t + 1, s, k) + p->lambda[t + 1][s][k] / rho);
            p->z[L][t][s][k] = pull / (1 + delta * delta);
        }
    if (p->set.cross_entropy) {
        plain_cross_entropy(p->n[L], centre, p->label[s], rho, p->z[L][last][s]);
        return;
    }
    for (size_t k = 0; k < p->n[L]; k++)
        p->z[L][last][s][k] = (2 * (p->label[s] == (int)k) + rho * centre[k]) / (2 + rho);
}

static void update_output(struct plain *p, size_t s)
{
    if (p->set.joint_output && !p->set.cross_entropy) {
        for (size_t k = 0; k < p->n[p->L]; k++) joint_output(p, s, k);
        return;
    }
    for (int k = 0; k < (p->set.joint_output ? 400 : 1); k++) sequential_output(p, s);
}

static void update_multipliers(struct plain *p)
{
    const size_t first = p->set.all_multipliers ? 0 : PLAIN_T - 1;
    for (size_t t = first; t < PLAIN_T; t++)
        for (size_t s = 0; s < PLAIN_N; s++)
            for (size_t k = 0; k < p->n[p->L]; k++)
                p->lambda[t][s][k] += p->set.rho_out * plain_residual(p, p->L, t, s, k);
}

/* rho_L times the rms change of z_{L,T} since it was `old`. */
static double dual_residual(const struct plain *p, double old[][PLAIN_WIDTH])
{
    double sum = 0;
    for (size_t s = 0; s < PLAIN_N; s++)
        for (size_t k = 0; k < p->n[p->L]; k++) sum += pow(p->z[p->L][PLAIN_T - 1][s][k] - old[s][k], 2);
    return p->set.rho_out * sqrt(sum / (double)(PLAIN_N * p->n[p->L]));
}

void plain_step(struct plain *p)
{
    double now = plain_lagrangian(p), old[PLAIN_N][PLAIN_WIDTH];
    p->scale = fabs(now);
    memcpy(p->W_old, p->W, sizeof p->W);
    for (size_t l = 1; l < p->L; l++) {
        now = plain_lagrangian(p);
        update_weights(p, l);
        count_rise(p, PLAIN_W, change(p, &now), 0);
        update_hidden(p, l);
    }
    now = plain_lagrangian(p);
    update_weights(p, p->L);
    count_rise(p, PLAIN_W_OUT, change(p, &now), 0);
    memcpy(old, p->z[p->L][PLAIN_T - 1], sizeof old);
    for (size_t s = 0; s < PLAIN_N; s++) update_output(p, s);
    count_rise(p, PLAIN_Z_OUT, change(p, &now), 0);
    const bool moves = p->iteration++ >= p->set.warmup;
    p->dual = moves ? dual_residual(p, old) : NAN;
    if (moves) update_multipliers(p);
}

/* The readout on the path of least input that ends at the label. */
static void start_at_labels(struct plain *p)
{
    double energy = 0;
    for (size_t t = 0; t < PLAIN_T; t++) energy += pow(p->set.delta, 2 * (double)t);
    for (size_t t = 0; t < PLAIN_T; t++)
        for (size_t s = 0; s < PLAIN_N; s++)
            for (size_t k = 0; k < p->n[p->L]; k++) {
                const double y = p->label[s] == (int)k;
                p->z[p->L][t][s][k] = p->set.delta * before_z(p, p->L, t, s, k) +
                                      pow(p->set.delta, (double)(PLAIN_T - 1 - t)) * y / energy;
            }
}

void plain_start(struct plain *p)
{
    for (size_t l = 1; l <= p->L; l++)
        for (size_t s = 0; s < PLAIN_N; s++)
            for (size_t i = 0; i < p->n[l]; i++)
                for (size_t t = 0; t < PLAIN_T; t++) {
                    double z = p->set.delta * before_z(p, l, t, s, i) + current(p, l, t, s, i);
                    z -= p->set.theta * before_a(p, l, t, s, i);
                    p->z[l][t][s][i] = z;
                    p->a[l][t][s][i] = step_function(z - p->set.theta);
                }
    if (p->set.label_start) start_at_labels(p);
    memset(p->lambda, 0, sizeof p->lambda);
    memset(p->rises, 0, sizeof p->rises);
    p->rejected = 0;
    p->dual = NAN;
    p->iteration = 0;
    p->worst_bound = 0;
}

double plain_sample_loss(const struct plain *p, size_t s)
{
    const double *z = p->z[p->L][PLAIN_T - 1][s];
    double squares = 0, all = 0;
    for (size_t k = 0; k < p->n[p->L]; k++) {
        squares += pow(z[k] - (p->label[s] == (int)k), 2);
        all += exp(z[k]);
    }
    return p->set.cross_entropy ? log(all) - z[p->label[s]] : squares;
}

double plain_lagrangian(const struct plain *p)
{
    double sum = 0;
    for (size_t s = 0; s < PLAIN_N; s++) sum += plain_sample_loss(p, s);
    for (size_t l = 1; l <= p->L; l++)
        for (size_t t = 0; t < PLAIN_T; t++)
            for (size_t s = 0; s < PLAIN_N; s++)
                for (size_t i = 0; i < p->n[l]; i++) {
                    double r = plain_residual(p, l, t, s, i), z = p->z[l][t][s][i];
                    double gap = p->a[l][t][s][i] - step_function(z - p->set.theta);
                    sum += penalty(p, l) / 2 * r * r;
                    if (l < p->L) sum += p->set.beta / 2 * gap * gap;
                    if (l == p->L) sum += p->lambda[t][s][i] * r;
                }
    return sum;
}

/* Copies between the state and numbers, in one direction or the other. */
static size_t transfer(struct plain *p, double *x, bool out)
{
    size_t at = 0;
    for (size_t l = 1; l <= p->L; l++)
        for (size_t i = 0; i < p->n[l]; i++) {
            for (size_t j = 0; j < p->n[l - 1]; j++, at++)
                *(out ? &x[at] : &p->W[l][i][j]) = out ? p->W[l][i][j] : x[at];
            for (size_t t = 0; t < PLAIN_T; t++)
                for (size_t s = 0; s < PLAIN_N; s++) {
                    double *const of[] = {&p->z[l][t][s][i], &p->a[l][t][s][i], &p->lambda[t][s][i]};
                    const bool has[] = {true, l < p->L, l == p->L && t + 1 == PLAIN_T};
                    for (int k = 0; k < 3; k++)
                        if (has[k]) {
                            *(out ? &x[at] : of[k]) = out ? *of[k] : x[at];
                            at++;
                        }
                }
        }
    return at;
}

size_t plain_gather(const struct plain *p, double *x)
{
    struct plain copy = *p;
    return transfer(&copy, x, true);
}

void plain_scatter(struct plain *p, const double *x)
{
    double numbers[PLAIN_STATE];
    memcpy(numbers, x, sizeof numbers);
    transfer(p, numbers, false);
}
