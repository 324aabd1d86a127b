/* See resync_branch.h. */
#include "solvers/resync/resync_branch.h"

size_t branch_pull(const struct branch_rule *rule, size_t T, size_t step, const real *z, real *y, real carry,
                   real *p)
{
    size_t moved = 0;
    for (size_t t = T; t-- > 0;) {
        real *now = p + t * step;
        const real *potential = z + t * step, *next = t + 1 < T ? now + step : NULL;
        real *auxiliary = y ? y + t * step : NULL;
        for (size_t i = 0; i < step; i++) {
            real r = branch_displacement(rule, auxiliary ? auxiliary[i] : potential[i], now[i]);
            moved += r != 0;
            if (auxiliary) {
                auxiliary[i] += r;
                r = auxiliary[i] - potential[i];
            }
            now[i] = next ? r + carry * next[i] : r;
        }
    }
    for (size_t i = 0; i < T * step; i++) p[i] *= rule->rho;
    return moved;
}

void output_pull(size_t T, size_t step, real rho, real leak, const real *nu, real *pull)
{
    real weight = rho;
    for (size_t t = T; t-- > 0; weight *= leak)
        for (size_t i = 0; i < step; i++) pull[t * step + i] = weight * nu[i];
}
