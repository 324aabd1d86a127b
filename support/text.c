/* See text.h. */
#include "support/text.h"
#include <stdarg.h>
#include <string.h>

bool text_add(char *text, size_t size, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list list;
    va_start(list, format);
    const int more = vsnprintf(text + used, size - used, format, list);
    va_end(list);
    return more >= 0 && (size_t)more < size - used;
}

const char *text_plural(size_t n)
{
    return n == 1 ? "" : "s";
}

void text_escape(const char *text, FILE *f)
{
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        switch (c) {
        case '&': (void)fputs("&amp;", f); break;
        case '<': (void)fputs("&lt;", f); break;
        case '>': (void)fputs("&gt;", f); break;
        case '"': (void)fputs("&quot;", f); break;
        case '\'': (void)fputs("&#39;", f); break;
        default: (void)fputc(c < 32 || c == 127 ? '?' : c, f);
        }
    }
}
