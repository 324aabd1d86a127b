/* Checking a plan against its data and its solvers, and printing it (see plan_check.h). */
#include "experiments/plan_check.h"
#include "network/evaluate.h"
#include <inttypes.h>
#include <string.h>

enum { COLUMNS_MAX = 200, LINE_MAX_SIZE = 2048 };

static bool same_configuration(const struct run *a, const struct run *b)
{
    return a->solver == b->solver && a->solver_options == b->solver_options &&
           a->dataset_options == b->dataset_options;
}

static bool same_data(const struct plan_probe *probe, const struct run *run)
{
    const struct option_table *t = &run->dataset->options;
    if (probe->dataset != run->dataset) return false;
    for (size_t i = 0, n = opt_count(t); i < n; i++) {
        char a[OPT_STRING_MAX + 64], b[OPT_STRING_MAX + 64];
        opt_format(opt_at(t, i), probe->options, a, sizeof a);
        opt_format(opt_at(t, i), run->dataset_options, b, sizeof b);
        if (strcmp(a, b) != 0) return false;
    }
    return true;
}

/* The probe of the run's data, made now if there is none yet. */
static status find_probe(struct plan_report *r, const struct run *run, const struct plan_probe **found,
                         struct error *e)
{
    struct error problem = {.code = ST_OK};
    for (size_t i = 0; i < r->n_probes; i++) {
        *found = r->probes[i];
        if (same_data(r->probes[i], run)) return ST_OK;
    }
    struct plan_probe *probe = mem_alloc(&r->mem, 1, sizeof *probe, e);
    if (!probe) return ST_MEMORY;
    probe->dataset = run->dataset;
    probe->options = run->dataset_options;
    probe->outcome = run->dataset->probe(run->dataset_options, &probe->info, &problem);
    if (probe->outcome != ST_OK && !(probe->message = mem_string(&r->mem, problem.text, e))) return ST_MEMORY;
    r->probes[r->n_probes++] = probe;
    *found = probe;
    return ST_OK;
}

/* Bytes of a run: samples, weights (the net and its best copy) and all that the solver's create takes. */
static status count_memory(const struct run *run, const struct dataset_info *info, size_t *bytes,
                           struct error *e)
{
    if (run->solver->abi != (unsigned)SOLVER_ABI)
        return ST_OK; /* a plug-in whose code is not for this program */
    const size_t samples = info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST];
    struct mem pages = {.reserve = true};
    struct net net;
    const struct shapes shapes = {&net, &run->net, info, (size_t)run->run.threads};
    void *state;
    status st = net_create(&net, &run->net, info->n_inputs,
                           info->n_classes ? info->n_classes : info->n_targets, &pages, e);
    if (st == ST_OK) {
        st = run->solver->create(run->solver, &state, run->solver_options, &shapes, &pages, e);
        if (st == ST_OK && run->solver->free) run->solver->free(state);
    }
    if (st == ST_OK)
        *bytes = info->entries * (sizeof(uint32_t) + sizeof(real)) +
                 (samples * info->T + 1) * sizeof(size_t) + pages.bytes + net_footprint(&net);
    mem_free(&pages);
    return st;
}

const struct network_choice network_choices[] = {{"loss", FEATURE_LOSS_SQUARED},
                                                 {"reset", FEATURE_RESET_SOFT},
                                                 {"readout", FEATURE_READOUT_LAST},
                                                 {"start", FEATURE_START_RATE},
                                                 {NULL, 0}};

/* "rate and kaiming": the values whose bits the mask has. */
static void name_allowed(const struct solver *solver, const struct network_choice *choice, char *text,
                         size_t size)
{
    const struct option *o = opt_find(&net_option_table, choice->key);
    size_t used = 0, last = 0;
    for (size_t k = 0; opt_choice(o, k); k++)
        if (solver->features & choice->first << k) last = k;
    for (size_t k = 0; opt_choice(o, k) && used < size; k++)
        if (solver->features & choice->first << k)
            used += (size_t)snprintf(text + used, size - used, "%s%s",
                                     used == 0   ? ""
                                     : k == last ? " and "
                                                 : ", ",
                                     opt_choice(o, k));
}

static status refuse_features(const struct run *run, const struct dataset_info *info, struct error *e)
{
    const struct solver *solver = run->solver;
    if (info->n_classes == 0 && !(solver->features & FEATURE_REGRESSION))
        return FAIL(e, ST_CONFIG, "solver '%s' needs class labels; dataset '%s' has real-valued targets",
                    solver->name, run->dataset->name);
    if (info->n_classes > 0 && !(solver->features & FEATURE_CLASSIFICATION))
        return FAIL(e, ST_CONFIG, "solver '%s' needs real-valued targets; dataset '%s' has class labels",
                    solver->name, run->dataset->name);
    for (const struct network_choice *c = network_choices; c->key; c++) {
        const struct option *o = opt_find(&net_option_table, c->key);
        const int value = *(const int *)((const char *)&run->net + o->offset);
        char allowed[200];
        if (solver->features & c->first << value) continue;
        name_allowed(solver, c, allowed, sizeof allowed);
        return FAIL(e, ST_CONFIG, "network.%s = %s is not for solver '%s', which allows %s", c->key,
                    opt_choice(o, (size_t)value), solver->name, allowed);
    }
    return ST_OK;
}

