/* Every option of the ADMM family that is taken changes something: each is set to other values in settings
 * that read it, and the weights after five iterations, or the passes that they took, must differ in some bit.
 * Metrics do not count: some only repeat an option, and the Lagrangian has the penalties in it. */
#include "commands/registry.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

enum { ITERATIONS = 5, NUMBERS_MOST = 4000 };

struct idle_case {
    char solver[20], setting[80]; /* setting: "key=value key=value ..." */
};

struct outcome {
    status st;
    size_t n;
    double numbers[NUMBERS_MOST];
};

/* Other values of options that have no choices. */
static const struct {
    const char *key, *value;
} others[] = {{"rho", "3"},           {"rho_out", "0.7"},    {"beta", "3"},       {"kappa", "0.5"},
              {"cutoff", "0.3"},      {"tau", "0.3"},        {"tau_end", "0.03"}, {"tau_iterations", "2"},
              {"win", "2"},           {"rho_hidden", "0.5"}, {"momentum", "0.5"}, {"keep", "0.5"},
              {"warmup", "2"},        {"inner", "3"},        {"batch", "40"},     {"memory", "1"},
              {"regularization", "1"}};

/* What is taken and may yet change nothing: option and setting (any that contains the text). */
static const struct {
    const char *key, *setting, *why;
} may_be_idle[] = {
    {"feed", "", "help: the same with keep = 0"},
    {"potentials", "", "both find the same path here; tests/test_joint_potentials.c tells them apart"},
    {"memory", "base=", "no candidate is taken"},
    {"regularization", "base=", "no candidate is taken"}};

static bool is_excused(const char *key, const char *setting)
{
    for (size_t i = 0; i < sizeof may_be_idle / sizeof *may_be_idle; i++)
        if (strcmp(may_be_idle[i].key, key) == 0 && strstr(setting, may_be_idle[i].setting)) return true;
    return false;
}

static void record_step(struct toy_training *t, struct outcome *out)
{
    struct step_report r = {.measure = false};
    out->st = t->solver->step(t->state, &r, NULL);
    cr_assert(out->n + 2 <= NUMBERS_MOST);
    out->numbers[out->n++] = r.forward_passes;
    out->numbers[out->n++] = r.backward_passes;
}

/* Five iterations of the case with more options; st is ST_CONFIG where check refuses them. */
static void train(const struct idle_case *c, const char *more, struct outcome *out)
{
    struct toy_training t = {.state = NULL};
    *out = (struct outcome){.n = 0};
    toy_data_create(&t.data, 70, 5, 8, 3, 4);
    toy_training_create(&t, c->solver);
    t.net_options.hidden = (struct int_list){2, {9, 6}};
    toy_training_set_all(&t, c->setting);
    toy_training_set_all(&t, more);
    out->st = toy_check(t.solver, t.options, &t.net_options, &t.data.info, NULL);
    if (out->st == ST_OK) toy_training_init(&t, 3);
    for (int i = 0; i < ITERATIONS && out->st == ST_OK; i++) record_step(&t, out);
    for (size_t l = 1; l <= t.net.L; l++)
        for (size_t i = 0; i < t.net.n[l] * t.net.n[l - 1]; i++)
            out->numbers[out->n++] = (double)t.net.W[l][i];
    toy_training_free(&t);
}

/* "key=" in the setting: it is what the case is about. */
static bool is_set(const struct idle_case *c, const char *key)
{
    char text[100];
    (void)snprintf(text, sizeof text, " %s", c->setting);
    const char *at = strstr(text, key);
    return at && at[-1] == ' ' && at[strlen(key)] == '=';
}

