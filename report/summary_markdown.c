/* See summary_markdown.h. */
#include "report/summary_markdown.h"
#include "report/configurations.h"
#include "report/paired.h"
#include <math.h>
#include <string.h>

enum { TEXT = 400 };

struct table {
    struct configurations configurations;
    const char **hidden; /* widths that make the columns, by depth */
    size_t n_hidden;
    double *values;      /* room for those of one configuration */
    size_t fewest, most; /* runs of a cell */
    bool losses;
    FILE *out;
};

static size_t depth_of(const char *hidden)
{
    size_t depth = 1;
    for (; *hidden; hidden++) depth += *hidden == '-';
    return depth;
}

/* The distinct widths, shallow ones first, in the order of the table among equals. */
static status find_columns(struct table *t, const struct groups *g, struct error *e)
{
    struct mem *m = &t->configurations.mem;
    t->hidden = mem_alloc(m, g->n + 1, sizeof *t->hidden, e);
    t->values = mem_alloc(m, g->runs.n_rows + 1, sizeof *t->values, e);
    if (!t->hidden || !t->values) return ST_MEMORY;
    for (size_t k = 0; k < g->n; k++) {
        bool known = false;
        for (size_t i = 0; i < t->n_hidden; i++)
            known = known || strcmp(t->hidden[i], g->group[k].hidden) == 0;
        if (known) continue;
        size_t place = t->n_hidden++;
        for (; place > 0 && depth_of(t->hidden[place - 1]) > g->group[k].depth; place--)
            t->hidden[place] = t->hidden[place - 1];
        t->hidden[place] = g->group[k].hidden;
    }
    return ST_OK;
}

/* "| Trainer | 1 hidden layer | 2 | ...", or widths where two columns have the same depth. */
static void print_head(const struct table *t)
{
    bool widths = false;
    for (size_t i = 1; i < t->n_hidden; i++)
        widths = widths || depth_of(t->hidden[i]) == depth_of(t->hidden[i - 1]);
    (void)fprintf(t->out, "| Trainer |");
    for (size_t i = 0; i < t->n_hidden; i++) {
        size_t depth = depth_of(t->hidden[i]);
        if (widths)
            (void)fprintf(t->out, " %s%s |", i ? "" : "hidden ", t->hidden[i]);
        else
            (void)fprintf(t->out,
                          i           ? " %zu |"
                          : depth > 1 ? " %zu hidden layers |"
                                      : " %zu hidden layer |",
                          depth);
    }
    (void)fprintf(t->out, " Training, s | Forward passes |\n|");
    for (size_t i = 0; i < t->n_hidden + 3; i++) (void)fprintf(t->out, "---|");
    (void)fprintf(t->out, "\n");
}

static status print_cell(struct table *t, const struct configuration *one, const char *hidden,
                         struct error *e)
{
    const double factor = t->losses ? 1 : 100;
    const int digits = t->losses ? 4 : 1;
    size_t n;
    TRY(configuration_values(&t->configurations, one, t->losses ? "loss_train" : "acc_train", hidden,
                             t->values, &n, e));
    double train = factor * mean_of(t->values, n);
    TRY(configuration_values(&t->configurations, one, t->losses ? "loss_test" : "acc_test", hidden, t->values,
                             &n, e));
    struct interval test = interval_of(t->values, n);
    if (n == 0) {
        (void)fprintf(t->out, " - |");
        return ST_OK;
    }
    t->fewest = t->most == 0 || n < t->fewest ? n : t->fewest;
    t->most = n > t->most ? n : t->most;
    (void)fprintf(t->out, " %.*f / %.*f", digits, train, digits, factor * test.mean);
    if (!isnan(test.half)) (void)fprintf(t->out, " \xc2\xb1 %.*f", digits, factor * test.half);
    (void)fprintf(t->out, " |");
    return ST_OK;
}

static void seconds_text(double v, char *text, size_t size)
{
    (void)snprintf(text, size, v < 1 ? "%.2f" : v < 100 ? "%.1f" : "%.0f", v);
}

/* Three digits and a thousand's letter. */
static void count_text(double v, char *text, size_t size)
{
    static const char *const letters[] = {"", " k", " M", " G", " T"};
    size_t k = 0;
    for (; v >= 999.5 && k + 1 < sizeof letters / sizeof *letters; k++) v /= 1000;
    (void)snprintf(text, size, "%.3g%s", v, letters[k]);
}

/* A cell of means, one per column; one alone where all are the same. */
static status print_costs(struct table *t, const struct configuration *one, const char *column,
                          void (*format)(double, char *, size_t), struct error *e)
{
    char all[TEXT] = "", first[40] = "", text[40];
    bool same = true, any = false;
    for (size_t i = 0, used = 0; i < t->n_hidden && used < sizeof all; i++) {
        size_t n;
        TRY(configuration_values(&t->configurations, one, column, t->hidden[i], t->values, &n, e));
        double mean = mean_of(t->values, n);
        any = any || !isnan(mean);
        if (isnan(mean))
            (void)snprintf(text, sizeof text, "-");
        else
            format(mean, text, sizeof text);
        if (i == 0) memcpy(first, text, sizeof first);
        same = same && strcmp(first, text) == 0;
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? " / " : "", text);
    }
    (void)fprintf(t->out, " %s |", !any ? "-" : same ? first : all);
    return ST_OK;
}

static status print_row(struct table *t, const struct configuration *one, struct error *e)
{
    char options[TEXT];
    configuration_options(&t->configurations, one, options, sizeof options);
    (void)fprintf(t->out, "| `%s`%s%s |", one->name, options[0] ? " " : "", options);
    for (size_t i = 0; i < t->n_hidden; i++) TRY(print_cell(t, one, t->hidden[i], e));
    TRY(print_costs(t, one, "train_s", seconds_text, e));
    TRY(print_costs(t, one, "forward_passes", count_text, e));
    (void)fprintf(t->out, "\n");
    return ST_OK;
}

static void print_note(const struct table *t)
{
    (void)fprintf(t->out, "\nTraining / test %s, mean over %zu", t->losses ? "loss" : "accuracy in %",
                  t->fewest);
    if (t->most > t->fewest) (void)fprintf(t->out, " to %zu", t->most);
    (void)fprintf(t->out, " run%s", t->most == 1 ? "" : "s");
    if (t->most > 1)
        (void)fprintf(t->out, ", \xc2\xb1 half the 95 %% interval of the test mean (Student's t)");
    (void)fprintf(t->out,
                  ". Training seconds (of runs that had the machine to themselves) and forward passes "
                  "(a sample through the whole network)%s.\n",
                  t->n_hidden > 1 ? " are in the order of the columns; one number stands for all" : "");
}

status summary_markdown(const struct groups *g, bool losses, FILE *out, struct error *e)
{
    struct table t = {.losses = losses, .out = out};
    status st = configurations_make(&t.configurations, g, true, e);
    if (st == ST_OK) st = find_columns(&t, g, e);
    if (st == ST_OK && t.n_hidden == 0) st = FAIL(e, ST_DATA, "%s holds no finished run", g->runs.source);
    if (st == ST_OK) print_head(&t);
    for (size_t k = 0; st == ST_OK && k < t.configurations.n; k++)
        if (t.configurations.v[k].n > 0) st = print_row(&t, &t.configurations.v[k], e);
    if (st == ST_OK) print_note(&t);
    configurations_free(&t.configurations);
    return st;
}
