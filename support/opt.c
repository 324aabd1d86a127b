/* Parsing, formatting and describing options from their tables. */
#include "support/opt.h"
#include "support/file_kind.h"
#include "support/text.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Bounds from here on are not described: nobody comes near them. */
static const double wide_bound = 1e9;

static void *field(const struct option *o, void *options)
{
    return (char *)options + o->offset;
}

static const void *const_field(const struct option *o, const void *options)
{
    return (const char *)options + o->offset;
}

size_t opt_count(const struct option_table *t)
{
    size_t n = 0;
    for (size_t k = 0; k < OPT_SPANS_MAX && t->spans[k].n > 0; k++) n += t->spans[k].n;
    return n;
}

const struct option *opt_at(const struct option_table *t, size_t i)
{
    size_t k = 0;
    while (i >= t->spans[k].n) i -= t->spans[k++].n;
    return &t->spans[k].options[i];
}

const char *opt_choice(const struct option *o, size_t k)
{
    if (!o->choices) return NULL;
    if (!(o->flags & OPT_NAMED)) return ((const char *const *)o->choices)[k];
    const void *const *list = o->choices;
    return list[k] ? *(const char *const *)list[k] : NULL;
}

const char *opt_default(const struct option_table *t, const struct option *o)
{
    for (const struct option_default *d = t->defaults; d && d->key; d++)
        if (strcmp(d->key, o->key) == 0) return d->value;
    return o->usual;
}

status opt_defaults(const struct option_table *t, void *options, struct error *e)
{
    for (size_t i = 0, n = opt_count(t); i < n; i++) {
        const struct option *o = opt_at(t, i);
        if (opt_set(o, options, opt_default(t, o), e) != ST_OK)
            return FAIL(e, ST_INTERNAL, "default '%s' of option '%s' does not parse", opt_default(t, o),
                        o->key);
    }
    return ST_OK;
}

static bool in_range(const struct option *o, double v)
{
    if (isnan(v)) return false;
    if (o->flags & OPT_OPEN_LO ? !(v > o->lo) : !(v >= o->lo)) return false;
    return o->flags & OPT_OPEN_HI ? v < o->hi : v <= o->hi;
}

static status refuse(const struct option *o, const char *text, struct error *e)
{
    char allowed[400];
    opt_describe(o, allowed, sizeof allowed);
    return FAIL(e, ST_CONFIG, "option '%s' cannot be '%s'; allowed: %s", o->key, text, allowed);
}

/* refuse of a number; a bound that is too large to be described is named where it is what was passed. */
static status refuse_number(const struct option *o, const char *text, double v, struct error *e)
{
    char allowed[400];
    const bool above = v > o->hi || (v >= o->hi && o->flags & OPT_OPEN_HI);
    const bool below = v < o->lo || (v <= o->lo && o->flags & OPT_OPEN_LO);
    if ((!above || o->hi < wide_bound) && (!below || o->lo > -wide_bound)) return refuse(o, text, e);
    opt_describe(o, allowed, sizeof allowed);
    return FAIL(e, ST_CONFIG, "option '%s' cannot be '%s'; allowed: %s, at %s %.10g", o->key, text, allowed,
                above ? "most" : "least", above ? o->hi : o->lo);
}

static bool parse_long(const char *text, char end, long *value, const char **rest)
{
    char *stop;
    errno = 0;
    *value = strtol(text, &stop, 10);
    if (stop == text || errno != 0) return false;
    *rest = stop;
    if (*stop == '\0' || *stop == end) return true;
    if (*stop == 'x' || *stop == 'X') return false; /* "0x10", which strtod would read */
    /* "1e9" is an integer too */
    errno = 0;
    double d = strtod(text, &stop);
    if (errno != 0 || !(fabs(d) < 9e15) || d != floor(d) || (*stop != '\0' && *stop != end)) return false;
    *value = (long)d;
    *rest = stop;
    return true;
}

enum { WRITTEN_MAX = 26 * OPT_LIST_MAX }; /* more than any list is written in */

