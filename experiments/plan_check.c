/* See plan_check.h. */
#include "experiments/plan_check.h"
#include "datasets/tasks.h"
#include "network/nir.h"
#include "support/file.h"
#include "support/file_kind.h"
#include "support/hash.h"
#include "support/mpi_link.h"
#include "support/resident.h"
#include "support/text.h"
#include "trainer/cost.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A text for the dataset and all its options. */
static void name_data(const struct run *run, char hex[HASH_HEX])
{
    struct hash h;
    hash_start(&h);
    hash_add(&h, run->dataset->name, strlen(run->dataset->name) + 1);
    for (struct run_option o = {.section = SECTION_DATASET};
         run_next_option(run, &o) && o.section == SECTION_DATASET;)
        hash_add(&h, o.value, strlen(o.value) + 1);
    hash_finish(&h, hex);
}

/* The probe of the run's data, made now if there is none yet. */
static status find_probe(struct plan_report *r, const struct run *run, const struct plan_probe **found,
                         struct error *e)
{
    char name[HASH_HEX];
    struct error problem = {.code = ST_OK};
    name_data(run, name);
    const size_t place = texts_place(&r->data, name);
    if (r->data.no_memory) return FAIL(e, ST_MEMORY, "no memory for a list of data");
    struct plan_probe *probe = &r->probes[place];
    *found = probe;
    if (probe->run) return ST_OK;
    probe->run = run;
    resident_peak_reset();
    probe->outcome = run->dataset->probe(run->dataset_options, &probe->info, &problem);
    probe->peak = resident_peak();
    probe->info.streamed = ((const struct dataset_common *)run->dataset_options)->stream[0] != 0;
    if (probe->outcome != ST_OK && !(probe->message = mem_string(&r->mem, problem.text, e))) return ST_MEMORY;
    return ST_OK;
}

/* Bytes of a number in the precision of the run. */
static size_t real_size(const struct run *run)
{
    return run->run.precision == PRECISION_FLOAT ? sizeof(float) : sizeof(double);
}

static status check_net(const struct net *net, const struct run *run, struct error *e)
{
    FILE *f = NULL;
    TRY(file_open(run->net.start_file, UINT64_MAX, &f, e));
    const status st = net_file_fits(net, real_size(run), f, e);
    (void)fclose(f);
    return st == ST_OK ? st : err_prefix(e, "%s", run->net.start_file);
}

static status check_nir(const struct net *net, const struct run *run, struct error *e)
{
    struct mem m = {.blocks = NULL};
    struct nir_network n;
    status st = nir_read_start(&n, &run->net, &m, e);
    if (st == ST_OK) {
        st = nir_fits(&n, net, real_size(run), e);
        if (st != ST_OK) err_prefix(e, "%s", run->net.start_file);
    }
    mem_free(&m);
    return st;
}

/* The file of network.start against the network's sizes. */
static status check_start(const struct run *run, const struct dataset_info *info, struct error *e)
{
    struct mem pages = {.reserve = true};
    struct net net;
    const char *path = run->net.start_file;
    if (run->net.start != START_FILE) return ST_OK;
    const size_t n_outputs = info->n_classes ? info->n_classes : info->n_targets;
    status st = net_create(&net, &run->net, info->n_inputs, n_outputs, &pages, e);
    if (st == ST_OK) st = file_named(path, ".nir") ? check_nir(&net, run, e) : check_net(&net, run, e);
    mem_free(&pages);
    if (st == ST_OK || st == ST_MEMORY) return st;
    if (e) e->code = ST_CONFIG;
    (void)err_prefix(e, "network.start");
    return ST_CONFIG;
}

/* Refuses samples that change from iteration to iteration where they, or the solver, do not allow that. */
static status check_augment(const struct run *run, const struct dataset_info *info, struct error *e)
{
    const struct augment_options *o = &((const struct dataset_common *)run->dataset_options)->augment;
    const struct augment_shape shape = {info->channels, info->width, info->height, info->valued};
    if (!augment_asked(o)) return ST_OK;
    if (!(run->solver->features & FEATURE_FRESH_SAMPLES))
        return FAIL(e, ST_CONFIG,
                    "dataset.augment_* is not for solver '%s': what it keeps of each training sample from "
                    "iteration to iteration is of that sample as it was, and the samples change",
                    run->solver->name);
    return augment_check(o, &shape, e);
}

