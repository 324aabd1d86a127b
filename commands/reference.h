/* What the modules and files are, in tables and texts for the terminal and for pages. */
#ifndef SPIKEBENCH_COMMANDS_REFERENCE_H
#define SPIKEBENCH_COMMANDS_REFERENCE_H

#include "datasets/dataset.h"
#include "trainer/solver.h"

/* A key of a file, a column, a file or a variable. */
struct entry {
    const char *name, *unit, *meaning; /* unit: "" without */
};

/* The following lists end with an entry without a name. */
extern const struct entry experiment_keys[]; /* keys of an experiment file that are no options */
extern const struct entry result_files[];    /* in the folder of an experiment */
extern const struct entry summary_parts[];   /* columns of summary.csv */
extern const struct entry status_words[];    /* what `status` may be */
extern const struct entry stop_reasons[];    /* what `stop_reason` may be */
extern const struct entry environment[];     /* variables */

/* The columns of runs.csv, those of options as one entry; of every curve (the values so far), before the
 * solver's own; and those that summary.csv has statistics of. They end with an entry without a name. */
enum { COLUMN_ENTRIES = 80 };
void run_columns(struct entry entries[COLUMN_ENTRIES]);
void curve_columns(struct entry entries[COLUMN_ENTRIES]);
void summary_columns(struct entry entries[COLUMN_ENTRIES]);

/* What `spikebench help` describes beside commands, solvers and datasets; ends with NULL. (commands_help.c)
 */
extern const char *const help_topics[];

/* "classification, full batch": what a solver can do. */
void solver_abilities(const struct solver *s, char *text, size_t size);
/* "res_dyn_1 .. _L": the columns of a metric. */
void metric_columns_text(const struct metric_desc *m, char *text, size_t size);
/* "number", "integer", "choice", ...; and what is allowed of it: ">= 1", "one of a, b", "any". */
const char *option_type_text(const struct option *o);
void option_allowed_text(const struct option *o, char *text, size_t size);

#endif
