/* See npy.h. The header is the text of a Python dictionary with the keys descr, fortran_order and shape. */
#include "datasets/npy.h"
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 6, HEADER_MOST = 4000 };

static status bad(const char *source, const char *what, struct error *e)
{
    return FAIL(e, ST_DATA, "%s: the header %s", source, what);
}

static const char *skip(const char *at)
{
    while (isspace((unsigned char)*at)) at++;
    return at;
}

/* What stands behind 'key': in the dictionary; NULL if it is not there. */
static const char *value_of(const char *text, const char *key)
{
    char quoted[40];
    (void)snprintf(quoted, sizeof quoted, "'%s'", key);
    const char *at = strstr(text, quoted);
    if (!at) return NULL;
    at = skip(at + strlen(quoted));
    return *at == ':' ? skip(at + 1) : NULL;
}

/* A text in quotes, of less than `size` characters; *at goes behind it. */
static bool read_quoted(const char **at, char *text, size_t size)
{
    size_t n = 0;
    *at = skip(*at);
    const char quote = **at;
    if (quote != '\'' && quote != '"') return false;
    for (++*at; **at && **at != quote; ++*at) {
        if (n + 1 == size) return false;
        text[n++] = **at;
    }
    text[n] = '\0';
    if (**at != quote) return false;
    ++*at;
    return true;
}

/* "<i8", "|b1", ">f4": order of the bytes, kind, bytes. */
static bool read_type(const char *text, struct npy_field *f)
{
    char *end = NULL;
    if (!strchr("<>|=", text[0]) || !text[0] || !text[1] || !isdigit((unsigned char)text[2])) return false;
    f->big = text[0] == '>';
    f->kind = text[1];
    f->size = strtoul(text + 2, &end, 10);
    if (*end != '\0') return false;
    const bool power = f->size == 1 || f->size == 2 || f->size == 4 || f->size == 8;
    return (f->kind == 'b' && f->size == 1) || ((f->kind == 'i' || f->kind == 'u') && power) ||
           (f->kind == 'f' && (f->size == 4 || f->size == 8));
}

/* [('x', '<i2'), ('y', '<i2'), ...] */
static status read_fields(struct npy_header *h, const char *source, const char *at, struct error *e)
{
    char type[16];
    h->structured = true;
    for (at = skip(at + 1); *at == '('; at = skip(at)) {
        if (h->n_fields == NPY_FIELDS) return bad(source, "has more than 16 fields", e);
        struct npy_field *f = &h->fields[h->n_fields++];
        at++;
        if (!read_quoted(&at, f->name, sizeof f->name)) return bad(source, "has a field without a name", e);
        at = skip(at);
        if (*at++ != ',' || !read_quoted(&at, type, sizeof type) || !read_type(type, f))
            return bad(source, "has a field that is no number", e);
        f->offset = h->row;
        h->row += f->size;
        at = skip(at);
        if (*at++ != ')') return bad(source, "has a field of several numbers", e);
        at = skip(at);
        if (*at == ',') at++;
    }
    return *at == ']' && h->n_fields > 0 ? ST_OK : bad(source, "has a list of fields that does not end", e);
}

static status read_descr(struct npy_header *h, const char *source, const char *at, struct error *e)
{
    char type[16];
    if (!at) return bad(source, "has no 'descr'", e);
    if (*at == '[') return read_fields(h, source, at, e);
    h->n_fields = 1;
    if (!read_quoted(&at, type, sizeof type)) return bad(source, "has a 'descr' that is no type", e);
    if (!read_type(type, &h->fields[0]))
        return FAIL(e, ST_DATA, "%s: numbers of type '%s'; whole numbers, float32 and float64 are read",
                    source, type);
    h->row = h->fields[0].size;
    return ST_OK;
}

