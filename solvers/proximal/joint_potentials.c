/* The potentials of a hidden unit for all time steps at once. */
#include "solvers/proximal/joint_potentials.h"
#include <stdbool.h>
#include <string.h>

enum { TILE = 8 }; /* paths that are read, simulated and costed together */

status joint_potentials_create(struct joint_potentials *p, size_t T, double rho, double sigma, real delta,
                               real theta, real eps, struct mem *m, struct error *e)
{
    *p = (struct joint_potentials){.T = T, .rho = rho, .sigma = sigma, .delta = (double)delta};
    real on = theta + eps;
    p->off = (double)theta;
    p->on = (double)on;
    if (!(on > theta))
        return FAIL(e, ST_CONFIG,
                    "a threshold of %g and the next potential that spikes, %g more, are the same %s",
                    (double)theta, (double)eps, REAL_NAME);
    p->power = mem_alloc(m, T + 1, sizeof *p->power, e);
    p->energy = mem_alloc(m, T + 1, sizeof *p->energy, e);
    p->inverse = mem_alloc(m, T + 1, sizeof *p->inverse, e);
    if (!p->power || !p->energy || !p->inverse) return ST_MEMORY;
    p->power[0] = 1;
    for (size_t k = 0; k < T; k++) {
        p->power[k + 1] = p->delta * p->power[k];
        p->energy[k + 1] = p->delta * p->delta * p->energy[k] + 1;
        p->inverse[k + 1] = 1 / p->energy[k + 1];
    }
    return ST_OK;
}

/* A tile's arrays, element t*TILE + lane. */
struct tile {
    double *g, *a, *free, *old, *z;
};

/* Disjoint ranges of r_t, and the penalties since they left the node of all paths in each. */
struct ranges {
    size_t n;
    double *lo, *hi, *sum;
};

/* The arrays of the path that is being solved, steps 1..T; step 0 is the start. */
struct path {
    double *off, *on;     /* the bounds of y */
    double *y;            /* the solution; y[0] = 0 */
    double *bound;        /* pattern: the bound of step t; bound[0] = 0 */
    double *force;        /* pattern: V_t'(bound[t]) */
    double *penalty[2];   /* sigma/(2 rho) (a - side)^2 */
    double *least;        /* sum over steps 1..t of the smaller penalty */
    double *distance;     /* exact, by node: least cost of a path to it */
    struct ranges ranges; /* exact */
    size_t *queue, *before,
        *node;   /* pattern; pattern: the step at a bound before t; exact: the node before */
    double macs; /* of all paths so far, see joint_stats */
};

status joint_work_create(struct joint_work *w, size_t T, struct mem *m, struct error *e)
{
    w->tile = mem_alloc(m, 5 * T * TILE, sizeof *w->tile, e);
    w->path = mem_alloc(m, 13 * (T + 1), sizeof *w->path, e);
    w->index = mem_alloc(m, 6 * (T + 1), sizeof *w->index, e);
    return w->tile && w->path && w->index ? ST_OK : ST_MEMORY;
}

static struct tile tile_of(const struct joint_work *w, size_t T)
{
    double *a = w->tile;
    size_t n = T * TILE;
    return (struct tile){a, a + n, a + 2 * n, a + 3 * n, a + 4 * n};
}

static struct path path_of(const struct joint_work *w, size_t T)
{
    double *a = w->path;
    size_t n = T + 1;
    return (struct path){.off = a,
                         .on = a + n,
                         .y = a + 2 * n,
                         .bound = a + 3 * n,
                         .penalty = {a + 4 * n, a + 5 * n},
                         .least = a + 6 * n,
                         .force = a + 7 * n,
                         .distance = a + 8 * n,
                         .ranges = {.lo = a + 10 * n, .hi = a + 11 * n, .sum = a + 12 * n},
                         .queue = w->index,
                         .before = w->index + 2 * n,
                         .node = w->index + 3 * n};
}

static bool is_on(double a)
{
    return a >= 0.5;
}

/* The slope at y of the piece of V_t that belongs to step s < t. */
static double slope(const struct joint_potentials *p, const struct path *c, size_t s, size_t t, double y)
{
    return (y - p->power[t - s] * c->bound[s]) * p->inverse[t - s];
}

/* Of two neighbouring pieces of V_t the younger one's bound made the knot between them, at (y_k, V_k'(y_k)).
 * Each step moves a knot by y <- delta y + slope / delta, slope <- slope / delta. So y is right of the knot
 * iff delta^(t-k) times the slope of piece k there exceeds V_k'(y_k). (Comparing the two pieces instead would
 * not do: long after k they agree to rounding everywhere between.) */
static double right_of_knot(const struct joint_potentials *p, const struct path *c, size_t k, size_t t,
                            double y)
{
    return p->power[t - k] * slope(p, c, k, t, y) - c->force[k];
}
static size_t younger(size_t i, size_t j)
{
    return i > j ? i : j;
}

