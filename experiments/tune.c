/* See tune.h. */
#include "experiments/tune.h"
#include "experiments/run.h"
#include "support/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIGURATIONS_MAX = 10000, DIGITS = 4 };

static const char *const budget_names[] = {"equal", "any", NULL};

/* `tune` is read by an option table like any section. */
struct tune_options {
    long configurations, seed;
    int budget;
};
static const struct option tune_list[] = {
    {"configurations", OPT_INT, offsetof(struct tune_options, configurations), "1", 1, CONFIGURATIONS_MAX, 0,
     NULL, "", "configurations drawn for each item of solvers"},
    {"seed", OPT_INT, offsetof(struct tune_options, seed), "0", 0, 1e15, 0, NULL, "", "of the draws"},
    {"budget", OPT_CHOICE, offsetof(struct tune_options, budget), "equal", 0, 0, 0, budget_names, "",
     "whether every trainer must have as many configurations"},
};
static const struct option_table tune_table = {.spans = {{tune_list, sizeof tune_list / sizeof *tune_list}},
                                               .size = sizeof(struct tune_options)};

status tune_read(struct tune *t, struct yml *y, const yml_node *root, uint64_t seed, struct error *e)
{
    struct tune_options o;
    const yml_node *map = yml_get(y, root, "tune");
    *t = (struct tune){.seed = seed};
    if (!map) return ST_OK;
    TRY(opt_defaults(&tune_table, &o, e));
    TRY(settings_check_keys(y, &tune_table, map, NULL, "section 'tune'", e));
    if (!yml_get(y, map, "configurations"))
        return yml_fail(y, map, e, "'tune' needs 'configurations', such as {configurations: 24}");
    for (size_t i = 0; i < yml_length(map); i++) {
        const yml_node *value = yml_item(y, map, i);
        const struct option *option = opt_find(&tune_table, yml_text(yml_key(y, map, i)));
        char where[300];
        if (!yml_text(value)) return yml_fail(y, value, e, "option '%s' needs a single value", option->key);
        yml_where(y, value, where, sizeof where);
        if (opt_set(option, &o, yml_text(value), e) != ST_OK) return err_prefix(e, "%s", where);
    }
    t->configurations = (size_t)o.configurations;
    t->any_budget = o.budget == 1;
    if (yml_get(y, map, "seed")) t->seed = (uint64_t)o.seed;
    return ST_OK;
}

static bool is_whole(const struct setting *s)
{
    return s->option->type == OPT_INT || s->option->type == OPT_INTS;
}

/* How many values a range can have; INFINITY for real numbers. */
static double size_of(const struct setting *s)
{
    if (s->range == RANGE_CHOICE) return (double)s->n;
    return is_whole(s) ? floor(s->high) - ceil(s->low) + 1 : INFINITY;
}

static const char *section_name(const struct setting *s, const struct dataset_source *dataset)
{
    if (s->table == &run_option_table) return section_names[SECTION_RUN];
    if (s->table == &stop_option_table) return section_names[SECTION_STOP];
    if (s->table == &net_option_table) return section_names[SECTION_NETWORK];
    return section_names[s->table == &dataset->options ? SECTION_DATASET : SECTION_SOLVER];
}

/* A whole number of lo .. hi; of a logarithmic range in proportion to log((k + 1) / k). */
static double draw_whole(const struct setting *s, struct rng *rng)
{
    const double low = ceil(s->low), high = floor(s->high);
    if (s->range == RANGE_LINEAR) return low + (double)rng_below(rng, (size_t)(high - low) + 1);
    return fmin(high, floor(low * pow((high + 1) / low, rng_uniform(rng))));
}

static double draw_real(const struct setting *s, struct rng *rng)
{
    char text[40];
    const double u = rng_uniform(rng);
    const double v =
        s->range == RANGE_LOG ? s->low * pow(s->high / s->low, u) : s->low + u * (s->high - s->low);
    (void)snprintf(text, sizeof text, "%.*g", DIGITS, v);
    return fmin(s->high, fmax(s->low, strtod(text, NULL)));
}

