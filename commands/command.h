/* What a command is: a row of a table (table.h), from which its parsing, its --help text, the pages and the
 * completion come. A new command is a file with its function and a row. */
#ifndef SPIKEBENCH_COMMANDS_COMMAND_H
#define SPIKEBENCH_COMMANDS_COMMAND_H

#include "experiments/catalogue.h"
#include "support/mem.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What the value of an option or an argument is: how it is checked when it is read, and what completes it. */
enum value_kind {
    VALUE_NONE, /* an option without a value */
    VALUE_TEXT,
    VALUE_WHOLE,       /* a number from least to most */
    VALUE_CHOICE,      /* one of `choices` */
    VALUE_FILE,        /* names, which may not be empty */
    VALUE_FOLDER,      /* */
    VALUE_WEIGHTS,     /* a weight file, NAME.net */
    VALUE_EXPERIMENT,  /* an experiment file or the bare name of one */
    VALUE_RESULTS,     /* a folder of results, or its name in the results folder */
    VALUE_TRAINABLE,   /* name of a solver, or an experiment */
    VALUE_SOLVER,      /* name of a solver of the catalogue */
    VALUE_DATASET,     /* name of a dataset of the catalogue */
    VALUE_SOURCE,      /* name of a dataset that can be fetched */
    VALUE_MODULE,      /* what `spikebench help` describes */
    VALUE_KEY,         /* KEY=VALUE of any option of a run; this one and the next two may be given again */
    VALUE_DATASET_KEY, /* KEY=VALUE of an option of the dataset that is the first argument */
    VALUE_DATA_KEY     /* dataset.KEY=VALUE of an option of any dataset */
};

struct command_argument {
    const char *name, *help;
    enum value_kind kind;
    bool optional, repeated;    /* repeated: the last one, any number of which may follow */
    const char *const *choices; /* VALUE_CHOICE: ends with NULL */
};

struct command_option {
    const char *name; /* without "--" */
    char letter;      /* 0: none */
    enum value_kind kind;
    const char *value; /* placeholder such as "DIR" */
    const char *usual; /* the value if it is not given; NULL: none, or the help says it */
    const char *help;
    const char *const *choices; /* VALUE_CHOICE: ends with NULL */
    uint64_t least, most;       /* VALUE_WHOLE; most 0: no bound */
    bool required;
};

struct call;

/* -h, --help belongs to every command and is not in `options`, which end with NULL. The other lists end with
 * an entry without a name; an absent list is NULL. */
struct command {
    const char *name;
    status (*run)(struct call *call, struct error *e); /* NULL: subcommands alone */
    const char *synopsis;                              /* what follows the name on the usage line */
    const char *summary; /* a line without a full stop; NULL: not for users, and not listed */
    const char *text;    /* sentences */
    const struct command_argument *arguments;
    const struct command_option *const *options;
    const char *failure; /* what exit code 1 means; NULL: it is not there */
    bool interrupts;     /* there is exit code 130 */
    const struct command *subcommands;
};

struct call_value {
    const struct command_option *option;
    const char *text;
};

/* A command line, read and checked. */
struct call {
    struct mem mem;                /* of the values, and for the command to use */
    const struct command *program; /* the root of the table */
    const struct command *command;
    char path[80];                     /* "run", "dataset info"; "" for the program */
    const struct catalogue *catalogue; /* the solvers and datasets that there are */
    struct catalogue joined;           /* that with --plugin's, where it is given */
    const char **arguments;
    size_t n_arguments;
    struct call_value *values; /* in the order of the command line */
    size_t n_values;
    int argc; /* of the whole line behind the program's name, for those who hand it on */
    char **argv;
};

/* Reads the words behind the name of the call's command, which is argv[0], and checks them: *help tells of
 * --help, with which the rest is left alone. ST_USAGE naming what is wrong and what is allowed. */
status call_read(struct call *call, int argc, char **argv, bool *help, struct error *e);

/* The value of an option (without "--") of the call's command: the last one given, else the usual one, else
 * NULL. */
const char *call_text(const struct call *call, const char *option);
/* Whether the option is given. */
bool call_has(const struct call *call, const char *option);
/* The value of a VALUE_WHOLE option, 0 without one. */
uint64_t call_whole(const struct call *call, const char *option);
/* Which of its choices a VALUE_CHOICE option has; it has a usual one. */
size_t call_choice(const struct call *call, const char *option);
/* All values of an option that may be given again, in the call's arena; NULL with ST_MEMORY. */
const char **call_list(struct call *call, const char *option, size_t *n, struct error *e);

/* The option of every command. */
extern const struct command_option command_help_option;

/* The command called by the n words ("dataset", "info") below `from`, or NULL. */
const struct command *command_find(const struct command *from, const char *const *words, size_t n);

/* Calls visit for every command and subcommand that is listed, with its full name, a group before its
 * subcommands. */
typedef void (*command_visitor)(void *context, const struct command *c, const char *path);
void command_each(const struct command *program, command_visitor visit, void *context);

#endif
