/* A run's own options, and what is done with all of its options: identity, listing, writing (see run.h). */
#include "experiments/run.h"
#include "support/hash.h"
#include <stddef.h>
#include <string.h>

enum { VALUE_MAX = OPT_STRING_MAX + 64 };

const char *const precision_names[] = {"double", "float", NULL};
const char *const section_names[] = {"", "stop", "dataset", "network", "solver", NULL};

static const struct option run_options[] = {
    {"precision", OPT_CHOICE, offsetof(struct run_options, precision), "double", 0, 0, 0, precision_names, "",
     "floating-point type of all numerical code"},
    {"threads", OPT_INT, offsetof(struct run_options, threads), "1", 1, 1024, OPT_NO_IDENTITY, NULL,
     "threads", "threads per run; results do not depend on it"},
    {"eval_every", OPT_INT, offsetof(struct run_options, eval_every), "10", 1, 1e9, 0, NULL, "iterations",
     "iterations between untimed evaluations; also at iteration 0 and at the end"},
};
const struct option_table run_option_table = {
    .spans = {{run_options, sizeof run_options / sizeof *run_options}}, .size = sizeof(struct run_options)};

static const struct option stop_options[] = {
    {"max_iter", OPT_INT, offsetof(struct stop_options, max_iter), "100", 0, 1e9, 0, NULL, "iterations",
     "iterations (epochs) at most"},
    {"patience", OPT_INT, offsetof(struct stop_options, patience), "0", 0, 1e9, 0, NULL, "iterations",
     "iterations without a better validation accuracy (regression: loss) before stopping; 0: off"},
    {"target", OPT_REAL, offsetof(struct stop_options, target), "0", 0, 1, 0, NULL, "",
     "validation accuracy at which to stop; 0: off"},
    {"time_limit", OPT_REAL, offsetof(struct stop_options, time_limit), "0", 0, 1e9, 0, NULL, "s",
     "training time at which to stop; 0: off"},
};
const struct option_table stop_option_table = {
    .spans = {{stop_options, sizeof stop_options / sizeof *stop_options}},
    .size = sizeof(struct stop_options)};

struct section_view run_section(const struct run *run, enum section section)
{
    switch (section) {
    case SECTION_RUN: return (struct section_view){&run_option_table, (void *)&run->run};
    case SECTION_STOP: return (struct section_view){&stop_option_table, (void *)&run->stop};
    case SECTION_DATASET: return (struct section_view){&run->dataset->options, run->dataset_options};
    case SECTION_NETWORK: return (struct section_view){&net_option_table, (void *)&run->net};
    case SECTION_SOLVER:
    case N_SECTIONS:
    default: return (struct section_view){&run->solver->options, run->solver_options};
    }
}

void run_visit_options(const struct run *run, bool all, option_visitor visit, void *context)
{
    char name[160], value[VALUE_MAX];
    for (int s = 0; s < N_SECTIONS; s++) {
        struct section_view view = run_section(run, (enum section)s);
        for (size_t i = 0; i < opt_count(view.table); i++) {
            const struct option *o = opt_at(view.table, i);
            if (!all && (o->flags & OPT_NO_IDENTITY)) continue;
            (void)snprintf(name, sizeof name, "%s%s%s", section_names[s], s ? "." : "", o->key);
            opt_format(o, view.options, value, sizeof value);
            visit(context, name, value, opt_is_default(view.table, o, view.options));
        }
    }
}

static void hash_line(struct hash *h, const char *name, const char *value)
{
    hash_add(h, name, strlen(name));
    hash_add(h, "=", 1);
    hash_add(h, value, strlen(value));
    hash_add(h, "\n", 1);
}

static void hash_option(void *context, const char *name, const char *value, bool is_default)
{
    if (!is_default) hash_line(context, name, value);
}

void run_identify(struct run *run, const char *data_sha256)
{
    struct hash h;
    char hex[HASH_HEX], seed[24];
    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
    hash_start(&h);
    hash_line(&h, "solver", run->solver->name);
    hash_line(&h, "dataset", run->dataset->name);
    hash_line(&h, "seed", seed);
    hash_line(&h, "data", data_sha256);
    if (run->plugin) hash_line(&h, "plugin", run->plugin->sha256);
    run_visit_options(run, false, hash_option, &h);
    hash_finish(&h, hex);
    memcpy(run->id, hex, RUN_ID_SIZE - 1);
    run->id[RUN_ID_SIZE - 1] = '\0';
}

/* A double-quoted YAML scalar. */
static void write_quoted(const char *text, FILE *f)
{
    (void)fputc('"', f);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            (void)fprintf(f, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            (void)fprintf(f, "\\x%02x", c);
        else
            (void)fputc(c, f);
    }
    (void)fputc('"', f);
}

static void write_value(const struct option *o, const void *options, FILE *f)
{
    char value[VALUE_MAX];
    if (o->type == OPT_STRING) {
        write_quoted((const char *)options + o->offset, f);
        return;
    }
    opt_format(o, options, value, sizeof value);
    if (o->type != OPT_INTS) {
        (void)fputs(value, f);
        return;
    }
    (void)fputc('[', f);
    for (const char *c = value; *c; c++) (void)fputs(*c == '-' ? ", " : (char[]){*c, '\0'}, f);
    (void)fputc(']', f);
}

static void write_section(const struct run *run, enum section section, const char *indent, FILE *f)
{
    struct section_view view = run_section(run, section);
    for (size_t i = 0; i < opt_count(view.table); i++) {
        const struct option *o = opt_at(view.table, i);
        (void)fprintf(f, "%s%s: ", indent, o->key);
        write_value(o, view.options, f);
        (void)fputc('\n', f);
    }
}

status run_write_yaml(const struct run *run, FILE *f, struct error *e)
{
    (void)fprintf(f, "experiment: \"%s\"\nseeds: [%llu]\n", run->experiment, (unsigned long long)run->seed);
    write_section(run, SECTION_RUN, "", f);
    (void)fprintf(f, "stop:\n");
    write_section(run, SECTION_STOP, "  ", f);
    (void)fprintf(f, "dataset:\n  name: %s\n", run->dataset->name);
    write_section(run, SECTION_DATASET, "  ", f);
    (void)fprintf(f, "network:\n");
    write_section(run, SECTION_NETWORK, "  ", f);
    (void)fprintf(f, "solvers:\n  - name: %s\n    label: \"%s\"\n", run->solver->name, run->label);
    write_section(run, SECTION_SOLVER, "    ", f);
    if (fflush(f) != 0 || ferror(f)) return FAIL(e, ST_IO, "the run's experiment file could not be written");
    return ST_OK;
}
