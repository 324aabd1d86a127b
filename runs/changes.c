/* See changes.h. */
#include "runs/changes.h"
#include "support/text.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MOST = 200, TEXTS_MOST = 10, TEXT_SIZE = 400, TOLD_MOST = 4 };

/* The comparison of a run with a row. */
struct difference {
    const struct results_file *file;
    size_t row, n;
    bool longer; /* stop.max_iter is larger here */
    char text[TEXT_SIZE];
};

static void compare_option(void *context, const struct run_option *o)
{
    struct difference *d = context;
    char own[OPT_STRING_MAX + 64];
    const char *there = results_text(d->file, d->row, o->name);
    (void)snprintf(own, sizeof own, "%s", o->value);
    record_clean(own);
    if (strcmp(own, there) == 0) return;
    if (strcmp(o->name, "stop.max_iter") == 0 && strtol(o->value, NULL, 10) > strtol(there, NULL, 10))
        d->longer = true;
    if (d->n++ < TOLD_MOST)
        (void)text_add(d->text, sizeof d->text, "%s%s = %s (there %s)", d->n > 1 ? ", " : "", o->name,
                       o->value, there);
}

/* The nearest finished row that is not of the plan, of the same solver, dataset and seed; n is SIZE_MAX
 * without one. */
static void find_nearest(const struct results_file *f, const struct run *run, struct difference *nearest)
{
    char seed[24];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    nearest->n = SIZE_MAX;
    for (size_t i = f->n_runs; i < f->n_runs + f->n_others; i++) {
        struct difference d = {.file = f, .row = i};
        if (strcmp(results_text(f, i, "status"), "ok") != 0 ||
            strcmp(results_text(f, i, "solver"), run->solver->name) != 0 ||
            strcmp(results_text(f, i, "dataset"), run->dataset->name) != 0 ||
            strcmp(results_text(f, i, "seed"), seed) != 0)
            continue;
        run_visit_options(run, false, compare_option, &d);
        if (d.n < nearest->n) *nearest = d;
    }
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
    char texts[TEXTS_MOST][TEXT_SIZE + 100];
    size_t counts[TEXTS_MOST], n = 0, seen = 0;
    print_idle(f, set, n_set, out);
    for (size_t i = 0; i < f->n_runs && seen < RUNS_MOST; i++) {
        struct difference d;
        size_t k = 0;
        char text[sizeof texts[0]];
        if ((f->mine && !f->mine[i]) || f->rows[i].table) continue;
        seen++;
        find_nearest(f, &f->plan->runs[i], &d);
        if (d.n == SIZE_MAX || (d.n == 1 && d.longer)) continue;
        if (d.n == 0)
            (void)snprintf(text, sizeof text,
                           "the bytes of the data, or of the file of network.start, or the rules");
        else if (d.n > TOLD_MOST)
            (void)snprintf(text, sizeof text, "%s and %zu more", d.text, d.n - TOLD_MOST);
        else
            (void)snprintf(text, sizeof text, "%s", d.text);
        while (k < n && strcmp(texts[k], text) != 0) k++;
        if (k == TEXTS_MOST) continue;
        if (k == n) {
            memcpy(texts[n], text, sizeof text);
            counts[n++] = 0;
        }
        counts[k]++;
    }
    for (size_t k = 0; k < n; k++)
        (void)fprintf(out, "%zu new run%s: %s in %s\n", counts[k], counts[k] == 1 ? "" : "s",
                      counts[k] == 1 ? "it differs from a finished one" : "they differ from finished ones",
                      texts[k]);
}
