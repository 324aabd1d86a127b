/* See settings.h. */
#include "support/settings.h"
#include "support/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX = OPT_STRING_MAX + 64 };

status settings_create(struct settings *s, size_t capacity, struct mem *m, struct error *e)
{
    *s = (struct settings){.mem = m, .capacity = capacity};
    s->list = mem_alloc(m, capacity, sizeof *s->list, e);
    return s->list ? ST_OK : ST_MEMORY;
}

status settings_put(struct settings *s, struct setting setting, struct error *e)
{
    size_t i = 0;
    while (i < s->n && (s->list[i].table != setting.table || s->list[i].option != setting.option)) i++;
    if (i == s->capacity) return FAIL(e, ST_INTERNAL, "more settings than options");
    s->list[i] = setting;
    if (i == s->n) s->n++;
    return ST_OK;
}

/* A setting of n values that are still to be filled in. */
static status begin(const struct settings *s, struct setting *setting, const struct option_table *table,
                    const struct option *option, size_t n, struct error *e)
{
    *setting = (struct setting){
        .table = table, .option = option, .values = mem_alloc(s->mem, n, sizeof(char *), e), .n = n};
    return setting->values ? ST_OK : ST_MEMORY;
}

/* Tries a value on an options struct that is thrown away. */
static status check_value(const struct setting *setting, const char *text, struct mem *m, struct error *e)
{
    void *scratch = mem_alloc(m, 1, setting->table->size, e);
    return scratch ? opt_set(setting->option, scratch, text, e) : ST_MEMORY;
}

/* [100, 50] as "100-50", numbers as "0.9/0.8". */
static status join_list(struct yml *y, const struct option *o, const yml_node *list, struct mem *m,
                        const char **text, struct error *e)
{
    const bool whole = o->type == OPT_INTS;
    size_t n = yml_length(list), size = 1;
    if (n == 0) return yml_fail(y, list, e, "option '%s' has an empty list", o->key);
    for (size_t i = 0; i < n; i++) {
        const yml_node *item = yml_item(y, list, i);
        const char *number = yml_text(item);
        if (!number || (whole && (!*number || strspn(number, "0123456789") != strlen(number))))
            return yml_fail(y, item, e, "option '%s' needs a list of %s", o->key,
                            whole ? "whole numbers such as [100, 50]" : "numbers such as [0.9, 0.8]");
        size += strlen(number) + 1;
    }
    char *joined = mem_alloc(m, size, 1, e);
    if (!joined) return ST_MEMORY;
    for (size_t i = 0; i < n; i++)
        (void)text_add(joined, size, "%s%s", i == 0 ? "" : whole ? "-" : "/", yml_text(yml_item(y, list, i)));
    *text = joined;
    return ST_OK;
}

/* The text of value k of a setting (no axis), checked. */
static status put_value(struct yml *y, struct setting *setting, size_t k, const yml_node *node, struct mem *m,
                        struct error *e)
{
    const char **text = &setting->values[k];
    const struct option *o = setting->option;
    *text = yml_text(node);
    if ((o->type == OPT_INTS || o->type == OPT_REALS) && yml_is_list(node))
        TRY(join_list(y, o, node, m, text, e));
    else if (!*text)
        return yml_fail(y, node, e, "option '%s' needs a single value or a list of values", o->key);
    if (check_value(setting, *text, m, e) == ST_OK) return ST_OK;
    char where[300];
    yml_where(y, node, where, sizeof where);
    return err_prefix(e, "%s", where);
}

/* A list is an axis, but for OPT_INTS, where a list of scalars is one value. */
static bool is_axis(struct yml *y, const struct option *o, const yml_node *node)
{
    if (!yml_is_list(node)) return false;
    return o->type != OPT_INTS || (yml_length(node) > 0 && yml_is_list(yml_item(y, node, 0)));
}

/* ---- ranges ---- */

static const char *const range_names[] = {
    [RANGE_LOG] = "log", [RANGE_LINEAR] = "linear", [RANGE_CHOICE] = "choice"};
