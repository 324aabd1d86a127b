/* Data and networks that cases work on; all of it is made without files. */
#ifndef SPIKEBENCH_TESTS_BENCH_DATA_H
#define SPIKEBENCH_TESTS_BENCH_DATA_H

#include "datasets/dataset.h"
#include "network/net.h"

/* A dataset and how much of it. */
struct bench_data {
    const char *dataset;
    const char *options; /* "key=value key=value" */
};
/* Rate-coded images, 31 % of whose cells hold a spike. */
extern const struct bench_data bench_digits;
/* The same images with a spike for each pixel, earlier the brighter. */
extern const struct bench_data bench_digits_latency;
/* A block of recordings of a simulated event camera with the sensor of N-MNIST and about its density, 5 % of
 * the cells at T = 20 and 1 % at T = 150. */
extern const struct bench_data bench_events, bench_events_150;

/* Sets options by "key=value key=value ...". ST_INTERNAL if there is no such option. */
status bench_set(const struct option_table *table, void *options, const char *text, struct error *e);
/* The caller frees with dataset_free, also after an error. */
status bench_open(struct dataset *d, const struct bench_data *data, struct error *e);
/* A network with these hidden widths ("100-100"), started for the training samples. */
status bench_net(struct net *net, struct net_options *o, const char *hidden, const struct dataset *d,
                 struct mem *m, struct error *e);
/* n numbers N(0, 1); 0/1 spikes at this rate. */
void bench_normal(real *v, size_t n, struct rng *rng);
void bench_spikes(real *v, size_t n, double rate, struct rng *rng);

#endif
