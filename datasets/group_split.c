/* See group_split.h. */
#include "datasets/group_split.h"
#include "support/mem.h"

enum { CHOICES = 16 }; /* groups that are compared for each that is taken */

status group_split_needed(const struct grouped *g, bool *needed, struct error *e)
{
    struct mem m = {0};
    bool *seen = mem_alloc(&m, g->n_groups, sizeof *seen, e);
    *needed = false;
    for (size_t i = 0; seen && i < g->n; i++) {
        *needed = *needed || seen[g->groups[i]];
        seen[g->groups[i]] = true;
    }
    const status st = seen ? ST_OK : ST_MEMORY;
    mem_free(&m);
    return st;
}

/* Counts of classes: of all samples, of those taken, and of each group, [n_groups * n_classes]. */
struct counts {
    size_t *all, *taken, *group, *size, *order;
    size_t n_taken;
};

/* Chi-square of the classes of what is taken with group k against their shares in all samples. */
static double distance(const struct grouped *g, const struct counts *c, size_t k)
{
    const double total = (double)(c->n_taken + c->size[k]);
    double sum = 0;
    for (size_t class = 0; class < g->n_classes; class ++) {
        const double expected = total * (double)c->all[class] / (double)g->n;
        const double got = (double)(c->taken[class] + c->group[k * g->n_classes + class]) - expected;
        if (expected > 0) sum += got * got / expected;
    }
    return sum;
}

/* The place in order[first ..] of the best of the next few groups. */
static size_t choose(const struct grouped *g, const struct counts *c, size_t first, size_t n)
{
    size_t best = first;
    double least = distance(g, c, c->order[first]);
    for (size_t i = first + 1; i < n && i < first + CHOICES; i++) {
        const double d = distance(g, c, c->order[i]);
        if (d < least) {
            least = d;
            best = i;
        }
    }
    return best;
}

static status count(const struct grouped *g, struct counts *c, struct mem *m, struct error *e)
{
    *c = (struct counts){.all = mem_alloc(m, g->n_classes, sizeof *c->all, e),
                         .taken = mem_alloc(m, g->n_classes, sizeof *c->taken, e),
                         .group = mem_alloc(m, g->n_groups * g->n_classes, sizeof *c->group, e),
                         .size = mem_alloc(m, g->n_groups, sizeof *c->size, e),
                         .order = mem_alloc(m, g->n_groups, sizeof *c->order, e)};
    if (!c->all || !c->taken || !c->group || !c->size || !c->order) return ST_MEMORY;
    for (size_t i = 0; i < g->n; i++) {
        c->all[g->labels[i]]++;
        c->group[g->groups[i] * g->n_classes + (size_t)g->labels[i]]++;
        c->size[g->groups[i]]++;
    }
    return ST_OK;
}

static status take(const struct grouped *g, struct counts *c, size_t wanted, bool *taken, struct rng *rng,
                   struct error *e)
{
    size_t n = 0;
    for (size_t k = 0; k < g->n_groups; k++)
        if (!taken[k] && c->size[k] > 0) c->order[n++] = k;
    rng_shuffle(rng, c->order, n);
    for (size_t first = 0; c->n_taken < wanted; first++) {
        if (first == n)
            return FAIL(e, ST_CONFIG, "%zu samples are asked for, but the groups that are left have %zu",
                        wanted, c->n_taken);
        const size_t place = choose(g, c, first, n), k = c->order[place];
        c->order[place] = c->order[first];
        c->order[first] = k;
        taken[k] = true;
        c->n_taken += c->size[k];
        for (size_t class = 0; class < g->n_classes; class ++)
            c->taken[class] += c->group[k * g->n_classes + class];
    }
    return ST_OK;
}

status group_split_take(const struct grouped *g, size_t wanted, bool *taken, size_t *got, struct rng *rng,
                        struct error *e)
{
    struct mem m = {0};
    struct counts c;
    status st = count(g, &c, &m, e);
    if (st == ST_OK) st = take(g, &c, wanted, taken, rng, e);
    *got += st == ST_OK ? c.n_taken : 0;
    mem_free(&m);
    return st;
}
