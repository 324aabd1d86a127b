/* The optimizers of the program. */
#ifndef SPIKEBENCH_TRAINER_OPTIMIZERS_H
#define SPIKEBENCH_TRAINER_OPTIMIZERS_H

#include "trainer/optimizer.h"

extern const struct optimizer *const optimizers[]; /* ends with NULL */

/* ST_CONFIG naming the option if one of struct optimizer_options differs from its default although `chosen`
 * does not read it. `options` is a struct that the table `t` describes. */
status optimizer_refuse_idle(const struct optimizer *chosen, const struct option_table *t,
                             const void *options, struct error *e);

#endif
