/* Descriptions of the files that are read and written. */
#ifndef SPIKEBENCH_COMMANDS_REFERENCE_TABLES_H
#define SPIKEBENCH_COMMANDS_REFERENCE_TABLES_H

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

#endif
