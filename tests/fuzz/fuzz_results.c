/* Weights, results and checkpoints. */
#include "commands/registry.h"
#include "experiments/plan.h"
#include "report/groups.h"
#include "report/overview.h"
#include "tests/fuzz/targets.h"
#include "trainer/trainee.h"
#include <stdlib.h>
#include <string.h>

void fuzz_weights(const unsigned char *bytes, size_t size)
{
    struct mem m = {0};
    struct net net;
    struct error e = {0};
    size_t n_inputs = 0, n_outputs = 0;
    struct net_options o;
    if (opt_defaults(&net_option_table, &o, &e) != ST_OK) return;
    o.hidden = (struct int_list){1, {3}};
    FILE *f = size > 0 ? fmemopen((void *)(uintptr_t)bytes, size, "rb") : NULL;
    if (!f) return;
    (void)net_file_sizes(f, &n_inputs, &n_outputs, &e);
    rewind(f);
    (void)net_file_complete(f, &e);
    rewind(f);
    if (net_create(&net, &o, 2, 2, &m, &e) == ST_OK) (void)net_load(&net, f, &e);
    (void)fclose(f);
    mem_free(&m);
}

void fuzz_runs(const unsigned char *bytes, size_t size)
{
    struct groups g;
    struct error e = {0};
    const char *folder = fuzz_folder("runs.csv", bytes, size);
    FILE *out = fopen("/dev/null", "w");
    if (!out) return;
    if (groups_load(&g, folder, &e) == ST_OK) {
        (void)overview_print(&g, out, &e);
        (void)overview_by_depth(&g, TABLE_TEXT, out, &e);
        (void)groups_write(&g, &e);
    }
    groups_free(&g);
    (void)fclose(out);
}

static const char trainers[] =
    "experiment: x\ndataset: {name: digits, T: 3, n_train: 12, n_validation: 4, n_test: 4}\n"
    "network: {hidden: [4, 3], start: kaiming}\nsolvers:\n"
    "  - {name: bptt, batch: 5}\n  - {name: admm}\n  - {name: admm, time_order: random, layer_order: "
    "random}\n"
    "  - {name: admm_resync}\n  - {name: admm_anderson, memory: 2}\n";

/* The state after two steps, changed by the bytes, in a trainer that begins; it makes a step if it takes it.
 */
static void replace(const struct contract_case *c, const unsigned char *bytes, size_t size)
{
    struct trainee a, b;
    struct error e = {0};
    char *state = NULL;
    size_t n = 0;
    if (trainee_begin(&a, c, 1, &e) == ST_OK && trainee_steps(&a, 2, true, &e) == ST_OK &&
        trainee_save(&a, &state, &n, &e) == ST_OK && trainee_begin(&b, c, 1, &e) == ST_OK) {
        for (size_t k = 0; k + 2 < size; k += 3) {
            const size_t at = (size_t)bytes[k] << 8 | bytes[k + 1];
            if (at < n) state[at] = (char)bytes[k + 2];
        }
        if (trainee_restore(&b, state, n, &e) == ST_OK) (void)trainee_steps(&b, 1, true, &e);
        trainee_end(&b);
    }
    trainee_end(&a);
    free(state);
}

void fuzz_checkpoint(const unsigned char *bytes, size_t size)
{
    struct plan p;
    struct dataset data;
    struct error e = {0};
    if (size == 0) return;
    if (plan_load_text(&p, &registry, "x.yaml", trainers, &(struct plan_overrides){.n_set = 0}, &e) != ST_OK)
        abort();
    const struct run *run = &p.runs[bytes[0] % p.n_runs];
    if (run->dataset->open(run->dataset_options, 0, &data, &e) != ST_OK) abort();
    const struct contract_case c = {
        .solver = run->solver, .options = run->solver_options, .net_options = &run->net, .data = &data};
    replace(&c, bytes + 1, size - 1);
    dataset_free(&data);
    plan_free(&p);
}
