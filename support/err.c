/* Errors as values: formatting and names. */
#include "support/err.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

status err_set(struct error *e, status code, const char *where, const char *format, ...)
{
    if (!e) return code;
    e->code = code;
    snprintf(e->where, sizeof e->where, "%s", where);
    va_list args;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return code;
}

status err_prefix(struct error *e, const char *format, ...)
{
    if (!e) return ST_INTERNAL;
    char old[sizeof e->text], prefix[512];
    memcpy(old, e->text, sizeof old);
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    size_t used = (size_t)snprintf(e->text, sizeof e->text, "%s: ", prefix);
    if (used < sizeof e->text) {
        size_t length = strnlen(old, sizeof old - 1), room = sizeof e->text - used - 1;
        length = length < room ? length : room;
        memcpy(e->text + used, old, length);
        e->text[used + length] = '\0';
    }
    return e->code;
}

const char *status_name(status code)
{
    static const char *const names[] = {"ok",     "usage",   "config", "data",        "no_data",
                                        "memory", "numeric", "io",     "interrupted", "internal"};
    return (size_t)code < sizeof names / sizeof *names ? names[code] : "unknown";
}