/* A range of an item, its stream, and what is drawn for it. */
struct draw {
    struct setting *range;
    struct rng stream;
    const char **values; /* [configurations] */
};

static status draw_value(struct draw *d, size_t k, struct mem *m, struct error *e)
{
    const struct setting *s = d->range;
    char text[40];
    if (s->range == RANGE_CHOICE) {
        d->values[k] = s->values[rng_below(&d->stream, s->n)];
        return ST_OK;
    }
    if (is_whole(s))
        (void)snprintf(text, sizeof text, "%.0f", draw_whole(s, &d->stream));
    else
        (void)snprintf(text, sizeof text, "%.15g", draw_real(s, &d->stream));
    d->values[k] = mem_string(m, text, e);
    return d->values[k] ? ST_OK : ST_MEMORY;
}

/* Finds the ranges, *n. */
static status begin(const struct tune *t, const struct tune_item *item, struct draw *d, size_t *n,
                    struct error *e)
{
    const struct settings *s = item->settings;
    for (size_t i = 0; i < s->n; i++) {
        struct setting *range = &s->list[i];
        char stream[300];
        if (range->range == RANGE_NONE) continue;
        if (t->configurations == 0)
            return FAIL(e, ST_CONFIG,
                        "%s: option '%s' has a range, which needs 'tune: {configurations: N}' in the file",
                        range->where, range->option->key);
        (void)snprintf(stream, sizeof stream, "tune %s %s.%s", item->label,
                       section_name(range, item->dataset), range->option->key);
        d[*n].range = range;
        d[*n].values = mem_alloc(s->mem, t->configurations, sizeof(const char *), e);
        rng_seed(&d[*n].stream, t->seed, stream);
        if (!d[(*n)++].values) return ST_MEMORY;
    }
    return ST_OK;
}

/* Whether configuration k is one of those before. */
static bool is_drawn(const struct draw *d, size_t n, size_t k)
{
    bool same = false;
    for (size_t other = 0; !same && other < k; other++) {
        same = true;
        for (size_t i = 0; same && i < n; i++) same = strcmp(d[i].values[other], d[i].values[k]) == 0;
    }
    return same;
}

status tune_draw(const struct tune *t, const struct tune_item *item, size_t *n, struct error *e)
{
    struct mem *m = item->settings->mem;
    struct draw *d = mem_alloc(m, item->settings->n + 1, sizeof *d, e);
    double different = 1;
    size_t n_ranges = 0, tries = 0, wanted = t->configurations ? t->configurations : 1;
    if (!d) return ST_MEMORY;
    TRY(begin(t, item, d, &n_ranges, e));
    for (size_t i = 0; i < n_ranges; i++) different *= size_of(d[i].range);
    if (different < (double)wanted && t->any_budget) wanted = (size_t)different;
    *n = n_ranges == 0 ? 1 : different < (double)wanted ? (size_t)different : 0;
    const size_t most = 1000 + 100 * wanted; /* so many in vain: there seems to be no further one */
    while (n_ranges > 0 && different >= (double)wanted && *n < wanted && tries < most) {
        for (size_t i = 0; i < n_ranges; i++) TRY(draw_value(&d[i], *n, m, e));
        tries = is_drawn(d, n_ranges, *n) ? tries + 1 : 0;
        if (tries == 0) ++*n;
    }
    if (*n < wanted && !t->any_budget)
        return FAIL(e, ST_CONFIG,
                    "%s: solver '%s' has %zu different configuration%s, and tune.configurations asks for "
                    "%zu: give it wider ranges, or let trainers have unequal numbers by tune.budget: any",
                    item->source, item->label, *n, text_plural(*n), wanted);
    for (size_t i = 0; i < n_ranges; i++) {
        d[i].range->values = d[i].values;
        d[i].range->n = *n;
    }
    return ST_OK;
}
