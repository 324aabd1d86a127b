/* See commands.h. */
#include "commands/commands.h"
#include "support/file_kind.h"
#include "support/paths.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct catalogue *call_catalogue(const struct call *call)
{
    return call->context;
}

status told(struct error *e, status outcome)
{
    if (outcome != ST_OK) *e = (struct error){.code = outcome};
    return outcome;
}

status hand_on(struct call *call, int precision, struct error *e)
{
    char folder[4000], program[4100];
    char **all = mem_alloc(&call->mem, (size_t)call->argc + 2, sizeof *all, e);
    if (!all) return ST_MEMORY;
    TRY(path_program(folder, sizeof folder, e));
    (void)snprintf(program, sizeof program, "%s/spikebench-%s", folder, precision_tags[precision]);
    all[0] = program;
    memcpy(all + 1, call->argv, (size_t)call->argc * sizeof *all);
    (void)fflush(stdout);
    execv(program, all);
    return FAIL(e, ST_IO, "%s: %s", program, strerror(errno));
}

/* A bare name means the experiment that comes with the program: says so where one's own file has it, too. */
static void note_own_file(const char *name, const char *file)
{
    char own[4096];
    (void)snprintf(own, sizeof own, "%s.yaml", name);
    if (strcmp(name, file) != 0 && access(own, F_OK) == 0)
        (void)fprintf(stderr, "note: this is %s; %s in this folder is another file\n", file, own);
}

status call_plan(struct call *call, const char *name, const char *text, struct plan *p, struct error *e)
{
    static const char *const replaced[][2] = {
        {"precision", "precision"}, {"from", "network.start"}, {"dt", "network.start_dt"}};
    char file[4096], texts[3][OPT_STRING_MAX + 20];
    const char *seeds = call_text(call, "seeds");
    struct plan_overrides o = {.seeds = seeds ? seeds : call_text(call, "seed")};
    const char **set = call_list(call, "set", &o.n_set);
    *p = (struct plan){.n_runs = 0};
    for (size_t k = 0; k < 3; k++) {
        const char *value = call_text(call, replaced[k][0]);
        if (!value || (k == 2 && !call_has(call, "from"))) continue; /* the step is of the file of --from */
        (void)snprintf(texts[k], sizeof texts[k], "%s=%s", replaced[k][1], value);
        set[o.n_set++] = texts[k];
    }
    o.set = set;
    if (text) return plan_load(p, call_catalogue(call), name, text, &o, e);
    TRY(path_experiment(name, file, sizeof file, e));
    note_own_file(name, file);
    return plan_load(p, call_catalogue(call), file, NULL, &o, e);
}

status step_seconds(const struct call *call, double *dt, struct error *e)
{
    const char *text = call_text(call, "dt");
    char *end = NULL;
    *dt = text ? strtod(text, &end) : 0;
    if (!text || (end != text && !*end && *dt > 0 && *dt <= 1e6)) return ST_OK;
    return FAIL(e, ST_USAGE, "--dt '%.100s': a number of seconds above 0 is needed, as 1e-4", text);
}

