/* Reading an experiment file and expanding it to runs (see plan.h). */
#include "experiments/plan.h"
#include "experiments/plan_settings.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PLAN_RUNS_MAX = 100000, NAMES_MAX = CATALOGUE_NAMES_MAX, LABEL_MAX = 40 };

static const char label_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+_-";

/* One item of `solvers`. */
struct solver_plan {
    const struct solver *solver;
    const char *label; /* in the plan's arena */
    struct settings settings;
    size_t n_configurations;
};

struct loader {
    struct plan *plan;
    const struct catalogue *catalogue;
    const char *experiment; /* plan->experiment, in the plan's arena, so that a plan may be copied */
    struct config config;
    struct mem scratch; /* freed when the plan is loaded */
    const struct plan_overrides *overrides;
    const struct dataset_source *dataset;
    uint64_t seeds[PLAN_SEEDS_MAX];
    size_t n_seeds;
    struct settings common; /* everything but the solvers' */
    struct solver_plan *solvers;
    size_t n_solvers;
};

static const char *const top_keys[] = {"experiment", "seeds", "stop", "dataset", "network", "solvers", NULL};
static const char *const name_key[] = {"name", NULL};
static const char *const solver_keys[] = {"name", "label", "stop", "dataset", "network", "eval_every", NULL};

static status fail_name(struct loader *l, const config_node *node, const char *what, const char *const *names,
                        size_t n, struct error *e)
{
    char where[300];
    config_where(&l->config, node, where, sizeof where);
    return unknown_name(e, where, what, config_text(node), "", names, n);
}

/* The text of `key` in `map`, which must be there. */
static status need_text(struct loader *l, const config_node *map, const char *key, const config_node **node,
                        struct error *e)
{
    *node = config_get(&l->config, map, key);
    if (!*node) return config_fail(&l->config, map, e, "'%s' is missing", key);
    if (!config_text(*node)) return config_fail(&l->config, *node, e, "'%s' must be a single text", key);
    return ST_OK;
}

static status read_experiment(struct loader *l, const config_node *root, struct error *e)
{
    const config_node *node;
    TRY(need_text(l, root, "experiment", &node, e));
    const char *name = config_text(node);
    size_t n = strlen(name);
    bool good = n > 0 && n < sizeof l->plan->experiment;
    for (size_t i = 0; i < n; i++) good = good && (isalnum((unsigned char)name[i]) || strchr("_-", name[i]));
    if (!good)
        return config_fail(&l->config, node, e,
                           "experiment '%.80s': 1 to %zu letters, digits, '_' and '-' are allowed", name,
                           sizeof l->plan->experiment - 1);
    memcpy(l->plan->experiment, name, n + 1);
    l->experiment = mem_string(&l->plan->mem, name, e);
    return l->experiment ? ST_OK : ST_MEMORY;
}

static status add_seed(struct loader *l, const char *text, const char *where, struct error *e)
{
    errno = 0;
    uint64_t seed = strtoull(text, NULL, 10);
    if (!*text || strspn(text, "0123456789") != strlen(text) || errno == ERANGE)
        return FAIL(e, ST_CONFIG, "%s: seed '%.60s' is no whole number from 0 to %" PRIu64, where, text,
                    UINT64_MAX);
    if (l->n_seeds == PLAN_SEEDS_MAX)
        return FAIL(e, ST_CONFIG, "%s: more than %d seeds", where, PLAN_SEEDS_MAX);
    for (size_t i = 0; i < l->n_seeds; i++)
        if (l->seeds[i] == seed)
            return FAIL(e, ST_CONFIG, "%s: seed %" PRIu64 " is given twice", where, seed);
    l->seeds[l->n_seeds++] = seed;
    return ST_OK;
}