/* (100, 4), (100,) */
static status read_shape(struct npy_header *h, const char *source, const char *at, struct error *e)
{
    if (!at || *at != '(') return bad(source, "has no 'shape'", e);
    for (at = skip(at + 1); isdigit((unsigned char)*at); at = skip(at)) {
        char *end = NULL;
        if (h->n_dimensions == NPY_DIMENSIONS) return bad(source, "has a shape of more than 4 numbers", e);
        const unsigned long long n = strtoull(at, &end, 10);
        if (n > UINT32_MAX) return bad(source, "has a shape that is too large", e);
        h->shape[h->n_dimensions++] = (size_t)n;
        at = skip(end);
        if (*at == ',') at++;
    }
    return *at == ')' ? ST_OK : bad(source, "has a shape that is none", e);
}

/* The numbers fill the rest of the file. */
static status check_size(const struct npy_header *h, const char *source, size_t size, struct error *e)
{
    const size_t rest = size - h->begin;
    size_t rows = 1;
    for (size_t k = 0; k < h->n_dimensions; k++) {
        if (h->shape[k] > 0 && rows > SIZE_MAX / 256 / h->shape[k])
            return bad(source, "has a shape that is too large", e);
        rows *= h->shape[k];
    }
    if (h->row * rows != rest)
        return FAIL(e, ST_DATA, "%s: byte %zu: %zu bytes of numbers, but by the header there are %zu", source,
                    h->begin, rest, h->row * rows);
    return ST_OK;
}

status npy_read_header(struct npy_header *h, const char *source, const unsigned char *bytes, size_t size,
                       struct error *e)
{
    static const unsigned char magic[MAGIC] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
    char text[HEADER_MOST + 1];
    *h = (struct npy_header){.begin = 0};
    if (size < MAGIC + 2 || memcmp(bytes, magic, MAGIC) != 0)
        return FAIL(e, ST_DATA, "%s: byte 0: does not begin as a .npy file does", source);
    const unsigned major = bytes[MAGIC];
    const size_t width = major == 1 ? 2 : 4;
    if (major < 1 || major > 3)
        return FAIL(e, ST_DATA, "%s: byte 6: version %u of the format; 1 to 3 are read", source, major);
    if (size < MAGIC + 2 + width) return bad(source, "is cut", e);
    size_t n = 0;
    for (size_t k = width; k > 0; k--) n = n << 8 | bytes[MAGIC + 1 + k];
    h->begin = MAGIC + 2 + width + n;
    if (n > HEADER_MOST) return bad(source, "is longer than 4000 bytes", e);
    if (h->begin > size) return bad(source, "is cut", e);
    memcpy(text, bytes + MAGIC + 2 + width, n);
    text[n] = '\0';
    const char *order = value_of(text, "fortran_order");
    if (!order || (strncmp(order, "False", 5) != 0 && strncmp(order, "True", 4) != 0))
        return bad(source, "has no 'fortran_order'", e);
    h->columns_first = *order == 'T';
    TRY(read_descr(h, source, value_of(text, "descr"), e));
    TRY(read_shape(h, source, value_of(text, "shape"), e));
    return check_size(h, source, size, e);
}

double npy_number(const struct npy_field *f, const unsigned char *row)
{
    uint64_t bits = 0;
    for (size_t k = 0; k < f->size; k++) bits = bits << 8 | row[f->offset + (f->big ? k : f->size - 1 - k)];
    if (f->kind == 'f' && f->size == 8) {
        double v;
        memcpy(&v, &bits, sizeof v);
        return v;
    }
    if (f->kind == 'f') {
        const uint32_t word = (uint32_t)bits;
        float v;
        memcpy(&v, &word, sizeof v);
        return (double)v;
    }
    if (f->kind != 'i') return (double)bits;
    const uint64_t sign = (uint64_t)1 << (8 * f->size - 1);
    return bits & sign ? -(double)(~bits + 1 + (f->size < 8 ? sign << 1 : 0)) : (double)bits;
}
