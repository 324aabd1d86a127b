/* Checking a plan against its data and its solvers, and printing it, without running anything. */
#ifndef SPIKEBENCH_EXPERIMENTS_PLAN_CHECK_H
#define SPIKEBENCH_EXPERIMENTS_PLAN_CHECK_H

#include "experiments/plan.h"
#include "support/texts.h"
#include "trainer/suit.h"
#include <stdio.h>

/* What the dataset of one configuration (one setting of its options) said to probe. */
struct plan_probe {
    const struct run *run; /* the first with this data */
    status outcome;
    struct dataset_info info; /* if outcome is ST_OK */
    char *message;            /* else */
    size_t peak; /* most bytes of this process while it was probed: the files are read as a run reads them */
};

/* The runs that differ in the seed alone: plan->n_seeds, one after another. */
struct plan_configuration {
    const struct run *run; /* the first of them */
    const struct plan_probe *probe;
    status outcome;      /* of the checks; that of the probe if it failed */
    const char *message; /* NULL if all is well */
    size_t memory;       /* peak_bytes of a run, estimated: that of reading the data, or else of
                            program, libraries, samples, evaluator and solver; 0 if unknown */
    /* Estimated work of a run, in multiply-accumulates; 0 if unknown: stop.max_iter iterations (a closed-form
     * solver takes one), each a simulation of the training samples and twice as much again, and the
     * evaluations of all samples (cost_simulation of trainer/cost.h). What a trainer takes beyond that is not
     * known: ratios between runs of the same trainer are near the truth, those between trainers need not be.
     */
    double work;
};

/* One error, of the n configurations that have it. */
struct plan_problem {
    const struct plan_configuration *first;
    size_t n;
};

struct plan_report {
    struct mem mem;
    const struct plan *plan;                   /* borrowed */
    struct texts data, messages;               /* of the probes; of the problems, as "config: ...": places */
    struct plan_probe *probes;                 /* [data.n] */
    struct plan_problem *problems;             /* [messages.n] */
    struct plan_configuration *configurations; /* [n_configurations] */
    size_t n_configurations;
    size_t program; /* bytes of this process before the first probe: program and libraries */
};

/* solver_suits of the run, no stop.target where there is no accuracy, and the file of network.start, which
 * must fit. ST_CONFIG. */
status run_check(const struct run *run, const struct dataset_info *info, struct error *e);

/* Whether each rank of the run keeps its own samples alone: those that all steps train on at once, as they
 * are in the data, which no metric of the dataset looks at. */
bool run_divides(const struct run *run);

/* Probes the data of every configuration once, runs run_check, estimates the work, and counts the memory of a
 * run by the solver's create on reserved pages. Fails only for lack of memory; what is wrong with the plan is
 * in the report. Free with plan_report_free, also after an error. */
status plan_check(const struct plan *p, struct plan_report *r, struct error *e);
void plan_report_free(struct plan_report *r);
/* The configuration of run i of the plan. */
const struct plan_configuration *plan_configuration_of(const struct plan_report *r, size_t i);

/* Gives the runs their identity by what plan_check has probed. Absent data leaves the run's SHA-256 empty.
 * So does damaged data. ST_MEMORY; a file of starting weights that cannot be read; ST_CONFIG if two runs turn
 * out to be the same (files of equal weights). */
status plan_identify(struct plan *p, const struct plan_report *r, struct error *e);

/* Prints how many configurations `tune` has drawn for each trainer, and from which seed; and a line for each
 * dataset of whose files something is not used. */
void plan_print_notes(const struct plan_report *r, FILE *out);
/* Prints the plan: number of runs, data, one line per configuration. */
void plan_print(const struct plan_report *r, FILE *out);
/* Prints a warning where configurations draw different test sides from the same samples, and one where start:
 * rate may miss its rate, since rates come in coarse steps (net_start_grain). */
void plan_print_warnings(const struct plan_report *r, FILE *out);
/* Prints every different error once, with the configurations it concerns. */
void plan_print_errors(const struct plan_report *r, FILE *out);
/* ST_CONFIG if the plan is wrong, else ST_NO_DATA if data is absent or malformed, else ST_OK. */
status plan_outcome(const struct plan_report *r);

/* Dividing the runs among machines (shard.c). */
enum { SHARDS_MAX = 10000 };

/* Reads "2/4". ST_USAGE if it is not of that form, or beyond 1 <= i <= n <= SHARDS_MAX. */
status shard_read(struct shard *s, const char *text, struct error *e);

/* Divides the runs, which plan_identify has named, into shard.count parts, of which this process makes
 * shard.index. The heaviest run first, equal ones by solver and id, each goes to the part with the least work
 * so far: the order of the file does not matter, the same plan gives the same parts on every machine, no two
 * parts differ by more than the heaviest run, and the equal runs of a trainer are spread evenly. ST_NO_DATA
 * where data is absent: ids and work hang on it. ST_MEMORY. */
status plan_divide(struct plan *p, const struct plan_report *checked, struct shard shard, struct error *e);

/* Prints the runs of each part and its share of the work. */
void shards_print(const struct plan_report *checked, FILE *out);

#endif