static void format_real(double v, char *text, size_t size)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, size, "%.*g", digits, v);
        if (strtod(text, NULL) == v) return;
    }
}

static void format_reals(const struct real_list *list, char *text, size_t size)
{
    size_t used = 0;
    if (size > 0) text[0] = '\0';
    for (size_t i = 0; i < list->n && used < size; i++) {
        char number[40];
        format_real(list->v[i], number, sizeof number);
        used += (size_t)snprintf(text + used, size - used, i ? "/%s" : "%s", number);
    }
}

static void format_ints(const struct int_list *list, char *text, size_t size)
{
    size_t used = 0;
    if (size > 0) text[0] = '\0';
    for (size_t i = 0; i < list->n && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, i ? "-%ld" : "%ld", list->v[i]);
}

/* Refuses a list that is written in more characters than texts of options have: what is cut off would not be
 * in the identity of a run. */
static status check_length(const struct option *o, const char *written, struct error *e)
{
    if (strlen(written) < OPT_STRING_MAX) return ST_OK;
    return FAIL(e, ST_CONFIG,
                "option '%s' is longer than %d characters: fewer values, or fewer digits, are needed", o->key,
                OPT_STRING_MAX - 1);
}

static status set_list(const struct option *o, struct int_list *list, const char *text, struct error *e)
{
    struct int_list new = {0};
    char written[WRITTEN_MAX];
    const char *p = text;
    for (;;) {
        long v;
        const char *rest;
        if (new.n == OPT_LIST_MAX)
            return FAIL(e, ST_CONFIG, "option '%s' has more than %d values", o->key, OPT_LIST_MAX);
        if (!parse_long(p, '-', &v, &rest)) return refuse(o, text, e);
        if (!in_range(o, (double)v)) return refuse_number(o, text, (double)v, e);
        new.v[new.n++] = v;
        if (*rest == '\0') break;
        p = rest + 1;
    }
    format_ints(&new, written, sizeof written);
    TRY(check_length(o, written, e));
    *list = new;
    return ST_OK;
}

static status set_reals(const struct option *o, struct real_list *list, const char *text, struct error *e)
{
    struct real_list new = {0};
    char written[WRITTEN_MAX];
    for (const char *p = text;; p++) {
        char *end;
        errno = 0;
        if (new.n == OPT_LIST_MAX)
            return FAIL(e, ST_CONFIG, "option '%s' has more than %d values", o->key, OPT_LIST_MAX);
        double v = strtod(p, &end);
        bool overflow = errno == ERANGE && fabs(v) > 1;
        if (end == p || (*end != '\0' && *end != '/') || overflow || !in_range(o, v))
            return refuse(o, text, e);
        new.v[new.n++] = v;
        p = end;
        if (*p == '\0') break;
    }
    format_reals(&new, written, sizeof written);
    TRY(check_length(o, written, e));
    *list = new;
    return ST_OK;
}

static bool parse_bool(const char *text, bool *value)
{
    static const char *const yes[] = {"true", "yes", "on", "1"}, *const no[] = {"false", "no", "off", "0"};
    for (int i = 0; i < 4; i++) {
        const bool is_yes = strcasecmp(text, yes[i]) == 0;
        if (!is_yes && strcasecmp(text, no[i]) != 0) continue;
        *value = is_yes;
        return true;
    }
    return false;
}

const char *opt_file(const struct option *o, const void *options)
{
    const int *at = const_field(o, options);
    return o->flags & OPT_OR_FILE && !opt_choice(o, (size_t)*at) ? (const char *)(at + 1) : NULL;
}

static status set_choice(const struct option *o, int *at, const char *text, struct error *e)
{
    int k = 0;
    const size_t length = strlen(text);
    while (opt_choice(o, (size_t)k) && strcmp(text, opt_choice(o, (size_t)k)) != 0) k++;
    const bool chosen = opt_choice(o, (size_t)k) != NULL;
    const bool file = file_named(text, ".net") || file_named(text, ".nir");
    if (!chosen && !(o->flags & OPT_OR_FILE && file)) return refuse(o, text, e);
    if (!chosen && length >= OPT_STRING_MAX)
        return FAIL(e, ST_CONFIG, "option '%s' is longer than %d characters", o->key, OPT_STRING_MAX - 1);
    *at = k;
    if (o->flags & OPT_OR_FILE) memcpy(at + 1, chosen ? "" : text, chosen ? 1 : length + 1);
    return ST_OK;
}

