/* See names.h. */
#include "experiments/names.h"
#include <inttypes.h>
#include <string.h>

static struct name_group *find_group(const struct names *n, const struct run *run)
{
    for (size_t k = 0; k < n->n; k++)
        if (n->groups[k].solver == run->solver && strcmp(n->groups[k].label, run->label) == 0)
            return &n->groups[k];
    return NULL;
}

/* Marks the options in which a run differs from another of its group. */
static void mark(struct name_group *g, const struct run *first, const struct run *run)
{
    size_t column = 0;
    for (int s = 0; s < N_SECTIONS; s++) {
        const struct section_view view = run_section(run, (enum section)s);
        const void *usual = run_section(first, (enum section)s).options;
        for (size_t i = 0; i < opt_count(view.table) && column < NAME_COLUMNS; i++, column++)
            if (!opt_same(opt_at(view.table, i), view.options, usual)) g->varies[column] = true;
    }
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
        if (!another_seed) mark(g, firsts[g - n->groups], run);
    }
    return ST_OK;
}

/* A name that is being written. */
struct writing {
    const struct name_group *group;
    size_t column, used, size;
    char *text;
};

static void write_option(void *context, const char *name, const char *value, bool is_default)
{
    struct writing *w = context;
    const size_t column = w->column++;
    const char *dot = strchr(name, '.');
    (void)is_default;
    if (column >= NAME_COLUMNS || !w->group->varies[column] || w->used >= w->size) return;
    w->used += (size_t)snprintf(w->text + w->used, w->size - w->used, " %s=%s", dot ? dot + 1 : name, value);
}

void names_format(const struct names *n, const struct run *run, char *text, size_t size)
{
    struct writing w = {.group = find_group(n, run), .size = size, .text = text};
    w.used = (size_t)snprintf(text, size, "%s", run->label);
    if (!w.group) return;
    run_visit_options(run, true, write_option, &w);
    if (w.group->seeds && w.used < size)
        (void)snprintf(text + w.used, size - w.used, " seed %" PRIu64, run->seed);
}

void names_free(struct names *n)
{
    mem_free(&n->mem);
    n->n = 0;
}
