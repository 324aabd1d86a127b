/* What every trainer must do (trainer/solver.h), as checks that `spikebench contract` and the tests run. */
#ifndef SPIKEBENCH_TRAINER_CONTRACT_H
#define SPIKEBENCH_TRAINER_CONTRACT_H

#include "trainer/trainee.h"

struct contract_check {
    const char *name; /* what is promised */
    /* ST_OK, or the reason why the trainer does not keep it. */
    status (*run)(const struct contract_case *c, struct error *e);
    bool learns; /* it trains for long, and wants a network that fits the samples with ease */
};
extern const struct contract_check contract_checks[]; /* ends with a check without a name */

/* Hostile values of each option of a table are refused by its name and change nothing; the defaults are
 * allowed, and each option has a help text. `owner` is for messages. ST_INTERNAL. */
status contract_options(const struct option_table *t, const char *owner, struct error *e);

#endif
