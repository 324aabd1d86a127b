/* The option table: the single source of a module's options. Defaults, parsing from YAML and from --set,
 * range and NaN checks, help, result columns and run identity all come from it. */
#ifndef SPIKEBENCH_SUPPORT_OPT_H
#define SPIKEBENCH_SUPPORT_OPT_H

#include "support/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { OPT_STRING_MAX = 512, OPT_LIST_MAX = 32 };

struct int_list {
    size_t n;
    long v[OPT_LIST_MAX];
};
struct real_list {
    size_t n;
    double v[OPT_LIST_MAX];
};

enum opt_type {
    OPT_REAL,   /* double */
    OPT_INT,    /* long */
    OPT_BOOL,   /* bool; true/false/yes/no/on/off */
    OPT_CHOICE, /* int, index into choices */
    OPT_STRING, /* char[OPT_STRING_MAX] */
    OPT_INTS, /* struct int_list; written 100-50-10 in text, [100, 50, 10] in YAML; lo..hi bound each element
               */
    OPT_REALS /* struct real_list; written 0.9/0.8 in text, so in YAML, or [0.9, 0.8] as an item of an axis:
                 a list of numbers by itself is an axis, as of OPT_REAL */
};

enum opt_flag {
    OPT_OPEN_LO = 1,     /* lo itself is not allowed */
    OPT_OPEN_HI = 2,     /* hi itself is not allowed */
    OPT_NO_IDENTITY = 4, /* does not change results: left out of the run id (paths, threads) */
    OPT_NAMED = 8,       /* choices is a list of pointers to structs that begin with their name */
    OPT_OR_FILE = 32,    /* OPT_CHOICE: or a file, NAME.net or NAME.nir (see opt_file) */
    OPT_PREDICTION = 16  /* of a solver: read by predict alone, and so can be changed after the training */
};

struct option {
    const char *key;
    enum opt_type type;
    size_t offset;       /* of the field in the options struct */
    const char *usual;   /* default, in the text form that opt_set reads, unless the table has another */
    double lo, hi;       /* numbers: allowed range; for OPT_STRING ignored */
    unsigned flags;      /* enum opt_flag */
    const void *choices; /* OPT_CHOICE: NULL-terminated list of names; or OPT_NAMED */
    const char *unit;    /* "" if it has none */
    const char *help;    /* one sentence */
};

/* Options that stand in a table one after another: a module's own, or a list that several modules share. The
 * offsets of a shared list are those of its struct, so the options struct of a module that takes it begins
 * with that struct. */
struct option_span {
    const struct option *options;
    size_t n;
};
/* A default of this table in place of the one in the list. */
struct option_default {
    const char *key, *value;
};

enum { OPT_SPANS_MAX = 16 };
struct option_table {
    struct option_span spans[OPT_SPANS_MAX]; /* in this order; the first with n = 0 ends them */
    const struct option_default *defaults;   /* NULL, or a list that ends with {NULL, NULL} */
    size_t size;                             /* sizeof the options struct */
};

/* Number of options; the i-th of them, i < opt_count. */
size_t opt_count(const struct option_table *t);
const struct option *opt_at(const struct option_table *t, size_t i);
/* Name of the k-th choice of an option, NULL beyond the last and for an option that has none. */
const char *opt_choice(const struct option *o, size_t k);
/* Default of an option of the table, in the text form that opt_set reads. */
const char *opt_default(const struct option_table *t, const struct option *o);

/* Sets every option of `t` in *options to its default. ST_INTERNAL if a default does not parse (a bug). */
status opt_defaults(const struct option_table *t, void *options, struct error *e);

/* Parses `text` into the option's field. ST_CONFIG with the key, the text and what is allowed if the text is
 * malformed, out of range, NaN or not a choice. The field is unchanged on error. */
status opt_set(const struct option *o, void *options, const char *text, struct error *e);

/* The option called `key`, or NULL. */
const struct option *opt_find(const struct option_table *t, const char *key);

/* Fills names with the keys of the table, at most `most`; returns how many. */
size_t opt_names(const struct option_table *t, const char **names, size_t most);

/* ST_CONFIG "WHERE: unknown WHAT 'KEY'OF; did you mean 'x'? allowed: ..."; of is "" or such as " of solver
 * 'admm'". */
status unknown_name(struct error *e, const char *where, const char *what, const char *key, const char *of,
                    const char *const *names, size_t n);
enum { OPT_NAMES_MAX = 160 }; /* as many as are named */

/* The name among `n` candidates nearest to `key` in edit distance, or NULL if none is near (distance > 3 or
 * more than half the length). For "did you mean". */
const char *opt_nearest(const char *key, const char *const *candidates, size_t n);
/* "; did you mean 'x'?", with `before` in front of the name ("--"), or ";" if none is near. */
enum { OPT_HINT = 120 };
void opt_hint(const char *key, const char *const *candidates, size_t n, const char *before,
              char text[OPT_HINT]);

/* Writes the field's value as text that opt_set reads back to the same value (%.17g shortened where exact, no
 * commas); truncates at `size`. */
void opt_format(const struct option *o, const void *options, char *text, size_t size);

/* true if the field of an option of the table holds its default. */
bool opt_is_default(const struct option_table *t, const struct option *o, const void *options);

/* The file that an OPT_OR_FILE option names, or NULL where it holds one of its choices. The field is an int,
 * the number of the choices where there is a file, followed at once by the name, char[OPT_STRING_MAX], else
 * "". */
const char *opt_file(const struct option *o, const void *options);

/* true if the field of an option holds the same in two options structs. */
bool opt_same(const struct option *o, const void *a, const void *b);

/* What an option needs to have an effect: refused where it is set although nothing reads it. */
struct option_use {
    const char *key;
    bool read;         /* whether the other options let it have an effect */
    const char *needs; /* "weights = trust": what would */
};
/* ST_CONFIG naming the option and what it needs if an option of `t` differs from its default and is not read.
 * Keys that the table lacks are passed over. */
status opt_refuse_idle(const struct option_table *t, const void *options, const struct option_use *uses,
                       size_t n, struct error *e);

/* "real in (0, 1]", "integer >= 1", "one of a, b, c": what the option allows. */
void opt_describe(const struct option *o, char *text, size_t size);

#endif
