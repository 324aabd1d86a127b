/* Runs in groups: over their seeds, and by configuration. */
#include "report/groups.h"
#include "records/record.h"
#include "support/text.h"
#include "support/texts.h"
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static bool is(const char *name, const char *other)
{
    return strcmp(name, other) == 0;
}

size_t depth_of(const char *hidden)
{
    size_t depth = 1;
    for (; *hidden; hidden++) depth += *hidden == '-';
    return depth;
}

static struct group group_of(const struct csv_table *t, size_t row)
{
    const char *label = csv_text(t, row, "label"), *solver = csv_text(t, row, "solver"),
               *hidden = csv_text(t, row, "network.hidden");
    return (struct group){.name = is(label, "nan") ? solver : label,
                          .solver = solver,
                          .dataset = csv_text(t, row, "dataset"),
                          .hidden = hidden,
                          .depth = depth_of(hidden),
                          .own_rule = is(csv_text(t, row, "prediction"), "own rule"),
                          .row = row};
}

/* Numbers the names, and the names with widths, in the order in which they come. */
static status number_names(struct group_list *l, struct error *e)
{
    enum { NAMES, WIDTHS, LINES, N };
    struct texts lists[N] = {{.n = 0}};
    for (size_t k = 0; k < l->n; k++) {
        char line[60];
        struct group *one = &l->v[k];
        one->named = texts_place(&lists[NAMES], one->name);
        (void)snprintf(line, sizeof line, "%zu %zu", one->named, texts_place(&lists[WIDTHS], one->hidden));
        one->line = texts_place(&lists[LINES], line);
    }
    l->n_names = lists[NAMES].n;
    l->n_lines = lists[LINES].n;
    return texts_end(lists, N, ST_OK, "the names of groups", e);
}

status group_rows(struct group_list *l, const struct csv_table *t, csv_choice keys, bool finished,
                  struct mem *m, struct error *e)
{
    struct csv_columns columns;
    struct csv_index index;
    TRY(csv_select(&columns, t, keys, m, e));
    TRY(csv_index_make(&index, t, columns, m, e));
    size_t *rows = mem_alloc(m, t->n_rows + 1, sizeof *rows, e);
    *l = (struct group_list){.v = mem_alloc(m, t->n_rows + 1, sizeof *l->v, e),
                             .of = mem_alloc(m, t->n_rows + 1, sizeof *l->of, e)};
    if (!rows || !l->v || !l->of) return ST_MEMORY;
    const long newest = record_newest_rules(t);
    for (size_t row = 0; row < t->n_rows; row++) {
        const bool ok = is(csv_text(t, row, "status"), "ok");
        l->of[row] = SIZE_MAX;
        if ((finished && !ok) || record_rules(t, row) != newest) continue;
        const size_t k = csv_index_place(&index, row);
        if (k == l->n) l->v[l->n++] = group_of(t, row);
        l->of[row] = k;
        l->v[k].n += ok;
        l->v[k].n_unfinished += !ok;
    }
    for (size_t k = 0; k < l->n; k++) {
        l->v[k].rows = rows;
        rows += l->v[k].n;
        l->v[k].n = 0;
    }
    for (size_t row = 0; row < t->n_rows; row++) {
        struct group *one = l->of[row] == SIZE_MAX ? NULL : &l->v[l->of[row]];
        if (one && is(csv_text(t, row, "status"), "ok")) one->rows[one->n++] = row;
    }
    return ST_OK;
}

/* Whether a column has several texts among the groups of a line, or else of a name: [(lines + 1) * columns],
 * the last row among all groups; in the arena. NULL: ST_MEMORY. */
static bool *differing(const struct csv_table *t, const struct group_list *l, bool lines, struct mem *m,
                       struct error *e)
{
    const size_t n = lines ? l->n_lines : l->n_names;
    bool *differs = mem_alloc(m, (n + 1) * t->n_columns, sizeof *differs, e);
    const struct group **first = mem_alloc(m, n, sizeof *first, e);
    if (!differs || !first) return NULL;
    for (size_t k = 0; k < l->n; k++) {
        const size_t own = lines ? l->v[k].line : l->v[k].named;
        if (!first[own]) first[own] = &l->v[k];
        for (size_t c = 0; c < t->n_columns; c++) {
            const char *text = csv_cell(t, l->v[k].row, c);
            if (!is(text, csv_cell(t, first[own]->row, c))) differs[own * t->n_columns + c] = true;
            if (!is(text, csv_cell(t, l->v[0].row, c))) differs[n * t->n_columns + c] = true;
        }
    }
    return differs;
}

