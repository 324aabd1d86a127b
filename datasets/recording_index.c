/* Samples by a CSV file: an index of all, or the labels of one recording (see recording_layout.h). */
#include "datasets/recording_layout.h"
#include "support/csvio.h"
#include <math.h>
#include <string.h>
#include <strings.h>

/* The columns of an index; CSV_NONE where there is none. */
struct index_columns {
    long file, label, split, from, to, group;
};
static const char *const index_names[] = {"file", "label", "split", "from", "to", "group"};
enum { INDEX_NAMES = sizeof index_names / sizeof *index_names };

/* A column by its name in any case, or by how its name begins. */
static long column_of(const struct csv_table *t, const char *name, bool prefix)
{
    for (size_t k = 0; k < t->n_columns; k++)
        if (prefix ? strncasecmp(t->names[k], name, strlen(name)) == 0 : strcasecmp(t->names[k], name) == 0)
            return (long)k;
    return CSV_NONE;
}

/* A time in microseconds, of which there are `scale` in the column's unit; an empty cell is `otherwise`. */
static status time_at(const struct csv_table *t, size_t row, long column, double scale, int64_t otherwise,
                      int64_t *time, struct error *e)
{
    double v = 0;
    *time = otherwise;
    if (column == CSV_NONE || csv_cell(t, row, (size_t)column)[0] == '\0') return ST_OK;
    TRY(csv_number(t, row, (size_t)column, &v, e));
    if (!(fabs(v * scale) < 1e18))
        return FAIL(e, ST_DATA, "%s: line %zu: '%s' is no time", t->source, t->first_line + row,
                    csv_cell(t, row, (size_t)column));
    *time = (int64_t)floor(v * scale + 0.5);
    return ST_OK;
}

static status check_window(const struct csv_table *t, size_t row, const struct sample_file *f,
                           struct error *e)
{
    return f->from < f->to ? ST_OK
                           : FAIL(e, ST_DATA, "%s: line %zu: it ends (%lld us) before it begins (%lld us)",
                                  t->source, t->first_line + row, (long long)f->to, (long long)f->from);
}

/* Refuses the part of a file that an earlier row has: its label would be another, or its split. `seen` has a
 * text for each row before. */
static status check_twice(struct texts *seen, const struct csv_table *t, size_t row,
                          const struct sample_file *f, struct error *e)
{
    char text[2 * FIND_PATH + 60];
    (void)snprintf(text, sizeof text, "%s %lld %lld", f->path, (long long)f->from, (long long)f->to);
    const size_t place = texts_place(seen, text);
    if (seen->no_memory) return FAIL(e, ST_MEMORY, "%s: no memory for its names", t->source);
    if (place == row) return ST_OK;
    return FAIL(e, ST_DATA, "%s: line %zu: the same recording and times as in line %zu", t->source,
                t->first_line + row, t->first_line + place);
}

static status class_at(struct recording_set *s, const struct csv_table *t, size_t row, long column,
                       int *label, struct error *e)
{
    size_t place = 0;
    const char *text = csv_cell(t, row, (size_t)column);
    if (text[0] == '\0') return FAIL(e, ST_DATA, "%s: line %zu: no label", t->source, t->first_line + row);
    TRY(recording_layout_place(&s->classes, text, &place, e));
    *label = (int)place;
    return ST_OK;
}

static status split_at(const struct csv_table *t, size_t row, long column, enum split *split, struct error *e)
{
    static const struct {
        const char *word;
        enum split split;
    } words[] = {{"", SPLIT_TRAIN},           {"train", SPLIT_TRAIN},   {"training", SPLIT_TRAIN},
                 {"test", SPLIT_TEST},        {"testing", SPLIT_TEST},  {"validation", SPLIT_VALIDATION},
                 {"valid", SPLIT_VALIDATION}, {"val", SPLIT_VALIDATION}};
    const char *text = column == CSV_NONE ? "" : csv_cell(t, row, (size_t)column);
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        *split = words[k].split;
        if (strcasecmp(text, words[k].word) == 0) return ST_OK;
    }
    return FAIL(e, ST_DATA, "%s: line %zu: split '%.60s'; train, validation or test", t->source,
                t->first_line + row, text);
}

/* What is not on two sides of a split: the text of the column, or a part of the file's name. */
static status group_at(struct recording_set *s, const struct recording_layout *l, const struct csv_table *t,
                       size_t row, const struct index_columns *c, size_t *group, struct error *e)
{
    char text[FIND_PATH];
    const long column = l->group == GROUP_COLUMN ? c->group : c->file;
    (void)snprintf(text, sizeof text, "%s", csv_cell(t, row, (size_t)column));
    char *slash = strrchr(text, '/');
    if (l->group == GROUP_FOLDER) *(slash ? slash : text) = '\0';
    char *base = l->group == GROUP_PREFIX && slash ? slash + 1 : text;
    if (l->group == GROUP_PREFIX) base[strcspn(base, "_")] = '\0';
    return recording_layout_place(&s->groups, base, group, e);
}

