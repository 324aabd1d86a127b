/* What each command of the front end is and takes: the one source of dispatch, --help texts, the reference
 * page, the man page and shell completion. A new command is a row in command_table.c. */
#ifndef SPIKEBENCH_COMMANDS_COMMAND_TABLE_H
#define SPIKEBENCH_COMMANDS_COMMAND_TABLE_H

#include <stddef.h>
#include <stdio.h>

/* What may stand in place of a value. */
enum completion {
    COMPLETE_NOTHING, /* free text or a number */
    COMPLETE_FILE,
    COMPLETE_FOLDER,
    COMPLETE_CHOICE,      /* one of `choices` */
    COMPLETE_DATASET,     /* name of a dataset */
    COMPLETE_EXPERIMENT,  /* an experiment file or the bare name of one */
    COMPLETE_RESULTS,     /* a folder of results, or its name in the results folder */
    COMPLETE_KEY,         /* KEY=VALUE of any option of a run */
    COMPLETE_DATASET_KEY, /* KEY=VALUE of an option of the dataset that is the first argument */
    COMPLETE_DATA_KEY,    /* dataset.KEY=VALUE of an option of any dataset */
    COMPLETE_TRAINABLE,   /* name of a solver, or an experiment as in COMPLETE_EXPERIMENT */
    COMPLETE_WEIGHTS,     /* a weight file, NAME.net */
    COMPLETE_MODULE       /* what `spikebench help` describes */
};

struct command_argument {
    const char *name, *help;
    enum completion completion;
    const char *choices; /* COMPLETE_CHOICE: names separated by spaces */
};

struct command_option {
    const char *name;  /* without "--" */
    char letter;       /* 0: none */
    const char *value; /* placeholder such as "DIR"; NULL: takes no value */
    const char *help;
    enum completion completion;
    const char *choices; /* COMPLETE_CHOICE: names separated by spaces */
};

struct command_exit {
    int code;
    const char *meaning;
};

/* -h, --help belongs to every command and is not in `options`. Lists end with an entry without a name (or
 * meaning); an absent list is NULL. */
struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is `name`; returns the exit code */
    const char *synopsis;              /* what follows the name on the usage line */
    const char *summary;               /* a line without a full stop */
    const char *text;                  /* sentences */
    const struct command_argument *arguments;
    const struct command_option *options;
    const struct command_exit *exits;
    const struct command *subcommands;
};

extern const struct command command_table[]; /* ends with an entry without a name */
/* Options of the program itself, before any command. */
extern const struct command_option program_options[];

/* The command called by the first n_words of `words` ("dataset", "info"), or NULL. */
const struct command *command_find(const char *const *words, size_t n_words);

/* The name in `table` that `name` may have meant, or NULL. */
const char *command_nearest(const struct command *table, const char *name);

/* Calls visit for every command and subcommand with its full name, a group before its subcommands. */
typedef void (*command_visitor)(void *context, const struct command *c, const char *path);
void command_each(command_visitor visit, void *context);

/* Prints the --help text of the command `path` ("run", "dataset info"), which is in the table. */
void command_usage(const char *path, FILE *out);

/* Prints names and summaries of the commands of a table, one per line. */
void command_list_summaries(const struct command *table, FILE *out);

/* "-j, --jobs N" */
void command_option_name(const struct command_option *o, char *text, size_t size);
/* What an argument or option is, and its choices if there are some: "which samples (test): train, test". */
void command_help_text(const char *help, const char *choices, char *text, size_t size);

/* The option of every command. */
extern const struct command_option command_help_option;

#endif
