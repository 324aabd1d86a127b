/* The header of a .npy file (numpy format 1 to 3): what its numbers are. */
#ifndef SPIKEBENCH_DATASETS_NPY_H
#define SPIKEBENCH_DATASETS_NPY_H

#include "support/err.h"
#include <stdbool.h>
#include <stddef.h>

enum { NPY_FIELDS = 16, NPY_NAME = 32, NPY_DIMENSIONS = 4 };

/* A number in a row. */
struct npy_field {
    char name[NPY_NAME]; /* "" in an array without fields */
    char kind;           /* 'b' truth value, 'i', 'u' whole, 'f' real */
    size_t size, offset; /* bytes: 1, 2, 4, 8 */
    bool big;            /* big-endian */
};

struct npy_header {
    size_t begin;                   /* the first byte of the numbers */
    bool structured, columns_first; /* a row has fields; numbers are stored column after column */
    size_t n_fields, row;           /* of a row with fields: their number, its bytes; else 1 and a number's */
    struct npy_field fields[NPY_FIELDS];
    size_t n_dimensions, shape[NPY_DIMENSIONS];
};

/* Reads the header. ST_DATA naming `source` and the reason: no .npy file, a type that is no number, an array
 * whose bytes are not those of its shape. */
status npy_read_header(struct npy_header *h, const char *source, const unsigned char *bytes, size_t size,
                       struct error *e);
/* The number of a field, exact up to 2^53. */
double npy_number(const struct npy_field *f, const unsigned char *row);

#endif
