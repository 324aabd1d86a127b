/* The hidden potentials of all time steps at once (solvers/joint_potentials.h), a cell per neuron and sample.
 */
#include "solvers/admm/admm_blocks.h"
#include <string.h>

void admm_update_paths(struct admm *s, size_t l, size_t chunk, struct admm_work *w, struct admm_sums *sums)
{
    size_t step = s->net->n[l] * admm_chunk_size(s, chunk), size = step * s->T;
    real *z = admm_block(s, s->z[l], l, chunk), *g = w->product;
    const real *a = admm_block(s, s->a[l], l, chunk), *v = admm_block(s, s->v[l], l, chunk);
    const real theta = s->net->lif.threshold;
    struct joint_potentials problem = s->paths; /* the tables of the leak, and this layer's penalties */
    struct joint_stats stats = {0};
    problem.rho = s->rho[l];
    problem.sigma = s->set.beta;
    memcpy(g, v, step * sizeof *g);
    for (size_t i = step; i < size; i++) g[i] = v[i] - theta * a[i - step];
    joint_potentials_update(&problem, s->set.potentials == POTENTIALS_PATTERN ? JOINT_PATTERN : JOINT_EXACT,
                            step, g, a, z, NULL, &w->paths, &stats);
    sums->change_z += stats.change;
    sums->rejected += (double)stats.rejected;
    sums->path_macs += stats.macs;
    sums->kkt_z = stats.kkt > sums->kkt_z ? stats.kkt : sums->kkt_z;
}