status opt_set(const struct option *o, void *options, const char *text, struct error *e)
{
    void *at = field(o, options);
    switch (o->type) {
    case OPT_REAL: {
        char *end;
        errno = 0;
        double v = strtod(text, &end);
        bool overflow = errno == ERANGE && fabs(v) > 1;
        if (end == text || *end != '\0') return refuse(o, text, e);
        if (overflow || !in_range(o, v)) return refuse_number(o, text, v, e);
        memcpy(at, &v, sizeof v);
        return ST_OK;
    }
    case OPT_INT: {
        long v;
        const char *rest;
        if (!parse_long(text, '\0', &v, &rest)) return refuse(o, text, e);
        if (!in_range(o, (double)v)) return refuse_number(o, text, (double)v, e);
        memcpy(at, &v, sizeof v);
        return ST_OK;
    }
    case OPT_BOOL: return parse_bool(text, at) ? ST_OK : refuse(o, text, e);
    case OPT_CHOICE: return set_choice(o, at, text, e);
    case OPT_STRING:
        if (strlen(text) >= OPT_STRING_MAX)
            return FAIL(e, ST_CONFIG, "option '%s' is longer than %d characters", o->key, OPT_STRING_MAX - 1);
        memcpy(at, text, strlen(text) + 1);
        return ST_OK;
    case OPT_INTS: return set_list(o, at, text, e);
    case OPT_REALS: return set_reals(o, at, text, e);
    }
    return FAIL(e, ST_INTERNAL, "option '%s' has no type", o->key);
}

const struct option *opt_find(const struct option_table *t, const char *key)
{
    for (size_t i = 0, n = opt_count(t); i < n; i++)
        if (strcmp(opt_at(t, i)->key, key) == 0) return opt_at(t, i);
    return NULL;
}

/* Levenshtein distance; names longer than the table count as far away. */
static size_t edit_distance(const char *a, const char *b)
{
    enum { MAX = 64 };
    size_t row[MAX + 1], na = strlen(a), nb = strlen(b);
    if (na > MAX || nb > MAX) return MAX;
    for (size_t j = 0; j <= nb; j++) row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[nb];
}

const char *opt_nearest(const char *key, const char *const *candidates, size_t n)
{
    const char *best = NULL;
    size_t least = 4, half = (strlen(key) + 1) / 2;
    for (size_t i = 0; i < n; i++) {
        size_t d = edit_distance(key, candidates[i]);
        if (d < least && d <= half) {
            least = d;
            best = candidates[i];
        }
    }
    return best;
}

void opt_hint(const char *key, const char *const *candidates, size_t n, const char *before,
              char text[OPT_HINT])
{
    const char *nearest = opt_nearest(key, candidates, n);
    if (nearest)
        (void)snprintf(text, OPT_HINT, "; did you mean '%s%s'?", before, nearest);
    else
        (void)snprintf(text, OPT_HINT, ";");
}

void opt_format(const struct option *o, const void *options, char *text, size_t size)
{
    const void *at = const_field(o, options);
    switch (o->type) {
    case OPT_REAL: format_real(*(const double *)at, text, size); break;
    case OPT_INT: snprintf(text, size, "%ld", *(const long *)at); break;
    case OPT_BOOL: snprintf(text, size, "%s", *(const bool *)at ? "true" : "false"); break;
    case OPT_CHOICE:
        snprintf(text, size, "%s",
                 opt_file(o, options) ? opt_file(o, options) : opt_choice(o, (size_t) * (const int *)at));
        break;
    case OPT_STRING: snprintf(text, size, "%s", (const char *)at); break;
    case OPT_INTS: format_ints(at, text, size); break;
    case OPT_REALS: format_reals(at, text, size); break;
    }
}

