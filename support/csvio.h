/* CSV files over libcsv: a whole table in memory with typed access, and a row writer with atomic replace. */
#ifndef SPIKEBENCH_SUPPORT_CSVIO_H
#define SPIKEBENCH_SUPPORT_CSVIO_H

#include "support/err.h"
#include "support/file.h"
#include "support/mem.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* libcsv owns the names csv_parse and csv_free. */
struct csv_table {
    struct mem mem;
    char *source;             /* file name, for messages */
    size_t n_columns, n_rows; /* n_rows without the header */
    char **names;             /* [n_columns] */
    char **cells;             /* [n_rows * n_columns], row after row */
    size_t first_line;        /* line of row 0 in the file, for messages */
    size_t *slots, n_slots;   /* an open hash table of columns + 1 by name, 0 where there is none */
};

/* Reads a file (or `size` bytes of memory called `source`), the first row being the header unless `header` is
 * false (then the columns are called "1", "2", ...). ST_IO if it cannot be read; ST_DATA naming file, line
 * and reason if it is malformed or a row has another number of cells than the first. The caller frees with
 * csv_table_free, also after an error. */
status csv_read(struct csv_table *t, const char *path, int header, struct error *e);
status csv_parse_memory(struct csv_table *t, const char *source, const void *bytes, size_t size, int header,
                        struct error *e);
/* csv_read with the header of the file that `format` names. */
status csv_load(struct csv_table *t, struct error *e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void csv_table_free(struct csv_table *t);

/* What is wrong with a file by an error code of libcsv. */
const char *csv_reason(int code);

enum { CSV_NONE = -1 };
/* Column number of `name`, or CSV_NONE. */
long csv_column(const struct csv_table *t, const char *name);
/* ST_DATA naming the first of these columns that the table lacks. */
status csv_need(const struct csv_table *t, const char *const *names, size_t n, struct error *e);
const char *csv_cell(const struct csv_table *t, size_t row, size_t column);
/* Whether all rows have the same text in a column; without a row they do not. */
bool csv_constant(const struct csv_table *t, size_t column);
/* The cell of column `name`; "nan" if there is no such column. */
const char *csv_text(const struct csv_table *t, size_t row, const char *name);
/* The cell as a number. ST_DATA naming file, line, column name and text if it is none; "nan" is a number. */
status csv_number(const struct csv_table *t, size_t row, size_t column, double *value, struct error *e);
/* The number in the cell of column `name`; nan where there is none, no such column or no such row. */
double csv_value(const struct csv_table *t, size_t row, const char *name);

/* A writer of rows whose file replaces PATH in csv_close: readers never see an unfinished file. */
struct csv_writer {
    struct file_writer out;
    size_t column;
    int failed;
};

status csv_open(struct csv_writer *w, const char *path, struct error *e);
/* csv_open of the file that `format` names, and its first row `head` as in csv_head (NULL: none). */
status csv_start(struct csv_writer *w, const char *head, struct error *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void csv_head(struct csv_writer *w, const char *names);  /* a whole row: "label,solver", as it is */
void csv_put(struct csv_writer *w, const char *text);    /* next cell, quoted where needed */
void csv_put_number(struct csv_writer *w, double value); /* %.17g; nan for any NaN */
void csv_put_texts(struct csv_writer *w, const char *const *texts, size_t n);
void csv_put_numbers(struct csv_writer *w, const double *values, size_t n);
void csv_end_row(struct csv_writer *w);
void csv_numbers(struct csv_writer *w, const double *values, size_t n); /* a whole row */
status csv_close(struct csv_writer *w, struct error *e); /* flushes, checks, renames; ST_IO on any failure */
/* csv_close if `st` is ST_OK, else PATH stays as it was; returns the first error. */
status csv_end(struct csv_writer *w, status st, struct error *e);

#endif
