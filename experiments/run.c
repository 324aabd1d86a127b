/* A run's own options, and what is done with all of its options: identity, listing, writing (see run.h). */
#include "experiments/run.h"
#include "support/hash.h"
#include "support/parallel.h"
#include "support/settings.h"
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

const char *const precision_names[] = {"double", "float", NULL};
const char *const precision_tags[] = {"f64", "f32"};
const char *const section_names[] = {"", "stop", "dataset", "network", "solver", NULL};

static const struct option run_options[] = {
    {"precision", OPT_CHOICE, offsetof(struct run_options, precision), "double", 0, 0, 0, precision_names, "",
     "floating-point type of all numerical code"},
    {"threads", OPT_INT, offsetof(struct run_options, threads), "1", 1, 1024, OPT_NO_IDENTITY, NULL,
     "threads", "threads per run; results do not depend on it"},
    {"ranks", OPT_INT, offsetof(struct run_options, ranks), "1", 1, PART_MAX, OPT_NO_IDENTITY, NULL,
     "processes", "processes that share the samples of a run over MPI; results do not depend on it"},
    {"eval_every", OPT_INT, offsetof(struct run_options, eval_every), "10", 1, 1e9, 0, NULL, "iterations",
     "iterations between untimed evaluations; also at iteration 0 and at the end"},
    {"energy_accumulation", OPT_REAL, offsetof(struct run_options, energy.accumulation), "0.9", 0, 1e6, 0,
     NULL, "pJ", "energy of adding a weight for a spike, in column energy"},
    {"energy_mac", OPT_REAL, offsetof(struct run_options, energy.mac), "4.6", 0, 1e6, 0, NULL, "pJ",
     "energy of a multiply-accumulate, in column energy"},
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

int solver_precision(const struct solver *solver)
{
    return solver->abi % SOLVER_ABI_UNIT == sizeof(float) ? PRECISION_FLOAT : PRECISION_DOUBLE;
}

enum section section_of(const char *column, const char **key)
{
    const char *dot = strchr(column, '.');
    *key = dot ? dot + 1 : column;
    if (!dot) return SECTION_RUN;
    int s = SECTION_STOP;
    while (s < N_SECTIONS && (strncmp(column, section_names[s], (size_t)(dot - column)) != 0 ||
                              section_names[s][dot - column] != '\0'))
        s++;
    return (enum section)s;
}

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

bool run_next_option(const struct run *run, struct run_option *o)
{
    struct section_view view = run_section(run, o->section);
    if (o->option) {
        o->number++;
        o->place++;
    }
    while (o->place == opt_count(view.table)) {
        if (++o->section == N_SECTIONS) return false;
        o->place = 0;
        view = run_section(run, o->section);
    }
    o->option = opt_at(view.table, o->place);
    o->is_default = opt_is_default(view.table, o->option, view.options);
    (void)snprintf(o->name, sizeof o->name, "%s%s%s", section_names[o->section], o->section ? "." : "",
                   o->option->key);
    opt_format(o->option, view.options, o->value, sizeof o->value);
    return true;
}

void run_mark_differences(const struct run *a, const struct run *b, bool differs[RUN_OPTIONS_MAX])
{
    size_t number = 0;
    for (int s = 0; s < N_SECTIONS; s++) {
        const struct section_view one = run_section(a, (enum section)s),
                                  other = run_section(b, (enum section)s);
        for (size_t i = 0; i < opt_count(one.table) && number < RUN_OPTIONS_MAX; i++, number++)
            if (!opt_same(opt_at(one.table, i), one.options, other.options)) differs[number] = true;
    }
}

bool run_option_text(const struct run *run, const char *column, char *text, size_t size)
{
    const char *key;
    const enum section section = section_of(column, &key);
    if (section == N_SECTIONS) return false;
    const struct section_view view = run_section(run, section);
    const struct option *o = opt_find(view.table, key);
    if (o && text) opt_format(o, view.options, text, size);
    return o != NULL;
}

static void hash_line(struct hash *h, const char *name, const char *value)
{
    hash_add(h, name, strlen(name));
    hash_add(h, "=", 1);
    hash_add(h, value, strlen(value));
    hash_add(h, "\n", 1);
}

status run_hash_start(struct run *run, struct error *e)
{
    run->start_sha256[0] = '\0';
    if (run->net.start != START_FILE) return ST_OK;
    const status st = hash_file(run->net.start_file, run->start_sha256, e);
    return st == ST_OK ? ST_OK : err_prefix(e, "network.start");
}

void run_identify(struct run *run, const char *data_sha256)
{
    struct hash h;
    char hex[HASH_HEX], seed[24], rules[24];
    memmove(run->data_sha256, data_sha256, strlen(data_sha256) + 1);
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    (void)snprintf(rules, sizeof rules, "%d", RESULT_RULES);
    hash_start(&h);
    hash_line(&h, "rules", rules);
    hash_line(&h, "solver", run->solver->name);
    hash_line(&h, "dataset", run->dataset->name);
    hash_line(&h, "seed", seed);
    hash_line(&h, "data", data_sha256);
    if (run->plugin) hash_line(&h, "plugin", run->plugin->sha256);
    for (struct run_option o = {.option = NULL}; run_next_option(run, &o);) {
        const bool file = run->start_sha256[0] && strcmp(o.name, "network.start") == 0;
        if (!o.is_default && !(o.option->flags & OPT_NO_IDENTITY))
            hash_line(&h, o.name, file ? run->start_sha256 : o.value);
    }
    hash_finish(&h, hex);
    (void)snprintf(run->id, sizeof run->id, "%.*s", RUN_ID_SIZE - 1, hex);
}

status run_write_yaml(const struct run *run, FILE *f, struct error *e)
{
    static const char *const indents[N_SECTIONS] = {"", "  ", "  ", "  ", "    "};
    (void)fprintf(f, "experiment: \"%s\"\nseeds: [%" PRIu64 "]\n", run->experiment, run->seed);
    for (int s = 0; s < N_SECTIONS; s++) {
        const struct section_view view = run_section(run, (enum section)s);
        if (s == SECTION_SOLVER)
            (void)fprintf(f, "solvers:\n  - name: %s\n    label: \"%s\"\n", run->solver->name, run->label);
        else if (s != SECTION_RUN)
            (void)fprintf(f, "%s:\n", section_names[s]);
        if (s == SECTION_DATASET) (void)fprintf(f, "  name: %s\n", run->dataset->name);
        settings_write(view.table, view.options, indents[s], f);
    }
    if (fflush(f) != 0 || ferror(f)) return FAIL(e, ST_IO, "the run's experiment file could not be written");
    return ST_OK;
}
