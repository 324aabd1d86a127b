/* See resync_branch.h. */
#include "solvers/resync/resync_branch.h"

size_t branch_step(const struct branch_rule *rule, size_t step, const real *restrict z, real *restrict y,
                   real carry, const real *restrict next, real *restrict p)
{
    const real rho = rule->rho;
    size_t moved = 0;
    for (size_t i = 0; i < step && !y; i++) {
        real r = branch_displacement(rule, z[i], p[i]);
        moved += r != 0;
        p[i] = rho * r;
    }
    for (size_t i = 0; i < step && y; i++) {
        real r = branch_displacement(rule, y[i], p[i]);
        moved += r != 0;
        y[i] += r;
        p[i] = rho * (y[i] - z[i]);
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