bool run_divides(const struct run *run)
{
    const struct dataset_common *o = run->dataset_options;
    return run->run.ranks > 1 && run->solver->features & FEATURE_RANKS &&
           solver_is_full(run->solver, run->solver_options) && o->tasks == 1 && !augment_asked(&o->augment) &&
           !run->dataset->measure;
}

status run_check(const struct run *run, const struct dataset_info *info, struct error *e)
{
    const struct dataset_common *o = run->dataset_options;
    const size_t tasks = tasks_of(o);
    TRY(check_augment(run, info, e));
    if (o->stream[0] && (o->tasks != 1 || augment_asked(&o->augment)))
        return FAIL(e, ST_CONFIG,
                    "dataset.stream is not for %s, which copies samples in memory: empty is allowed",
                    o->tasks > 1 ? "dataset.tasks" : "dataset.augment_*");
    TRY(tasks_check(tasks, info, run->dataset->name, e));
    if (tasks > 1 && (run->stop.target > 0 || run->stop.patience > 0))
        return FAIL(e, ST_CONFIG,
                    "stop.%s looks at the accuracy over all classes, which says nothing while dataset.tasks "
                    "= %zu are trained one after the other",
                    run->stop.target > 0 ? "target" : "patience", tasks);
    TRY(solver_suits(run->solver, run->solver_options, &run->net, info, run->dataset->name, e));
    if (run->run.ranks > 1 && !(run->solver->features & FEATURE_RANKS))
        return FAIL(e, ST_CONFIG,
                    "ranks = %ld is not for solver '%s', which does not divide its samples: 1 is allowed",
                    run->run.ranks, run->solver->name);
    if (run->run.ranks > 1 && !mpi_library())
        return FAIL(e, ST_CONFIG, "ranks = %ld: the program was built without MPI (libopenmpi-dev)",
                    run->run.ranks);
    if (info->n_classes == 0 && run->stop.target > 0)
        return FAIL(e, ST_CONFIG, "stop.target is an accuracy; dataset '%s' has real-valued targets",
                    run->dataset->name);
    return check_start(run, info, e);
}

/* What OpenMPI takes in each rank: 10.5 MiB with OpenMPI 4.1, measured with two and three ranks on one
 * machine. */
enum { MPI_BYTES = 21 << 19 };

/* What training samples that change take besides those of the data: their lists, and room to make them in. */
static size_t augment_memory(const struct run *run, const struct dataset_info *info)
{
    const struct augment_options *o = &((const struct dataset_common *)run->dataset_options)->augment;
    const double samples = (double)(info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST]);
    const double n = (double)info->n[SPLIT_TRAIN], entries = (double)info->entries / samples + o->noise;
    const double entry =
        sizeof(uint32_t) + (double)(info->valued ? real_size(run) : 0) + augment_entry_memory();
    return augment_asked(o) ? (size_t)(n * (entries * entry + (double)info->T * sizeof(size_t))) : 0;
}

/* Takes the outcome of configuration c for one of the plan's problems. */
static status note_problem(struct plan_report *r, struct plan_configuration *c, status outcome,
                           const char *message, struct error *e)
{
    char text[sizeof((struct error *)0)->text + 40];
    (void)snprintf(text, sizeof text, "%s: %s", status_name(outcome), message);
    const size_t place = texts_place(&r->messages, text);
    if (r->messages.no_memory) return FAIL(e, ST_MEMORY, "no memory for a plan's errors");
    if (r->problems[place].n++ == 0) r->problems[place].first = c;
    c->outcome = outcome;
    c->message = r->messages.v[place] + strlen(status_name(outcome)) + strlen(": ");
    return ST_OK;
}

/* Multiply-accumulates of one simulation of n of the data's samples. */
static double simulation(const struct net *net, const struct dataset_info *info, size_t n)
{
    struct step_cost cost = {.flops = 0};
    double samples = 0;
    for (int k = 0; k < N_SPLITS; k++) samples += (double)info->n[k];
    cost_simulation(&cost, net, (double)(n * info->T),
                    samples > 0 ? (double)info->entries * (double)n / samples : 0);
    return cost_macs(&cost);
}

static status estimate_work(const struct run *run, const struct dataset_info *info, double *work,
                            struct error *e)
{
    struct mem pages = {.reserve = true};
    struct net net;
    const status st = net_create(&net, &run->net, info->n_inputs,
                                 info->n_classes ? info->n_classes : info->n_targets, &pages, e);
    if (st == ST_OK) {
        const size_t all = info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST];
        const double most = (double)run->stop.max_iter,
                     iterations = run->solver->features & FEATURE_ONE_SHOT && most > 1 ? 1 : most,
                     evaluations = 1 + iterations / (double)run->run.eval_every;
        *work = 3 * iterations * simulation(&net, info, info->n[SPLIT_TRAIN]) +
                evaluations * simulation(&net, info, all);
    }
    mem_free(&pages);
    return st;
}

