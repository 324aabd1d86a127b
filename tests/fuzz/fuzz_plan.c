/* Experiment files and --set. */
#include "commands/registry.h"
#include "experiments/plan.h"
#include "support/yaml.h"
#include "tests/fuzz/targets.h"
#include <stdlib.h>
#include <string.h>

static const char fixed[] =
    "experiment: x\nstop: {max_iter: 2}\nseeds: [0, 1]\ndataset: {name: digits, T: 3}\n"
    "network: {hidden: [4]}\nsolvers:\n  - {name: bptt, batch: [10, 20]}\n";

void fuzz_yaml(const unsigned char *bytes, size_t size)
{
    struct plan p;
    struct yml y;
    struct error e = {0};
    char *text = malloc(size + 1);
    if (!text) return;
    if (size > 0) memcpy(text, bytes, size);
    text[size] = '\0';
    (void)yml_read_text(&y, "x.yaml", text, size, &e);
    yml_free(&y);
    (void)plan_load_text(&p, &registry, "x.yaml", text, &(struct plan_overrides){.n_set = 0}, &e);
    plan_free(&p);
    free(text);
}

void fuzz_set(const unsigned char *bytes, size_t size)
{
    struct plan p;
    struct error e = {0};
    char *text = malloc(size + 1);
    if (!text) return;
    if (size > 0) memcpy(text, bytes, size);
    text[size] = '\0';
    const char *const set[] = {text};
    (void)plan_load_text(&p, &registry, "x.yaml", fixed, &(struct plan_overrides){.set = set, .n_set = 1},
                         &e);
    plan_free(&p);
    free(text);
}
