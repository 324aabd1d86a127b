/* Experiment files, --set, and what stands beside weights and results. */
#include "commands/registry.h"
#include "experiments/plan.h"
#include "records/merge.h"
#include "records/trained.h"
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
    (void)plan_load(&p, &registry, "x.yaml", text, &(struct plan_overrides){.n_set = 0}, &e);
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
    (void)plan_load(&p, &registry, "x.yaml", fixed, &(struct plan_overrides){.set = set, .n_set = 1}, &e);
    plan_free(&p);
    free(text);
}

/* The bytes as NET.yaml, then as config.resolved.yaml, whose first run is described. */
void fuzz_sidecar(const unsigned char *bytes, size_t size)
{
    char weights[500], how[400];
    struct merge_plan p = {.texts = NULL};
    struct error e = {0};
    (void)snprintf(weights, sizeof weights, "%s/a.net", fuzz_folder("plan", "a.yaml", bytes, size));
    (void)trained_summary(weights, how, sizeof how, &e);
    const char *folder = fuzz_folder("plan", "config.resolved.yaml", bytes, size);
    FILE *out = fopen("/dev/null", "w");
    if (out && merge_plan_read(&p, folder, &e) == ST_OK) {
        for (size_t i = 0; i < p.ids.n; i++)
            if (texts_find(&p.ids, p.ids.v[i]) != i || !p.texts[i]) abort();
        merge_plan_describe(&p, 0, &registry, out);
    }
    if (out) (void)fclose(out);
    merge_plan_free(&p);
}
