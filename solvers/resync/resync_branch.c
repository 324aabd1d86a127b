/* See resync_branch.h. */
#include "solvers/resync/resync_branch.h"

/* So many entries stay in the first-level cache. */
enum { SOME = 512 };

/* branch_displacement of n entries, n <= SOME: compilers make vectors of loops with one comparison each. */
static void displacements(const struct branch_rule *rule, size_t n, const real *restrict z,
                          const real *restrict p, real *restrict r)
{
    const real theta = rule->theta, rho = rule->rho;
    real reach[SOME], d[SOME], below[SOME];
    for (size_t i = 0; i < n; i++) reach[i] = sqrt(2 * fabs(p[i]) / rho);
    for (size_t i = 0; i < n; i++) d[i] = theta - z[i];
    if (rule->margin) {
        for (size_t i = 0; i < n; i++) r[i] = d[i] + (p[i] > 0 ? reach[i] : -reach[i]);
    } else {
        for (size_t i = 0; i < n; i++) below[i] = d[i] < 0 ? d[i] : 0; /* a spike that is not wanted */
        for (size_t i = 0; i < n; i++) r[i] = d[i] < 0 ? 0 : d[i];
        for (size_t i = 0; i < n; i++) r[i] = p[i] > 0 ? r[i] : below[i];
    }
    for (size_t i = 0; i < n; i++) r[i] = fabs(d[i]) < reach[i] ? r[i] : 0;
}

size_t branch_step(const struct branch_rule *rule, size_t step, const real *restrict z, real *restrict y,
                   real carry, const real *restrict next, real *restrict p)
{
    const real rho = rule->rho;
    real r[SOME];
    size_t moved = 0;
    for (size_t first = 0; first < step; first += SOME) {
        const size_t n = step - first < SOME ? step - first : SOME;
        displacements(rule, n, (y ? y : z) + first, p + first, r);
        for (size_t i = 0; i < n; i++) moved += r[i] != 0;
        for (size_t i = 0; i < n && y; i++) {
            y[first + i] += r[i];
            p[first + i] = rho * (y[first + i] - z[first + i]);
        }
        for (size_t i = 0; i < n && !y; i++) p[first + i] = rho * r[i];
    }
    for (size_t i = 0; i < step && next; i++) p[i] += carry * next[i];
    return moved;
}

size_t branch_pull(const struct branch_rule *rule, size_t T, size_t step, const real *z, real *y, real carry,
                   real *p)
{
    size_t moved = 0;
    for (size_t t = T; t-- > 0;)
        moved += branch_step(rule, step, z + t * step, y ? y + t * step : NULL, carry,
                             t + 1 < T ? p + (t + 1) * step : NULL, p + t * step);
    return moved;
}

void output_pull(size_t T, size_t step, real rho, real leak, const real *nu, real *pull)
{
    real weight = rho;
    for (size_t t = T; t-- > 0; weight *= leak)
        for (size_t i = 0; i < step; i++) pull[t * step + i] = weight * nu[i];
}