static status check_configuration(struct plan_report *r, struct plan_configuration *c, struct error *e)
{
    const struct run *run = c->run;
    struct error problem = {.code = ST_OK};
    TRY(find_probe(r, run, &c->probe, e));
    if (c->probe->outcome != ST_OK) return note_problem(r, c, c->probe->outcome, c->probe->message, e);
    const struct worker_share share = {(size_t)run->run.threads, (size_t)run->run.ranks, run_divides(run)};
    status st = run_check(run, &c->probe->info, &problem);
    if (st == ST_OK) st = estimate_work(run, &c->probe->info, &c->work, &problem);
    if (st == ST_OK)
        st = solver_memory(run->solver, run->solver_options, &run->net, &c->probe->info, share,
                           real_size(run), &c->memory, &problem);
    if (st == ST_OK && c->memory > 0) {
        c->memory += r->program + augment_memory(run, &c->probe->info) + (run->run.ranks > 1 ? MPI_BYTES : 0);
        c->memory = c->memory > c->probe->peak ? c->memory : c->probe->peak;
    }
    return st == ST_OK ? ST_OK : note_problem(r, c, st, problem.text, e);
}

status plan_check(const struct plan *p, struct plan_report *r, struct error *e)
{
    *r = (struct plan_report){
        .plan = p, .program = resident_bytes(), .n_configurations = p->n_runs / p->n_seeds};
    r->probes = mem_alloc(&r->mem, p->n_runs, sizeof *r->probes, e);
    r->configurations = mem_alloc(&r->mem, r->n_configurations, sizeof *r->configurations, e);
    r->problems = mem_alloc(&r->mem, p->n_runs, sizeof *r->problems, e);
    if (!r->probes || !r->configurations || !r->problems) return ST_MEMORY;
    for (size_t k = 0; k < r->n_configurations; k++) {
        r->configurations[k].run = &p->runs[k * p->n_seeds];
        TRY(check_configuration(r, &r->configurations[k], e));
    }
    return ST_OK;
}

const struct plan_configuration *plan_configuration_of(const struct plan_report *r, size_t i)
{
    return &r->configurations[i / r->plan->n_seeds];
}

status plan_identify(struct plan *p, const struct plan_report *r, struct error *e)
{
    for (size_t i = 0; i < p->n_runs; i++) {
        const struct plan_probe *probe = plan_configuration_of(r, i)->probe;
        struct run *run = &p->runs[i];
        const struct run *before = i > 0 ? run - 1 : NULL;
        if (probe->outcome == ST_MEMORY) return FAIL(e, ST_MEMORY, "%s", probe->message);
        if (before && before->start_sha256[0] && strcmp(before->net.start_file, run->net.start_file) == 0)
            memcpy(run->start_sha256, before->start_sha256, sizeof run->start_sha256);
        else
            TRY(run_hash_start(run, e));
        run_identify(run, probe->outcome == ST_OK ? probe->info.sha256 : "");
    }
    return plan_refuse_twins(p, e);
}

void plan_report_free(struct plan_report *r)
{
    texts_free(&r->data);
    texts_free(&r->messages);
    mem_free(&r->mem);
    *r = (struct plan_report){.plan = NULL};
}

status plan_outcome(const struct plan_report *r)
{
    status worst = ST_OK;
    for (size_t i = 0; i < r->n_configurations && worst != ST_CONFIG; i++)
        if (r->configurations[i].outcome != ST_OK)
            worst = r->configurations[i].outcome == ST_CONFIG ? ST_CONFIG : ST_NO_DATA;
    return worst;
}

static void print_bytes(const char *before, size_t bytes, FILE *out)
{
    const bool large = bytes >= (size_t)1 << 30;
    (void)fprintf(out, "%s%.1f %ciB\n", before, (double)bytes / (large ? 1 << 30 : 1 << 20),
                  large ? 'G' : 'M');
}

