/* Commands that look at a trained network (see look.h). */
#include "commands/look.h"
#include "commands/command_table.h"
#include "commands/dataset_request.h"
#include "commands/registry.h"
#include "support/paths.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One "--name value". */
static status take(struct look_request *r, const char *name, const char *value, bool sample, struct error *e)
{
    const struct {
        const char *name;
        const char **text;
        bool sample;
    } texts[] = {{"--weights", &r->weights, false}, {"--csv", &r->csv, false}, {"--out", &r->out, true}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(name, texts[i].name) == 0 && (sample || !texts[i].sample)) {
            if (!*value) return FAIL(e, ST_USAGE, "%s needs a name", name);
            *texts[i].text = value;
            return ST_OK;
        }
    if (strcmp(name, "--set") == 0) {
        if (r->n_set == LOOK_SET_MOST)
            return FAIL(e, ST_USAGE, "--set is given more than %d times", LOOK_SET_MOST);
        r->set[r->n_set++] = value;
        return ST_OK;
    }
    if (strcmp(name, "--split") == 0) return dataset_request_split(value, &r->split, e);
    if (strcmp(name, "--index") == 0 && sample) {
        uint64_t number = 0;
        TRY(dataset_request_whole(name, value, SIZE_MAX, &number, e));
        r->index = number;
        return ST_OK;
    }
    return FAIL(e, ST_USAGE, "unknown option '%.60s'", name);
}

status look_parse(struct look_request *r, int argc, char **argv, bool sample, struct error *e)
{
    *r = (struct look_request){.split = SPLIT_TEST};
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) r->help = true;
    for (int i = 1; i < argc && !r->help; i++) {
        if (sample && strcmp(argv[i], "--ascii") == 0) {
            r->ascii = true;
            continue;
        }
        if (strncmp(argv[i], "--", 2) != 0)
            return FAIL(e, ST_USAGE, "'%.60s': no option; the network is named by --weights", argv[i]);
        if (i + 1 == argc) return FAIL(e, ST_USAGE, "option '%.60s' is unknown or needs a value", argv[i]);
        TRY(take(r, argv[i], argv[i + 1], sample, e));
        i++;
    }
    if (!r->help && !r->weights) return FAIL(e, ST_USAGE, "--weights NET.net is missing");
    return ST_OK;
}

/* Becomes the worker of the run's precision; returns only if that fails. */
static status hand_on(const struct run *run, int argc, char **argv, struct error *e)
{
    char folder[4000], program[4100];
    char **all = calloc((size_t)argc + 2, sizeof *all);
    if (!all) return FAIL(e, ST_MEMORY, "no memory for arguments");
    status st = path_program(folder, sizeof folder, e);
    if (st == ST_OK) {
        (void)snprintf(program, sizeof program, "%s/spikebench-%s", folder,
                       run->run.precision == PRECISION_FLOAT ? "f32" : "f64");
        all[0] = program;
        memcpy(all + 1, argv, (size_t)argc * sizeof *all);
        (void)fflush(stdout);
        execv(program, all);
        st = FAIL(e, ST_IO, "%s: %s", program, strerror(errno));
    }
    free(all);
    return st;
}

int look_command(int argc, char **argv, bool sample, look_action act)
{
    struct look_request r;
    struct trained t = {.run = NULL};
    struct error e = {.code = ST_OK};
    status st = look_parse(&r, argc, argv, sample, &e);
    if (st == ST_OK && r.help) {
        command_usage(argv[0], stdout);
        return 0;
    }
    if (st == ST_OK) st = trained_describe(&t, &registry, r.weights, &e);
    if (st == ST_OK && strcmp(precision_names[t.run->run.precision], REAL_NAME) != 0)
        st = hand_on(t.run, argc, argv, &e);
    else if (st == ST_OK)
        st = trained_open(&t, r.weights, r.set, r.n_set, &e);
    if (st == ST_OK) st = act(&r, &t, &e);
    trained_free(&t);
    if (st != ST_OK) (void)fprintf(stderr, "spikebench %s: %s\n", argv[0], e.text);
    return st == ST_OK ? 0 : st == ST_USAGE || st == ST_CONFIG ? 2 : 1;
}

void look_print_head(const struct look_request *r, const struct trained *t)
{
    (void)printf("%s: %s on %s, ", r->weights, t->run->solver->name, t->run->dataset->name);
    for (size_t l = 0; l <= t->net.L; l++) (void)printf("%s%zu", l ? "-" : "", t->net.n[l]);
    (void)printf(", %s, seed %" PRIu64 "\n", REAL_NAME, t->run->seed);
    if (t->run->solver->predict)
        (void)printf("note: %s has a prediction rule of its own; here the readout is simulated\n",
                     t->run->solver->name);
    if (t->other_data) (void)printf("note: the data is not that of the training (another SHA-256)\n");
    if (t->other_splits)
        (void)printf(
            "note: the splits are drawn in another way than for the training: they may share samples "
            "with it\n");
}
