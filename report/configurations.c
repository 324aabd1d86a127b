/* See configurations.h. */
#include "report/configurations.h"
#include "records/columns.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

bool configurations_average(const char *column)
{
    return strcmp(column, "network.hidden") == 0 || strcmp(column, "dataset.split_seed") == 0;
}

static bool is_key(const char *name)
{
    return strcmp(name, "solver") == 0 || strcmp(name, "dataset") == 0 ||
           (column_is_option(name) && !configurations_average(name));
}

static struct configuration *find(struct configurations *c, const struct csv_columns *keys, size_t row,
                                  const char *name)
{
    for (size_t k = 0; k < c->n; k++)
        if (strcmp(c->v[k].name, name) == 0 && csv_same(keys, &c->groups->runs, c->v[k].row, row))
            return &c->v[k];
    return NULL;
}

status configurations_make(struct configurations *c, const struct groups *g, bool by_label, struct error *e)
{
    const struct csv_table *t = &g->runs;
    const size_t solver = (size_t)csv_column(t, "solver"), word = (size_t)csv_column(t, "status");
    *c = (struct configurations){.groups = g};
    struct csv_columns keys;
    TRY(csv_select(&keys, t, is_key, &c->mem, e));
    c->v = mem_alloc(&c->mem, t->n_rows + 1, sizeof *c->v, e);
    if (!c->v) return ST_MEMORY;
    for (size_t row = 0; row < t->n_rows; row++) {
        const char *name = by_label ? groups_name(t, row) : csv_cell(t, row, solver);
        struct configuration *one = find(c, &keys, row, name);
        if (!one) {
            one = &c->v[c->n++];
            *one = (struct configuration){.name = name, .row = row};
            one->rows = mem_alloc(&c->mem, t->n_rows - row, sizeof *one->rows, e);
            if (!one->rows) return ST_MEMORY;
        }
        if (strcmp(csv_cell(t, row, word), "ok") == 0)
            one->rows[one->n++] = row;
        else
            one->n_unfinished++;
    }
    return ST_OK;
}

void configurations_free(struct configurations *c)
{
    mem_free(&c->mem);
    c->n = 0;
}

status configuration_values(const struct configurations *c, const struct configuration *one,
                            const char *column, const char *hidden, double *values, size_t *n,
                            struct error *e)
{
    const struct csv_table *t = &c->groups->runs;
    *n = 0;
    for (size_t i = 0; i < one->n; i++) {
        if (hidden && strcmp(csv_text(t, one->rows[i], "network.hidden"), hidden) != 0) continue;
        values[*n] = NAN;
        if (csv_column(t, column) != CSV_NONE)
            TRY(groups_number(c->groups, one->rows[i], column, &values[*n], e));
        ++*n;
    }
    return ST_OK;
}

bool configurations_axis(const struct configurations *c, const char *name, size_t column)
{
    const struct csv_table *t = &c->groups->runs;
    const char *first = NULL;
    if (!column_is_option(t->names[column]) || configurations_average(t->names[column])) return false;
    for (size_t k = 0; k < c->n; k++) {
        if (name && strcmp(c->v[k].name, name) != 0) continue;
        const char *value = csv_cell(t, c->v[k].row, column);
        if (first && strcmp(first, value) != 0) return true;
        first = value;
    }
    return false;
}

void configuration_options(const struct configurations *c, const struct configuration *one, char *text,
                           size_t size)
{
    const struct csv_table *t = &c->groups->runs;
    size_t used = 0;
    text[0] = '\0';
    for (size_t column = 0; column < t->n_columns && used < size; column++) {
        if (!configurations_axis(c, one->name, column)) continue;
        const char *name = t->names[column];
        if (strncmp(name, "solver.", 7) == 0) name += 7;
        used += (size_t)snprintf(text + used, size - used, "%s%s=%s", used ? " " : "", name,
                                 csv_cell(t, one->row, column));
    }
}
