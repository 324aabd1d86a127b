/* The commands of a program as rows of a table: `PROGRAM COMMAND [SUBCOMMAND] [arguments] [options]`. Parsing
 * (by popt), the --help texts, the pages of documentation and the completion all come from the rows. */
#ifndef SPIKEBENCH_SUPPORT_COMMAND_H
#define SPIKEBENCH_SUPPORT_COMMAND_H

#include "support/mem.h"
#include <stdbool.h>
#include <stdint.h>

struct call;
struct completion;
struct parameter;

/* What a value is: how it is checked, and what completes it. A program adds kinds of its own to those below.
 */
struct value_kind {
    /* Refuses a value by name; NULL: all are taken. What --plugin and its like bring is there already. */
    status (*check)(const struct call *call, const struct parameter *p, const char *text, struct error *e);
    void (*offer)(const struct completion *c); /* candidates, by completion_offer (command_complete.h) */
    const char *files; /* ":-f": arguments of bash's compgen, which finds files; NULL: none */
    bool filled;       /* an option's value may not be empty */
};
extern const struct value_kind value_text, value_whole, value_choice, value_file, value_folder;

/* An argument or an option of a command. */
struct parameter {
    const char *form; /* "FILE": an argument; "-j, --jobs N", "--jobs N", "--all": an option */
    const char *help;
    const struct value_kind *kind; /* NULL: an option without a value */
    const char *usual;             /* the value if it is not given; NULL: none, or the help says it */
    const char *const *choices;    /* of value_choice: ends with NULL */
    uint64_t least, most;          /* of value_whole; most 0: no bound */
    bool needed;
    bool repeated;        /* the last argument: any number of them may follow */
    const char *mistaken; /* "out": an option of other commands that users try instead; NULL: none */
};

/* -h, --help belongs to every command and is not in its list. Lists end with NULL; an absent one is NULL. */
struct command {
    const char *name;
    status (*run)(struct call *call, struct error *e); /* NULL: subcommands alone */
    const void *own;      /* what commands differ in that share a function; NULL if there is nothing */
    const char *synopsis; /* what follows the name on the usage line */
    const char *summary;  /* a line without a full stop; NULL: not for users, and not listed */
    const char *text;     /* sentences */
    const struct parameter *const *parameters; /* arguments in their order, and options */
    const char *failure;                       /* what exit code 1 means; NULL: it is not there */
    bool interrupts;                           /* there is exit code 130 */
    const struct command *const *subcommands;
    /* Of the program itself: called before the values of a line are checked; NULL: nothing to do. */
    status (*prepare)(struct call *call, struct error *e);
};
typedef const struct parameter *const parameter_list[];
typedef const struct command *const command_list[];

struct call_value {
    const struct parameter *option;
    const char *text;
};

/* A command line. */
struct call {
    struct mem mem;                /* of the values, and for the command to use */
    const struct command *program; /* the root of the table */
    const struct command *command;
    char path[80];       /* "run", "dataset info"; "" for the program */
    const void *context; /* the program's own */
    const char **arguments;
    size_t n_arguments;
    struct call_value *values; /* of options, in the order of the command line */
    size_t n_values;
    const char **list; /* of call_list */
    int argc;          /* of the whole line behind the program's name, for those who hand it on */
    char **argv;
};

/* Reads the words behind the name of the call's command, which is argv[0]: *help tells of --help, with which
 * the rest is left alone. ST_USAGE naming what is wrong. */
status call_read(struct call *call, int argc, char **argv, bool *help, struct error *e);
/* Refuses values that are not allowed, arguments too many and what is missing. ST_USAGE, or what the check of
 * a kind returns. */
status call_check(const struct call *call, struct error *e);

/* The value of an option (without "--") of the call's command: the last one given, else the usual one, else
 * NULL. */
const char *call_text(const struct call *call, const char *option);
bool call_has(const struct call *call, const char *option);       /* whether it is given */
uint64_t call_whole(const struct call *call, const char *option); /* 0 without a value */
/* Which of its choices a value_choice option has; it has a usual one. */
size_t call_choice(const struct call *call, const char *option);
/* All values of an option that may be given again, in an array that has one place more than the command line
 * has values; the call's own, until the next call_list of another option. */
const char **call_list(const struct call *call, const char *option, size_t *n);

extern const struct parameter command_help_option;

/* The name of an option without "--", and its letter or '\0'; false for an argument. */
enum { OPTION_NAME = 40 };
bool option_name(const struct parameter *p, char name[OPTION_NAME], char *letter);
/* The option of a command that a word "--NAME", "--NAME=VALUE" or "-L" means, or NULL. */
const struct parameter *command_option(const struct command *c, const char *word);
/* The argument at place i, from 0, or the last one if it may be repeated; NULL. */
const struct parameter *command_argument(const struct command *c, size_t i);
/* The command called by the n words ("dataset", "info") below `from`, or NULL. */
const struct command *command_find(const struct command *from, const char *const *words, size_t n);
/* Names of the listed commands of a list, at most `most`; returns how many. */
size_t command_names(const struct command *const *list, const char **names, size_t most);
/* Calls visit for every listed command with its full name, a group before its subcommands. */
typedef void (*command_visitor)(void *context, const struct command *c, const char *path);
void command_each(const struct command *program, command_visitor visit, void *context);

#endif
