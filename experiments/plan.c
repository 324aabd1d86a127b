/* See plan.h. */
#include "experiments/plan.h"
#include "experiments/tune.h"
#include "support/paths.h"
#include "support/settings.h"
#include "support/text.h"
#include "support/texts.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PLAN_SEEDS_MAX = 64, PLAN_RUNS_MAX = 100000, EXPERIMENT_MAX = 63, LABEL_MAX = 40 };

/* One item of `solvers`. */
struct solver_plan {
    const struct solver *solver;
    const char *label; /* in the plan's arena */
    struct settings settings;
    size_t n_drawn; /* configurations drawn from ranges; 1 without */
    size_t n_configurations;
};

struct loader {
    struct plan *plan;
    const struct catalogue *catalogue;
    struct yml file;
    const yml_node *root;
    struct mem scratch; /* freed when the plan is loaded */
    const struct plan_overrides *overrides;
    const struct dataset_source *dataset;
    uint64_t seeds[PLAN_SEEDS_MAX];
    size_t n_seeds;
    struct tune tune;
    struct solver_plan *solvers;
    size_t n_solvers;
};

static status keep_text(struct loader *l, const char *text, const char **kept, struct error *e)
{
    *kept = mem_string(&l->plan->mem, text, e);
    return *kept ? ST_OK : ST_MEMORY;
}