/* A line of the plan, with the options that vary among the configurations of its solver. */
static void print_configuration(const struct plan_report *r, size_t k, const bool varies[RUN_OPTIONS_MAX],
                                FILE *out)
{
    const struct plan_configuration *c = &r->configurations[k];
    const struct run *run = c->run;
    (void)fprintf(out, "%4zu  %s", k + 1, run->label);
    for (struct run_option o = {.option = NULL}; run_next_option(run, &o);)
        if (o.number < RUN_OPTIONS_MAX && varies[o.number]) (void)fprintf(out, " %s=%s", o.name, o.value);
    (void)fputs("  seeds", out);
    for (size_t s = 0; s < r->plan->n_seeds; s++)
        (void)fprintf(out, "%s%" PRIu64, s ? "," : " ", run[s].seed);
    if (c->outcome != ST_OK)
        (void)fprintf(out, "  ERROR (%s)\n", status_name(c->outcome));
    else
        print_bytes("  ", c->memory, out);
}

/* The configurations of one solver, from number `k` on; returns the number after the last. */
static size_t print_solver(const struct plan_report *r, size_t k, FILE *out)
{
    bool varies[RUN_OPTIONS_MAX] = {false};
    const struct run *first = r->configurations[k].run;
    size_t end = k;
    for (; end < r->n_configurations && r->configurations[end].run->solver == first->solver; end++)
        run_mark_differences(first, r->configurations[end].run, varies);
    for (; k < end; k++) print_configuration(r, k, varies, out);
    return end;
}

static void print_probe(const struct plan_probe *probe, FILE *out)
{
    const struct dataset_info *i = &probe->info;
    (void)fprintf(out, "dataset %s: ", probe->run->dataset->name);
    if (probe->outcome != ST_OK) {
        (void)fprintf(out, "%s\n", probe->message);
        return;
    }
    (void)fprintf(out, "%zu inputs, %zu %s, T %zu; samples: %zu training, %zu validation, %zu test\n",
                  i->n_inputs, i->n_classes ? i->n_classes : i->n_targets,
                  i->n_classes ? "classes" : "targets", i->T, i->n[SPLIT_TRAIN], i->n[SPLIT_VALIDATION],
                  i->n[SPLIT_TEST]);
}

/* A line for each dataset of whose files something is not used. */
static void print_usage(const struct plan_report *r, FILE *out)
{
    struct texts told = {.n = 0};
    for (size_t i = 0; i < r->data.n && !told.no_memory; i++) {
        char before[100], *line = NULL;
        size_t size;
        FILE *f = r->probes[i].outcome == ST_OK ? open_memstream(&line, &size) : NULL;
        if (!f) continue;
        (void)snprintf(before, sizeof before, "dataset %.60s: ", r->probes[i].run->dataset->name);
        const size_t n = told.n;
        const bool any = usage_print(&r->probes[i].info.usage, before, true, f);
        if (fclose(f) == 0 && any && texts_place(&told, line) == n) (void)fprintf(out, "%s\n", line);
        free(line);
    }
    texts_free(&told);
}

/* With `tune`: how many configurations each trainer has, and from which seed. */
static void print_budget(const struct plan *p, FILE *out)
{
    if (p->budget == 0) return;
    (void)fprintf(out, "tune: %s%zu configuration%s for each trainer%s, drawn with seed %" PRIu64 "\n",
                  p->unequal ? "at least " : "", p->budget, text_plural(p->budget),
                  p->unequal ? " (budget: any)" : "", p->tune_seed);
}

void plan_print_notes(const struct plan_report *r, FILE *out)
{
    print_budget(r->plan, out);
    print_usage(r, out);
}

void plan_print(const struct plan_report *r, FILE *out)
{
    const struct plan *p = r->plan;
    size_t largest = 0, absent = 0;
    (void)fprintf(out, "experiment %s (%s): %zu run%s in %zu configuration%s\n", p->experiment, p->source,
                  p->n_runs, text_plural(p->n_runs), r->n_configurations, text_plural(r->n_configurations));
    print_budget(p, out);
    for (size_t i = 0; i < r->data.n; i++) print_probe(&r->probes[i], out);
    print_usage(r, out);
    for (size_t k = 0; k < r->n_configurations;) k = print_solver(r, k, out);
    for (size_t k = 0; k < r->n_configurations; k++) {
        const struct plan_configuration *c = &r->configurations[k];
        largest = c->memory > largest ? c->memory : largest;
        absent += c->outcome == ST_NO_DATA || (c->outcome == ST_OK && c->memory == 0);
    }
    if (largest > 0) print_bytes("memory of the largest run: ", largest, out);
    if (absent > 0)
        (void)fprintf(out,
                      "memory of %zu configuration%s not known: the sizes come from the data, which is not "
                      "there, or the solver is a plug-in for float\n",
                      absent, absent == 1 ? " is" : "s are");
}

