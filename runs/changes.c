/* See changes.h. */
#include "runs/changes.h"
#include "support/text.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MOST = 200, TEXTS_MOST = 10, TOLD_MOST = 4 };

/* A comparison that runs through the options. */
struct option_comparison {
    option_lookup there;
    void *side;
    struct difference *d;
};

static void compare_option(void *context, const struct run_option *o)
{
    const struct option_comparison *c = context;
    struct difference *d = c->d;
    char own[OPT_STRING_MAX + 64];
    const char *there = c->there(c->side, o->name);
    (void)snprintf(own, sizeof own, "%s", o->value);
    record_clean(own);
    if (strcmp(own, there) == 0) return;
    if (strcmp(o->name, "stop.max_iter") == 0 && strtol(o->value, NULL, 10) > strtol(there, NULL, 10))
        d->longer = true;
    if (d->n++ < TOLD_MOST)
        (void)text_add(d->text, sizeof d->text, "%s%s = %s (there %s)", d->n > 1 ? ", " : "", o->name,
                       o->value, there);
}

void changes_compare(const struct run *run, option_lookup there, void *side, struct difference *d)
{
    *d = (struct difference){.n = 0};
    run_visit_options(run, false, compare_option, &(struct option_comparison){there, side, d});
    if (d->n > TOLD_MOST) (void)text_add(d->text, sizeof d->text, " and %zu more", d->n - TOLD_MOST);
    d->longer = d->longer && d->n == 1;
}

/* A row of results as a side of a comparison. */
struct row_side {
    const struct results_file *file;
    size_t row;
};

static const char *text_of_row(void *side, const char *column)
{
    const struct row_side *s = side;
    return results_text(s->file, s->row, column);
}

/* A run's options as results have them. */
struct formatted {
    struct mem mem;
    size_t n;
    const char *names[RUN_OPTIONS_MAX], *values[RUN_OPTIONS_MAX];
};

static void format_option(void *context, const struct run_option *o)
{
    struct formatted *f = context;
    char *name = mem_string(&f->mem, o->name, NULL), *value = mem_string(&f->mem, o->value, NULL);
    if (!name || !value || f->n == RUN_OPTIONS_MAX) return; /* the comparison is a courtesy */
    record_clean(value);
    f->names[f->n] = name;
    f->values[f->n++] = value;
}

/* In how many options a row differs; counts to `most`. */
static size_t count_differences(const struct formatted *o, const struct results_file *f, size_t row,
                                size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n && n < most; i++)
        n += strcmp(results_text(f, row, o->names[i]), o->values[i]) != 0;
    return n;
}

/* The nearest finished row that is not of the plan, of the same solver, dataset and seed; false without one.
 */
static bool find_nearest(const struct results_file *f, const struct run *run, size_t *nearest)
{
    char seed[24];
    struct formatted own = {.n = 0};
    size_t least = SIZE_MAX;
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    run_visit_options(run, false, format_option, &own);
    for (size_t i = f->n_runs; i < f->n_runs + f->n_others && least > 0; i++) {
        if (strcmp(results_text(f, i, "seed"), seed) != 0 ||
            strcmp(results_text(f, i, "status"), "ok") != 0 ||
            strcmp(results_text(f, i, "solver"), run->solver->name) != 0 ||
            strcmp(results_text(f, i, "dataset"), run->dataset->name) != 0)
            continue;
        const size_t n = count_differences(&own, f, i, least);
        if (n >= least) continue;
        least = n;
        *nearest = i;
    }
    mem_free(&own.mem);
    return least < SIZE_MAX;
}

static bool any_finished(const struct results_file *f)
{
    for (size_t i = 0; i < f->n_runs; i++)
        if ((!f->mine || f->mine[i]) && f->rows[i].table) return true;
    return false;
}

/* Which of the texts change nothing, where finished runs are not repeated. Who names the path of the data
 * wants to find it. */
static void print_idle(const struct results_file *f, const char *const *set, size_t n_set, FILE *out)
{
    const struct plan *p = f->plan;
    if (!any_finished(f)) return;
    for (size_t i = 0; i < n_set; i++) {
        struct set_text s;
        if (settings_split(set[i], &s, NULL) != ST_OK || strcmp(s.key, "path") == 0) continue;
        for (size_t k = 0; k < p->n_runs; k++) {
            const struct option *o = opt_find(run_section(&p->runs[k], s.section).table, s.key);
            if (!o) continue;
            if (o->flags & OPT_NO_IDENTITY)
                (void)fprintf(out, "--set %s changes no result: finished runs are not repeated\n", set[i]);
            break;
        }
    }
}

void changes_print(const struct results_file *f, const char *const *set, size_t n_set, FILE *out)
{
    struct texts texts = {.n = 0};
    size_t counts[TEXTS_MOST] = {0}, seen = 0;
    print_idle(f, set, n_set, out);
    for (size_t i = 0; i < f->n_runs && seen < RUNS_MOST; i++) {
        const struct run *run = &f->plan->runs[i];
        struct difference d;
        struct row_side nearest = {.file = f};
        if ((f->mine && !f->mine[i]) || f->rows[i].table) continue;
        seen++;
        if (!find_nearest(f, run, &nearest.row)) continue;
        changes_compare(run, text_of_row, &nearest, &d);
        if (d.longer) continue;
        if (d.n == 0)
            (void)snprintf(d.text, sizeof d.text,
                           "the bytes of the data, or of the file of network.start, or the rules");
        const size_t k = texts_place(&texts, d.text);
        if (k < texts.n && k < TEXTS_MOST) counts[k]++;
    }
    for (size_t k = 0; k < texts.n && k < TEXTS_MOST; k++)
        (void)fprintf(out, "%zu new run%s: %s in %s\n", counts[k], counts[k] == 1 ? "" : "s",
                      counts[k] == 1 ? "it differs from a finished one" : "they differ from finished ones",
                      texts.v[k]);
    texts_free(&texts);
}