static status read_experiment(struct loader *l, struct error *e)
{
    const yml_node *node;
    TRY(yml_need_text(&l->file, l->root, "experiment", &node, e));
    if (!path_fits_name(yml_text(node), EXPERIMENT_MAX, ""))
        return yml_fail(&l->file, node, e,
                        "experiment '%.80s': 1 to %d letters, digits, '_' and '-' are allowed",
                        yml_text(node), EXPERIMENT_MAX);
    return keep_text(l, yml_text(node), &l->plan->experiment, e);
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

/* `seeds` of the file (checked even if --seeds replaces it; `tune` draws by the first), then --seeds; seed 0
 * without either. */
static status read_seeds(struct loader *l, struct error *e)
{
    const yml_node *node = yml_get(&l->file, l->root, "seeds");
    const bool list = node && yml_is_list(node);
    const size_t n = !node ? 0 : list ? yml_length(node) : 1;
    if (list && n == 0) return yml_fail(&l->file, node, e, "'seeds' is an empty list");
    for (size_t i = 0; i < n; i++) {
        const yml_node *item = list ? yml_item(&l->file, node, i) : node;
        char where[300];
        if (!yml_text(item)) return yml_fail(&l->file, item, e, "'seeds' must be a list such as [0, 1, 2]");
        yml_where(&l->file, item, where, sizeof where);
        TRY(add_seed(l, yml_text(item), where, e));
    }
    char *text = NULL;
    TRY(tune_read(&l->tune, &l->file, l->root, l->n_seeds ? l->seeds[0] : 0, e));
    if (l->overrides && l->overrides->seeds) {
        if (!(text = mem_string(&l->scratch, l->overrides->seeds, e))) return ST_MEMORY;
        l->n_seeds = 0;
    }
    for (char *next = text; next; text = next) {
        if ((next = strchr(text, ','))) *next++ = '\0';
        TRY(add_seed(l, text, "--seeds", e));
    }
    if (l->n_seeds == 0) l->seeds[l->n_seeds++] = 0;
    return ST_OK;
}

/* The name of a solver or a dataset in its mapping, which must be one, as `must` says. */
static status read_name(struct loader *l, const yml_node *map, enum module_kind kind, const char *must,
                        const char **name, struct error *e)
{
    const yml_node *node;
    char where[300];
    if (!yml_is_map(map)) return yml_fail(&l->file, map, e, "%s", must);
    TRY(yml_need_text(&l->file, map, "name", &node, e));
    yml_where(&l->file, node, where, sizeof where);
    *name = yml_text(node);
    return catalogue_check(l->catalogue, kind, where, *name, e);
}

static status read_dataset(struct loader *l, struct error *e)
{
    const yml_node *map = yml_get(&l->file, l->root, "dataset");
    const char *name;
    if (!map) return yml_fail(&l->file, l->root, e, "'dataset' is missing");
    TRY(read_name(l, map, MODULE_DATASET, "'dataset' must be a mapping such as {name: digits}", &name, e));
    l->dataset = catalogue_dataset(l->catalogue, name);
    return ST_OK;
}

/* The options of a section; solver matters for SECTION_SOLVER only. */
static const struct option_table *section_table(const struct loader *l, enum section section,
                                                const struct solver *solver)
{
    return run_section(&(struct run){.dataset = l->dataset, .solver = solver}, section).table;
}

/* Adds the mapping `map` of a section. */
static status put_map(struct loader *l, struct settings *s, enum section section, const yml_node *map,
                      const char *const *others, struct error *e)
{
    char what[100];
    const bool dataset = section == SECTION_DATASET;
    const struct option_table *table = section_table(l, section, NULL);
    (void)snprintf(what, sizeof what, "%s '%s'", dataset ? "dataset" : "section",
                   dataset ? l->dataset->name : section_names[section]);
    TRY(settings_check_keys(&l->file, table, map, others, what, e));
    for (size_t i = 0; i < yml_length(map); i++) {
        const struct option *o = opt_find(table, yml_text(yml_key(&l->file, map, i)));
        if (o) TRY(settings_put_node(s, &l->file, table, o, yml_item(&l->file, map, i), e));
    }
    return ST_OK;
}

/* Adds what `map` (the file, where `solver` is NULL, or a solver's item) says in its keys, in order. */
static status put_keys(struct loader *l, struct settings *s, const yml_node *map, const struct solver *solver,
                       struct error *e)
{
    static const char *const name_key[] = {"name", NULL};
    for (size_t i = 0; i < yml_length(map); i++) {
        const char *key = yml_text(yml_key(&l->file, map, i));
        const yml_node *value = yml_item(&l->file, map, i);
        const struct option_table *table = solver ? &solver->options : &run_option_table;
        if (!opt_find(table, key)) table = &run_option_table;
        const struct option *o = opt_find(table, key);
        if (o) TRY(settings_put_node(s, &l->file, table, o, value, e));
        for (int k = SECTION_STOP; !o && k <= SECTION_NETWORK; k++)
            if (strcmp(key, section_names[k]) == 0)
                TRY(put_map(l, s, (enum section)k, value, !solver && k == SECTION_DATASET ? name_key : NULL,
                            e));
    }
    return ST_OK;
}

static status read_label(struct loader *l, const yml_node *item, struct solver_plan *sp, struct error *e)
{
    const yml_node *node = yml_get(&l->file, item, "label");
    const char *text = node ? yml_text(node) : sp->solver->name;
    if (!text || !path_fits_name(text, LABEL_MAX, ".+"))
        return yml_fail(&l->file, node ? node : item, e,
                        "'label' must be 1 to %d of the letters A-Z a-z 0-9 . + _ -", LABEL_MAX);
    return keep_text(l, text, &sp->label, e);
}

/* One item of `solvers`: what the file says for all, then what the item says. */
static status read_solver(struct loader *l, const yml_node *item, struct solver_plan *sp, struct error *e)
{
    static const char *const keys[] = {"name", "label", "stop", "dataset", "network", "eval_every", NULL};
    char what[100];
    const char *name;
    size_t n = 0;
    TRY(read_name(l, item, MODULE_SOLVER, "a solver must be a mapping such as {name: admm}", &name, e));
    sp->solver = catalogue_solver(l->catalogue, name);
    (void)snprintf(what, sizeof what, "solver '%s'", name);
    TRY(settings_check_keys(&l->file, &sp->solver->options, item, keys, what, e));
    TRY(read_label(l, item, sp, e));
    for (int s = 0; s < N_SECTIONS; s++) n += opt_count(section_table(l, (enum section)s, sp->solver));
    TRY(settings_create(&sp->settings, n, &l->scratch, e));
    TRY(put_keys(l, &sp->settings, l->root, NULL, e));
    return put_keys(l, &sp->settings, item, sp->solver, e);
}

status settings_split(const char *text, struct set_text *set, struct error *e)
{
    char where[140];
    const char *key, *equals = strchr(text, '=');
    const size_t n = equals ? (size_t)(equals - text) : 0;
    if (n == 0 || n >= sizeof set->key)
        return FAIL(e, ST_CONFIG, "--set %.100s: write it as section.key=value, such as solver.rho=0.1",
                    text);
    *set = (struct set_text){.value = equals + 1};
    memcpy(set->key, text, n);
    set->section = section_of(set->key, &key);
    if (set->section == N_SECTIONS) {
        *strchr(set->key, '.') = '\0';
        (void)snprintf(where, sizeof where, "--set %.100s", text);
        return unknown_name(e, where, "section", set->key, "", section_names + SECTION_STOP,
                            N_SECTIONS - SECTION_STOP);
    }
    memmove(set->key, key, strlen(key) + 1);
    return ST_OK;
}

/* No solver has the option: names the section that has it, else what the options are. */
static status unknown_set(struct loader *l, const char *where, const struct set_text *set, struct error *e)
{
    static const char *const sections[] = {"stop.*", "dataset.*", "network.*", "solver.*"};
    const bool top = set->section == SECTION_RUN, solvers = set->section == SECTION_SOLVER;
    const char *names[OPT_NAMES_MAX];
    char of[100] = " of the solvers in this experiment";
    size_t n = 0;
    for (int s = SECTION_STOP; s < N_SECTIONS; s++)
        for (size_t k = 0; k < l->n_solvers; k++)
            if (opt_find(section_table(l, (enum section)s, l->solvers[k].solver), set->key))
                return FAIL(e, ST_CONFIG, "%s: unknown option '%s'; did you mean '%s.%s'?", where, set->key,
                            section_names[s], set->key);
    for (size_t k = 0; k < (solvers ? l->n_solvers : 1); k++)
        n += opt_names(section_table(l, set->section, l->solvers[k].solver), names + n, OPT_NAMES_MAX - n);
    for (size_t k = 0; top && k < sizeof sections / sizeof *sections; k++) names[n++] = sections[k];
    if (!solvers)
        (void)snprintf(of, sizeof of, "%s%s%s", top ? "" : " of section '", section_names[set->section],
                       top ? "" : "'");
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
        if (settings_put_text(&l->solvers[k].settings, t, o, set.value, e) != ST_OK)
            return err_prefix(e, "%s", where);
    }
    return used ? ST_OK : unknown_set(l, where, &set, e);
}

