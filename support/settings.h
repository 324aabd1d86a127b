/* Options with their values as written, in a YAML mapping or as KEY=VALUE; several values make a grid axis.
 */
#ifndef SPIKEBENCH_SUPPORT_SETTINGS_H
#define SPIKEBENCH_SUPPORT_SETTINGS_H

#include "support/mem.h"
#include "support/opt.h"
#include "support/yaml.h"

/* A value that is to be drawn: {log: [1e-4, 1]}, {linear: [0, 1]}, {choice: [a, b]}. */
enum range_kind { RANGE_NONE, RANGE_LOG, RANGE_LINEAR, RANGE_CHOICE };

/* One option of a table and the values it takes, all of which the option allows. */
struct setting {
    const struct option_table *table;
    const struct option *option;
    const char **values; /* of a range: its choices, or its two bounds */
    size_t n;
    enum range_kind range;
    double low, high;  /* the bounds as numbers */
    const char *where; /* of a range: FILE:LINE:COLUMN */
};
struct settings {
    struct mem *mem; /* borrowed; of values and list */
    struct setting *list;
    size_t n, capacity;
};

/* An empty list with room for `capacity` settings. */
status settings_create(struct settings *s, size_t capacity, struct mem *m, struct error *e);
/* Adds a setting, in place of an earlier one of the same option. */
status settings_put(struct settings *s, struct setting setting, struct error *e);
/* Adds the value `node`. Values of text and number options are scalars, of OPT_INTS lists; a list of these is
 * an axis, a mapping a range: one key, whose bounds (the first smaller, of log above 0) or choices the option
 * allows; bounds are for numbers alone. ST_CONFIG with FILE:LINE:COLUMN. */
status settings_put_node(struct settings *s, struct yml *y, const struct option_table *table,
                         const struct option *option, const yml_node *node, struct error *e);
/* Adds the value `text`; commas separate the values of an axis, but for text options. ST_CONFIG. */
status settings_put_text(struct settings *s, const struct option_table *table, const struct option *option,
                         const char *text, struct error *e);

/* Refuses keys of `map` (and maps that are none) that are neither options of `table` nor in `others`
 * (NULL-terminated). `what` is the section for messages: "section 'network'", "solver 'admm'". */
status settings_check_keys(struct yml *y, const struct option_table *table, const yml_node *map,
                           const char *const *others, const char *what, struct error *e);

/* Does "--set KEY=VALUE" in the options of a table; `owner` is "dataset 'digits'". ST_USAGE if the text is
 * not of that form, ST_CONFIG. */
status settings_set(const struct option_table *table, void *options, const char *text, const char *owner,
                    struct error *e);

/* Writes "INDENT KEY: VALUE" for each option: what settings_put_node reads back. */
void settings_write(const struct option_table *table, const void *options, const char *indent, FILE *f);

#endif