/* Path from y_s to y_t without bounds: y_i for s < i < t. */
static double between(const struct joint_potentials *p, double y_s, double r_t, size_t s, size_t i, size_t t)
{
    return p->power[i - s] * y_s + r_t * p->power[t - i] * p->energy[i - s];
}

/* The side that y_t lies on. */
static bool above_gap(const struct path *c, size_t t)
{
    return c->y[t] - c->off[t] > c->on[t] - c->y[t];
}

static double clamp(const struct path *c, size_t t, bool on, double y)
{
    return on ? fmax(y, c->on[t]) : fmin(y, c->off[t]);
}

/* c->y between the steps s < t at bounds y_s and y_t, and at t. */
static void fill(const struct joint_potentials *p, struct path *c, double y_s, double y_t, size_t s, size_t t)
{
    double r = (y_t - p->power[t - s] * y_s) * p->inverse[t - s];
    for (size_t i = s + 1; i < t; i++) c->y[i] = between(p, y_s, r, s, i, t);
    c->y[t] = y_t;
}

/* The last step at a bound: T itself if V_T falls towards it, else the owner of the piece where V_T' = 0. A
 * knot's slope has the sign of V_k'(y_k) for ever. queue[left..right]: the pieces that bound T has left over.
 */
static size_t last_at_bound(const struct path *c, size_t T, bool on, size_t left, size_t right)
{
    const size_t *q = c->queue;
    if (on ? c->force[T] >= 0 : c->force[T] <= 0) return T;
    if (on) {
        while (left < right && c->force[younger(q[left], q[left + 1])] < 0) left++;
        return q[left];
    }
    while (left < right && c->force[younger(q[right - 1], q[right])] > 0) right--;
    return q[right];
}

/* c->y of the pattern a >= 1/2. a: stride TILE. */
static void solve_pattern(const struct joint_potentials *p, struct path *c, const double *a)
{
    const size_t T = p->T;
    size_t left = T, right = T, *q = c->queue;
    q[T] = 0;
    c->bound[0] = c->y[0] = 0;
    for (size_t t = 1; t <= T; t++) {
        bool on = is_on(a[(t - 1) * TILE]);
        double b = c->bound[t] = on ? c->on[t] : c->off[t];
        const size_t knots = right - left;
        if (on)
            while (left < right && right_of_knot(p, c, younger(q[left], q[left + 1]), t, b) > 0) left++;
        else
            while (left < right && right_of_knot(p, c, younger(q[right - 1], q[right]), t, b) < 0) right--;
        c->before[t] = on ? q[left] : q[right];
        c->force[t] = slope(p, c, c->before[t], t, b);
        c->macs += 2 + 3 * (double)(knots - (right - left) + (left < right)); /* dropped, and the one kept */
        if (t < T) q[on ? --left : ++right] = t;
    }
    size_t s = last_at_bound(c, T, is_on(a[(T - 1) * TILE]), left, right);
    for (size_t t = s + 1; t <= T; t++) c->y[t] = p->power[t - s] * c->bound[s];
    for (; s > 0; s = c->before[s]) fill(p, c, c->bound[c->before[s]], c->bound[s], c->before[s], s);
    for (size_t t = 1; t <= T; t++) c->y[t] = clamp(c, t, is_on(a[(t - 1) * TILE]), c->y[t]);
    c->macs += 4 * (double)T;
}

/* Node 0 is the start, node 2t - 1 + side is step t at the bound of that side. */
static size_t node_step(size_t node)
{
    return (node + 1) / 2;
}
static double node_y(const struct path *c, size_t node)
{
    return node == 0 ? 0 : node % 2 ? c->off[node_step(node)] : c->on[node_step(node)];
}

/* The ranges in terms of the next step's r, which is r / delta. */
static void grow(struct ranges *v, double growth)
{
    for (size_t j = 0; j < v->n; j++) {
        if (v->lo[j] != 0) v->lo[j] *= growth;
        if (v->hi[j] != 0) v->hi[j] *= growth;
    }
}

/* Keeps the part [lo, hi] of a range as entry n if it is not empty and may still be part of a solution: if
 * the penalties and the energy of its smallest r, r^2 E / 2, stay below `most`. Returns the new number of
 * entries. */
static size_t keep(struct ranges *v, size_t n, double lo, double hi, double sum, double energy, double most)
{
    double r = lo > 0 ? lo : hi < 0 ? hi : 0;
    if (!(lo <= hi && sum + 0.5 * r * r * energy < most)) return n;
    v->lo[n] = lo;
    v->hi[n] = hi;
    v->sum[n] = sum;
    return n + 1;
}

