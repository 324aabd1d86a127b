/* See gradient_bench.h. */
#include "tests/gradient_bench.h"
#include <criterion/criterion.h>
#include <string.h>

void bench_begin(struct bench *b, size_t samples, size_t steps, size_t inputs, size_t classes)
{
    memset(b, 0, sizeof *b);
    toy_data_create(&b->data, samples, steps, inputs, classes, 11);
    cr_assert_eq(opt_defaults(&net_option_table, &b->options, NULL), ST_OK);
    b->options.hidden = (struct int_list){2, {5, 4}};
    b->options.loss = LOSS_CROSS_ENTROPY;
    toy_net_create(&b->net, &b->options, &b->data, &b->mem, 5);
    b->batch = dataset_batch(&b->data, SPLIT_TRAIN);
    rng_seed(&b->rng, 5, "probe");
}

void bench_end(struct bench *b)
{
    mem_free(&b->mem);
    dataset_free(&b->data);
}