bool opt_same(const struct option *o, const void *a, const void *b)
{
    char first[OPT_STRING_MAX], second[OPT_STRING_MAX];
    opt_format(o, a, first, sizeof first);
    opt_format(o, b, second, sizeof second);
    return strcmp(first, second) == 0;
}

bool opt_is_default(const struct option_table *t, const struct option *o, const void *options)
{
    char now[OPT_STRING_MAX], usual[OPT_STRING_MAX];
    union {
        double real;
        long integer;
        bool boolean;
        struct {
            int choice;
            char file[OPT_STRING_MAX];
        } choice;
        char string[OPT_STRING_MAX];
        struct int_list list;
        struct real_list reals;
    } value;
    struct option alone = *o;
    alone.offset = 0;
    if (opt_set(&alone, &value, opt_default(t, o), NULL) != ST_OK) return false;
    opt_format(o, options, now, sizeof now);
    opt_format(&alone, &value, usual, sizeof usual);
    return strcmp(now, usual) == 0;
}

status opt_refuse_idle(const struct option_table *t, const void *options, const struct option_use *uses,
                       size_t n, struct error *e)
{
    for (size_t i = 0; i < n; i++) {
        char text[OPT_STRING_MAX];
        const struct option *o = opt_find(t, uses[i].key);
        if (!o || uses[i].read || opt_is_default(t, o, options)) continue;
        opt_format(o, options, text, sizeof text);
        return FAIL(e, ST_CONFIG, "option '%s' = %s does nothing here: it needs %s", o->key, text,
                    uses[i].needs);
    }
    return ST_OK;
}

static void describe_range(const struct option *o, const char *what, char *text, size_t size)
{
    bool no_hi = o->hi >= wide_bound, no_lo = o->lo <= -wide_bound;
    if (no_hi && no_lo)
        snprintf(text, size, "%s", what);
    else if (no_hi)
        snprintf(text, size, "%s %s %.10g", what, o->flags & OPT_OPEN_LO ? ">" : ">=", o->lo);
    else
        snprintf(text, size, "%s in %c%.10g, %.10g%c", what, o->flags & OPT_OPEN_LO ? '(' : '[', o->lo, o->hi,
                 o->flags & OPT_OPEN_HI ? ')' : ']');
}

void opt_describe(const struct option *o, char *text, size_t size)
{
    switch (o->type) {
    case OPT_REAL: describe_range(o, "number", text, size); break;
    case OPT_INT: describe_range(o, "integer", text, size); break;
    case OPT_INTS: describe_range(o, "list of integers, each an integer", text, size); break;
    case OPT_REALS: describe_range(o, "number, or several such as 1/2, each a number", text, size); break;
    case OPT_BOOL: snprintf(text, size, "true or false"); break;
    case OPT_STRING: snprintf(text, size, "text"); break;
    case OPT_CHOICE:
        snprintf(text, size, "one of ");
        for (size_t i = 0; opt_choice(o, i); i++)
            (void)text_add(text, size, i ? ", %s" : "%s", opt_choice(o, i));
        if (o->flags & OPT_OR_FILE) (void)text_add(text, size, ", or a weight file NAME.net or NAME.nir");
        break;
    }
}

size_t opt_names(const struct option_table *t, const char **names, size_t most)
{
    size_t n = 0;
    for (; n < most && n < opt_count(t); n++) names[n] = opt_at(t, n)->key;
    return n;
}

status unknown_name(struct error *e, const char *where, const char *what, const char *key, const char *of,
                    const char *const *names, size_t n)
{
    char allowed[800] = "", hint[OPT_HINT];
    for (size_t i = 0; i < n; i++) (void)text_add(allowed, sizeof allowed, "%s%s", i ? ", " : "", names[i]);
    opt_hint(key, names, n, "", hint);
    return FAIL(e, ST_CONFIG, "%s: unknown %s '%.60s'%s%s allowed: %s", where, what, key, of, hint, allowed);
}