static status add_row(struct recording_set *s, struct recording_layout *l, const struct csv_table *t,
                      size_t row, const struct index_columns *c, struct texts *seen, struct error *e)
{
    static const double scales[] = {1e6, 1e3, 1, 1e-3};
    char path[2 * FIND_PATH];
    const char *name = csv_cell(t, row, (size_t)c->file), *slash = strrchr(t->source, '/');
    const size_t folder = name[0] == '/' || !slash ? 0 : (size_t)(slash - t->source) + 1;
    enum split split;
    (void)snprintf(path, sizeof path, "%.*s%.1000s", (int)folder, t->source, name);
    struct sample_file f = {.path = path,
                            .name = name,
                            .format = recording_layout_format(s, l, name),
                            .line = t->first_line + row};
    if (!f.format)
        return FAIL(e, ST_DATA,
                    "%s: line %zu: '%.200s' is no recording by its name: .bin, .dat, .aedat, .npy, "
                    ".csv, .txt%s%s",
                    t->source, t->first_line + row, name,
                    strcmp(l->format, "auto") == 0 ? "" : "; option 'format' is ",
                    strcmp(l->format, "auto") == 0 ? "" : l->format);
    const double scale = f.format->has_unit ? scales[s->request.time_unit] : 1;
    TRY(class_at(s, t, row, c->label, &f.label, e));
    TRY(split_at(t, row, c->split, &split, e));
    TRY(time_at(t, row, c->from, scale, RECORDING_BEGIN, &f.from, e));
    TRY(time_at(t, row, c->to, scale, RECORDING_END, &f.to, e));
    TRY(check_window(t, row, &f, e));
    TRY(check_twice(seen, t, row, &f, e));
    TRY(group_at(s, l, t, row, c, &f.group, e));
    return recording_set_add(s, &s->side[split], &f, e);
}

/* Refuses a column that no row of an index is read for, and one that is there twice: a misspelt `from` would
 * give whole recordings. Columns without a name are passed over. */
static status check_columns(const struct csv_table *t, struct error *e)
{
    char where[FIND_PATH];
    (void)snprintf(where, sizeof where, "%.1000s: line 1", t->source);
    for (size_t k = 0; k < t->n_columns; k++) {
        size_t known = 0;
        while (known < INDEX_NAMES && strcasecmp(t->names[k], index_names[known]) != 0) known++;
        if (known == INDEX_NAMES && t->names[k][0])
            return unknown_name(e, where, "column", t->names[k], " of an index", index_names, INDEX_NAMES);
        if (known < INDEX_NAMES && column_of(t, t->names[k], false) != (long)k)
            return FAIL(e, ST_DATA, "%s: column '%s' is there twice", where, t->names[k]);
    }
    return ST_OK;
}

static status read_index(struct recording_set *s, struct recording_layout *l, struct csv_table *t,
                         struct texts *seen, struct error *e)
{
    TRY(check_columns(t, e));
    const struct index_columns c = {column_of(t, "file", false),  column_of(t, "label", false),
                                    column_of(t, "split", false), column_of(t, "from", false),
                                    column_of(t, "to", false),    column_of(t, "group", false)};
    if (c.file == CSV_NONE || c.label == CSV_NONE)
        return FAIL(e, ST_DATA,
                    "%s: line 1: no column '%s'; an index has file, label and may have split, from, "
                    "to, group",
                    t->source, c.file == CSV_NONE ? "file" : "label");
    if (l->group == GROUP_COLUMN && c.group == CSV_NONE)
        return FAIL(e, ST_CONFIG, "%s: line 1: no column 'group', but option 'group' is column", t->source);
    for (size_t row = 0; row < t->n_rows; row++) TRY(add_row(s, l, t, row, &c, seen, e));
    return ST_OK;
}

status recording_index_list(struct recording_set *s, struct recording_layout *l, const char *index,
                            struct error *e)
{
    struct csv_table t = {0};
    struct texts seen = {.n = 0};
    status st = csv_read(&t, index, 1, e);
    if (st == ST_OK && !(s->index = mem_string(&s->mem, index, e))) st = ST_MEMORY;
    if (st == ST_OK) st = read_index(s, l, &t, &seen, e);
    texts_free(&seen);
    csv_table_free(&t);
    return st;
}

static status read_labels(struct recording_set *s, struct sample_list *list, const struct sample_file *file,
                          const struct csv_table *t, struct texts *seen, struct error *e)
{
    const long label = column_of(t, "class", false), other = column_of(t, "label", false);
    const long from = column_of(t, "start", true), to = column_of(t, "end", true);
    if ((label == CSV_NONE && other == CSV_NONE) || from == CSV_NONE || to == CSV_NONE)
        return FAIL(e, ST_DATA,
                    "%s: line 1: it needs the columns class, startTime_usec and endTime_usec (any that begin "
                    "with start and end)",
                    t->source);
    for (size_t row = 0; row < t->n_rows; row++) {
        struct sample_file f = *file;
        TRY(class_at(s, t, row, label == CSV_NONE ? other : label, &f.label, e));
        TRY(time_at(t, row, from, 1, RECORDING_BEGIN, &f.from, e));
        TRY(time_at(t, row, to, 1, RECORDING_END, &f.to, e));
        TRY(check_window(t, row, &f, e));
        TRY(check_twice(seen, t, row, &f, e));
        TRY(recording_set_add(s, list, &f, e));
    }
    return ST_OK;
}

status recording_labels_add(struct recording_set *s, struct sample_list *list, const struct sample_file *file,
                            const char *labels, struct error *e)
{
    struct csv_table t = {0};
    struct texts seen = {.n = 0};
    status st = csv_read(&t, labels, 1, e);
    if (st == ST_OK) st = read_labels(s, list, file, &t, &seen, e);
    texts_free(&seen);
    csv_table_free(&t);
    return st;
}
