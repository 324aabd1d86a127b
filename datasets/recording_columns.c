/* Tables of events: which column is which (see recording.h). */
#include "datasets/recording.h"
#include <math.h>
#include <string.h>
#include <strings.h>

enum recording_column recording_column(const char *name)
{
    static const struct {
        const char *name;
        enum recording_column column;
    } names[] = {{"x", COLUMN_X},
                 {"y", COLUMN_Y},
                 {"t", COLUMN_T},
                 {"ts", COLUMN_T},
                 {"time", COLUMN_T},
                 {"timestamp", COLUMN_T},
                 {"timestamps", COLUMN_T},
                 {"p", COLUMN_P},
                 {"pol", COLUMN_P},
                 {"polarity", COLUMN_P},
                 {"polarities", COLUMN_P},
                 {"on", COLUMN_P},
                 {"x_coordinate", COLUMN_X},
                 {"y_coordinate", COLUMN_Y}};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (strcasecmp(name, names[k].name) == 0) return names[k].column;
    return COLUMN_OTHER;
}

void recording_columns_start(struct recording_columns *c)
{
    c->n = 0;
    for (int k = 0; k < RECORDING_COLUMNS; k++) c->number[k] = -1;
}

bool recording_columns_add(struct recording_columns *c, enum recording_column column)
{
    const int number = (int)c->n++;
    if (column == COLUMN_OTHER) return true;
    if (c->number[column] >= 0) return false;
    c->number[column] = number;
    return true;
}

bool recording_columns_complete(const struct recording_columns *c)
{
    return c->number[COLUMN_X] >= 0 && c->number[COLUMN_Y] >= 0 && c->number[COLUMN_T] >= 0;
}

status recording_columns_parse(struct recording_columns *c, const struct recording *r, struct error *e)
{
    const char *text = r->request.columns;
    if (!text || !text[0])
        return FAIL(e, ST_CONFIG,
                    "%s does not name its columns: dataset.columns does, such as 'x y p t' or 't x y p'",
                    r->source);
    recording_columns_start(c);
    for (const char *at = text; *at; at++) {
        const char one[2] = {*at, '\0'};
        if (strchr(" ,\t", *at)) continue;
        const enum recording_column column = recording_column(one);
        if ((column == COLUMN_OTHER && *at != '-') || c->n >= 64 || !recording_columns_add(c, column))
            return FAIL(e, ST_CONFIG,
                        "dataset.columns '%.60s': a letter x, y, t, p for each column, each once, and - for "
                        "any other",
                        text);
    }
    return recording_columns_complete(c)
               ? ST_OK
               : FAIL(e, ST_CONFIG, "dataset.columns '%.60s' lacks one of x, y, t", text);
}

/* A number as a whole one. */
static status whole(const struct recording *r, const char *what, double v, struct recording_place at,
                    int64_t *value, struct error *e)
{
    if (!(fabs(v) < 1e9) || v != floor(v))
        return FAIL(e, ST_DATA, "%s: %s %zu: %s is %.10g: no whole number of pixels", r->source, at.word,
                    at.number, what, v);
    *value = (int64_t)v;
    return ST_OK;
}

status recording_put_numbers(struct recording *r, const struct recording_columns *c, const double *values,
                             struct recording_place at, struct error *e)
{
    struct raw_event v = {.on = true};
    TRY(whole(r, "x", values[COLUMN_X], at, &v.x, e));
    TRY(whole(r, "y", values[COLUMN_Y], at, &v.y, e));
    TRY(recording_time(r, values[COLUMN_T], at, &v.t, e));
    if (c->number[COLUMN_P] >= 0) {
        const double p = values[COLUMN_P];
        if (p != 1 && p != 0 && p != -1)
            return FAIL(e, ST_DATA,
                        "%s: %s %zu: polarity %.10g; 1 is ON, 0 or -1 OFF: are the columns in this order?",
                        r->source, at.word, at.number, p);
        v.on = p > 0;
    }
    return recording_put(r, &v, at, e);
}
