/* See data.h. */
#include "tests/bench/data.h"
#include "commands/registry.h"
#include <string.h>

const struct bench_data bench_digits = {"digits", "T=20 n_train=1000 n_validation=200 n_test=1"};
const struct bench_data bench_digits_latency = {
    "digits", "encoding=latency T=20 n_train=1000 n_validation=200 n_test=1"};
/* A threshold, since finding the one that gives a density takes seconds. */
const struct bench_data bench_events = {"event_camera",
                                        "sensor=34 threshold=0.5 T=20 n_train=64 n_validation=0 n_test=1"};
const struct bench_data bench_events_150 = {
    "event_camera", "sensor=34 threshold=0.5 T=150 n_train=16 n_validation=0 n_test=1"};

status bench_set(const struct option_table *table, void *options, const char *text, struct error *e)
{
    char copy[OPT_STRING_MAX], *rest = copy;
    if ((size_t)snprintf(copy, sizeof copy, "%s", text) >= sizeof copy)
        return FAIL(e, ST_INTERNAL, "'%.60s...': too many options", text);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        char *value = strchr(word, '=');
        if (value) *value++ = '\0';
        const struct option *o = value ? opt_find(table, word) : NULL;
        if (!o) return FAIL(e, ST_INTERNAL, "no option '%.60s'", word);
        TRY(opt_set(o, options, value, e));
    }
    return ST_OK;
}

status bench_open(struct dataset *d, const struct bench_data *data, struct error *e)
{
    struct mem m = {0};
    const struct dataset_source *source = catalogue_dataset(&registry, data->dataset);
    *d = (struct dataset){0};
    if (!source) return FAIL(e, ST_INTERNAL, "no dataset '%s'", data->dataset);
    void *options = mem_alloc(&m, 1, source->options.size, e);
    status st = options ? opt_defaults(&source->options, options, e) : ST_MEMORY;
    if (st == ST_OK) st = bench_set(&source->options, options, data->options, e);
    if (st == ST_OK) st = source->open(options, 1, d, e);
    mem_free(&m);
    return st;
}

status bench_net(struct net *net, struct net_options *o, const char *hidden, const struct dataset *d,
                 struct mem *m, struct error *e)
{
    struct rng rng;
    struct batch train = dataset_batch(d, SPLIT_TRAIN);
    rng_seed(&rng, 1, "start");
    TRY(opt_defaults(&net_option_table, o, e));
    TRY(opt_set(opt_find(&net_option_table, "hidden"), o, hidden, e));
    TRY(net_create(net, o, d->info.n_inputs, d->info.n_classes, m, e));
    return net_start(net, o, &train, NULL, &rng, NULL, e);
}

void bench_normal(real *v, size_t n, struct rng *rng)
{
    for (size_t i = 0; i < n; i++) v[i] = (real)rng_normal(rng);
}

void bench_spikes(real *v, size_t n, double rate, struct rng *rng)
{
    for (size_t i = 0; i < n; i++) v[i] = rng_uniform(rng) < rate ? R(1.0) : R(0.0);
}
