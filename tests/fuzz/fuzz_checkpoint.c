/* Checkpoints of trainers. */
#include "commands/registry.h"
#include "experiments/plan.h"
#include "tests/fuzz/targets.h"
#include "trainer/trainee.h"
#include <stdlib.h>
#include <string.h>

static const char trainers[] =
    "experiment: x\ndataset: {name: digits, T: 3, n_train: 12, n_validation: 4, n_test: 4}\n"
    "network: {hidden: [4, 3], start: kaiming}\nsolvers:\n"
    "  - {name: bptt, batch: 5}\n  - {name: admm, kappa: 1e-3}\n"
    "  - {name: admm, kappa: 1e-3, time_order: random, layer_order: random}\n"
    "  - {name: admm_resync}\n  - {name: admm_anderson, memory: 2}\n"
    "  - {name: ffnb, batch: 5, readout: softmax}\n  - {name: forward_forward}\n  - {name: enkf, ensemble: "
    "8}\n"
    "  - {name: admm_joint, kappa: 1e-3}\n  - {name: admm_linearized}\n  - {name: admm_hybrid, kappa: 1e-3}\n"
    "  - {name: lfp, batch: 5}\n  - {name: trained_readout, batch: 5}\n  - {name: eprop, batch: 5}\n";

enum { TRAINERS_MAX = 20 };

/* Of each trainer the state after two steps, made once. */
struct kept {
    struct plan plan;
    struct dataset data;
    bool there;
    struct {
        char *bytes; /* NULL: not yet */
        size_t size;
    } state[TRAINERS_MAX];
};

/* Read once; all trainers are on the same samples. */
static void load(struct kept *k)
{
    struct error e = {0};
    if (k->there) return;
    if (plan_load(&k->plan, &registry, "x.yaml", trainers, &(struct plan_overrides){.n_set = 0}, &e) !=
            ST_OK ||
        k->plan.n_runs > TRAINERS_MAX)
        abort();
    const struct run *run = &k->plan.runs[0];
    if (run->dataset->open(run->dataset_options, 0, &k->data, &e) != ST_OK) abort();
    k->there = true;
}

static void make_state(struct kept *k, size_t i, const struct contract_case *c)
{
    struct trainee t;
    struct error e = {0};
    if (trainee_begin(&t, c, 1, &e) != ST_OK || trainee_steps(&t, 2, true, &e) != ST_OK ||
        trainee_save(&t, &k->state[i].bytes, &k->state[i].size, &e) != ST_OK)
        abort();
    trainee_end(&t);
}

void fuzz_checkpoint(const unsigned char *bytes, size_t size)
{
    static struct kept k;
    struct trainee t;
    struct error e = {0};
    load(&k);
    if (size == 0) return;
    const size_t i = bytes[0] % k.plan.n_runs;
    const struct run *run = &k.plan.runs[i];
    const struct contract_case c = {
        .solver = run->solver, .options = run->solver_options, .net_options = &run->net, .data = &k.data};
    if (!k.state[i].bytes) make_state(&k, i, &c);
    const size_t n = k.state[i].size;
    char *state = malloc(n + 1);
    if (!state) return;
    if (n > 0) memcpy(state, k.state[i].bytes, n);
    for (size_t j = 1; j + 2 < size; j += 3) {
        const size_t at = (size_t)bytes[j] << 8 | bytes[j + 1];
        if (at < n) state[at] = (char)bytes[j + 2];
    }
    if (trainee_begin(&t, &c, 1, &e) != ST_OK) abort();
    if (trainee_restore(&t, state, n, &e) == ST_OK) (void)trainee_steps(&t, 1, true, &e);
    trainee_end(&t);
    free(state);
}
