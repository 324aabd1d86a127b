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
enum { TITLE, STYLE, SCRIPT, DATA, N_PLACES };

static void put_place(int place, const char *text, FILE *f)
{
    if (place == TITLE) text_escape(text, f);
    for (; place != TITLE && *text; text++)
        if (place == DATA && *text == '<')
            (void)fputs("\\u003c", f); /* in a script element; it stands in texts alone */
        else
            (void)fputc(*text, f);
}

static void write_parts(const char *html, const char *const texts[N_PLACES], FILE *f)
{
    static const char *const marks[N_PLACES] = {"@TITLE@", "@STYLE@", "@SCRIPT@", "@DATA@"};
    while (*html) {
        int k = 0;
        while (k < N_PLACES && strncmp(html, marks[k], strlen(marks[k])) != 0) k++;
        if (k < N_PLACES)
            put_place(k, texts[k], f);
        else
            (void)fputc(*html, f);
        html += k < N_PLACES ? strlen(marks[k]) : 1;
    }
}

static status write_file(const char *html, const char *const texts[N_PLACES], const char *path,
                         struct error *e)
{
    struct file_writer w;
    TRY(file_create(&w, path, e));
    write_parts(html, texts, w.file);
    status st = ferror(w.file) ? FAIL(e, ST_IO, "%s: %s", path, strerror(errno)) : file_commit(&w, e);
    file_abandon(&w);
    return st;
}

status report_page_write(const struct groups *g, const struct catalogue *c,
                         const struct report_figures *figures, const char *path, struct error *e)
{
    struct file_buffer html = {.bytes = NULL}, style = html, script = html;
    char *data = NULL;
    status st = read_part("page.html", &html, e);
    if (st == ST_OK) st = read_part("page.css", &style, e);
    if (st == ST_OK) st = read_part("page.js", &script, e);
    if (st == ST_OK) st = report_data(g, c, figures, &data, e);
    const char *const texts[N_PLACES] = {g->runs.n_rows > 0 ? csv_text(&g->runs, 0, "experiment") : "no runs",
                                         (const char *)style.bytes, (const char *)script.bytes, data};
    if (st == ST_OK) st = write_file((const char *)html.bytes, texts, path, e);
    free(html.bytes);
    free(style.bytes);
    free(script.bytes);
    free(data);
    return st;
}
