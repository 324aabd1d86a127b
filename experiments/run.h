/* One run: a solver, a dataset, a seed and all their options. */
#ifndef SPIKEBENCH_EXPERIMENTS_RUN_H
#define SPIKEBENCH_EXPERIMENTS_RUN_H

#include "experiments/catalogue.h"
#include "network/energy.h"
#include "network/net.h"
#include "support/opt.h"
#include <stdint.h>

enum { RUN_ID_SIZE = 13 };

/* The number of the rules by which options become results. Run ids hold only options that differ from their
 * defaults, so that a default is part of a result, and so is every rule that no option names. Raise it by one
 * with each change after which the same experiment file has other results: a default or the meaning of an
 * option, how splits and codes are drawn, an update rule, the order of random draws; not for results that
 * differ by rounding alone. Rows of another number are never finished runs, and never grouped or compared
 * with new ones. Rows without the column are of 1.
 *   2: split_seed draws the test side (default 0, was -1: the run's seed drew all); codes have a stream a
 *      sample. */
enum { RESULT_RULES = 2 };

enum precision { PRECISION_DOUBLE, PRECISION_FLOAT };
extern const char *const precision_names[];
extern const char *const precision_tags[]; /* "f64", "f32": at the end of names of programs and packages */
/* The precision (enum precision) that a solver's code is compiled for. */
int solver_precision(const struct solver *solver);

struct run_options { /* keys at the top of the file */
    int precision;   /* enum precision */
    long threads;    /* OPT_NO_IDENTITY */
    long ranks;      /* OPT_NO_IDENTITY: processes that share the samples */
    long eval_every; /* iterations between untimed evaluations; also at iteration 0 and at the end */
    struct energy_model energy; /* of inference: energy_accumulation, energy_mac */
};
struct stop_options { /* under stop: */
    long max_iter;
    long patience;     /* iterations without a better validation accuracy; 0: off */
    double target;     /* validation accuracy in [0, 1] at which to stop; 0: off */
    double time_limit; /* training seconds; 0: off */
};
extern const struct option_table run_option_table, stop_option_table;

/* One run. Options structs are owned by the plan's arena. */
struct run {
    char id[RUN_ID_SIZE];        /* first 12 digits of SHA-256 over RESULT_RULES, the non-default options (of
                                    network.start = FILE the file's SHA-256), the data's SHA-256 and the plug-in's;
                                    "" until run_identify */
    char data_sha256[HASH_HEX];  /* what run_identify was given */
    char start_sha256[HASH_HEX]; /* of the file of network.start; "" until run_hash_start, or without one */
    const char *experiment;
    const char *label; /* what figures call it; the solver's name unless the file says otherwise */
    const struct solver *solver;
    const struct plugin *plugin; /* that brings the solver; NULL: it is the program's own */
    const struct dataset_source *dataset;
    uint64_t seed;
    size_t shard; /* the part of a divided plan that it belongs to, from 1; 0: the plan is not divided */
    struct run_options run;
    struct stop_options stop;
    struct net_options net;
    void *dataset_options, *solver_options;
};

enum section { SECTION_RUN, SECTION_STOP, SECTION_DATASET, SECTION_NETWORK, SECTION_SOLVER, N_SECTIONS };
extern const char *const section_names[]; /* "", "stop", "dataset", "network", "solver" */
/* The section of a column of options ("solver.rho", "precision") and its key in it; N_SECTIONS if there is
 * no such section. */
enum section section_of(const char *column, const char **key);

/* The options of a run by section. */
struct section_view {
    const struct option_table *table;
    void *options;
};
struct section_view run_section(const struct run *run, enum section section);

/* Reads the SHA-256 of the file that network.start names, if it names one, which run_identify then takes in
 * place of its name. ST_CONFIG naming the file if it cannot be read. */
status run_hash_start(struct run *run, struct error *e);

/* Sets run->id. data_sha256 is dataset_info.sha256, or run->data_sha256. */
void run_identify(struct run *run, const char *data_sha256);

/* An option of a run, in column order: "precision", "eval_every", "stop.max_iter", ..., "dataset.T", ...,
 * "network.hidden", ..., "solver.rho", ... (without experiment, solver, dataset and seed). */
struct run_option {
    const struct option *option;
    size_t number;  /* its place among all options, from 0 */
    char name[160]; /* "solver.rho" */
    char value[OPT_STRING_MAX + 64];
    bool is_default;
    enum section section;
    size_t place; /* in its section */
};
/* Goes on to the next option, to the first one of *o's section where *o is else zero; false behind the last.
 */
bool run_next_option(const struct run *run, struct run_option *o);

/* Marks the options, by their number, in which two runs of one solver and dataset differ. */
enum { RUN_OPTIONS_MAX = 200 };
void run_mark_differences(const struct run *a, const struct run *b, bool differs[RUN_OPTIONS_MAX]);

/* Whether the run has the option of this column ("solver.rho"), and its value as text (NULL: not wanted). */
bool run_option_text(const struct run *run, const char *column, char *text, size_t size);

/* Writes the run as an experiment file of exactly one run, every option spelt out: what a worker process
 * reads. */
status run_write_yaml(const struct run *run, FILE *f, struct error *e);

#endif
