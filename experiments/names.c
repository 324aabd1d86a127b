/* See names.h. */
#include "experiments/names.h"
#include "support/text.h"
#include <inttypes.h>
#include <string.h>

static struct name_group *find_group(const struct names *n, const struct run *run)
{
    for (struct name_group *g = n->groups; g < n->groups + n->n; g++)
        if (g->first->solver == run->solver && strcmp(g->first->label, run->label) == 0) return g;
    return NULL;
}

status names_create(struct names *n, const struct plan *p, struct mem *m, struct error *e)
{
    *n = (struct names){.seeds = p->n_seeds > 1};
    n->groups = mem_alloc(m, p->n_runs, sizeof *n->groups, e);
    if (!n->groups) return ST_MEMORY;
    for (const struct run *run = p->runs; run < p->runs + p->n_runs; run += p->n_seeds) {
        struct name_group *g = find_group(n, run);
        if (g)
            run_mark_differences(g->first, run, g->varies);
        else
            n->groups[n->n++].first = run;
    }
    return ST_OK;
}

void names_format(const struct names *n, const struct run *run, char *text, size_t size)
{
    const struct name_group *g = find_group(n, run);
    (void)snprintf(text, size, "%s", run->label);
    for (struct run_option o = {.option = NULL}; g && run_next_option(run, &o);)
        if (o.number < RUN_OPTIONS_MAX && g->varies[o.number])
            (void)text_add(text, size, " %s=%s", o.option->key, o.value);
    if (n->seeds) (void)text_add(text, size, " seed %" PRIu64, run->seed);
}