void plan_print_errors(const struct plan_report *r, FILE *out)
{
    for (size_t i = 0; i < r->messages.n; i++) {
        const struct plan_problem *problem = &r->problems[i];
        const struct plan_configuration *c = problem->first;
        (void)fprintf(out, "spikebench: %s: %s: configuration %zu (%s)", r->plan->source,
                      status_name(c->outcome), (size_t)(c - r->configurations) + 1, c->run->solver->name);
        if (problem->n > 1) (void)fprintf(out, " and %zu more", problem->n - 1);
        (void)fprintf(out, ": %s\n", c->message);
    }
}

/* Whether two configurations of the same data draw other test samples from it. */
static bool other_test_side(const struct plan_configuration *a, const struct plan_configuration *b)
{
    const struct dataset_info *x = &a->probe->info, *y = &b->probe->info;
    const struct dataset_common *p = a->run->dataset_options, *q = b->run->dataset_options;
    return x->test_side == TEST_DRAWN &&
           (p->split_seed != q->split_seed || x->n[SPLIT_TEST] != y->n[SPLIT_TEST]);
}

/* The first configuration without errors that has the data of this one, which is such a one. */
static size_t first_of_data(const struct plan_report *r, const struct plan_configuration *c)
{
    size_t i = 0;
    while (r->configurations[i].outcome != ST_OK ||
           strcmp(r->configurations[i].probe->info.sha256, c->probe->info.sha256) != 0)
        i++;
    return i;
}

/* Test samples of one configuration are then validation samples of another, and options chosen on some are
 * reported on what they were chosen by. Prints the first such pair. */
static void print_overlap(const struct plan_report *r, FILE *out)
{
    for (size_t k = 0; k < r->n_configurations; k++) {
        const struct plan_configuration *c = &r->configurations[k];
        if (c->outcome != ST_OK || c->probe->info.test_side != TEST_DRAWN) continue;
        const size_t first = first_of_data(r, c);
        if (!other_test_side(&r->configurations[first], c)) continue;
        (void)fprintf(out,
                      "spikebench: %s: warning: configurations %zu and %zu have different test sides "
                      "(dataset.split_seed, sizes): test samples of one are training and validation samples "
                      "of the other. Options chosen by validation on one split are not to be reported on the "
                      "test samples of another\n",
                      r->plan->source, first + 1, k + 1);
        return;
    }
}

/* The hidden layer, from 1, of a configuration whose firing rates are coarsest, if start: rate may miss
 * start_rate on its data: the samples are few and the layer narrow; 0 if not. */
static size_t coarse_layer(const struct plan_configuration *c, double *grain)
{
    const struct net_options *net = &c->run->net;
    const struct dataset_info *info = &c->probe->info;
    size_t least = 0;
    if (c->outcome != ST_OK || net->start != START_RATE || info->n[SPLIT_TRAIN] == 0) return 0;
    for (size_t l = 1; l < net->hidden.n; l++)
        if (net->hidden.v[l] < net->hidden.v[least]) least = l;
    *grain = net_start_grain(info->n[SPLIT_TRAIN], info->T, (size_t)net->hidden.v[least]);
    return 2 * *grain > NET_START_TOLERANCE ? least + 1 : 0;
}

static void print_coarse(const struct plan_report *r, FILE *out)
{
    size_t n = 0;
    double grain = 0;
    const struct plan_configuration *first = NULL;
    for (size_t k = r->n_configurations; k-- > 0;)
        if (coarse_layer(&r->configurations[k], &grain) > 0) {
            first = &r->configurations[k];
            n++;
        }
    if (n == 0) return;
    const size_t layer = coarse_layer(first, &grain);
    (void)fprintf(out, "spikebench: %s: warning: configuration %zu", r->plan->source,
                  (size_t)(first - r->configurations) + 1);
    if (n > 1) (void)fprintf(out, " and %zu more", n - 1);
    (void)fprintf(out,
                  ": start: rate: %zu samples of %zu steps give layer %zu firing rates in steps of %.2g: the "
                  "nearest to start_rate is taken\n",
                  first->probe->info.n[SPLIT_TRAIN], first->probe->info.T, layer, grain);
}

void plan_print_warnings(const struct plan_report *r, FILE *out)
{
    print_overlap(r, out);
    print_coarse(r, out);
}