static status read_seed_text(struct loader *l, const char *text, struct error *e)
{
    char *copy = mem_string(&l->scratch, text, e);
    if (!copy) return ST_MEMORY;
    l->n_seeds = 0;
    for (char *comma; (comma = strchr(copy, ',')) != NULL; copy = comma + 1) {
        *comma = '\0';
        TRY(add_seed(l, copy, "--seeds", e));
    }
    return add_seed(l, copy, "--seeds", e);
}

/* `seeds` of the file (checked even if --seeds replaces it), then --seeds; seed 0 without either. */
static status read_seeds(struct loader *l, const config_node *root, struct error *e)
{
    const config_node *node = config_get(&l->config, root, "seeds");
    bool list = node && config_is_list(node);
    size_t n = !node ? 0 : list ? config_length(node) : 1;
    if (list && n == 0) return config_fail(&l->config, node, e, "'seeds' is an empty list");
    for (size_t i = 0; i < n; i++) {
        const config_node *item = list ? config_item(&l->config, node, i) : node;
        char where[300];
        if (!config_text(item))
            return config_fail(&l->config, item, e, "'seeds' must be a list such as [0, 1, 2]");
        config_where(&l->config, item, where, sizeof where);
        TRY(add_seed(l, config_text(item), where, e));
    }
    if (l->overrides && l->overrides->seeds) return read_seed_text(l, l->overrides->seeds, e);
    if (l->n_seeds == 0) l->seeds[l->n_seeds++] = 0;
    return ST_OK;
}

static status read_dataset(struct loader *l, const config_node *root, struct error *e)
{
    const config_node *map = config_get(&l->config, root, "dataset"), *node;
    const char *names[NAMES_MAX];
    if (!map) return config_fail(&l->config, root, e, "'dataset' is missing");
    if (!config_is_map(map))
        return config_fail(&l->config, map, e, "'dataset' must be a mapping such as {name: digits}");
    TRY(need_text(l, map, "name", &node, e));
    l->dataset = catalogue_dataset(l->catalogue, config_text(node));
    if (l->dataset) return ST_OK;
    return fail_name(l, node, "dataset", names, catalogue_dataset_names(l->catalogue, names), e);
}

/* The options of a section; solver matters for SECTION_SOLVER only. */
static const struct option_table *section_table(const struct loader *l, enum section section,
                                                const struct solver *solver)
{
    const struct option_table *const tables[N_SECTIONS] = {&run_option_table, &stop_option_table,
                                                           &l->dataset->options, &net_option_table,
                                                           solver ? &solver->options : NULL};
    return tables[section];
}

/* Adds the mapping `map` of a section. */
static status put_map(struct loader *l, struct settings *s, enum section section, const config_node *map,
                      bool in_solver, struct error *e)
{
    char what[100];
    const bool dataset = section == SECTION_DATASET;
    const struct option_table *table = section_table(l, section, NULL);
    (void)snprintf(what, sizeof what, "%s '%s'", dataset ? "dataset" : "section",
                   dataset ? l->dataset->name : section_names[section]);
    TRY(settings_check_keys(&l->config, table, map, dataset && !in_solver ? name_key : NULL, what, e));
    for (size_t i = 0; i < config_length(map); i++) {
        const struct option *o = opt_find(table, config_text(config_key(&l->config, map, i)));
        const config_node *value = config_item(&l->config, map, i);
        if (o) TRY(settings_from_node(s, &l->config, section, table, o, value, &l->scratch, e));
    }
    return ST_OK;
}

/* Adds what `map` (the file or a solver's item) says in its keys, in order. solver is NULL for the file. */
static status put_keys(struct loader *l, struct settings *s, const config_node *map,
                       const struct solver *solver, struct error *e)
{
    struct config *c = &l->config;
    for (size_t i = 0; i < config_length(map); i++) {
        const char *key = config_text(config_key(c, map, i));
        const config_node *value = config_item(c, map, i);
        const struct option *own = solver ? opt_find(&solver->options, key) : NULL;
        const struct option *common = opt_find(&run_option_table, key);
        if (solver && (strcmp(key, "name") == 0 || strcmp(key, "label") == 0)) continue;
        if (own)
            TRY(settings_from_node(s, c, SECTION_SOLVER, &solver->options, own, value, &l->scratch, e));
        else if (common)
            TRY(settings_from_node(s, c, SECTION_RUN, &run_option_table, common, value, &l->scratch, e));
        for (int k = SECTION_STOP; !own && k <= SECTION_NETWORK; k++)
            if (strcmp(key, section_names[k]) == 0)
                TRY(put_map(l, s, (enum section)k, value, solver != NULL, e));
    }
    return ST_OK;
}

