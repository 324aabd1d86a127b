/* See merge_plan.h. */
#include "records/merge_plan.h"
#include "support/file.h"
#include "support/paths.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4400 };

/* The line that begins a run; its id follows. */
static const char mark[] = "--- # run ";

static status add_run(struct merge_plan *p, const char *text, size_t size, const char *path, struct error *e)
{
    char id[RUN_ID_SIZE];
    const size_t n = strcspn(text + strlen(mark), "\n");
    (void)snprintf(id, sizeof id, "%.*s", (int)n, text + strlen(mark));
    if (n != RUN_ID_SIZE - 1 || !path_fits_name(id, RUN_ID_SIZE, ""))
        return FAIL(e, ST_DATA, "%s: '%.40s' is not the beginning of a run", path, text);
    const size_t place = texts_place(&p->ids, id);
    if (p->ids.no_memory) return FAIL(e, ST_MEMORY, "no memory for the runs of %s", path);
    if (place < p->n) return ST_OK; /* another folder's plan has it, too */
    struct planned_run *runs = realloc(p->runs, p->ids.capacity * sizeof *runs);
    if (!runs) return FAIL(e, ST_MEMORY, "no memory for %zu runs", p->ids.capacity);
    p->runs = runs;
    char *copy = mem_alloc(&p->mem, size + 1, 1, e);
    if (!copy) return ST_MEMORY;
    memcpy(copy, text, size);
    p->runs[p->n++] = (struct planned_run){p->ids.v[place], copy};
    return ST_OK;
}

/* The next line that begins a run, or NULL. */
static const char *next_run(const char *text)
{
    const char *next = text;
    while ((next = strstr(next, mark)) && next > text && next[-1] != '\n') next++;
    return next;
}

status merge_plan_read(struct merge_plan *p, const char *folder, struct error *e)
{
    char path[PATH_SIZE];
    struct file_buffer b = {.bytes = NULL};
    (void)snprintf(path, sizeof path, "%s/config.resolved.yaml", folder);
    status st = file_read(path, UINT64_MAX >> 1, &b, e);
    const char *text = (const char *)b.bytes, *run = text;
    if (st == ST_OK && next_run(text) != text)
        st = FAIL(e, ST_DATA, "%s: it does not begin with '%s'", path, mark);
    while (st == ST_OK && run) {
        const char *end = next_run(run + 1);
        st = add_run(p, run, end ? (size_t)(end - run) : strlen(run), path, e);
        run = end;
    }
    free(b.bytes);
    return st;
}

const struct planned_run *merge_plan_find(struct merge_plan *p, const char *id)
{
    const size_t place = texts_find(&p->ids, id);
    return place < p->n ? &p->runs[place] : NULL;
}

status merge_plan_write(const struct merge_plan *p, const char *folder, struct error *e)
{
    char path[PATH_SIZE];
    struct file_writer w;
    (void)snprintf(path, sizeof path, "%s/config.resolved.yaml", folder);
    TRY(file_create(&w, path, e));
    for (size_t i = 0; i < p->n; i++) (void)fputs(p->runs[i].text, w.file); /* file_commit sees an error */
    return file_commit(&w, e);
}

void merge_plan_describe(const struct planned_run *run, const struct catalogue *c, FILE *out)
{
    char hidden[128];
    struct plan p;
    if (plan_load_text(&p, c, run->id, run->text, NULL, NULL) == ST_OK && p.n_runs == 1) {
        opt_format(opt_find(&net_option_table, "hidden"), &p.runs[0].net, hidden, sizeof hidden);
        (void)fprintf(out, " (%s, hidden %s, seed %" PRIu64 ")", p.runs[0].label, hidden, p.runs[0].seed);
    }
    plan_free(&p);
}

void merge_plan_free(struct merge_plan *p)
{
    free(p->runs);
    texts_free(&p->ids);
    mem_free(&p->mem);
    *p = (struct merge_plan){.n = 0};
}