static const char ranges_allowed[] = "{log: [LO, HI]}, {linear: [LO, HI]} or {choice: [A, B, ...]}";

/* The kind of range that a mapping is, and its list. */
static status read_kind(struct yml *y, const struct option *o, const yml_node *map, enum range_kind *kind,
                        struct error *e)
{
    const char *key = yml_length(map) == 1 ? yml_text(yml_key(y, map, 0)) : NULL;
    *kind = RANGE_NONE;
    for (int k = RANGE_LOG; key && k <= RANGE_CHOICE; k++)
        if (strcmp(key, range_names[k]) == 0) *kind = (enum range_kind)k;
    if (*kind == RANGE_NONE)
        return yml_fail(y, map, e, "option '%s' has a mapping for a value; allowed as a range: %s", o->key,
                        ranges_allowed);
    const bool number =
        o->type == OPT_REAL || o->type == OPT_INT || o->type == OPT_INTS || o->type == OPT_REALS;
    if (*kind != RANGE_CHOICE && !number)
        return yml_fail(y, map, e, "option '%s' is no number; allowed as a range: {choice: [A, B, ...]}",
                        o->key);
    const yml_node *list = yml_item(y, map, 0);
    if (!yml_is_list(list) || yml_length(list) == 0 || (*kind != RANGE_CHOICE && yml_length(list) != 2))
        return yml_fail(y, list, e, "option '%s': the range '%s' needs a list of %s", o->key, key,
                        *kind == RANGE_CHOICE ? "values" : "two numbers, the least and the largest");
    return ST_OK;
}

static status check_bounds(struct yml *y, const struct setting *s, const yml_node *list, struct error *e)
{
    if (s->range == RANGE_LOG && !(s->low > 0))
        return yml_fail(y, list, e, "option '%s': a logarithmic range begins above 0, not at %s",
                        s->option->key, s->values[0]);
    if (!(s->low < s->high))
        return yml_fail(y, list, e, "option '%s': the range's first number, %s, must be below its second, %s",
                        s->option->key, s->values[0], s->values[1]);
    return ST_OK;
}

static status put_range(struct settings *s, struct yml *y, const struct option_table *table,
                        const struct option *option, const yml_node *map, struct error *e)
{
    struct setting setting;
    enum range_kind kind;
    char where[300];
    TRY(read_kind(y, option, map, &kind, e));
    const yml_node *list = yml_item(y, map, 0);
    TRY(begin(s, &setting, table, option, yml_length(list), e));
    yml_where(y, map, where, sizeof where);
    setting.range = kind;
    setting.where = mem_string(s->mem, where, e);
    if (!setting.where) return ST_MEMORY;
    for (size_t i = 0; i < setting.n; i++) TRY(put_value(y, &setting, i, yml_item(y, list, i), s->mem, e));
    if (kind != RANGE_CHOICE) {
        setting.low = strtod(setting.values[0], NULL);
        setting.high = strtod(setting.values[1], NULL);
        TRY(check_bounds(y, &setting, list, e));
    }
    return settings_put(s, setting, e);
}

status settings_put_node(struct settings *s, struct yml *y, const struct option_table *table,
                         const struct option *option, const yml_node *node, struct error *e)
{
    struct setting setting;
    if (yml_is_map(node)) return put_range(s, y, table, option, node, e);
    bool axis = is_axis(y, option, node);
    size_t n = axis ? yml_length(node) : 1;
    if (n == 0) return yml_fail(y, node, e, "option '%s' has an empty list", option->key);
    TRY(begin(s, &setting, table, option, n, e));
    for (size_t i = 0; i < n; i++)
        TRY(put_value(y, &setting, i, axis ? yml_item(y, node, i) : node, s->mem, e));
    return settings_put(s, setting, e);
}