/* What a run is of besides its options; two versions of a plug-in, of a start or of data are two. */
static bool is_made_of(const char *name)
{
    return is(name, "solver") || is(name, "plugin_sha256") || is(name, "start_sha256") || is(name, "dataset");
}

static bool is_identity(const char *name)
{
    return column_is_option(name) || is_made_of(name) || is(name, "data_sha256");
}

/* differs: of the columns, among the groups of its name and widths. false: it does not fit. */
static bool make_label(const struct groups *g, struct group *one, const bool *differs)
{
    const struct csv_table *t = &g->runs;
    const size_t size = sizeof one->label;
    bool whole = text_add(one->label, size, "%s_%s", one->name, one->hidden);
    for (size_t c = 0; c < t->n_columns && whole; c++) {
        if (!differs[c] || !is_identity(t->names[c])) continue;
        const char *dot = strrchr(t->names[c], '.');
        whole =
            text_add(one->label, size, "_%s=%.24s", dot ? dot + 1 : t->names[c], csv_cell(t, one->row, c));
    }
    for (char *p = one->label; *p; p++)
        if (*p == '/' || *p == ' ') *p = '-';
    return whole;
}

/* The label ends in the first run's id. */
static void end_in_id(const struct csv_table *t, struct group *one)
{
    enum { ROOM = 16 };
    const size_t n = strlen(one->label), last = sizeof one->label - ROOM;
    (void)snprintf(one->label + (n < last ? n : last), ROOM, "_%.12s", csv_text(t, one->row, "run_id"));
}

/* Labels are names of files: one that does not fit, or that is taken already (values are cut), ends in an id.
 * differs: see differing, of lines. */
static status make_labels(struct groups *g, const bool *differs, struct error *e)
{
    struct texts labels = {.n = 0};
    for (size_t k = 0; k < g->n; k++) {
        struct group *one = &g->group[k];
        const size_t n = labels.n;
        const bool whole = make_label(g, one, differs + one->line * g->runs.n_columns);
        if (!whole || texts_place(&labels, one->label) < n) end_in_id(&g->runs, one);
    }
    return texts_end(&labels, 1, ST_OK, "the labels", e);
}

void line_name(const char *name, const char *hidden, const char *label, char *text, size_t size)
{
    size_t head = strlen(name), skipped = head + 1 + strlen(hidden), whole = strlen(label);
    if (skipped > whole) skipped = whole;
    (void)snprintf(text, size, "%.*s%s", (int)head, label, label + skipped);
}

/* Whether the test samples of a row are the same in all runs. */
static bool one_test(const struct csv_table *t, size_t row)
{
    const char *side = csv_text(t, row, "test_side");
    return is(side, "published") || is(side, "made");
}

/* Numbers the test sides. */
static status number_sides(struct groups *g, struct error *e)
{
    static const char *const columns[] = {"dataset.n_test", "dataset.split_seed", "dataset.n_train",
                                          "dataset.n_validation", "seed"};
    enum { CELLS, SIDES, N };
    const struct csv_table *t = &g->runs;
    struct texts lists[N] = {{.n = 0}};
    g->side = mem_alloc(&g->mem, t->n_rows + 1, sizeof *g->side, e);
    for (size_t row = 0; g->side && row < t->n_rows; row++) {
        char text[140] = "";
        const bool rest = is(csv_text(t, row, "dataset.n_test"), "0"); /* what the others leave */
        const bool by_seed = is(csv_text(t, row, "dataset.split_seed"), "-1");
        for (size_t k = 0; k < 5 && !one_test(t, row); k++)
            if (k < 2 || (k < 4 ? rest : by_seed))
                (void)text_add(text, sizeof text, "%zu %zu ", k,
                               texts_place(&lists[CELLS], csv_text(t, row, columns[k])));
        g->side[row] = texts_place(&lists[SIDES], text);
    }
    g->room = mem_alloc(&g->mem, lists[SIDES].n + 1, sizeof *g->room, e);
    return texts_end(lists, N, g->side && g->room ? ST_OK : ST_MEMORY, "the test sides", e);
}

