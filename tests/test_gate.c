/* The convergence gate covers what results claim: every trainer, every value of every choice of the options,
 * event data, regression, and what mini-batches and schedules have at their ends. And it has a reference for
 * all of it. */
#include "commands/registry.h"
#include "experiments/plan.h"
#include "support/csvio.h"
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the runs of the gate are, a line "key=value" for each option of each run. */
struct covered {
    FILE *to;
    char *text;
    size_t size;
};

/* A number of the solver's options; -1 where it has no such option. */
static double option_number(const struct run *run, const char *key)
{
    const struct option *o = opt_find(&run->solver->options, key);
    const char *at = o ? (const char *)run->solver_options + o->offset : NULL;
    if (!o) return -1;
    return o->type == OPT_INT ? (double)*(const long *)(const void *)at : *(const double *)(const void *)at;
}

static void note_run(struct covered *c, const struct run *run)
{
    const struct dataset_common *data = run->dataset_options;
    const double batch = option_number(run, "batch"), warmup = option_number(run, "warmup");
    const double epochs = option_number(run, "lr_epochs"), most = (double)run->stop.max_iter;
    (void)fprintf(c->to, "trainer=%s\ndataset=%s\n", run->solver->name, run->dataset->name);
    for (struct run_option o = {.option = NULL}; run_next_option(run, &o);)
        (void)fprintf(c->to, "%s=%s\n", o.name, o.value);
    if (batch > 0 && data->n_train % (long)batch != 0) (void)fputs("a mini-batch remainder\n", c->to);
    if (option_number(run, "clip") > 0) (void)fputs("clip\n", c->to);
    if (epochs > 0 && epochs < most) (void)fputs("the schedule's end\n", c->to);
    if (warmup > 0 && warmup < most) (void)fputs("the end of warm-up\n", c->to);
}

/* All runs of all experiments of the gate; the reference must have a row for each. */
static void read_gate(struct covered *c)
{
    glob_t files;
    struct error e = {0};
    cr_assert_not_null(c->to = open_memstream(&c->text, &c->size));
    (void)fputc('\n', c->to);
    cr_assert_eq(glob("experiments/smoke.yaml", 0, NULL, &files), 0);
    cr_assert_eq(glob("experiments/gate_*.yaml", GLOB_APPEND, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct plan p;
        struct csv_table kept = {0};
        char path[300];
        cr_assert_eq(plan_load(&p, &registry, files.gl_pathv[i], NULL, NULL, &e), ST_OK, "%s", e.text);
        for (size_t k = 0; k < p.n_runs; k++) note_run(c, &p.runs[k]);
        (void)snprintf(path, sizeof path, "results/reference/%s/runs.csv", p.experiment);
        cr_assert_eq(csv_read(&kept, path, 1, &e), ST_OK, "%s", e.text);
        cr_expect_eq(kept.n_rows, p.n_runs, "%s: %zu runs, %zu in the reference", p.experiment, p.n_runs,
                     kept.n_rows);
        csv_table_free(&kept);
        plan_free(&p);
    }
    globfree(&files);
    (void)fclose(c->to);
}

static void expect_covered(const struct covered *c, const char *what)
{
    char line[200];
    (void)snprintf(line, sizeof line, "\n%s\n", what);
    cr_expect_not_null(strstr(c->text, line), "the convergence gate lacks %s (docs/convergence-gate.md)",
                       what);
}

static void expect_choices(const struct covered *c, const char *section, const struct option_table *t)
{
    char what[160];
    for (size_t i = 0; i < opt_count(t); i++) {
        const struct option *o = opt_at(t, i);
        const char *const truth[] = {"false", "true", NULL};
        for (size_t k = 0; o->type == OPT_CHOICE && opt_choice(o, k); k++) {
            (void)snprintf(what, sizeof what, "%s.%s=%s", section, o->key, opt_choice(o, k));
            expect_covered(c, what);
        }
        for (size_t k = 0; o->type == OPT_BOOL && truth[k]; k++) {
            (void)snprintf(what, sizeof what, "%s.%s=%s", section, o->key, truth[k]);
            expect_covered(c, what);
        }
    }
}

Test(gate, covers_what_results_claim)
{
    struct covered c;
    char what[120];
    read_gate(&c);
    for (size_t i = 0; solvers[i]; i++) {
        (void)snprintf(what, sizeof what, "trainer=%s", solvers[i]->name);
        expect_covered(&c, what);
        expect_choices(&c, "solver", &solvers[i]->options);
    }
    expect_choices(&c, "network", &net_option_table);
    expect_covered(&c, "dataset=event_camera");
    expect_covered(&c, "dataset=mexican_hat"); /* regression */
    expect_covered(&c, "precision=float");
    expect_covered(&c, "a mini-batch remainder");
    expect_covered(&c, "clip");
    expect_covered(&c, "the schedule's end");
    expect_covered(&c, "the end of warm-up");
    free(c.text);
}
