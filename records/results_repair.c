/* See results_repair.h. */
#include "records/results_repair.h"
#include "records/record.h"
#include "support/file.h"
#include "support/find.h"
#include "support/paths.h"
#include "support/text.h"
#include "support/texts.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    char name[RUN_FILE];
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
    const size_t good = whole_lines(b.bytes, b.size);
    if (st == ST_OK && (good < b.size || b.size == 0)) st = cut(path, &b, good, e);
    free(b.bytes);
    return st;
}

const char *curve_fault(const char *folder, const struct csv_table *runs, size_t row)
{
    char path[RUN_FILE], crc[FILE_CRC];
    struct csv_table t = {.n_rows = 0};
    struct error e = {.code = ST_OK};
    const char *own = csv_text(runs, row, "curve_crc32");
    (void)run_file(path, folder, "curves", csv_text(runs, row, "run_id"), ".csv");
    if (file_check(path, UINT64_MAX, NULL, &e) != ST_OK) return "it has no curve";
    if (strcmp(own, "nan") != 0) {
        const bool same = file_crc32(path, crc, &e) == ST_OK && strcmp(crc, own) == 0;
        return same ? NULL : "its curve is not the one that was written (CRC-32)";
    }
    const bool filled = csv_read(&t, path, 1, &e) == ST_OK && t.n_rows > 0;
    csv_table_free(&t);
    return filled ? NULL : "its curve is no table with rows";
}

static status count_files(const char *folder, const char *end, size_t *n, struct error *e)
{
    struct find_list files;
    TRY(find_if_there(folder, end, &files, e));
    *n = files.n;
    find_free(&files);
    return ST_OK;
}

/* What results_inspect goes through. */
struct inspection {
    const char *folder;
    struct csv_table runs;
    const struct plan *plan; /* or NULL */
    FILE *out;
    size_t problems, lacking;
    struct texts ids, planned; /* the runs of the rows, and of the plan in its order */
};

static status inspect_curves(struct inspection *s, struct error *e)
{
    char id[300], path[RUN_FILE];
    struct find_list files;
    TRY(find_if_there(folder_file(path, s->folder, "curves"), ".csv", &files, e));
    for (size_t i = 0; i < files.n; i++) {
        const char *name = files.names[i];
        (void)snprintf(id, sizeof id, "%.*s", (int)(strlen(name) - strlen(".csv")), name);
        (void)run_file(path, s->folder, ".work", id, ".row.csv");
        if (texts_find(&s->ids, id) < s->ids.n) continue;
        if (access(path, F_OK) == 0) continue; /* its row is still to be taken up */
        (void)fprintf(s->out, "curves/%s: no row of runs.csv belongs to it\n", name);
        s->problems++;
    }
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

/* Counts rows of the plan's runs that lack options. */
static status inspect_options(struct inspection *s, struct error *e)
{
    const size_t n = s->plan ? s->plan->n_runs : 0;
    for (size_t i = 0; i < n; i++) (void)texts_place(&s->planned, s->plan->runs[i].id);
    if (s->planned.no_memory) return FAIL(e, ST_MEMORY, "no memory for %zu runs", n);
    for (size_t row = 0; row < s->runs.n_rows; row++) {
        const size_t i = texts_find(&s->planned, csv_text(&s->runs, row, "run_id"));
        if (i >= s->planned.n || record_rules(&s->runs, row) != RESULT_RULES) continue;
        const char *column = results_lacking(&s->runs, row, &s->plan->runs[i]);
        if (column && s->lacking++ == 0)
            (void)fprintf(s->out, "line %zu: %s is younger than the row and nan there\n",
                          row + s->runs.first_line, column);
    }
    if (s->lacking)
        (void)fprintf(s->out,
                      "%zu row%s nan for options younger than they are; 'spikebench run' fills them\n",
                      s->lacking, s->lacking == 1 ? " holds" : "s hold");
    s->problems += s->lacking;
    return ST_OK;
}

static status inspect_rows(struct inspection *s, struct error *e)
{
    for (size_t row = 0; row < s->runs.n_rows; row++) {
        const char *id = csv_text(&s->runs, row, "run_id");
        const bool named = path_fits_name(id, SIZE_MAX, "");
        const char *fault =
            named && record_finished(&s->runs, row) ? curve_fault(s->folder, &s->runs, row) : NULL;
        (void)texts_place(&s->ids, id);
        if (!named)
            (void)fprintf(s->out, "line %zu: run_id '%.40s' is not made of letters and digits\n",
                          row + s->runs.first_line, id);
        else if (fault)
            (void)fprintf(s->out, "line %zu: run %s: %s; 'spikebench run' repeats it\n",
                          row + s->runs.first_line, id, fault);
        s->problems += !named || fault;
    }
    return s->ids.no_memory ? FAIL(e, ST_MEMORY, "no memory for %zu rows", s->runs.n_rows) : ST_OK;
}

/* Reads the whole lines of runs.csv, and says what else there is. */
static status read_whole(struct inspection *s, const char *path, struct error *e)
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
        const status parsed = csv_parse_memory(&s->runs, path, b.bytes, good, 1, &damage);
        if (parsed == ST_MEMORY) st = FAIL(e, ST_MEMORY, "%s", damage.text);
        if (parsed != ST_OK) {
            (void)fprintf(s->out, "%s\n", damage.text);
            s->problems++;
            csv_table_free(&s->runs);
        }
    }
    free(b.bytes);
    return st;
}

status results_inspect(const char *folder, const struct plan *plan, FILE *out, size_t *n, struct error *e)
{
    char path[RUN_FILE], work[RUN_FILE];
    struct inspection s = {.folder = folder, .plan = plan, .out = out};
    size_t pending = 0, checkpoints = 0;
    double states = 0;
    (void)folder_file(path, folder, "runs.csv");
    (void)folder_file(work, folder, ".work");
    /* Before the first row is taken up there is no table. */
    const bool none = access(path, F_OK) != 0 && errno == ENOENT && access(folder, F_OK) == 0;
    status st = none ? ST_OK : read_whole(&s, path, e);
    if (st == ST_OK) st = inspect_options(&s, e);
    if (st == ST_OK) st = inspect_rows(&s, e);
    if (st == ST_OK) st = inspect_curves(&s, e);
    if (st == ST_OK) st = count_files(work, ".row.csv", &pending, e);
    if (st == ST_OK) st = count_files(work, ".ckpt", &checkpoints, e);
    if (st == ST_OK) st = find_bytes(work, ".end", &states, e);
    if (st == ST_OK) {
        const size_t rows = s.runs.n_rows;
        (void)fprintf(out, "%s: %zu row%s, %zu problem%s", folder, rows, text_plural(rows), s.problems,
                      text_plural(s.problems));
        if (pending)
            (void)fprintf(out, ", %zu row%s that 'spikebench run' takes up", pending, text_plural(pending));
        if (checkpoints)
            (void)fprintf(out, ", %zu checkpoint%s to resume from", checkpoints, text_plural(checkpoints));
        if (states > 0) (void)fprintf(out, ", %.2f MiB of states to go on from", states / (1 << 20));
        (void)fputc('\n', out);
    }
    *n = s.problems;
    csv_table_free(&s.runs);
    texts_free(&s.ids);
    texts_free(&s.planned);
    return st;
}