bool groups_same_test(const struct groups *g, size_t a, size_t b)
{
    return one_test(&g->runs, a) || g->side[a] == g->side[b];
}

/* The runs of a group differ in their seed alone: two of one seed are no two draws. */
static status check_seeds(const struct csv_table *t, const struct group *one, struct error *e)
{
    if (one->n > GROUP_RUNS_MAX) return FAIL(e, ST_DATA, "%s: more than %d seeds", t->source, GROUP_RUNS_MAX);
    for (size_t i = 0; i < one->n; i++)
        for (size_t k = i + 1; k < one->n; k++)
            if (is(csv_text(t, one->rows[i], "seed"), csv_text(t, one->rows[k], "seed")))
                return FAIL(e, ST_DATA, "%s: lines %zu and %zu are two runs of one configuration and seed",
                            t->source, one->rows[i] + t->first_line, one->rows[k] + t->first_line);
    return ST_OK;
}

status groups_load(struct groups *g, const char *folder, struct error *e)
{
    struct group_list l;
    char path[4096];
    memset(g, 0, sizeof *g);
    g->out = g->folder;
    if (snprintf(g->folder, sizeof g->folder, "%s", folder) >= (int)sizeof g->folder)
        return FAIL(e, ST_USAGE, "%.60s...: the name of the folder is too long", folder);
    (void)snprintf(path, sizeof path, "%s/curves", g->folder);
    g->curves = access(path, F_OK) == 0;
    TRY(records_read(&g->runs, g->folder, e));
    TRY(group_rows(&l, &g->runs, is_identity, true, &g->mem, e));
    TRY(number_names(&l, e));
    g->group = l.v;
    g->n = l.n;
    g->n_lines = l.n_lines;
    TRY(number_sides(g, e));
    const bool *differs = differing(&g->runs, &l, true, &g->mem, e);
    if (!differs) return ST_MEMORY;
    const long newest = record_newest_rules(&g->runs);
    for (size_t row = 0; row < g->runs.n_rows; row++) {
        const bool other = record_rules(&g->runs, row) != newest;
        g->other_rules += other;
        g->left_out += !other && l.of[row] == SIZE_MAX;
    }
    for (size_t k = 0; k < g->n; k++) TRY(check_seeds(&g->runs, &l.v[k], e));
    return make_labels(g, differs, e);
}

void groups_note_left_out(const struct groups *g, FILE *out)
{
    if (g->left_out) (void)fprintf(out, "%zu unfinished or failed runs are left out\n", g->left_out);
    if (g->other_rules)
        (void)fprintf(out, "%zu rows of older rules are passed over: the newest in %s are of rules %ld\n",
                      g->other_rules, g->runs.source, record_newest_rules(&g->runs));
}

void groups_free(struct groups *g)
{
    csv_table_free(&g->runs);
    mem_free(&g->mem);
    g->n = 0;
}

status group_values(const struct groups *g, const struct group *one, const char *column, double *values,
                    struct error *e)
{
    const long c = csv_column(&g->runs, column);
    for (size_t i = 0; i < one->n; i++) {
        const size_t row = one->rows[i];
        values[i] = NAN;
        if (c == CSV_NONE) continue;
        TRY(csv_number(&g->runs, row, (size_t)c, &values[i], e));
        if (record_counted_otherwise(&g->runs, row, column) ||
            (is(column, "train_s") && is(csv_text(&g->runs, row, "timing_valid"), "0")))
            values[i] = NAN;
    }
    return ST_OK;
}

void group_mean(const struct groups *g, const struct group *one, const char *column, double *mean,
                double *deviation)
{
    double v[GROUP_RUNS_MAX];
    const bool good = group_values(g, one, column, v, NULL) == ST_OK;
    *mean = good ? mean_of(v, one->n) : NAN;
    *deviation = good ? deviation_of(v, one->n) : NAN;
}

const char *const spread_names[] = {[OVER_DRAWS] = "training draws", [OVER_SPLITS] = "splits"};

