/* Every trainer of the registry keeps the contract with its usual options, but for three that take seconds
 * with them, by turns in double and in single precision: suite contract has its checks in both. */
#include "commands/registry.h"
#include "tests/cli_run.h"
#include <criterion/alloc.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *solver, *options;
} lighter[] = {
    {"enkf", "--set solver.ensemble=20"},
    {"forward_mode", "--set solver.directions=16"},
    {"gradient_probe", "--set solver.samples=20 --set solver.coordinates=20 --set solver.draws=10"}};

struct kept {
    char solver[60], precision[10];
};

static void free_cases(struct criterion_test_params *params)
{
    cr_free(params->params);
}

ParameterizedTestParameters(registry, contracts_are_kept)
{
    size_t registered = 0;
    while (solvers[registered]) registered++;
    struct kept *cases = cr_calloc(registered, sizeof *cases);
    for (size_t i = 0; i < registered; i++) {
        (void)snprintf(cases[i].solver, sizeof cases[i].solver, "%s", solvers[i]->name);
        (void)snprintf(cases[i].precision, sizeof cases[i].precision, "%s", i % 2 ? "float" : "double");
    }
    return cr_make_param_array(struct kept, cases, registered, free_cases);
}

ParameterizedTest(struct kept *c, registry, contracts_are_kept, .init = cli_setup, .fini = cli_teardown)
{
    static struct result r;
    char line[200];
    const char *options = "";
#ifdef __SANITIZE_ADDRESS__ /* minutes; suite contract has all of them there */
    (void)fprintf(stderr, "SKIPPED registry::contracts_are_kept of %s under a sanitizer\n", c->solver);
    return;
#endif
    for (size_t i = 0; i < sizeof lighter / sizeof *lighter; i++)
        if (strcmp(c->solver, lighter[i].solver) == 0) options = lighter[i].options;
    (void)snprintf(line, sizeof line, "contract %s --precision %s %s", c->solver, c->precision, options);
    spikebench(&r, line);
    cr_expect_eq(r.code, 0, "%s: %s", line, r.output);
}
