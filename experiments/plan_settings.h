/* Settings: what an experiment file and --set say about options, before they are expanded to runs. */
#ifndef SPIKEBENCH_EXPERIMENTS_PLAN_SETTINGS_H
#define SPIKEBENCH_EXPERIMENTS_PLAN_SETTINGS_H

#include "experiments/config.h"
#include "experiments/run.h"

/* One option and the values it takes: more than one make a grid axis. */
struct setting {
    enum section section;
    const struct option *option;
    const char **values;
    size_t n;
};
struct settings {
    struct setting *v;
    size_t n, capacity;
};

/* An empty list with room for `capacity` settings. */
status settings_create(struct settings *s, size_t capacity, struct mem *m, struct error *e);
/* Adds a setting, in place of an earlier one of the same option. */
status settings_put(struct settings *s, struct setting setting, struct error *e);

/* Adds value `node` of option `key`, checked. Values of text and number options are scalars, of OPT_INTS
 * lists; a list of these is an axis. */
status settings_from_node(struct settings *s, struct config *c, enum section section,
                          const struct option_table *table, const struct option *option,
                          const config_node *node, struct mem *m, struct error *e);

/* Refuses keys of `map` (and maps that are none) that are neither options of `table` nor in `others`
 * (NULL-terminated). `what` is the section for messages: "section 'network'", "solver 'admm'". */
status settings_check_keys(struct config *c, const struct option_table *table, const config_node *map,
                           const char *const *others, const char *what, struct error *e);

/* Adds the values of "--set KEY=VALUE" for an option; commas separate the values of an axis, but for text
 * options. */
status settings_from_text(struct settings *s, enum section section, const struct option_table *table,
                          const struct option *option, const char *value, struct mem *m, struct error *e);

/* "section.key=value" in parts. A key without a section is in SECTION_RUN. ST_CONFIG if it is not of that
 * form. */
struct set_text {
    enum section section;
    char key[100];
    const char *value; /* borrowed */
};
status settings_split(const char *text, struct set_text *set, struct error *e);

#endif