struct spread spread_of(const struct groups *g, const size_t *rows, double *values, size_t n)
{
    size_t n_splits = 0;
    for (size_t i = n; i-- > 0;) g->room[g->side[rows[i]]] = (struct side_room){.first = i};
    for (size_t i = 0; i < n; i++) {
        struct side_room *side = &g->room[g->side[rows[i]]];
        n_splits += side->first == i;
        if (isnan(values[i])) continue;
        side->sum += values[i];
        side->count++;
    }
    for (size_t i = 0; n_splits > 1 && i < n; i++) { /* the first value of a split becomes the split's mean */
        const struct side_room *side = &g->room[g->side[rows[i]]];
        values[i] = side->first == i && side->count ? side->sum / (double)side->count : NAN;
    }
    return (struct spread){n_splits > 1 ? OVER_SPLITS : OVER_DRAWS, interval_of(values, n)};
}

double spread_test_error(const struct groups *g, size_t row, double accuracy)
{
    const double n = csv_value(&g->runs, row, "n_test");
    return n > 0 ? sqrt(accuracy * (1 - accuracy) / n) : NAN;
}

bool groups_regression(const struct groups *g)
{
    if (csv_column(&g->runs, "loss_test") == CSV_NONE || csv_column(&g->runs, "acc_train") == CSV_NONE)
        return false;
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; k < g->group[i].n; k++)
            if (!is(csv_text(&g->runs, g->group[i].rows[k], "acc_train"), "nan")) return false;
    return g->n > 0;
}

const char *groups_of_curves(const struct groups *g)
{
    return g->curves ? g->out : g->folder;
}

status curve_cost(const struct groups *g, size_t row, const struct csv_table *curve, const char *accuracy,
                  double level, const char *cost, double *value, struct error *e)
{
    const long at = csv_column(curve, accuracy), column = csv_column(curve, cost);
    double here = NAN;
    *value = NAN;
    if (at == CSV_NONE || column == CSV_NONE || curve->n_rows == 0) return ST_OK;
    if (record_counted_otherwise(&g->runs, row, cost)) return ST_OK;
    for (size_t i = 0; i < curve->n_rows; i++) {
        TRY(csv_number(curve, i, (size_t)at, &here, e));
        if (here >= level) return csv_number(curve, i, (size_t)column, value, e);
    }
    TRY(csv_number(curve, curve->n_rows - 1, (size_t)column, value, e));
    if (!isnan(*value)) *value = isnan(here) ? NAN : INFINITY;
    return ST_OK;
}

bool configurations_average(const char *option)
{
    return is(option, "network.hidden") || is(option, "dataset.split_seed");
}

static bool is_key(const char *name)
{
    return is_made_of(name) || (column_is_option(name) && !configurations_average(name));
}

static bool is_key_or_label(const char *name)
{
    return is(name, "label") || is_key(name);
}

status configurations_make(struct group_list *c, struct groups *g, bool by_label, struct error *e)
{
    TRY(group_rows(c, &g->runs, by_label ? is_key_or_label : is_key, false, &g->mem, e));
    for (size_t k = 0; !by_label && k < c->n; k++) c->v[k].name = c->v[k].solver;
    TRY(number_names(c, e));
    c->differs = differing(&g->runs, c, false, &g->mem, e);
    return c->differs ? ST_OK : ST_MEMORY;
}

bool configurations_axis(const struct groups *g, const struct group_list *c, const struct group *one,
                         size_t column)
{
    const char *name = g->runs.names[column];
    return column_is_option(name) && !configurations_average(name) &&
           c->differs[(one ? one->named : c->n_names) * g->runs.n_columns + column];
}

void configuration_options(const struct groups *g, const struct group_list *c, const struct group *one,
                           char *text, size_t size)
{
    text[0] = '\0';
    for (size_t column = 0; column < g->runs.n_columns; column++) {
        const char *name = g->runs.names[column];
        if (!configurations_axis(g, c, one, column)) continue;
        (void)text_add(text, size, "%s%s=%s", text[0] ? " " : "",
                       name + (strncmp(name, "solver.", 7) == 0 ? 7 : 0),
                       csv_cell(&g->runs, one->row, column));
    }
}
