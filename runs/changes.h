/* What new runs have to do with finished ones: what makes them others, and which one a run goes on from whose
 * stop.max_iter was raised, by its state at the end, FOLDER/.work/<id>.end (session.h). */
#ifndef SPIKEBENCH_RUNS_CHANGES_H
#define SPIKEBENCH_RUNS_CHANGES_H

#include "records/results_file.h"

/* In which options a run differs from another side. */
enum { DIFFERENCE_TEXT = 400 };
struct difference {
    size_t n;
    bool longer;                /* stop.max_iter alone differs, and is larger */
    char text[DIFFERENCE_TEXT]; /* "solver.lr = 0.1 (there 0.5), ...", of the first */
};
/* The text of an option ("solver.lr") on the other side. */
typedef const char *(*option_lookup)(void *side, const char *name);
/* Compares the options that are part of a run's identity. */
void changes_compare(const struct run *run, option_lookup there, void *side, struct difference *d);

/* Prints, for those runs of this process that have no row, in which options they differ from the nearest
 * finished run that is not of the plan, of the same solver, dataset and seed, once for each difference; and
 * where there are finished runs, which of the n_set texts "section.key=value" change no run's identity (but
 * for paths). A larger stop.max_iter is not told: the run goes on. Looks at a few hundred runs
 * at most. */
void changes_print(const struct results_file *f, const char *const *set, size_t n_set, FILE *out);

/* The run that another goes on from: the same but for a smaller stop.max_iter, ended well. */
struct extension {
    char id[RUN_ID_SIZE]; /* "": there is none */
    long max_iter;        /* its stop.max_iter */
    bool has_state;       /* its state at the end is there */
};

/* Finds the longest of these, one with its state before one without, for the identified run among all rows of
 * the results. Tasks in sequence cannot go on: each would have had more iterations. */
void extension_find(const struct results_file *f, const struct run *run, struct extension *x);

/* How much of a folder the states at the ends of runs may take. */
struct states {
    const char *folder;
    size_t mebibytes; /* that all may have; 0: none is kept */
    size_t dropped;   /* runs whose state was not kept */
};

/* After the worker of a run that ended well: where there is no room for its state, that of the shorter run
 * `shorter` which it went on from (or "") makes room, or else its own is dropped. ST_IO, ST_MEMORY. */
status states_bound(struct states *s, const struct run *run, const char *shorter, struct error *e);
/* Says how many were dropped, if any. */
void states_tell(const struct states *s, FILE *out);

#endif