static status read_solvers(struct loader *l, struct error *e)
{
    const yml_node *list = yml_get(&l->file, l->root, "solvers");
    if (!list) return yml_fail(&l->file, l->root, e, "'solvers' is missing");
    if (!yml_is_list(list) || yml_length(list) == 0)
        return yml_fail(&l->file, list, e, "'solvers' must be a list such as [{name: admm}]");
    l->n_solvers = yml_length(list);
    l->solvers = mem_alloc(&l->scratch, l->n_solvers, sizeof *l->solvers, e);
    if (!l->solvers) return ST_MEMORY;
    for (size_t k = 0; k < l->n_solvers; k++)
        TRY(read_solver(l, yml_item(&l->file, list, k), &l->solvers[k], e));
    for (size_t i = 0; l->overrides && i < l->overrides->n_set; i++)
        TRY(apply_set(l, l->overrides->set[i], e));
    return ST_OK;
}

/* The configurations of a trainer, over all items of its label. */
static size_t budget_of(const struct loader *l, const char *label)
{
    size_t n = 0;
    for (size_t k = 0; k < l->n_solvers; k++)
        if (strcmp(l->solvers[k].label, label) == 0) n += l->solvers[k].n_configurations;
    return n;
}

/* With `tune` all trainers get the same number of configurations, unless the file lets them differ. */
static status check_budgets(struct loader *l, struct error *e)
{
    struct plan *p = l->plan;
    const char *first = l->solvers[0].label;
    const size_t usual = budget_of(l, first);
    if (l->tune.configurations == 0) return ST_OK;
    p->budget = usual;
    p->tune_seed = l->tune.seed;
    for (size_t k = 1; k < l->n_solvers; k++) {
        const char *label = l->solvers[k].label;
        const size_t own = budget_of(l, label);
        if (own != usual && !l->tune.any_budget)
            return FAIL(e, ST_CONFIG,
                        "%s: solver '%s' has %zu configurations and '%s' %zu (lists multiply those that are "
                        "drawn): make them equal, or allow it by tune.budget: any",
                        p->source, first, usual, label, own);
        p->unequal = p->unequal || own != usual;
        p->budget = own < p->budget ? own : p->budget;
    }
    return ST_OK;
}

