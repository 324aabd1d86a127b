/* The plan: an experiment file expanded to single runs (grid x seeds). */
#ifndef SPIKEBENCH_EXPERIMENTS_PLAN_H
#define SPIKEBENCH_EXPERIMENTS_PLAN_H

#include "experiments/run.h"

/* Part `index`, from 1, of `count`; {0, 0}: the plan is not divided. */
struct shard {
    size_t index, count;
};

struct plan {
    struct mem mem;
    const char *experiment; /* letters, digits, _ and -: a folder name */
    const char *source;     /* the YAML file */
    struct run *runs;
    size_t n_runs, n_seeds; /* the seeds of each configuration stand one after another */
    struct shard shard;     /* that this process makes; the runs say to which they belong (plan_divide) */
    size_t budget; /* with `tune`: the configurations of each trainer, or, if they are unequal, the fewest */
    bool unequal;
    uint64_t tune_seed;
};

/* Whether this process makes the run: the plan is not divided, or the run is of its part. */
bool plan_makes(const struct plan *p, const struct run *run);

enum { RUN_NAME = 300 };
/* Runs are told apart, among those of one solver and label, by the options that vary. */
struct name_group {
    const struct run *first;
    bool varies[RUN_OPTIONS_MAX]; /* by the number of the option */
};
struct names {
    struct name_group *groups; /* in the arena of names_create */
    size_t n;
    bool seeds; /* there are several */
};

/* Finds the options that vary within each group. The plan is borrowed. ST_MEMORY. */
status names_create(struct names *n, const struct plan *p, struct mem *m, struct error *e);
/* "bptt lr=0.01 hidden=100-100 seed 3": the label, and of options and seed those that vary. */
void names_format(const struct names *n, const struct run *run, char *text, size_t size);

/* What the command line adds to the file; NULL in its place: nothing. */
struct plan_overrides {
    const char *const *set; /* n_set texts "section.key=value"; "a,b,c" as value makes a grid axis */
    size_t n_set;
    const char *seeds; /* "0,1,2" or NULL */
};

/* Reads the experiment file `name`, or a file of that name which is `text` (NULL: it is read); the names of
 * solvers and datasets are those of `c`. Sections and keys: experiment, seeds, precision, threads,
 * eval_every, stop: {}, dataset: {name, ...}, network: {}, solvers:
 * [{name, ...}] Any option whose value is a list (for OPT_INTS: a list of lists) is a grid axis. An item of
 * `solvers` may hold its own `stop:`, `dataset:` (options only), `network:` and `eval_every:` which override
 * those above for that solver, and a `label:`, which tells it from others of the same name in figures. `tune:
 * {configurations, seed, budget}` and ranges as values ({log: [1e-4, 1]}, {linear: [0, 1]}, {choice: [a, b]})
 * draw configurations at random (tune.h), each of which is crossed with the axes. Order of runs: solvers as
 * written, then axes as written (last one fastest), then seeds. Errors: ST_CONFIG with FILE:LINE:COLUMN, the
 * key, what is allowed, and the nearest valid name for an unknown key; keys given twice are errors too. ST_IO
 * if the file cannot be read. Free with plan_free, also after an error. */
status plan_load(struct plan *p, const struct catalogue *c, const char *name, const char *text,
                 const struct plan_overrides *o, struct error *e);
void plan_free(struct plan *p);

/* ST_CONFIG, naming both, if two runs have the same id: they would write the same files. ST_MEMORY. */
status plan_refuse_twins(const struct plan *p, struct error *e);

/* "section.key=value" in parts. A key without a section is in SECTION_RUN. ST_CONFIG if it is not of that
 * form. */
struct set_text {
    enum section section;
    char key[100];
    const char *value; /* borrowed */
};
status settings_split(const char *text, struct set_text *set, struct error *e);

#endif