static size_t common_options(const struct loader *l)
{
    return opt_count(&run_option_table) + opt_count(&stop_option_table) + opt_count(&net_option_table) +
           opt_count(&l->dataset->options);
}

/* The label of an item of `solvers`: part of file names. */
static status read_label(struct loader *l, const config_node *item, struct solver_plan *sp, struct error *e)
{
    const config_node *node = config_get(&l->config, item, "label");
    const char *text = node ? config_text(node) : sp->solver->name;
    if (!text || !*text || strlen(text) > LABEL_MAX || text[strspn(text, label_letters)])
        return config_fail(&l->config, node, e, "'label' must be 1 to %d of the letters A-Z a-z 0-9 . + _ -",
                           LABEL_MAX);
    sp->label = mem_string(&l->plan->mem, text, e);
    return sp->label ? ST_OK : ST_MEMORY;
}

/* One item of `solvers`: what the file says for all, then what the item says. */
static status read_solver(struct loader *l, const config_node *item, struct solver_plan *sp, struct error *e)
{
    const char *names[NAMES_MAX];
    char what[100];
    const config_node *node;
    if (!config_is_map(item))
        return config_fail(&l->config, item, e, "a solver must be a mapping such as {name: admm}");
    TRY(need_text(l, item, "name", &node, e));
    sp->solver = catalogue_solver(l->catalogue, config_text(node));
    if (!sp->solver)
        return fail_name(l, node, "solver", names, catalogue_solver_names(l->catalogue, names), e);
    (void)snprintf(what, sizeof what, "solver '%s'", sp->solver->name);
    TRY(settings_check_keys(&l->config, &sp->solver->options, item, solver_keys, what, e));
    TRY(read_label(l, item, sp, e));
    TRY(settings_create(&sp->settings, common_options(l) + opt_count(&sp->solver->options), &l->scratch, e));
    for (size_t i = 0; i < l->common.n; i++) TRY(settings_put(&sp->settings, l->common.v[i], e));
    return put_keys(l, &sp->settings, item, sp->solver, e);
}

static status unknown_set(struct loader *l, const char *where, const struct set_text *set, struct error *e)
{
    const char *names[NAMES_MAX];
    char of[100] = "";
    size_t n = 0;
    for (size_t k = 0; k < (set->section == SECTION_SOLVER ? l->n_solvers : 1); k++) {
        const struct option_table *t = section_table(l, set->section, l->solvers[k].solver);
        for (size_t i = 0; i < opt_count(t) && n < NAMES_MAX; i++) names[n++] = opt_at(t, i)->key;
    }
    if (set->section == SECTION_SOLVER)
        (void)snprintf(of, sizeof of, " of the solvers in this experiment");
    else if (set->section != SECTION_RUN)
        (void)snprintf(of, sizeof of, " of section '%s'", section_names[set->section]);
    return unknown_name(e, where, "option", set->key, of, names, n);
}

/* Applies one --set to every solver that has the option; at least one must. */
static status apply_set(struct loader *l, const char *text, struct error *e)
{
    struct set_text set;
    char where[140];
    bool used = false;
    TRY(settings_split(text, &set, e));
    (void)snprintf(where, sizeof where, "--set %.100s", text);
    for (size_t k = 0; k < l->n_solvers; k++) {
        const struct option_table *t = section_table(l, set.section, l->solvers[k].solver);
        const struct option *o = opt_find(t, set.key);
        if (!o) continue;
        used = true;
        status s = settings_from_text(&l->solvers[k].settings, set.section, t, o, set.value, &l->scratch, e);
        if (s != ST_OK) return err_prefix(e, "%s", where);
    }
    return used ? ST_OK : unknown_set(l, where, &set, e);
}