/* Number of configurations of every solver, and of all runs. */
static status count_runs(struct loader *l, struct error *e)
{
    size_t total = 0;
    for (size_t k = 0; k < l->n_solvers; k++) {
        struct solver_plan *sp = &l->solvers[k];
        const struct tune_item item = {l->plan->source, sp->label, l->dataset, &sp->settings};
        TRY(tune_draw(&l->tune, &item, &sp->n_drawn, e));
        sp->n_configurations = sp->n_drawn;
        for (size_t i = 0; i < sp->settings.n && sp->n_configurations <= PLAN_RUNS_MAX; i++)
            if (sp->settings.list[i].range == RANGE_NONE) /* what is drawn for a range goes by the draw */
                sp->n_configurations *= sp->settings.list[i].n;
        total += sp->n_configurations * l->n_seeds;
        if (sp->n_configurations > PLAN_RUNS_MAX || total > PLAN_RUNS_MAX)
            return FAIL(e, ST_CONFIG, "%s: the grid has more than %d runs", l->plan->source, PLAN_RUNS_MAX);
    }
    TRY(check_budgets(l, e));
    l->plan->runs = mem_alloc(&l->plan->mem, total, sizeof *l->plan->runs, e);
    return l->plan->runs ? ST_OK : ST_MEMORY;
}

/* The code of a plug-in is for one precision; the program's own solvers are there in both. */
static status refuse_precision(const struct loader *l, const struct run *run, struct error *e)
{
    const int compiled = solver_precision(run->solver);
    if (!run->plugin || compiled == run->run.precision) return ST_OK;
    return FAIL(e, ST_CONFIG,
                "%s: precision is %s, but solver '%s' is compiled for %s: set precision to that, or compile "
                "%s with the flags of 'pkg-config --cflags spikebench-%s'",
                l->plan->source, precision_names[run->run.precision], run->solver->name,
                precision_names[compiled], run->plugin->file, precision_tags[run->run.precision]);
}

/* Fills the options of configuration `index` of a solver: the last axis is the fastest, what was drawn the
 * slowest. */
static status configure(struct loader *l, const struct solver_plan *sp, size_t index, struct run *run,
                        struct error *e)
{
    struct mem *m = &l->plan->mem;
    const size_t drawn = index / (sp->n_configurations / sp->n_drawn);
    *run = (struct run){.experiment = l->plan->experiment,
                        .label = sp->label,
                        .solver = sp->solver,
                        .plugin = catalogue_plugin(l->catalogue, sp->solver),
                        .dataset = l->dataset};
    run->dataset_options = mem_alloc(m, 1, l->dataset->options.size, e);
    run->solver_options = mem_alloc(m, 1, sp->solver->options.size, e);
    if (!run->dataset_options || !run->solver_options) return ST_MEMORY;
    for (int s = 0; s < N_SECTIONS; s++) {
        const struct section_view view = run_section(run, (enum section)s);
        size_t rest = index % (sp->n_configurations / sp->n_drawn);
        TRY(opt_defaults(view.table, view.options, e));
        for (size_t i = sp->settings.n; i-- > 0;) {
            const struct setting *setting = &sp->settings.list[i];
            const bool axis = setting->range == RANGE_NONE;
            const size_t k = axis ? rest % setting->n : drawn;
            if (setting->table == view.table)
                TRY(opt_set(setting->option, view.options, setting->values[k], e));
            if (axis) rest /= setting->n;
        }
    }
    return refuse_precision(l, run, e);
}

