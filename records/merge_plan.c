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
    if (p->n == p->capacity) {
        const size_t capacity = p->capacity ? 2 * p->capacity : 64;
        struct planned_run *runs = realloc(p->runs, capacity * sizeof *runs);
        if (!runs) return FAIL(e, ST_MEMORY, "no memory for %zu runs", capacity);
        p->runs = runs;
        p->capacity = capacity;
    }
    char *copy = mem_alloc(&p->mem, size + 1, 1, e);
    if (!copy) return ST_MEMORY;
    memcpy(copy, text, size);
    p->runs[p->n] = (struct planned_run){mem_string(&p->mem, id, e), copy};
    return p->runs[p->n++].id ? ST_OK : ST_MEMORY;
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
    struct file_buffer b = {NULL, 0, 0};
    (void)snprintf(path, sizeof path, "%s/config.resolved.yaml", folder);
    status st = file_read(path, UINT64_MAX >> 1, &b, e);
    char *text = st == ST_OK ? mem_alloc(&p->mem, b.size + 1, 1, e) : NULL;
    if (st == ST_OK && !text) st = ST_MEMORY;
    if (st == ST_OK) {
        memcpy(text, b.bytes, b.size);
        if (next_run(text) != text) st = FAIL(e, ST_DATA, "%s: it does not begin with '%s'", path, mark);
        for (const char *run = text; st == ST_OK && run;) {
            const char *end = next_run(run + 1);
            st = add_run(p, run, end ? (size_t)(end - run) : strlen(run), path, e);
            run = end;
        }
    }
    free(b.bytes);
    return st;
}

/* Equal ids in the order in which they came: the array is one. */
static int by_id(const void *a, const void *b)
{
    const struct planned_run *x = *(const struct planned_run *const *)a,
                             *y = *(const struct planned_run *const *)b;
    const int order = strcmp(x->id, y->id);
    return order ? order : (x > y) - (x < y);
}

static status sort_runs(struct merge_plan *p, struct error *e)
{
    p->by_id = mem_alloc(&p->mem, p->n + 1, sizeof *p->by_id, e);
    if (!p->by_id) return ST_MEMORY;
    for (size_t i = 0; i < p->n; i++) p->by_id[i] = &p->runs[i];
    qsort(p->by_id, p->n, sizeof *p->by_id, by_id);
    return ST_OK;
}

status merge_plan_index(struct merge_plan *p, struct error *e)
{
    size_t n = 0;
    TRY(sort_runs(p, e));
    bool *again = mem_alloc(&p->mem, p->n + 1, sizeof *again, e);
    if (!again) return ST_MEMORY;
    for (size_t i = 1; i < p->n; i++)
        again[p->by_id[i] - p->runs] = strcmp(p->by_id[i - 1]->id, p->by_id[i]->id) == 0;
    for (size_t i = 0; i < p->n; i++)
        if (!again[i]) p->runs[n++] = p->runs[i];
    p->n = n;
    return sort_runs(p, e);
}

const struct planned_run *merge_plan_find(const struct merge_plan *p, const char *id)
{
    for (size_t low = 0, high = p->n; low < high;) {
        const size_t middle = (low + high) / 2;
        const int order = strcmp(id, p->by_id[middle]->id);
        if (order == 0) return p->by_id[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
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
    mem_free(&p->mem);
    *p = (struct merge_plan){.n = 0};
}
