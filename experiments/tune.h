/* Configurations drawn at random: `tune: {configurations: 24}` with ranges as values of options. */
#ifndef SPIKEBENCH_EXPERIMENTS_TUNE_H
#define SPIKEBENCH_EXPERIMENTS_TUNE_H

#include "experiments/catalogue.h"
#include "support/settings.h"

struct tune {
    size_t configurations; /* for each item of `solvers`; 0: the file has no `tune` */
    uint64_t seed;
    bool any_budget; /* trainers may have other numbers of configurations than each other */
};

/* Reads `tune` of an experiment file: configurations, and if given seed (else `seed`) and budget (equal or
 * any). ST_CONFIG with FILE:LINE:COLUMN, the key and what is allowed. */
status tune_read(struct tune *t, struct yml *y, const yml_node *root, uint64_t seed, struct error *e);

/* Gives each setting that is a range as many values as there are configurations: value k is that of
 * configuration k. Each option has a stream of its own, "tune LABEL SECTION.KEY": what is drawn depends on
 * the seed, the label and the ranges of this item alone. Numbers have four digits; a configuration that was
 * drawn before is drawn again. *n: how many there are; where there are fewer different ones than asked for,
 * ST_CONFIG, or with any_budget these. Without ranges there is one, and with `configurations` 0 ranges are
 * refused. `source` and `label` name the file and the item in messages; `dataset` is that of the experiment.
 */
struct tune_item {
    const char *source, *label;
    const struct dataset_source *dataset;
    struct settings *settings;
};
status tune_draw(const struct tune *t, const struct tune_item *item, size_t *n, struct error *e);

#endif
