/* See recurrent_bench.h. */
#include "tests/recurrent_bench.h"
#include <criterion/criterion.h>
#include <string.h>

static const real slope = R(2.0);

void recurrent_begin(struct recurrent_bench *b, const struct recurrent_case *c)
{
    memset(b, 0, sizeof *b);
    toy_data_create(&b->data, RECURRENT_SAMPLES, RECURRENT_STEPS, RECURRENT_INPUTS, RECURRENT_CLASSES, 11);
    cr_assert_eq(opt_defaults(&net_option_table, &b->options, NULL), ST_OK);
    struct net_options *o = &b->options;
    o->hidden = c->wide ? (struct int_list){c->hidden, {70, 45}} : (struct int_list){c->hidden, {8, 6}};
    o->reset = c->reset;
    o->readout = c->readout;
    o->loss = LOSS_CROSS_ENTROPY;
    o->start = START_KAIMING;
    o->recurrent = c->recurrent;
    if (c->recurrent) o->self_connections = c->self_connections;
    if (c->recurrent) o->recurrent_scale = 0.8;
    o->leak = (struct real_list){1, {0.8}};
    if (c->neurons) o->leak = (struct real_list){c->hidden + 1, {0.8, 0.7, 0.9}};
    if (c->neurons) o->threshold = (struct real_list){c->hidden, {0.9, 0.6}};
    if (c->neurons && c->hidden == 1) o->leak.v[1] = 0.95;
    o->synapse = c->synapse;
    if (c->synapse) o->synapse_decay = 0.6;
    toy_net_create(&b->net, o, &b->data, &b->mem, 5);
    b->batch = dataset_batch(&b->data, SPLIT_TRAIN);
    for (size_t k = 1; k <= b->net.blocks; k++) {
        b->gradient[k] = mem_reals(&b->mem, net_block_size(&b->net, k), NULL);
        b->other[k] = mem_reals(&b->mem, net_block_size(&b->net, k), NULL);
    }
}

void recurrent_end(struct recurrent_bench *b)
{
    mem_free(&b->mem);
    dataset_free(&b->data);
}

double recurrent_backpropagate(struct recurrent_bench *b, bool smooth, bool detach, real *const *gradient)
{
    struct backward w;
    const struct backward_options how = {&surrogates[0], slope, smooth, detach};
    cr_assert_eq(backward_create(&w, &b->net, RECURRENT_STEPS, RECURRENT_SAMPLES, &b->mem, NULL), ST_OK);
    return backward_block(&w, &b->net, &b->batch, 0, RECURRENT_SAMPLES, &how, gradient);
}

double recurrent_smooth_loss(struct recurrent_bench *b)
{
    struct mem mem = {0};
    struct trace tr;
    real scores[RECURRENT_CLASSES * RECURRENT_SAMPLES];
    const struct simulate_options how = {.smooth = &surrogates[0], .slope = slope};
    cr_assert_eq(trace_create(&tr, &b->net, RECURRENT_STEPS, RECURRENT_SAMPLES, TRACE_GRADIENT, &mem, NULL),
                 ST_OK);
    net_simulate(&b->net, &b->batch, 0, RECURRENT_SAMPLES, &tr, &how);
    net_scores(&b->net, &tr, RECURRENT_SAMPLES, scores);
    const double loss = net_losses(&b->net, &b->batch, 0, RECURRENT_SAMPLES, scores, NULL);
    mem_free(&mem);
    return loss;
}
