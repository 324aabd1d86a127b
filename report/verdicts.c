/* See verdicts.h. Formats: JUnit XML as continuous integration services read it (testsuite, testcase,
 * failure); workflow commands of GitHub Actions, "::error title=TITLE::MESSAGE". */
#include "report/verdicts.h"
#include "support/text.h"
#include <stdlib.h>

status verdicts_begin(struct verdicts *v, FILE *out, enum verdict_format format, const char *suite,
                      struct error *e)
{
    *v = (struct verdicts){.out = out, .format = format, .suite = suite};
    if (format != VERDICT_JUNIT) return ST_OK;
    v->cases = open_memstream(&v->body, &v->body_size);
    return v->cases ? ST_OK : FAIL(e, ST_MEMORY, "no memory for a report");
}

/* A text in an element or an attribute of XML, between two others. */
static void put_escaped(FILE *f, const char *before, const char *text, const char *after)
{
    (void)fputs(before, f);
    text_escape(text, f);
    (void)fputs(after, f);
}

/* Data of a workflow command, behind `before`; in a property ':' and ',' are escaped, too. */
static void put_command(FILE *f, const char *before, const char *text, bool property)
{
    (void)fputs(before, f);
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '%' || c < 32 || (property && (c == ':' || c == ',')))
            (void)fprintf(f, "%%%02X", c);
        else
            (void)fputc(c, f);
    }
}

void verdicts_run(struct verdicts *v, const char *id, const char *what)
{
    v->runs++;
    v->failed = false;
    v->id = id;
    v->what = what;
    if (v->format != VERDICT_JUNIT) return;
    put_escaped(v->cases, "  <testcase classname=\"", what, "\"");
    put_escaped(v->cases, " name=\"", id, "\">\n");
}

void verdicts_note(struct verdicts *v, const char *text)
{
    if (v->format == VERDICT_TEXT) (void)fprintf(v->out, "note: %s\n", text);
    if (v->format != VERDICT_GITHUB) return;
    put_command(v->out, "::warning::", text, false);
    (void)fputc('\n', v->out);
}

void verdicts_regression(struct verdicts *v, const char *text)
{
    v->failed_runs += !v->failed;
    v->failed = true;
    if (v->format == VERDICT_TEXT) {
        (void)fprintf(v->out, "REGRESSION %s (%s): %s\n", v->id, v->what, text);
    } else if (v->format == VERDICT_GITHUB) {
        put_command(v->out, "::error title=", v->id, true);
        put_command(v->out, " (", v->what, true);
        put_command(v->out, ")::", text, false);
        (void)fputc('\n', v->out);
    } else {
        put_escaped(v->cases, "    <failure message=\"", text, "\"/>\n");
    }
}

void verdicts_run_ended(struct verdicts *v)
{
    if (v->format == VERDICT_JUNIT) (void)fputs("  </testcase>\n", v->cases);
}

status verdicts_end(struct verdicts *v, status st, struct error *e)
{
    const bool whole = !v->cases || fclose(v->cases) == 0;
    if (st == ST_OK && !whole) st = FAIL(e, ST_MEMORY, "no memory for a report");
    if (st == ST_OK && v->format == VERDICT_JUNIT) { /* the counts stand in front of the cases */
        put_escaped(v->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"", v->suite, "\"");
        (void)fprintf(v->out, " tests=\"%zu\" failures=\"%zu\">\n%s</testsuite>\n", v->runs, v->failed_runs,
                      v->body);
    }
    free(v->body);
    if (st == ST_OK && (fflush(v->out) != 0 || ferror(v->out)))
        st = FAIL(e, ST_IO, "the report cannot be written");
    return st;
}
