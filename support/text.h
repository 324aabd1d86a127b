/* Texts put together in rooms of fixed size, and written into other languages. */
#ifndef SPIKEBENCH_SUPPORT_TEXT_H
#define SPIKEBENCH_SUPPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Puts what `format` says behind `text`, which has room for `size` characters and ends within them. What does
 * not fit is cut off: false. */
bool text_add(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The end of a word of which there are n: "" or "s". */
const char *text_plural(size_t n);

/* Writes a text into an element or an attribute of HTML or XML. Control characters, which XML has no way to
 * write, become '?'. */
void text_escape(const char *text, FILE *f);

#endif