static status expand(struct loader *l, struct error *e)
{
    struct plan *p = l->plan;
    p->n_seeds = l->n_seeds;
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

status plan_refuse_twins(const struct plan *p, struct error *e)
{
    struct texts ids = {.n = 0};
    status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < p->n_runs && !ids.no_memory; i++) {
        const struct run *run = &p->runs[i];
        const size_t first = texts_place(&ids, run->id);
        if (first < i)
            st =
                FAIL(e, ST_CONFIG,
                     "%s: runs %zu and %zu (solver '%s', seed %" PRIu64
                     ") are the same: an axis has a value twice, or varies only what does not change results "
                     "(threads, path, another name of the same file)",
                     p->source, first + 1, i + 1, run->solver->name, run->seed);
    }
    return texts_end(&ids, 1, st, "the identities of runs", e);
}

/* As far as the plan itself says: without data and files of starting weights. */
static status refuse_twins(struct plan *p, struct error *e)
{
    for (size_t i = 0; i < p->n_runs; i++) run_identify(&p->runs[i], "");
    const status st = plan_refuse_twins(p, e);
    for (size_t i = 0; i < p->n_runs; i++) p->runs[i].id[0] = '\0';
    return st;
}

static status load(struct loader *l, const char *text, struct error *e)
{
    static const char *const keys[] = {"experiment", "seeds",   "tune",    "stop",
                                       "dataset",    "network", "solvers", NULL};
    const char *source = l->plan->source;
    TRY(text ? yml_read_text(&l->file, source, text, strlen(text), e) : yml_read(&l->file, source, e));
    l->root = yml_root(&l->file);
    TRY(settings_check_keys(&l->file, &run_option_table, l->root, keys, "the experiment file", e));
    TRY(read_experiment(l, e));
    TRY(read_seeds(l, e));
    TRY(read_dataset(l, e));
    TRY(read_solvers(l, e));
    TRY(count_runs(l, e));
    TRY(expand(l, e));
    return refuse_twins(l->plan, e);
}

status plan_load(struct plan *p, const struct catalogue *c, const char *name, const char *text,
                 const struct plan_overrides *o, struct error *e)
{
    struct loader l = {.plan = p, .catalogue = c, .overrides = o};
    *p = (struct plan){.n_runs = 0};
    p->source = mem_string(&p->mem, name, e);
    status s = p->source ? load(&l, text, e) : ST_MEMORY;
    yml_free(&l.file);
    mem_free(&l.scratch);
    return s;
}

bool plan_makes(const struct plan *p, const struct run *run)
{
    return run->shard == p->shard.index;
}

void plan_free(struct plan *p)
{
    mem_free(&p->mem);
    *p = (struct plan){.n_runs = 0};
}

static struct name_group *find_group(const struct names *n, const struct run *run)
{
    for (struct name_group *g = n->groups; g < n->groups + n->n; g++)
        if (g->first->solver == run->solver && strcmp(g->first->label, run->label) == 0) return g;
    return NULL;
}

status names_create(struct names *n, const struct plan *p, struct mem *m, struct error *e)
{
    *n = (struct names){.seeds = p->n_seeds > 1};
    n->groups = mem_alloc(m, p->n_runs, sizeof *n->groups, e);
    if (!n->groups) return ST_MEMORY;
    for (const struct run *run = p->runs; run < p->runs + p->n_runs; run += p->n_seeds) {
        struct name_group *g = find_group(n, run);
        if (g)
            run_mark_differences(g->first, run, g->varies);
        else
            n->groups[n->n++].first = run;
    }
    return ST_OK;
}

void names_format(const struct names *n, const struct run *run, char *text, size_t size)
{
    const struct name_group *g = find_group(n, run);
    (void)snprintf(text, size, "%s", run->label);
    for (struct run_option o = {.option = NULL}; g && run_next_option(run, &o);)
        if (o.number < RUN_OPTIONS_MAX && g->varies[o.number])
            (void)text_add(text, size, " %s=%s", o.option->key, o.value);
    if (n->seeds) (void)text_add(text, size, " seed %" PRIu64, run->seed);
}
