/* Settings: options with their values as written in an experiment file or in --set (see plan_settings.h). */
#include "experiments/plan_settings.h"
#include <string.h>

enum { NAMES_MAX = 160 };

status settings_create(struct settings *s, size_t capacity, struct mem *m, struct error *e)
{
    *s = (struct settings){.capacity = capacity};
    s->v = mem_alloc(m, capacity, sizeof *s->v, e);
    return s->v ? ST_OK : ST_MEMORY;
}

status settings_put(struct settings *s, struct setting setting, struct error *e)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->v[i].section == setting.section && s->v[i].option == setting.option) {
            s->v[i] = setting;
            return ST_OK;
        }
    }
    if (s->n == s->capacity) return FAIL(e, ST_INTERNAL, "more settings than options");
    s->v[s->n++] = setting;
    return ST_OK;
}

/* Tries a value on an options struct that is thrown away. */
static status check_value(const struct option_table *table, const struct option *o, const char *text,
                          struct mem *m, struct error *e)
{
    void *scratch = mem_alloc(m, 1, table->size, e);
    if (!scratch) return ST_MEMORY;
    return opt_set(o, scratch, text, e);
}

/* [100, 50] as "100-50". */
static status join_integers(struct config *c, const struct option *o, const config_node *list, struct mem *m,
                            const char **text, struct error *e)
{
    size_t n = config_length(list), size = 1, used = 0;
    if (n == 0) return config_fail(c, list, e, "option '%s' has an empty list", o->key);
    for (size_t i = 0; i < n; i++) {
        const config_node *item = config_item(c, list, i);
        const char *digits = config_text(item);
        if (!digits || !*digits || strspn(digits, "0123456789") != strlen(digits))
            return config_fail(c, item, e, "option '%s' needs a list of whole numbers such as [100, 50]",
                               o->key);
        size += strlen(digits) + 1;
    }
    char *joined = mem_alloc(m, size, 1, e);
    if (!joined) return ST_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const char *digits = config_text(config_item(c, list, i));
        used += (size_t)snprintf(joined + used, size - used, "%s%s", i ? "-" : "", digits);
    }
    *text = joined;
    return ST_OK;
}

/* The text of one value (no axis), checked. */
static status node_value(struct config *c, const struct option_table *table, const struct option *o,
                         const config_node *node, struct mem *m, const char **text, struct error *e)
{
    if (o->type == OPT_INTS && config_is_list(node))
        TRY(join_integers(c, o, node, m, text, e));
    else if (config_text(node))
        *text = config_text(node);
    else
        return config_fail(c, node, e, "option '%s' needs a single value or a list of values", o->key);
    status s = check_value(table, o, *text, m, e);
    if (s != ST_OK) {
        char where[300];
        config_where(c, node, where, sizeof where);
        return err_prefix(e, "%s", where);
    }
    return ST_OK;
}

/* A list is an axis, but for OPT_INTS, where a list of scalars is one value. */
static bool is_axis(struct config *c, const struct option *o, const config_node *node)
{
    if (!config_is_list(node)) return false;
    return o->type != OPT_INTS || (config_length(node) > 0 && config_is_list(config_item(c, node, 0)));
}

status settings_from_node(struct settings *s, struct config *c, enum section section,
                          const struct option_table *table, const struct option *option,
                          const config_node *node, struct mem *m, struct error *e)
{
    bool axis = is_axis(c, option, node);
    size_t n = axis ? config_length(node) : 1;
    if (n == 0) return config_fail(c, node, e, "option '%s' has an empty list", option->key);
    struct setting setting = {section, option, mem_alloc(m, n, sizeof(char *), e), n};
    if (!setting.values) return ST_MEMORY;
    for (size_t i = 0; i < n; i++)
        TRY(node_value(c, table, option, axis ? config_item(c, node, i) : node, m, &setting.values[i], e));
    return settings_put(s, setting, e);
}

static bool listed(const char *const *names, const char *key)
{
    for (; names && *names; names++)
        if (strcmp(*names, key) == 0) return true;
    return false;
}

static status unknown_key(struct config *c, const config_node *key, const struct option_table *table,
                          const char *const *others, const char *what, struct error *e)
{
    char where[300], of[100];
    const char *names[NAMES_MAX];
    size_t n = 0;
    for (; others && *others && n < NAMES_MAX; others++) names[n++] = *others;
    for (size_t i = 0; i < opt_count(table) && n < NAMES_MAX; i++) names[n++] = opt_at(table, i)->key;
    config_where(c, key, where, sizeof where);
    (void)snprintf(of, sizeof of, " of %s", what);
    return unknown_name(e, where, "option", config_text(key), of, names, n);
}

status settings_check_keys(struct config *c, const struct option_table *table, const config_node *map,
                           const char *const *others, const char *what, struct error *e)
{
    if (!config_is_map(map)) return config_fail(c, map, e, "%s must be a mapping such as {key: value}", what);
    for (size_t i = 0; i < config_length(map); i++) {
        const config_node *key = config_key(c, map, i);
        if (!listed(others, config_text(key)) && !opt_find(table, config_text(key)))
            return unknown_key(c, key, table, others, what, e);
    }
    return ST_OK;
}

status settings_from_text(struct settings *s, enum section section, const struct option_table *table,
                          const struct option *option, const char *value, struct mem *m, struct error *e)
{
    size_t n = 1;
    bool split = option->type != OPT_STRING;
    for (const char *p = value; split && *p; p++) n += *p == ',';
    struct setting setting = {section, option, mem_alloc(m, n, sizeof(char *), e), n};
    char *copy = mem_string(m, value, e);
    if (!setting.values || !copy) return ST_MEMORY;
    for (size_t i = 0; i < n; i++) {
        char *comma = split ? strchr(copy, ',') : NULL;
        if (comma) *comma = '\0';
        TRY(check_value(table, option, copy, m, e));
        setting.values[i] = copy;
        if (comma) copy = comma + 1;
    }
    return settings_put(s, setting, e);
}

status settings_split(const char *text, struct set_text *set, struct error *e)
{
    char name[sizeof set->key], where[140];
    const char *equals = strchr(text, '='), *key = text;
    if (!equals || equals == text || (size_t)(equals - text) >= sizeof name)
        return FAIL(e, ST_CONFIG, "--set %.100s: write it as section.key=value, such as solver.rho=0.1",
                    text);
    (void)snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    char *dot = strchr(name, '.');
    set->section = SECTION_RUN;
    if (dot) {
        *dot = '\0';
        key = dot + 1;
        for (int s = SECTION_STOP; s < N_SECTIONS; s++)
            if (strcmp(name, section_names[s]) == 0) set->section = (enum section)s;
        (void)snprintf(where, sizeof where, "--set %.100s", text);
        if (set->section == SECTION_RUN)
            return unknown_name(e, where, "section", name, "", section_names + SECTION_STOP,
                                N_SECTIONS - SECTION_STOP);
    } else {
        key = name;
    }
    (void)snprintf(set->key, sizeof set->key, "%s", key);
    set->value = equals + 1;
    return ST_OK;
}