static status read_solvers(struct loader *l, const config_node *root, struct error *e)
{
    const config_node *list = config_get(&l->config, root, "solvers");
    if (!list) return config_fail(&l->config, root, e, "'solvers' is missing");
    if (!config_is_list(list) || config_length(list) == 0)
        return config_fail(&l->config, list, e, "'solvers' must be a list such as [{name: admm}]");
    l->n_solvers = config_length(list);
    l->solvers = mem_alloc(&l->scratch, l->n_solvers, sizeof *l->solvers, e);
    if (!l->solvers) return ST_MEMORY;
    for (size_t k = 0; k < l->n_solvers; k++)
        TRY(read_solver(l, config_item(&l->config, list, k), &l->solvers[k], e));
    for (size_t i = 0; l->overrides && i < l->overrides->n_set; i++)
        TRY(apply_set(l, l->overrides->set[i], e));
    return ST_OK;
}

/* Number of configurations of every solver, and of all runs. */
static status count_runs(struct loader *l, struct error *e)
{
    size_t total = 0;
    for (size_t k = 0; k < l->n_solvers; k++) {
        struct solver_plan *sp = &l->solvers[k];
        sp->n_configurations = 1;
        for (size_t i = 0; i < sp->settings.n && sp->n_configurations <= PLAN_RUNS_MAX; i++)
            sp->n_configurations *= sp->settings.v[i].n;
        total += sp->n_configurations * l->n_seeds;
        if (sp->n_configurations > PLAN_RUNS_MAX || total > PLAN_RUNS_MAX)
            return FAIL(e, ST_CONFIG, "%s: the grid has more than %d runs", l->plan->source, PLAN_RUNS_MAX);
    }
    l->plan->runs = mem_alloc(&l->plan->mem, total, sizeof *l->plan->runs, e);
    return l->plan->runs ? ST_OK : ST_MEMORY;
}

int solver_precision(const struct solver *solver)
{
    return solver->abi % SOLVER_ABI_UNIT == sizeof(float) ? PRECISION_FLOAT : PRECISION_DOUBLE;
}

/* The code of a plug-in is for one precision; the program's own solvers are there in both. */
static status refuse_precision(const struct loader *l, const struct run *run, struct error *e)
{
    const int compiled = solver_precision(run->solver);
    if (!run->plugin || compiled == run->run.precision) return ST_OK;
    return FAIL(e, ST_CONFIG,
                "%s: precision is %s, but solver '%s' is compiled for %s: set precision to that, or compile "
                "%s with the "
                "flags of 'pkg-config --cflags spikebench-%s'",
                l->plan->source, precision_names[run->run.precision], run->solver->name,
                precision_names[compiled], run->plugin->file,
                run->run.precision == PRECISION_FLOAT ? "f32" : "f64");
}

/* Fills the options of configuration `index` of a solver; the last axis is the fastest. */
static status configure(struct loader *l, const struct solver_plan *sp, size_t index, struct run *run,
                        struct error *e)
{
    struct mem *m = &l->plan->mem;
    *run = (struct run){.experiment = l->experiment,
                        .label = sp->label,
                        .solver = sp->solver,
                        .plugin = catalogue_plugin(l->catalogue, sp->solver),
                        .dataset = l->dataset};
    run->dataset_options = mem_alloc(m, 1, l->dataset->options.size, e);
    run->solver_options = mem_alloc(m, 1, sp->solver->options.size, e);
    if (!run->dataset_options || !run->solver_options) return ST_MEMORY;
    for (int s = 0; s < N_SECTIONS; s++) {
        struct section_view view = run_section(run, (enum section)s);
        TRY(opt_defaults(view.table, view.options, e));
    }
    for (size_t i = sp->settings.n; i-- > 0;) {
        const struct setting *setting = &sp->settings.v[i];
        struct section_view view = run_section(run, setting->section);
        TRY(opt_set(setting->option, view.options, setting->values[index % setting->n], e));
        index /= setting->n;
    }
    return refuse_precision(l, run, e);
}

