/* Winning configurations as parts of an experiment file (see best_items.h). */
#include "report/best_items.h"
#include "experiments/run.h"
#include <string.h>

enum { VALUE_MAX = OPT_STRING_MAX + 64 };

/* A section of the file, the options that it may hold, and a struct with every option at its default. */
struct part {
    enum section section;
    const struct option_table *table;
    void *defaults;
};

struct items {
    struct groups *groups;
    const struct group_list *list;
    FILE *out;
};

static status part_make(const struct items *x, struct part *p, struct error *e)
{
    p->defaults = mem_alloc(&x->groups->mem, 1, p->table->size, e);
    return p->defaults ? opt_defaults(p->table, p->defaults, e) : ST_MEMORY;
}

/* One YAML pair; the value is quoted where it might not be plain. */
static void print_pair(const char *before, const char *key, const char *value, FILE *out)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-/";
    const char *quote = !*value || value[strspn(value, plain)] ? "'" : "";
    (void)fprintf(out, "%s%s: %s", before, key, quote);
    for (const char *c = value; *c; c++) (void)fprintf(out, *c == '\'' ? "''" : "%c", *c);
    (void)fputs(quote, out);
}

/* What an option of a section is in a row of the results if it belongs to the items (`differing`: solver's
 * options, and those that differ among the configurations) or to the file; NULL if it does not, is at its
 * default in all, or has no column: older results lack some, and none holds paths. */
static const char *value_of(const struct items *x, const struct part *p, const struct option *o, size_t row,
                            bool differing)
{
    char text[VALUE_MAX];
    const struct csv_table *t = &x->groups->runs;
    (void)snprintf(text, sizeof text, "%s%s%s", section_names[p->section],
                   p->section == SECTION_RUN ? "" : ".", o->key);
    const long column = csv_column(t, text);
    if (column == CSV_NONE || configurations_average(text)) return NULL;
    const char *value = csv_cell(t, row, (size_t)column);
    opt_format(o, p->defaults, text, sizeof text); /* as cells were written */
    const bool at_default = strcmp(value, text) == 0;
    if (p->section == SECTION_SOLVER) return at_default || strcmp(value, "nan") == 0 ? NULL : value;
    if (configurations_axis(x->groups, x->list, NULL, (size_t)column)) return differing ? value : NULL;
    return differing || at_default ? NULL : value;
}

/* "NAME: {key: value, ...}" with `first` (may be "") before the pairs; nothing where there are no pairs. */
static void print_section(const struct items *x, const struct part *p, size_t row, bool differing,
                          const char *first)
{
    size_t put = first[0] != '\0';
    const char *before = differing ? ", " : "";
    if (put) (void)fprintf(x->out, "%s%s: {%s", before, section_names[p->section], first);
    for (size_t i = 0; i < opt_count(p->table); i++) {
        const struct option *o = opt_at(p->table, i);
        const char *value = value_of(x, p, o, row, differing);
        if (!value) continue;
        if (put++ == 0) (void)fprintf(x->out, "%s%s: {", before, section_names[p->section]);
        print_pair(put == 1 ? "" : ", ", o->key, value, x->out);
    }
    if (put > 0) (void)fputs(differing ? "}" : "}\n", x->out);
}

/* Pairs without a section. Of the top's options only eval_every may stand in an item; the others, `notes`,
 * are a comment behind it. */
static void print_pairs(const struct items *x, const struct part *p, size_t row, bool differing, bool notes)
{
    for (size_t i = 0; i < opt_count(p->table); i++) {
        const struct option *o = opt_at(p->table, i);
        const char *value = value_of(x, p, o, row, differing);
        bool allowed = p->section == SECTION_SOLVER || strcmp(o->key, "eval_every") == 0;
        if (!value || (differing && allowed == notes)) continue;
        print_pair(!differing ? "" : notes ? " # " : ", ", o->key, value, x->out);
        if (!differing) (void)fputc('\n', x->out);
    }
}

static void print_item(const struct items *x, const struct part *parts, const struct part *own,
                       const struct group *winner)
{
    (void)fprintf(x->out, "  - {name: %s", winner->solver);
    if (strcmp(winner->name, winner->solver) != 0) (void)fprintf(x->out, ", label: %s", winner->name);
    if (own->table) print_pairs(x, own, winner->row, true, false);
    print_pairs(x, &parts[SECTION_RUN], winner->row, true, false);
    for (int s = SECTION_STOP; s <= SECTION_NETWORK; s++) print_section(x, &parts[s], winner->row, true, "");
    (void)fputc('}', x->out);
    print_pairs(x, &parts[SECTION_RUN], winner->row, true, true);
    (void)fputc('\n', x->out);
}

status best_items_print(struct groups *g, const struct group_list *list, const struct catalogue *catalogue,
                        const struct group *const *winners, size_t n, FILE *out, struct error *e)
{
    const struct items x = {g, list, out};
    const struct dataset_source *dataset = catalogue_dataset(catalogue, winners[0]->dataset);
    const struct option_table none = {.size = 1};
    struct part parts[SECTION_SOLVER] = {
        [SECTION_RUN] = {SECTION_RUN, &run_option_table, NULL},
        [SECTION_STOP] = {SECTION_STOP, &stop_option_table, NULL},
        [SECTION_DATASET] = {SECTION_DATASET, dataset ? &dataset->options : &none, NULL},
        [SECTION_NETWORK] = {SECTION_NETWORK, &net_option_table, NULL}};
    char first[200];
    for (int s = 0; s < SECTION_SOLVER; s++) TRY(part_make(&x, &parts[s], e));
    (void)snprintf(first, sizeof first, "name: %s", winners[0]->dataset);
    print_pairs(&x, &parts[SECTION_RUN], winners[0]->row, false, false);
    for (int s = SECTION_STOP; s <= SECTION_NETWORK; s++)
        print_section(&x, &parts[s], winners[0]->row, false, s == SECTION_DATASET ? first : "");
    (void)fprintf(out, "solvers:\n");
    for (size_t k = 0; k < n; k++) {
        const struct solver *solver = catalogue_solver(catalogue, winners[k]->solver);
        struct part own = {SECTION_SOLVER, solver ? &solver->options : NULL, NULL};
        if (solver) TRY(part_make(&x, &own, e));
        print_item(&x, parts, &own, winners[k]);
    }
    return ST_OK;
}
