/* See toy_data.h. */
#include "tests/toy_data.h"
#include <criterion/criterion.h>
#include <string.h>

static void fill(struct dataset *d, enum split split, size_t n, struct rng *rng)
{
    struct spikes_builder b;
    cr_assert_eq(spikes_begin(&b, d->info.n_inputs, d->info.T, n, NULL), ST_OK);
    d->info.n[split] = n;
    d->labels[split] = mem_alloc(&d->mem, n, sizeof **d->labels, NULL);
    cr_assert_not_null(d->labels[split]);
    for (size_t i = 0; i < n; i++) {
        size_t label = i % d->info.n_classes;
        d->labels[split][i] = (int)label;
        for (size_t t = 0; t < d->info.T; t++) {
            for (size_t j = 0; j < d->info.n_inputs; j++)
                if (rng_uniform(rng) < (j % d->info.n_classes == label ? 0.6 : 0.15))
                    cr_assert_eq(spikes_add(&b, (uint32_t)j, 1.0, NULL), ST_OK);
            cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
        }
    }
    cr_assert_eq(spikes_finish(&b, &d->x[split], &d->mem, NULL), ST_OK);
    d->info.entries += d->x[split].start[n * d->info.T];
}

void toy_data_create(struct dataset *d, size_t n, size_t T, size_t inputs, size_t classes, uint64_t seed)
{
    struct rng rng;
    memset(d, 0, sizeof *d);
    rng_seed(&rng, seed, "toy data");
    d->info.n_inputs = inputs;
    d->info.n_classes = classes;
    d->info.T = T;
    fill(d, SPLIT_TRAIN, n, &rng);
    fill(d, SPLIT_VALIDATION, n / 8 + 1, &rng);
}

void toy_net_create(struct net *net, struct net_options *o, const struct dataset *d, struct mem *m,
                    uint64_t seed)
{
    struct rng rng;
    struct error e = {0};
    struct batch train = dataset_batch(d, SPLIT_TRAIN);
    rng_seed(&rng, seed, "start");
    const size_t outputs = d->info.n_classes ? d->info.n_classes : d->info.n_targets;
    cr_assert_eq(net_create(net, o, d->info.n_inputs, outputs, m, &e), ST_OK, "%s", e.text);
    cr_assert_eq(net_start(net, o, &train, NULL, &rng, NULL, &e), ST_OK, "%s", e.text);
}

void toy_two_steps_create(struct toy_two_steps *t, int reset, double w, const double v[2], struct mem *m)
{
    struct spikes_builder builder;
    struct net_options o;
    cr_assert_eq(spikes_begin(&builder, 1, 2, 1, NULL), ST_OK);
    for (int step = 0; step < 2; step++) {
        cr_assert_eq(spikes_add(&builder, 0, 1.0, NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&builder, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&builder, &t->x, m, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden = (struct int_list){1, {1}};
    o.leak = (struct real_list){1, {0.5}};
    o.reset = reset;
    cr_assert_eq(net_create(&t->net, &o, 1, 2, m, NULL), ST_OK);
    t->net.W[1][0] = (real)w;
    for (int k = 0; k < 2; k++) t->net.W[2][k] = (real)v[k];
    t->label = 1;
    t->batch = (struct batch){.x = &t->x, .n = 1, .labels = &t->label};
}