static size_t expect_change(const struct idle_case *c, const struct option *o, const char *value,
                            const struct outcome *plain)
{
    const char *usual = opt_default(&catalogue_solver(&registry, c->solver)->options, o);
    static struct outcome other;
    char more[80];
    (void)snprintf(more, sizeof more, "%s=%s", o->key, value);
    if (strcmp(usual, value) == 0 || is_excused(o->key, c->setting)) return 0;
    train(c, more, &other);
    if (other.st == ST_CONFIG) return 0;
    bool same = other.st == plain->st && other.n == plain->n &&
                memcmp(other.numbers, plain->numbers, plain->n * sizeof *plain->numbers) == 0;
    cr_expect(!same, "%s %s: %s changes nothing and is taken", c->solver, c->setting, more);
    return 1;
}

ParameterizedTestParameters(contract, options_of_the_admm_family_are_read_or_refused)
{
    static struct idle_case cases[] = {
        {"admm", "warmup=0"},
        {"admm", "warmup=0 weights=proximal"},
        {"admm", "weights=pinv box=exact warmup=0"},
        {"admm", "multiplier=none"},
        {"admm", "warmup=0 output=joint multiplier=all"},
        {"admm_joint", "warmup=0"},
        {"admm_joint", "multiplier=none box=clip"},
        {"admm_linearized", "warmup=0"},
        {"admm_linearized", "multiplier=none"},
        {"admm_hybrid", "warmup=0"},
        {"admm_hybrid", "warmup=0 weights=proximal"},
        {"admm_hybrid", "warmup=0 exact_readout=false"},
        {"admm_hybrid", "warmup=0 exact_weights=true"},
        {"admm_hybrid", "exact_spikes=true exact_last_spikes=false warmup=0"},
        {"admm_anderson", ""},
        {"admm_anderson", "base=admm warmup=0"},
        {"admm_anderson", "base=admm_joint warmup=0"},
        {"admm_anderson", "base=admm_linearized warmup=0"},
        {"admm_anderson", "base=admm_hybrid warmup=0"},
        {"admm_resync", ""},
        {"admm_resync", "precondition=none"},
        {"admm_resync", "rho_hidden=0.5"},
        {"admm_resync", "keep=0.5 feed=auxiliary"},
    };
    return cr_make_param_array(struct idle_case, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct idle_case *c, contract, options_of_the_admm_family_are_read_or_refused)
{
    static struct outcome plain;
    const struct option_table *table = &catalogue_solver(&registry, c->solver)->options;
    size_t tried = 0;
    train(c, "", &plain);
    cr_assert_eq(plain.st, ST_OK, "%s %s", c->solver, c->setting);
    for (size_t i = 0; i < opt_count(table); i++) {
        const struct option *o = opt_at(table, i);
        if (is_set(c, o->key) || strcmp(o->key, "base") == 0) continue;
        if (o->type == OPT_BOOL) {
            tried += expect_change(c, o, "true", &plain) + expect_change(c, o, "false", &plain);
        } else if (opt_choice(o, 0)) {
            for (size_t k = 0; opt_choice(o, k); k++) tried += expect_change(c, o, opt_choice(o, k), &plain);
        } else {
            bool known = false;
            for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
                if (strcmp(others[k].key, o->key) != 0) continue;
                tried += expect_change(c, o, others[k].value, &plain);
                known = true;
            }
            cr_expect(known, "another value of %s is missing above", o->key);
        }
    }
    cr_expect_gt(tried, 5);
}

Test(contract, a_start_that_is_drawn_leaves_start_output_nothing_to_do)
{
    struct toy_training t = {.state = NULL};
    struct error e = {0};
    toy_data_create(&t.data, 70, 5, 8, 3, 4);
    toy_training_create(&t, "admm");
    toy_training_set(&t, "start_output", "labels");
    cr_expect_eq(toy_check(t.solver, t.options, &t.net_options, &t.data.info, &e), ST_OK, "%s", e.text);
    t.net_options.start = START_PUBLISHED;
    cr_expect_eq(toy_check(t.solver, t.options, &t.net_options, &t.data.info, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "'start_output'") && strstr(e.text, "network.start = rate, kaiming or a file"),
              "%s", e.text);
    toy_training_free(&t);
}
