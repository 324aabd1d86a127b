/* See names.h. */
#include "experiments/names.h"
#include "support/text.h"
#include <inttypes.h>
#include <string.h>

static struct name_group *find_group(const struct names *n, const struct run *run)
{
    for (size_t k = 0; k < n->n; k++)
        if (n->groups[k].solver == run->solver && strcmp(n->groups[k].label, run->label) == 0)
            return &n->groups[k];
    return NULL;
}

status names_create(struct names *n, const struct plan *p, struct error *e)
{
    *n = (struct names){.n = 0};
    n->groups = mem_alloc(&n->mem, p->n_runs, sizeof *n->groups, e);
    const struct run **firsts = mem_alloc(&n->mem, p->n_runs, sizeof *firsts, e);
    if (!n->groups || !firsts) return ST_MEMORY;
    for (size_t i = 0; i < p->n_runs; i++) {
        const struct run *run = &p->runs[i];
        struct name_group *g = find_group(n, run);
        if (!g) {
            firsts[n->n] = run;
            n->groups[n->n++] = (struct name_group){.solver = run->solver, .label = run->label};
            continue;
        }
        if (run->seed != firsts[g - n->groups]->seed) g->seeds = true;
        const bool another_seed = run->dataset_options == run[-1].dataset_options;
        if (!another_seed) run_mark_differences(firsts[g - n->groups], run, g->varies);
    }
    return ST_OK;
}

/* A name that is being written. */
struct writing {
    const struct name_group *group;
    char *text;
    size_t size;
};

static void write_option(void *context, const struct run_option *o)
{
    const struct writing *w = context;
    if (o->number < RUN_OPTIONS_MAX && w->group->varies[o->number])
        (void)text_add(w->text, w->size, " %s=%s", o->option->key, o->value);
}

void names_format(const struct names *n, const struct run *run, char *text, size_t size)
{
    struct writing w = {find_group(n, run), text, size};
    (void)snprintf(text, size, "%s", run->label);
    if (!w.group) return;
    run_visit_options(run, true, write_option, &w);
    if (w.group->seeds) (void)text_add(text, size, " seed %" PRIu64, run->seed);
}

void names_free(struct names *n)
{
    mem_free(&n->mem);
    n->n = 0;
}
