/* See changes.h. */
#include "runs/changes.h"
#include "datasets/tasks.h"
#include "support/text.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RUNS_MOST = 200, TEXTS_MOST = 10, TOLD_MOST = 4, MEBIBYTE = 1 << 20 };

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

/* Whether row i is of a run that ended well, of the same solver, dataset and seed. */
static bool is_alike(const struct results_file *f, size_t i, const struct run *run)
{
    char seed[24];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    return strcmp(results_text(f, i, "seed"), seed) == 0 && strcmp(results_text(f, i, "status"), "ok") == 0 &&
           strcmp(results_text(f, i, "solver"), run->solver->name) == 0 &&
           strcmp(results_text(f, i, "dataset"), run->dataset->name) == 0;
}

/* What the nearest finished row differs in that is not of the plan, of the same solver, dataset and seed;
 * false without one. */
static bool find_nearest(const struct results_file *f, const struct run *run, struct difference *nearest)
{
    struct formatted own;
    nearest->n = SIZE_MAX;
    format_options(run, &own);
    for (size_t i = f->n_runs; i < f->n_runs + f->n_others && nearest->n > 0; i++) {
        struct difference d;
        if (!is_alike(f, i, run)) continue;
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
        (void)fprintf(out, "%zu new run%s: %s in %s\n", counts[k], text_plural(counts[k]),
                      counts[k] == 1 ? "it differs from a finished one" : "they differ from finished ones",
                      texts.v[k]);
    texts_free(&texts);
}

/* FOLDER/.work/<id>.end in `path`; its bytes, negative where there is none. */
static double state_file(const char *folder, const char *id, char path[RUN_FILE])
{
    struct stat file;
    return stat(run_file(path, folder, ".work", id, ".end"), &file) == 0 ? (double)file.st_size : -1;
}

void extension_find(const struct results_file *f, const struct run *run, struct extension *x)
{
    char path[RUN_FILE];
    struct run shorter = *run;
    *x = (struct extension){.max_iter = 0};
    if (tasks_of(run->dataset_options) > 1) return;
    for (size_t i = 0; i < f->n_runs + f->n_others; i++) {
        const long length = strtol(results_text(f, i, "stop.max_iter"), NULL, 10);
        if (length <= 0 || length >= run->stop.max_iter || !is_alike(f, i, run)) continue;
        if (shorter.stop.max_iter != length) {
            shorter.stop.max_iter = length;
            run_identify(&shorter, run->data_sha256);
        }
        if (strcmp(results_text(f, i, "run_id"), shorter.id) != 0) continue;
        const bool state = state_file(f->folder, shorter.id, path) >= 0;
        if (state < x->has_state || (state == x->has_state && length < x->max_iter)) continue;
        *x = (struct extension){.max_iter = length, .has_state = state};
        memcpy(x->id, shorter.id, sizeof x->id);
    }
}

status states_bound(struct states *s, const struct run *run, const char *shorter, struct error *e)
{
    char own[RUN_FILE], before[RUN_FILE], work[RUN_FILE];
    const double most = (double)s->mebibytes * MEBIBYTE;
    double bytes;
    if (s->mebibytes == 0 || tasks_of(run->dataset_options) > 1) return ST_OK;
    const double size = fmax(0, state_file(s->folder, run->id, own));
    TRY(find_bytes(folder_file(work, s->folder, ".work"), ".end", &bytes, e));
    if (bytes > most && shorter[0]) {
        bytes -= fmax(0, state_file(s->folder, shorter, before));
        (void)remove(before);
    }
    if (bytes > most) (void)remove(own);
    s->dropped += size <= 0 || bytes > most;
    return ST_OK;
}

void states_tell(const struct states *s, FILE *out)
{
    if (s->dropped == 0) return;
    (void)fprintf(out,
                  "the state at the end of %zu run%s is not kept: with a larger stop.max_iter %s (--states "
                  "%zu: MiB in all)\n",
                  s->dropped, text_plural(s->dropped), s->dropped == 1 ? "it begins anew" : "they begin anew",
                  s->mebibytes);
}