static status expand(struct loader *l, struct error *e)
{
    struct plan *p = l->plan;
    for (size_t k = 0; k < l->n_solvers; k++) {
        for (size_t i = 0; i < l->solvers[k].n_configurations; i++) {
            struct run run;
            TRY(configure(l, &l->solvers[k], i, &run, e));
            for (size_t s = 0; s < l->n_seeds; s++) {
                run.seed = l->seeds[s];
                p->runs[p->n_runs++] = run;
            }
        }
    }
    return ST_OK;
}

struct identity {
    char id[RUN_ID_SIZE];
    size_t run;
};

static int compare_identities(const void *a, const void *b)
{
    const struct identity *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order ? order : (x->run > y->run) - (x->run < y->run);
}

/* Two runs of the same identity would write the same files. */
static status refuse_twins(struct loader *l, struct error *e)
{
    const struct plan *p = l->plan;
    struct identity *ids = mem_alloc(&l->scratch, p->n_runs, sizeof *ids, e);
    if (!ids) return ST_MEMORY;
    for (size_t i = 0; i < p->n_runs; i++) {
        struct run copy = p->runs[i];
        run_identify(&copy, "");
        memcpy(ids[i].id, copy.id, sizeof copy.id);
        ids[i].run = i;
    }
    qsort(ids, p->n_runs, sizeof *ids, compare_identities);
    for (size_t i = 1; i < p->n_runs; i++)
        if (strcmp(ids[i - 1].id, ids[i].id) == 0)
            return FAIL(e, ST_CONFIG,
                        "%s: runs %zu and %zu (solver '%s', seed %" PRIu64
                        ") are the same: an axis has a value twice, or "
                        "varies only an option that does not change results (threads, path)",
                        p->source, ids[i - 1].run + 1, ids[i].run + 1, p->runs[ids[i].run].solver->name,
                        p->runs[ids[i].run].seed);
    return ST_OK;
}

static status load(struct loader *l, const char *text, struct error *e)
{
    const char *source = l->plan->source;
    TRY(text ? config_read_text(&l->config, source, text, strlen(text), e)
             : config_read(&l->config, source, e));
    const config_node *root = config_root(&l->config);
    TRY(settings_check_keys(&l->config, &run_option_table, root, top_keys, "the experiment file", e));
    TRY(read_experiment(l, root, e));
    TRY(read_seeds(l, root, e));
    TRY(read_dataset(l, root, e));
    TRY(settings_create(&l->common, common_options(l), &l->scratch, e));
    TRY(put_keys(l, &l->common, root, NULL, e));
    TRY(read_solvers(l, root, e));
    TRY(count_runs(l, e));
    TRY(expand(l, e));
    return refuse_twins(l, e);
}

status plan_load_text(struct plan *p, const struct catalogue *c, const char *name, const char *text,
                      const struct plan_overrides *o, struct error *e)
{
    struct loader l = {.plan = p, .catalogue = c, .overrides = o};
    *p = (struct plan){.n_runs = 0};
    p->source = mem_string(&p->mem, name, e);
    status s = p->source ? load(&l, text, e) : ST_MEMORY;
    config_free(&l.config);
    mem_free(&l.scratch);
    return s;
}

status plan_load(struct plan *p, const struct catalogue *c, const char *file, const struct plan_overrides *o,
                 struct error *e)
{
    return plan_load_text(p, c, file, NULL, o, e);
}

void plan_free(struct plan *p)
{
    mem_free(&p->mem);
    *p = (struct plan){.n_runs = 0};
}
