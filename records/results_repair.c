/* See results_repair.h. */
#include "records/results_repair.h"
#include "records/record.h"
#include "support/file.h"
#include "support/find.h"
#include "support/paths.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4400 };

/* Bytes of the whole lines at the beginning of a file. */
static size_t whole_lines(const unsigned char *bytes, size_t size)
{
    const unsigned char *zero = size ? memchr(bytes, 0, size) : NULL;
    size_t end = zero ? (size_t)(zero - bytes) : size;
    while (end > 0 && bytes[end - 1] != '\n') end--;
    return end;
}

/* Keeps the damaged file under another name and replaces it, in one step, by its first `good` bytes. */
static status cut(const char *path, const struct file_buffer *b, size_t good, struct error *e)
{
    char name[PATH_SIZE];
    struct file_writer w;
    if (good == 0) {
        TRY(file_set_aside(path, name, sizeof name, e));
        (void)fprintf(stderr, "%s: it held no whole line; it is kept as %s\n", path, name);
        return ST_OK;
    }
    TRY(file_keep(path, name, sizeof name, e));
    TRY(file_create(&w, path, e));
    (void)fwrite(b->bytes, 1, good, w.file); /* file_commit sees an error */
    TRY(file_commit(&w, e));
    (void)fprintf(
        stderr,
        "%s: its end was torn: %zu bytes behind the last whole line are cut; the file is kept as %s\n", path,
        b->size - good, name);
    return ST_OK;
}

status results_repair(const char *path, struct error *e)
{
    struct file_buffer b = {NULL, 0, 0};
    if (access(path, F_OK) != 0 && errno == ENOENT) return ST_OK;
    status st = file_read(path, UINT64_MAX >> 1, &b, e);
    if (st == ST_OK) {
        const size_t good = whole_lines(b.bytes, b.size);
        if (good < b.size || b.size == 0) st = cut(path, &b, good, e);
    }
    free(b.bytes);
    return st;
}

bool curve_sound(const char *folder, const struct csv_table *runs, size_t row, char reason[CURVE_REASON])
{
    char path[PATH_SIZE], crc[FILE_CRC];
    struct csv_table t = {.n_rows = 0};
    const char *own = csv_text(runs, row, "curve_crc32");
    struct error e = {.code = ST_OK};
    reason[0] = '\0';
    (void)snprintf(path, sizeof path, "%s/curves/%s.csv", folder, csv_text(runs, row, "run_id"));
    if (file_check(path, UINT64_MAX, NULL, &e) != ST_OK)
        (void)snprintf(reason, CURVE_REASON, "it has no curve");
    else if (strcmp(own, "nan") != 0 && (file_crc32(path, crc, &e) != ST_OK || strcmp(crc, own) != 0))
        (void)snprintf(reason, CURVE_REASON, "its curve is not the one that was written (CRC-32)");
    else if (strcmp(own, "nan") == 0 && (csv_read(&t, path, 1, &e) != ST_OK || t.n_rows == 0))
        (void)snprintf(reason, CURVE_REASON, "its curve is no table with rows");
    csv_table_free(&t);
    return reason[0] == '\0';
}

/* The files in FOLDER/PART that end in `end`; a folder that is not there has none. To be freed. */
static status files_in(const char *folder, const char *part, const char *end, struct find_list *files,
                       struct error *e)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", folder, part);
    return find_if_there(path, end, files, e);
}

static status count_files(const char *folder, const char *part, const char *end, size_t *n, struct error *e)
{
    struct find_list files;
    TRY(files_in(folder, part, end, &files, e));
    *n = files.n;
    find_free(&files);
    return ST_OK;
}

/* What results_inspect goes through. */
struct inspection {
    const char *folder;
    const struct csv_table *runs;
    const struct plan *plan; /* or NULL */
    FILE *out;
    size_t problems, lacking;
    const char **ids; /* [runs->n_rows] sorted */
};

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void inspect_curve(struct inspection *s, const char *name)
{
    char id[300], path[PATH_SIZE];
    const char *key = id;
    (void)snprintf(id, sizeof id, "%.*s", (int)(strlen(name) - strlen(".csv")), name);
    if (bsearch(&key, s->ids, s->runs->n_rows, sizeof *s->ids, compare_texts)) return;
    (void)snprintf(path, sizeof path, "%s/.work/%s.row.csv", s->folder, id);
    if (access(path, F_OK) == 0) return; /* its row is still to be taken up */
    (void)fprintf(s->out, "curves/%s: no row of runs.csv belongs to it\n", name);
    s->problems++;
}

static status inspect_curves(struct inspection *s, struct error *e)
{
    struct find_list files;
    TRY(files_in(s->folder, "curves", ".csv", &files, e));
    for (size_t i = 0; i < files.n; i++) inspect_curve(s, files.names[i]);
    find_free(&files);
    return ST_OK;
}

const char *results_lacking(const struct csv_table *runs, size_t row, const struct run *run)
{
    for (size_t c = 0; c < runs->n_columns; c++)
        if (strcmp(csv_cell(runs, row, c), "nan") == 0 && column_is_option(runs->names[c]) &&
            run_option_text(run, runs->names[c], NULL, 0))
            return runs->names[c];
    return NULL;
}

static int compare_runs(const void *a, const void *b)
{
    return strcmp((*(const struct run *const *)a)->id, (*(const struct run *const *)b)->id);
}

