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
extern const struct entry run_columns[];     /* columns of runs.csv, those of options as one entry */
extern const struct entry curve_columns[];   /* columns of every curve; the solver's own follow */
extern const struct entry summary_parts[];   /* columns of summary.csv */
extern const struct entry status_words[];    /* what `status` may be */
extern const struct entry stop_reasons[];    /* what `stop_reason` may be */
extern const struct entry environment[];     /* variables */

#endif