status run_check(const struct run *run, const struct dataset_info *info, struct error *e)
{
    const struct solver *solver = run->solver;
    TRY(refuse_features(run, info, e));
    if (info->n_classes == 0 && run->net.loss != LOSS_SQUARED)
        return FAIL(e, ST_CONFIG,
                    "network.loss = %s needs class labels; real-valued targets allow squared only",
                    loss_names[run->net.loss]);
    if (info->n_classes == 0 && run->stop.target > 0)
        return FAIL(e, ST_CONFIG, "stop.target is an accuracy; dataset '%s' has real-valued targets",
                    run->dataset->name);
    if (info->n[SPLIT_TRAIN] == 0)
        return FAIL(e, ST_CONFIG, "dataset '%s' has no training samples", run->dataset->name);
    return solver->check ? solver->check(solver, run->solver_options, &run->net, info, e) : ST_OK;
}

static status check_configuration(struct plan_report *r, const struct run *run, struct plan_configuration *c,
                                  struct error *e)
{
    struct error problem = {.code = ST_OK};
    TRY(find_probe(r, run, &c->probe, e));
    c->outcome = c->probe->outcome;
    c->message = c->probe->message;
    if (c->outcome != ST_OK) return ST_OK;
    c->outcome = run_check(run, &c->probe->info, &problem);
    if (c->outcome == ST_OK) c->outcome = count_memory(run, &c->probe->info, &c->memory, &problem);
    if (c->outcome != ST_OK && !(c->message = mem_string(&r->mem, problem.text, e))) return ST_MEMORY;
    return ST_OK;
}

status plan_check(const struct plan *p, struct plan_report *r, struct error *e)
{
    *r = (struct plan_report){.n_probes = 0};
    r->probes = mem_alloc(&r->mem, p->n_runs, sizeof(struct plan_probe *), e);
    r->configurations = mem_alloc(&r->mem, p->n_runs, sizeof *r->configurations, e);
    if (!r->probes || !r->configurations) return ST_MEMORY;
    for (size_t i = 0; i < p->n_runs; i++) {
        struct plan_configuration *c = &r->configurations[r->n_configurations];
        if (i > 0 && same_configuration(&p->runs[i - 1], &p->runs[i])) {
            c[-1].n_seeds++;
            continue;
        }
        *c = (struct plan_configuration){.first = i, .n_seeds = 1};
        r->n_configurations++;
        TRY(check_configuration(r, &p->runs[i], c, e));
    }
    return ST_OK;
}

void plan_report_free(struct plan_report *r)
{
    mem_free(&r->mem);
    *r = (struct plan_report){.n_probes = 0};
}

bool plan_is_wrong(const struct plan_report *r)
{
    for (size_t i = 0; i < r->n_configurations; i++)
        if (r->configurations[i].outcome == ST_CONFIG) return true;
    return false;
}

bool plan_lacks_data(const struct plan_report *r)
{
    for (size_t i = 0; i < r->n_configurations; i++)
        if (r->configurations[i].outcome != ST_OK && r->configurations[i].outcome != ST_CONFIG) return true;
    return false;
}

/* Which option columns vary among the configurations of one solver. */
struct axes {
    struct mem *mem;
    const char *first[COLUMNS_MAX]; /* values in the solver's first configuration */
    bool varies[COLUMNS_MAX];
    size_t column;
    bool filling;
    char *line; /* out, when printing */
    size_t used;
    bool failed;
};

static void axes_look(void *context, const char *name, const char *value, bool is_default)
{
    struct axes *a = context;
    size_t k = a->column++;
    (void)name, (void)is_default;
    if (k >= COLUMNS_MAX) return;
    if (a->filling) {
        a->first[k] = mem_string(a->mem, value, NULL);
        a->failed = a->failed || !a->first[k];
    } else if (a->first[k] && strcmp(a->first[k], value) != 0) {
        a->varies[k] = true;
    }
}

static void axes_write(void *context, const char *name, const char *value, bool is_default)
{
    struct axes *a = context;
    size_t k = a->column++;
    (void)is_default;
    if (k >= COLUMNS_MAX || !a->varies[k] || a->used >= LINE_MAX_SIZE) return;
    int wrote = snprintf(a->line + a->used, LINE_MAX_SIZE - a->used, " %s=%s", name, value);
    if (wrote > 0) a->used += (size_t)wrote;
}