status read_import(const struct call *call, const char *weights, bool alone, struct trained_import *import,
                   struct error *e)
{
    static const char *const names[] = {"dataset", "dt", "reset", "readout", "membrane"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (call_has(call, names[i]) && !(weights && file_named(weights, ".nir")))
            return FAIL(e, ST_USAGE, "--%s: it is for NIR files (NAME.nir)%s%s%s", names[i],
                        weights ? "; " : "", weights ? weights : "", weights ? " is none" : "");
    *import = (struct trained_import){
        .dataset = call_text(call, "dataset"),
        .alone = alone,
        .nir = {.reset = call_has(call, "reset") ? (int)call_choice(call, "reset") : -1,
                .readout = call_has(call, "readout") ? (int)call_choice(call, "readout") : -1,
                .membrane = call_has(call, "membrane")}};
    return step_seconds(call, &import->nir.dt, e);
}

status describe_weights(const struct call *call, const char *weights, const struct trained_import *import,
                        struct trained *t, struct error *e)
{
    return import && file_named(weights, ".nir")
               ? trained_describe_nir(t, call_catalogue(call), weights, import, e)
               : trained_describe(t, call_catalogue(call), weights, e);
}

static status open_network(struct call *call, bool alone, struct trained *t, struct error *e)
{
    const char *weights = call_text(call, "weights");
    const bool imports = command_option(call->command, "--membrane"); /* it takes NIR files, too */
    struct trained_import import;
    size_t n;
    const char *const *set = call_list(call, "set", &n);
    if (imports) TRY(read_import(call, weights, alone, &import, e));
    TRY(describe_weights(call, weights, imports ? &import : NULL, t, e));
    if (strcmp(precision_names[t->run->run.precision], REAL_NAME) != 0)
        return hand_on(call, t->run->run.precision, e);
    return alone ? trained_net(t, weights, e) : trained_open(t, weights, set, n, e);
}

status with_network(struct call *call, struct error *e)
{
    const struct network_command *own = call->command->own;
    struct trained t = {.run = NULL};
    status st = open_network(call, own->alone, &t, e);
    if (st == ST_OK) st = own->run(call, &t, e);
    trained_free(&t);
    return st;
}

void print_network(const struct call *call, const struct trained *t, bool simulated)
{
    const bool foreign = t->nir && !t->data_sha256[0];
    (void)printf("%s: %s on %s, ", call_text(call, "weights"),
                 foreign ? "a network of another program" : t->run->solver->name, t->run->dataset->name);
    for (size_t l = 0; l <= t->net.L; l++) (void)printf("%s%zu", l ? "-" : "", t->net.n[l]);
    (void)printf(", %s, seed %" PRIu64 "\n", REAL_NAME, t->run->seed);
    if (simulated && t->run->solver->predict)
        (void)printf("note: %s has a prediction rule of its own; here the readout is simulated\n",
                     t->run->solver->name);
    if (t->nir && t->nir->note[0]) (void)printf("note: %s\n", t->nir->note);
    if (t->other_data) (void)printf("note: the data is not that of the training (another SHA-256)\n");
    if (t->other_splits)
        (void)printf("note: the splits are drawn in another way than for the training: they may share "
                     "samples with it\n");
}

status refuse_other_rule(const struct trained *t, struct error *e)
{
    if (!t->other_rule) return ST_OK;
    return FAIL(
        e, ST_USAGE,
        "--set solver...: it changes how %s predicts, but here the network is simulated from its weights",
        t->run->solver->name);
}

status dataset_request_read(struct dataset_request *r, struct call *call, struct error *e)
{
    size_t n;
    const char *const *set = call_list(call, "set", &n);
    *r = (struct dataset_request){.source = catalogue_dataset(call_catalogue(call), call->arguments[0]),
                                  .seed = call_whole(call, "seed")};
    r->options = mem_alloc(&call->mem, 1, r->source->options.size, e);
    if (!r->options) return ST_MEMORY;
    TRY(opt_defaults(&r->source->options, r->options, e));
    for (size_t i = 0; i < n; i++) TRY(dataset_set(r->source, r->options, set[i], e));
    return ST_OK;
}

status with_dataset(struct call *call, struct error *e)
{
    struct dataset_request r;
    struct dataset d;
    TRY(dataset_request_read(&r, call, e));
    status st = r.source->open(r.options, r.seed, &d, e);
    if (st == ST_OK) st = (*(const dataset_command *)call->command->own)(call, &r, &d, e);
    dataset_free(&d);
    return st;
}

status sample_of(const struct call *call, const char *dataset, const size_t n[N_SPLITS], enum split *split,
                 size_t *index, struct error *e)
{
    *split = (enum split)call_choice(call, "split");
    *index = call_whole(call, "index");
    if (*index < n[*split]) return ST_OK;
    if (n[*split] == 0)
        return FAIL(e, ST_USAGE, "--index %zu: the %s split of '%s' has no samples", *index,
                    split_names[*split], dataset);
    return FAIL(e, ST_USAGE, "--index %zu: the %s split of '%s' has %zu samples, 0 to %zu", *index,
                split_names[*split], dataset, n[*split], n[*split] - 1);
}

status draw_sample(const struct call *call, const char *title, const char *name,
                   const struct drawing_figure *f, csv_function write_csv, struct error *e)
{
    char own[300];
    const char *out = call_text(call, "out"), *csv = write_csv ? call_text(call, "csv") : NULL;
    const bool ascii = call_has(call, "ascii");
    if (ascii) {
        (void)printf("%s\n", title);
        TRY(drawing_figure(f, NULL, e));
    }
    if (csv) {
        TRY(write_csv(f->context, csv, e));
        (void)printf("%s\n", csv);
    }
    if (!out && (ascii || csv)) return ST_OK;
    const char *end = strrchr(name, '.');
    const size_t length = end ? (size_t)(end - name) : strlen(name);
    (void)snprintf(own, sizeof own, "%.*s_%zu.svg", (int)length, name, (size_t)call_whole(call, "index"));
    TRY(drawing_figure(f, out ? out : own, e));
    (void)printf("%s\n", out ? out : own);
    return ST_OK;
}

status with_results(struct call *call, struct error *e)
{
    struct groups g;
    char folder[3900];
    path_results(call_text(call, "results"), call->arguments[0], folder, sizeof folder);
    status st = groups_load(&g, folder, e);
    if (st == ST_OK) st = (*(const results_command *)call->command->own)(call, &g, e);
    groups_free(&g);
    return st;
}
