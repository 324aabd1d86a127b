/* A report's page out of its parts (see report_page.h). */
#include "report/report_page.h"
#include "support/file.h"
#include "support/paths.h"
#include "support/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PART_BYTES = 1 << 20 };

/* report/NAME of the program's own files. */
static status read_part(const char *name, struct file_buffer *part, struct error *e)
{
    char home[3900], path[4096];
    TRY(path_home(home, sizeof home, e));
    (void)snprintf(path, sizeof path, "%s/report/%s", home, name);
    return file_read(path, PART_BYTES, part, e);
}

/* What takes the places of @TITLE@ and its like. */
struct parts {
    struct file_buffer html, style, script;
    char *data;
    const char *title;
};

static void write_parts(const struct parts *p, FILE *f)
{
    const struct {
        const char *mark, *text;
        bool escaped;
    } places[] = {{"@TITLE@", p->title, true},
                  {"@STYLE@", (const char *)p->style.bytes, false},
                  {"@SCRIPT@", (const char *)p->script.bytes, false},
                  {"@DATA@", p->data, false}};
    enum { N = sizeof places / sizeof *places };
    for (const char *at = (const char *)p->html.bytes; *at;) {
        size_t k = 0;
        while (k < N && strncmp(at, places[k].mark, strlen(places[k].mark)) != 0) k++;
        if (k == N) {
            (void)fputc(*at++, f);
            continue;
        }
        if (places[k].escaped)
            text_escape(places[k].text, f);
        else
            (void)fputs(places[k].text, f);
        at += strlen(places[k].mark);
    }
}

static status write_file(const struct parts *p, const char *path, struct error *e)
{
    struct file_writer w;
    TRY(file_create(&w, path, e));
    write_parts(p, w.file);
    status st = ferror(w.file) ? FAIL(e, ST_IO, "%s: %s", path, strerror(errno)) : file_commit(&w, e);
    file_abandon(&w);
    return st;
}

status report_page_write(const struct groups *g, const struct catalogue *c,
                         const struct report_figures *figures, const char *path, struct error *e)
{
    struct parts p = {.title = g->runs.n_rows > 0 ? csv_text(&g->runs, 0, "experiment") : "no runs"};
    status st = read_part("page.html", &p.html, e);
    if (st == ST_OK) st = read_part("page.css", &p.style, e);
    if (st == ST_OK) st = read_part("page.js", &p.script, e);
    if (st == ST_OK) st = report_data(g, c, figures, &p.data, e);
    if (st == ST_OK) st = write_file(&p, path, e);
    free(p.html.bytes);
    free(p.style.bytes);
    free(p.script.bytes);
    free(p.data);
    return st;
}