static void print_bytes(size_t bytes, FILE *out)
{
    if (bytes >= (size_t)1 << 30)
        (void)fprintf(out, "%.1f GiB", (double)bytes / (double)(1 << 30));
    else
        (void)fprintf(out, "%.1f MiB", (double)bytes / (double)(1 << 20));
}

static void print_configuration(const struct plan *p, const struct plan_configuration *c, size_t number,
                                struct axes *a, FILE *out)
{
    char line[LINE_MAX_SIZE] = "";
    const struct run *run = &p->runs[c->first];
    a->line = line;
    a->used = a->column = 0;
    run_visit_options(run, true, axes_write, a);
    (void)fprintf(out, "%4zu  %s%s  seeds", number, run->label, line);
    for (size_t s = 0; s < c->n_seeds; s++) (void)fprintf(out, "%s%" PRIu64, s ? "," : " ", run[s].seed);
    (void)fputs("  ", out);
    if (c->outcome != ST_OK)
        (void)fprintf(out, "ERROR (%s)", status_name(c->outcome));
    else
        print_bytes(c->memory, out);
    (void)fputc('\n', out);
}

static void print_probe(const struct plan_probe *probe, FILE *out)
{
    const struct dataset_info *i = &probe->info;
    (void)fprintf(out, "dataset %s: ", probe->dataset->name);
    if (probe->outcome != ST_OK) {
        (void)fprintf(out, "%s\n", probe->message);
        return;
    }
    (void)fprintf(out, "%zu inputs, %zu %s, T %zu; samples: %zu training, %zu validation, %zu test\n",
                  i->n_inputs, i->n_classes ? i->n_classes : i->n_targets,
                  i->n_classes ? "classes" : "targets", i->T, i->n[SPLIT_TRAIN], i->n[SPLIT_VALIDATION],
                  i->n[SPLIT_TEST]);
}

/* The configurations of one solver, from number `i` on; returns the number after the last. */
static size_t print_solver(const struct plan *p, const struct plan_report *r, size_t i, struct mem *m,
                           bool *failed, FILE *out)
{
    struct axes a = {.mem = m, .filling = true};
    const struct plan_configuration *c = r->configurations;
    size_t end = i;
    for (; end < r->n_configurations && p->runs[c[end].first].solver == p->runs[c[i].first].solver; end++) {
        a.column = 0;
        run_visit_options(&p->runs[c[end].first], true, axes_look, &a);
        a.filling = false;
    }
    for (; i < end; i++) print_configuration(p, &c[i], i + 1, &a, out);
    *failed = *failed || a.failed;
    return end;
}

status plan_print(const struct plan *p, const struct plan_report *r, FILE *out, struct error *e)
{
    struct mem scratch = {.blocks = NULL};
    size_t largest = 0, absent = 0;
    bool failed = false;
    (void)fprintf(out, "experiment %s (%s): %zu run%s in %zu configuration%s\n", p->experiment, p->source,
                  p->n_runs, p->n_runs == 1 ? "" : "s", r->n_configurations,
                  r->n_configurations == 1 ? "" : "s");
    for (size_t i = 0; i < r->n_probes; i++) print_probe(r->probes[i], out);
    for (size_t i = 0; i < r->n_configurations;) i = print_solver(p, r, i, &scratch, &failed, out);
    for (size_t i = 0; i < r->n_configurations; i++) {
        const struct plan_configuration *c = &r->configurations[i];
        largest = c->memory > largest ? c->memory : largest;
        absent += c->outcome == ST_NO_DATA || (c->outcome == ST_OK && c->memory == 0);
    }
    if (largest > 0) {
        (void)fputs("memory of the largest run, for double: ", out);
        print_bytes(largest, out);
        (void)fputc('\n', out);
    }
    if (absent > 0)
        (void)fprintf(out,
                      "memory of %zu configuration%s not known: the sizes come from the data, which is not "
                      "there, or the solver is a plug-in for float\n",
                      absent, absent == 1 ? " is" : "s are");
    mem_free(&scratch);
    return failed ? FAIL(e, ST_MEMORY, "no memory to print the plan") : ST_OK;
}

void plan_print_errors(const struct plan *p, const struct plan_report *r, FILE *out)
{
    for (size_t i = 0; i < r->n_configurations; i++) {
        const struct plan_configuration *c = &r->configurations[i];
        size_t same = 0;
        bool before = false;
        if (c->outcome == ST_OK) continue;
        for (size_t k = 0; k < r->n_configurations; k++) {
            const struct plan_configuration *other = &r->configurations[k];
            if (other->outcome != c->outcome || strcmp(other->message, c->message) != 0) continue;
            before = before || k < i;
            same++;
        }
        if (before) continue;
        (void)fprintf(out, "spikebench: %s: %s: configuration %zu (%s)", p->source, status_name(c->outcome),
                      i + 1, p->runs[c->first].solver->name);
        if (same > 1) (void)fprintf(out, " and %zu more", same - 1);
        (void)fprintf(out, ": %s\n", c->message);
    }
}