/* Counts rows of the plan's runs that lack options. */
static status inspect_options(struct inspection *s, struct mem *m, struct error *e)
{
    const size_t n = s->plan ? s->plan->n_runs : 0;
    const struct run **runs = mem_alloc(m, n + 1, sizeof *runs, e);
    if (!runs) return ST_MEMORY;
    for (size_t i = 0; i < n; i++) runs[i] = &s->plan->runs[i];
    qsort(runs, n, sizeof *runs, compare_runs);
    for (size_t row = 0; row < s->runs->n_rows; row++) {
        struct run key = {.seed = 0};
        const struct run *wanted = &key;
        (void)snprintf(key.id, sizeof key.id, "%s", csv_text(s->runs, row, "run_id"));
        const struct run *const *own = bsearch(&wanted, runs, n, sizeof *runs, compare_runs);
        if (!own || record_rules(s->runs, row) != RESULT_RULES) continue;
        const char *column = results_lacking(s->runs, row, *own);
        if (column && s->lacking++ == 0)
            (void)fprintf(s->out, "line %zu: %s is younger than the row and nan there\n",
                          row + s->runs->first_line, column);
    }
    if (s->lacking)
        (void)fprintf(s->out,
                      "%zu row%s nan for options younger than they are; 'spikebench run' fills them\n",
                      s->lacking, s->lacking == 1 ? " holds" : "s hold");
    s->problems += s->lacking;
    return ST_OK;
}

static void inspect_rows(struct inspection *s)
{
    char reason[CURVE_REASON];
    for (size_t row = 0; row < s->runs->n_rows; row++) {
        const char *id = csv_text(s->runs, row, "run_id");
        s->ids[row] = id;
        if (!path_fits_name(id, SIZE_MAX, "")) {
            (void)fprintf(s->out, "line %zu: run_id '%.40s' is not made of letters and digits\n",
                          row + s->runs->first_line, id);
            s->problems++;
        } else if (record_finished(s->runs, row) && !curve_sound(s->folder, s->runs, row, reason)) {
            (void)fprintf(s->out, "line %zu: run %s: %s; 'spikebench run' repeats it\n",
                          row + s->runs->first_line, id, reason);
            s->problems++;
        }
    }
    qsort(s->ids, s->runs->n_rows, sizeof *s->ids, compare_texts);
}

/* Reads the whole lines of runs.csv, and says what else there is. */
static status read_whole(struct inspection *s, struct csv_table *t, const char *path, struct error *e)
{
    struct file_buffer b = {NULL, 0, 0};
    struct error damage = {.code = ST_OK};
    status st = file_read(path, UINT64_MAX >> 1, &b, e);
    if (st == ST_OK) {
        const size_t good = whole_lines(b.bytes, b.size);
        if (good < b.size || b.size == 0) {
            (void)fprintf(s->out, "%s: %zu bytes behind its last whole line; 'spikebench run' cuts them\n",
                          path, b.size - good);
            s->problems++;
        }
        const status parsed = csv_parse_memory(t, path, b.bytes, good, 1, &damage);
        if (parsed == ST_MEMORY) st = FAIL(e, ST_MEMORY, "%s", damage.text);
        if (parsed != ST_OK) {
            (void)fprintf(s->out, "%s\n", damage.text);
            s->problems++;
            csv_table_free(t);
        }
    }
    free(b.bytes);
    return st;
}

status results_inspect(const char *folder, const struct plan *plan, FILE *out, size_t *n, struct error *e)
{
    char path[PATH_SIZE];
    struct mem mem = {.blocks = NULL};
    struct csv_table t = {.n_rows = 0};
    struct inspection s = {.folder = folder, .runs = &t, .plan = plan, .out = out};
    (void)snprintf(path, sizeof path, "%s/runs.csv", folder);
    /* Before the first row is taken up there is no table. */
    const bool none = access(path, F_OK) != 0 && errno == ENOENT && access(folder, F_OK) == 0;
    status st = none ? ST_OK : read_whole(&s, &t, path, e);
    if (st == ST_OK && !(s.ids = mem_alloc(&mem, t.n_rows + 1, sizeof *s.ids, e))) st = ST_MEMORY;
    size_t pending = 0, checkpoints = 0;
    double states = 0;
    if (st == ST_OK) st = inspect_options(&s, &mem, e);
    if (st == ST_OK) inspect_rows(&s);
    if (st == ST_OK) st = inspect_curves(&s, e);
    if (st == ST_OK) st = count_files(folder, ".work", ".row.csv", &pending, e);
    if (st == ST_OK) st = count_files(folder, ".work", ".ckpt", &checkpoints, e);
    (void)snprintf(path, sizeof path, "%s/.work", folder);
    if (st == ST_OK) st = find_bytes(path, ".end", &states, e);
    if (st == ST_OK) {
        (void)fprintf(out, "%s: %zu row%s, %zu problem%s", folder, t.n_rows, t.n_rows == 1 ? "" : "s",
                      s.problems, s.problems == 1 ? "" : "s");
        if (pending)
            (void)fprintf(out, ", %zu row%s that 'spikebench run' takes up", pending,
                          pending == 1 ? "" : "s");
        if (checkpoints)
            (void)fprintf(out, ", %zu checkpoint%s to resume from", checkpoints, checkpoints == 1 ? "" : "s");
        if (states > 0) (void)fprintf(out, ", %.2f MiB of states to go on from", states / (1 << 20));
        (void)fputc('\n', out);
    }
    *n = s.problems;
    csv_table_free(&t);
    mem_free(&mem);
    return st;
}