status settings_put_text(struct settings *s, const struct option_table *table, const struct option *option,
                         const char *text, struct error *e)
{
    struct setting setting;
    size_t n = 1;
    const bool split = option->type != OPT_STRING;
    for (const char *c = text; split && *c; c++) n += *c == ',';
    TRY(begin(s, &setting, table, option, n, e));
    char *copy = mem_string(s->mem, text, e);
    if (!copy) return ST_MEMORY;
    for (size_t i = 0; i < n; i++) {
        char *comma = split ? strchr(copy, ',') : NULL;
        if (comma) *comma = '\0';
        TRY(check_value(&setting, copy, s->mem, e));
        setting.values[i] = copy;
        if (comma) copy = comma + 1;
    }
    return settings_put(s, setting, e);
}

status settings_set(const struct option_table *table, void *options, const char *text, const char *owner,
                    struct error *e)
{
    char key[100], where[140], of[120];
    const char *names[OPT_NAMES_MAX];
    const size_t n = strcspn(text, "=");
    if (text[n] != '=' || n == 0 || n >= sizeof key)
        return FAIL(e, ST_USAGE, "--set '%.60s': KEY=VALUE is needed", text);
    (void)snprintf(key, sizeof key, "%.*s", (int)n, text);
    const struct option *option = opt_find(table, key);
    (void)snprintf(where, sizeof where, "--set %.100s", text);
    if (option) {
        const status st = opt_set(option, options, text + n + 1, e);
        if (st != ST_OK) (void)err_prefix(e, "%s", where);
        return st;
    }
    (void)snprintf(of, sizeof of, " of %s", owner);
    return unknown_name(e, where, "option", key, of, names, opt_names(table, names, OPT_NAMES_MAX));
}

static bool listed(const char *const *names, const char *key)
{
    for (; names && *names; names++)
        if (strcmp(*names, key) == 0) return true;
    return false;
}

static status unknown_key(struct yml *y, const yml_node *key, const struct option_table *table,
                          const char *const *others, const char *what, struct error *e)
{
    char where[300], of[100];
    const char *names[OPT_NAMES_MAX];
    size_t n = 0;
    for (; others && *others && n < OPT_NAMES_MAX; others++) names[n++] = *others;
    n += opt_names(table, names + n, OPT_NAMES_MAX - n);
    yml_where(y, key, where, sizeof where);
    (void)snprintf(of, sizeof of, " of %s", what);
    return unknown_name(e, where, "option", yml_text(key), of, names, n);
}

status settings_check_keys(struct yml *y, const struct option_table *table, const yml_node *map,
                           const char *const *others, const char *what, struct error *e)
{
    if (!yml_is_map(map)) return yml_fail(y, map, e, "%s must be a mapping such as {key: value}", what);
    for (size_t i = 0; i < yml_length(map); i++) {
        const yml_node *key = yml_key(y, map, i);
        if (!listed(others, yml_text(key)) && !opt_find(table, yml_text(key)))
            return unknown_key(y, key, table, others, what, e);
    }
    return ST_OK;
}

/* A double-quoted YAML scalar. */
static void write_quoted(const char *text, FILE *f)
{
    (void)fputc('"', f);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            (void)fprintf(f, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            (void)fprintf(f, "\\x%02x", c);
        else
            (void)fputc(c, f);
    }
    (void)fputc('"', f);
}

static void write_value(const struct option *o, const void *options, FILE *f)
{
    char value[VALUE_MAX];
    if (o->type == OPT_STRING || opt_file(o, options)) {
        write_quoted(o->type == OPT_STRING ? (const char *)options + o->offset : opt_file(o, options), f);
        return;
    }
    opt_format(o, options, value, sizeof value);
    if (o->type != OPT_INTS) {
        (void)fputs(value, f);
        return;
    }
    (void)fputc('[', f);
    for (const char *c = value; *c; c++) (void)fputs(*c == '-' ? ", " : (char[]){*c, '\0'}, f);
    (void)fputc(']', f);
}

void settings_write(const struct option_table *table, const void *options, const char *indent, FILE *f)
{
    for (size_t i = 0; i < opt_count(table); i++) {
        const struct option *o = opt_at(table, i);
        (void)fprintf(f, "%s%s: ", indent, o->key);
        write_value(o, options, f);
        (void)fputc('\n', f);
    }
}