/* Step t cuts the ranges where its bounds are, r = bound[0] (off) and bound[1] (on), and adds the penalty of
 * the side. Only the one range that holds the cut leaves two parts, the second of which goes to the end. */
static void cut(struct ranges *v, const double bound[2], double off, double on, double energy, double most)
{
    size_t n = 0;
    double lo = 1, hi = 0, sum = 0;
    for (size_t j = 0; j < v->n; j++) {
        double left = v->lo[j], right = v->hi[j], so_far = v->sum[j];
        if (left <= bound[0] && right >= bound[1]) {
            lo = bound[1];
            hi = right;
            sum = so_far + on;
        }
        if (left <= bound[0])
            n = keep(v, n, left, fmin(right, bound[0]), so_far + off, energy, most);
        else
            n = keep(v, n, fmax(left, bound[1]), right, so_far + on, energy, most);
    }
    v->n = keep(v, n, lo, hi, sum, energy, most);
}

/* The penalties of the path with this r; infinity if no range holds it. */
static double penalty_at(const struct ranges *v, double r)
{
    double sum = INFINITY;
    for (size_t j = 0; j < v->n; j++)
        if (v->lo[j] <= r && r <= v->hi[j]) sum = fmin(sum, v->sum[j]);
    return sum;
}

/* Shortest paths from one node to all later ones and to the free end, whose cost is returned. A path from y_s
 * is known by its r at any one step: y_i = delta^(i-s) y_s + r_i E_{i-s}, r_{i+1} = r_i / delta. So each step
 * splits the line of r at its bounds, and the penalties so far are a step function of r: the ranges. Those
 * that cannot come below `best` are dropped, and the node is done with when none is left. */
static double smooth(const struct joint_potentials *p, struct path *c, size_t node, double best)
{
    const size_t s = node_step(node), T = p->T;
    const double y_s = node_y(c, node), here = c->distance[node], growth = 1 / p->delta;
    struct ranges *v = &c->ranges;
    v->n = 1;
    v->lo[0] = -INFINITY;
    v->hi[0] = INFINITY;
    v->sum[0] = 0;
    for (size_t t = s + 1; t <= T && v->n > 0; t++) {
        const double start = p->power[t - s] * y_s, energy = p->energy[t - s], inverse = p->inverse[t - s];
        const double most = best - (c->least[T] - c->least[t]);
        const double r[2] = {(c->off[t] - start) * inverse, (c->on[t] - start) * inverse};
        if (t > s + 1) grow(v, growth);
        for (size_t side = 0; side < 2; side++) {
            size_t next = 2 * t - 1 + side;
            double cost = here + 0.5 * r[side] * r[side] * energy + c->penalty[side][t];
            if (!(cost < fmin(most, c->distance[next]))) continue;
            cost += penalty_at(v, r[side]);
            if (!(cost < fmin(most, c->distance[next]))) continue;
            c->distance[next] = cost;
            c->node[next] = node;
        }
        c->macs += 9 + 5 * (double)v->n;
        cut(v, r, c->penalty[0][t], c->penalty[1][t], energy, most - here);
    }
    return here + penalty_at(v, 0);
}

/* The cost of c->y over rho. */
static double scaled_cost(const struct joint_potentials *p, const struct path *c)
{
    double sum = 0;
    for (size_t t = 1; t <= p->T; t++) {
        double r = c->y[t] - p->delta * c->y[t - 1];
        sum += 0.5 * r * r + c->penalty[above_gap(c, t)][t];
    }
    return sum;
}

/* c->y in: a feasible point; out: the best of all patterns. a: stride TILE. */
static void solve_exact(const struct joint_potentials *p, struct path *c, const double *a)
{
    const size_t T = p->T, none = 2 * T + 1;
    size_t last = none;
    c->least[0] = 0;
    for (size_t t = 1; t <= T; t++) {
        double x = a[(t - 1) * TILE], weight = p->sigma / (2 * p->rho);
        c->penalty[0][t] = weight * x * x;
        c->penalty[1][t] = weight * (1 - x) * (1 - x);
        c->least[t] = c->least[t - 1] + fmin(c->penalty[0][t], c->penalty[1][t]);
    }
    double best = scaled_cost(p, c);
    c->distance[0] = 0;
    for (size_t node = 1; node < none; node++) c->distance[node] = INFINITY;
    for (size_t node = 0; node < none; node++) {
        if (!(c->distance[node] + c->least[T] - c->least[node_step(node)] < best)) continue;
        double free_end = smooth(p, c, node, best);
        if (free_end < best) {
            best = free_end;
            last = node;
        }
    }
    if (last == none) return; /* nothing beats the point that was there */
    c->macs += 3 * (double)T;
    size_t s = node_step(last);
    for (size_t t = s + 1; t <= T; t++) c->y[t] = p->power[t - s] * node_y(c, last);
    for (; last > 0; last = c->node[last])
        fill(p, c, node_y(c, c->node[last]), node_y(c, last), node_step(c->node[last]), node_step(last));
}

