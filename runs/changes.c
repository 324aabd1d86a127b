/* See changes.h. */
#include "runs/changes.h"
#include "support/text.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MOST = 200, TEXTS_MOST = 10, TOLD_MOST = 4 };

/* The options that are part of a run's identity, formatted once for many comparisons. */
struct formatted {
    struct mem mem;
    size_t n;
    const char *names[RUN_OPTIONS_MAX], *values[RUN_OPTIONS_MAX];
};

static void format_options(const struct run *run, struct formatted *f)
{
    *f = (struct formatted){.n = 0};
    for (struct run_option o = {.option = NULL}; run_next_option(run, &o) && f->n < RUN_OPTIONS_MAX;) {
        if (o.option->flags & OPT_NO_IDENTITY) continue;
        f->names[f->n] = mem_string(&f->mem, o.name, NULL);
        f->values[f->n] = mem_string(&f->mem, o.value, NULL);
        if (!f->names[f->n] || !f->values[f->n]) return; /* the comparison is a courtesy */
        f->n++;
    }
}

static void compare(const struct formatted *options, option_lookup there, void *side, struct difference *d)
{
    *d = (struct difference){.n = 0};
    for (size_t i = 0; i < options->n; i++) {
        char own[OPT_STRING_MAX + 64];
        const char *name = options->names[i], *value = options->values[i], *other = there(side, name);
        (void)snprintf(own, sizeof own, "%s", value);
        record_clean(own);
        if (strcmp(own, other) == 0) continue;
        if (strcmp(name, "stop.max_iter") == 0 && strtol(value, NULL, 10) > strtol(other, NULL, 10))
            d->longer = true;
        if (d->n++ < TOLD_MOST)
            (void)text_add(d->text, sizeof d->text, "%s%s = %s (there %s)", d->n > 1 ? ", " : "", name, value,
                           other);
    }
    if (d->n > TOLD_MOST) (void)text_add(d->text, sizeof d->text, " and %zu more", d->n - TOLD_MOST);
    d->longer = d->longer && d->n == 1;
}

void changes_compare(const struct run *run, option_lookup there, void *side, struct difference *d)
{
    struct formatted options;
    format_options(run, &options);
    compare(&options, there, side, d);
    mem_free(&options.mem);
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

/* What the nearest finished row differs in that is not of the plan, of the same solver, dataset and seed;
 * false without one. */
static bool find_nearest(const struct results_file *f, const struct run *run, struct difference *nearest)
{
    char seed[24];
    struct formatted own;
    nearest->n = SIZE_MAX;
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    format_options(run, &own);
    for (size_t i = f->n_runs; i < f->n_runs + f->n_others && nearest->n > 0; i++) {
        struct difference d;
        if (strcmp(results_text(f, i, "seed"), seed) != 0 ||
            strcmp(results_text(f, i, "status"), "ok") != 0 ||
            strcmp(results_text(f, i, "solver"), run->solver->name) != 0 ||
            strcmp(results_text(f, i, "dataset"), run->dataset->name) != 0)
            continue;
        compare(&own, text_of_row, &(struct row_side){f, i}, &d);
        if (d.n < nearest->n) *nearest = d;
    }
    mem_free(&own.mem);
    return nearest->n < SIZE_MAX;
}

static bool any_finished(const struct results_file *f)
{
    for (size_t i = 0; i < f->n_runs; i++)
        if (plan_makes(f->plan, &f->plan->runs[i]) && f->rows[i].table) return true;
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
        if (!plan_makes(f->plan, run) || f->rows[i].table) continue;
        seen++;
        if (!find_nearest(f, run, &d) || d.longer) continue;
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
