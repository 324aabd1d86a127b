/* Winning configurations as parts of an experiment file (see best_items.h). */
#include "report/best_items.h"
#include "experiments/plan_settings.h"
#include <string.h>

enum { VALUE_MAX = OPT_STRING_MAX + 64 };

/* A section of the file and the options that it may hold. */
struct part {
    enum section section;
    const struct option_table *table;
    const void *defaults;
};

/* The table of a section, and a struct with every option at its default. */
static status part_make(struct part *p, enum section section, const struct option_table *table, struct mem *m,
                        struct error *e)
{
    void *options = mem_alloc(m, 1, table->size, e);
    if (!options) return ST_MEMORY;
    *p = (struct part){section, table, options};
    return opt_defaults(table, options, e);
}

/* Cells are as opt_format wrote them. */
static bool at_default(const struct part *p, const struct option *o, const char *cell)
{
    char value[VALUE_MAX];
    opt_format(o, p->defaults, value, sizeof value);
    return strcmp(value, cell) == 0;
}

/* The column of an option, or CSV_NONE: older results lack some, and none holds paths. */
static long column_of(const struct csv_table *t, const struct part *p, const struct option *o)
{
    char name[200];
    (void)snprintf(name, sizeof name, "%s%s%s", section_names[p->section],
                   p->section == SECTION_RUN ? "" : ".", o->key);
    return csv_column(t, name);
}

/* One YAML value; quoted where it might not be plain. */
static void print_value(const char *value, FILE *out)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-/";
    bool quote = !*value || value[strspn(value, plain)];
    if (quote) (void)fputc('\'', out);
    for (const char *c = value; *c; c++) (void)fprintf(out, *c == '\'' ? "''" : "%c", *c);
    if (quote) (void)fputc('\'', out);
}

static void print_pair(const char *before, const char *key, const char *value, FILE *out)
{
    (void)fprintf(out, "%s%s: ", before, key);
    print_value(value, out);
}

/* Whether a section's option belongs to the items (`differing`) or, not at its default, to all of them. */
static bool belongs(const struct configurations *c, const struct part *p, const struct option *o, long column,
                    size_t row, bool differing)
{
    if (column == CSV_NONE || configurations_average(c->groups->runs.names[column])) return false;
    if (configurations_axis(c, NULL, (size_t)column)) return differing;
    return !differing && !at_default(p, o, csv_cell(&c->groups->runs, row, (size_t)column));
}

/* "NAME: {key: value, ...}" with `first` (may be "") before the pairs; nothing where there are no pairs. */
static void print_section(const struct configurations *c, const struct part *p, size_t row, bool differing,
                          const char *before, const char *first, const char *after, FILE *out)
{
    const struct csv_table *t = &c->groups->runs;
    size_t put = 0;
    if (first[0]) (void)fprintf(out, "%s%s: {%s", before, section_names[p->section], first), put++;
    for (size_t i = 0; i < opt_count(p->table); i++) {
        const struct option *o = opt_at(p->table, i);
        long column = column_of(t, p, o);
        if (!belongs(c, p, o, column, row, differing)) continue;
        if (put++ == 0) (void)fprintf(out, "%s%s: {", before, section_names[p->section]);
        print_pair(put == 1 ? "" : ", ", o->key, csv_cell(t, row, (size_t)column), out);
    }
    if (put > 0) (void)fprintf(out, "}%s", after);
}

/* Options of the top of the file: for the items only eval_every is allowed, others are noted behind. */
static void print_top(const struct configurations *c, const struct part *p, size_t row, bool differing,
                      bool notes, FILE *out)
{
    const struct csv_table *t = &c->groups->runs;
    for (size_t i = 0; i < opt_count(p->table); i++) {
        const struct option *o = opt_at(p->table, i);
        long column = column_of(t, p, o);
        bool allowed = strcmp(o->key, "eval_every") == 0;
        if (!belongs(c, p, o, column, row, differing) || (differing && allowed == notes)) continue;
        print_pair(!differing ? "" : notes ? " # " : ", ", o->key, csv_cell(t, row, (size_t)column), out);
        if (!differing) (void)fputc('\n', out);
    }
}

/* Parts of an item that are common to all solvers: those of sections SECTION_RUN to SECTION_NETWORK. */
static void print_item(const struct configurations *c, const struct part *parts, const struct part *own,
                       const struct configuration *winner, FILE *out)
{
    const struct csv_table *t = &c->groups->runs;
    const char *solver = csv_text(t, winner->row, "solver");
    (void)fprintf(out, "  - {name: %s", solver);
    if (strcmp(winner->name, solver) != 0) (void)fprintf(out, ", label: %s", winner->name);
    for (size_t i = 0; own && i < opt_count(own->table); i++) {
        const struct option *o = opt_at(own->table, i);
        long column = column_of(t, own, o);
        const char *value = column == CSV_NONE ? "nan" : csv_cell(t, winner->row, (size_t)column);
        if (strcmp(value, "nan") != 0 && !at_default(own, o, value)) print_pair(", ", o->key, value, out);
    }
    print_top(c, &parts[SECTION_RUN], winner->row, true, false, out);
    for (int s = SECTION_STOP; s <= SECTION_NETWORK; s++)
        print_section(c, &parts[s], winner->row, true, ", ", "", "", out);
    (void)fputc('}', out);
    print_top(c, &parts[SECTION_RUN], winner->row, true, true, out);
    (void)fputc('\n', out);
}

status best_items_print(struct configurations *c, const struct catalogue *catalogue,
                        const struct configuration *const *winners, size_t n, FILE *out, struct error *e)
{
    const struct csv_table *t = &c->groups->runs;
    const size_t row = winners[0]->row;
    const char *name = csv_text(t, row, "dataset");
    const struct dataset_source *dataset = catalogue_dataset(catalogue, name);
    const struct option_table none = {.size = 1};
    const struct option_table *const tables[] = {[SECTION_RUN] = &run_option_table,
                                                 [SECTION_STOP] = &stop_option_table,
                                                 [SECTION_DATASET] = dataset ? &dataset->options : &none,
                                                 [SECTION_NETWORK] = &net_option_table};
    struct part parts[SECTION_SOLVER], own;
    char first[200];
    for (int s = 0; s < SECTION_SOLVER; s++)
        TRY(part_make(&parts[s], (enum section)s, tables[s], &c->mem, e));
    (void)snprintf(first, sizeof first, "name: %s", name);
    print_top(c, &parts[SECTION_RUN], row, false, false, out);
    for (int s = SECTION_STOP; s <= SECTION_NETWORK; s++)
        print_section(c, &parts[s], row, false, "", s == SECTION_DATASET ? first : "", "\n", out);
    (void)fprintf(out, "solvers:\n");
    for (size_t k = 0; k < n; k++) {
        const char *called = csv_text(t, winners[k]->row, "solver");
        const struct solver *solver = catalogue_solver(catalogue, called);
        if (solver) TRY(part_make(&own, SECTION_SOLVER, &solver->options, &c->mem, e));
        print_item(c, parts, solver ? &own : NULL, winners[k], out);
    }
    return ST_OK;
}