/* max_t |z_t - P(z_t - q_t)|, q the gradient over rho, P the projection on z's own sides. z: stride TILE. */
static double kkt_residual(const struct joint_potentials *p, const double *z, const double *g)
{
    double worst = 0, r_next = 0;
    for (size_t t = p->T; t-- > 0;) {
        double x = z[t * TILE], r = x - g[t * TILE] - (t > 0 ? p->delta * z[(t - 1) * TILE] : 0);
        double moved = x - (r - p->delta * r_next);
        worst = fmax(worst, fabs(x - (x > p->off ? fmax(moved, p->on) : fmin(moved, p->off))));
        r_next = r;
    }
    return worst;
}

static void solve_path(const struct joint_potentials *p, enum joint_method method, const struct tile *tile,
                       size_t lane, struct path *c, struct joint_stats *stats)
{
    const double *simulated = tile->free + lane, *a = tile->a + lane;
    double *z = tile->z + lane;
    for (size_t t = 1; t <= p->T; t++) {
        c->off[t] = p->off - simulated[(t - 1) * TILE];
        c->on[t] = p->on - simulated[(t - 1) * TILE];
    }
    solve_pattern(p, c, a);
    if (method == JOINT_EXACT) solve_exact(p, c, a);
    for (size_t t = 1; t <= p->T; t++) { /* rounding must not leave the side */
        double x = simulated[(t - 1) * TILE] + c->y[t];
        z[(t - 1) * TILE] = above_gap(c, t) ? fmax(x, p->on) : fmin(x, p->off);
    }
    stats->kkt = fmax(stats->kkt, kkt_residual(p, z, tile->g + lane));
}

static void read_rows(size_t T, size_t width, size_t n, const real *from, double *to)
{
    for (size_t t = 0; t < T; t++) {
        for (size_t i = 0; i < n; i++) to[t * TILE + i] = (double)from[t * width + i];
        for (size_t i = n; i < TILE; i++) to[t * TILE + i] = 0;
    }
}

static void tile_cost(const struct joint_potentials *p, const struct tile *tile, const double *z,
                      double *cost)
{
    double before[TILE] = {0}, dynamics[TILE] = {0}, spikes[TILE] = {0};
    for (size_t t = 0; t < p->T; t++)
        for (size_t i = 0; i < TILE; i++) {
            double x = z[t * TILE + i], r = x - p->delta * before[i] - tile->g[t * TILE + i];
            double gap = tile->a[t * TILE + i] - (x > p->off ? 1.0 : 0.0);
            dynamics[i] += r * r;
            spikes[i] += gap * gap;
            before[i] = x;
        }
    for (size_t i = 0; i < TILE; i++) cost[i] = 0.5 * p->rho * dynamics[i] + 0.5 * p->sigma * spikes[i];
}

static void simulate(const struct joint_potentials *p, const struct tile *tile)
{
    double state[TILE] = {0};
    for (size_t t = 0; t < p->T; t++)
        for (size_t i = 0; i < TILE; i++)
            tile->free[t * TILE + i] = state[i] = p->delta * state[i] + tile->g[t * TILE + i];
}

void joint_potentials_update(const struct joint_potentials *p, enum joint_method method, size_t width,
                             const real *g, const real *a, real *z, double *cost, struct joint_work *w,
                             struct joint_stats *stats)
{
    const size_t T = p->T;
    const struct tile tile = tile_of(w, T);
    struct path path = path_of(w, T);
    for (size_t first = 0; first < width; first += TILE) {
        size_t n = width - first < TILE ? width - first : TILE;
        double before[TILE], after[TILE];
        read_rows(T, width, n, g + first, tile.g);
        read_rows(T, width, n, a + first, tile.a);
        read_rows(T, width, n, z + first, tile.old);
        simulate(p, &tile);
        memset(tile.z, 0, T * TILE * sizeof *tile.z);
        for (size_t i = 0; i < n; i++) solve_path(p, method, &tile, i, &path, stats);
        for (size_t k = 0; k < T * TILE; k++) tile.z[k] = (double)(real)tile.z[k];
        tile_cost(p, &tile, tile.old, before);
        tile_cost(p, &tile, tile.z, after);
        for (size_t i = 0; i < n; i++) {
            bool accept = after[i] < before[i];
            if (cost) cost[first + i] = accept ? after[i] : before[i];
            stats->rejected += after[i] > before[i];
            if (!accept) continue;
            stats->accepted++;
            stats->change += after[i] - before[i];
            for (size_t t = 0; t < T; t++) z[t * width + first + i] = (real)tile.z[t * TILE + i];
        }
    }
    stats->macs += path.macs;
}
