/* Errors as values: a status code plus text, held in an object that the caller owns. Nothing below the
 * command line layer prints or exits. */
#ifndef SPIKEBENCH_SUPPORT_ERR_H
#define SPIKEBENCH_SUPPORT_ERR_H

typedef enum status {
    ST_OK = 0,
    ST_USAGE,       /* the command line is wrong */
    ST_CONFIG,      /* an option or an experiment file is wrong */
    ST_DATA,        /* a data file is malformed */
    ST_NO_DATA,     /* data that cannot be embedded was not found */
    ST_MEMORY,      /* an allocation failed or a size overflows */
    ST_NUMERIC,     /* a factorisation failed or a number is not finite */
    ST_IO,          /* reading, writing or starting a process failed */
    ST_INTERRUPTED, /* stopped by a signal */
    ST_INTERNAL     /* a broken invariant: a bug */
} status;

struct error {
    status code;
    char where[48];  /* the function that noticed */
    char text[1200]; /* what, and what is allowed; no trailing newline */
};

/* Fills *e (which may be NULL) and returns `code`, so that callers write `return FAIL(...)`. */
status err_set(struct error *e, status code, const char *where, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts "prefix: " in front of the text already in *e (NULL is allowed); returns e's code. */
status err_prefix(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A constant word for a code: "data", "memory", ... */
const char *status_name(status code);

#define FAIL(e, code, ...) err_set((e), (code), __func__, __VA_ARGS__)

/* Returns from the calling function with the status of `call` unless it is ST_OK. */
#define TRY(call)                                                                                            \
    do {                                                                                                     \
        status try_status_ = (call);                                                                         \
        if (try_status_ != ST_OK) return try_status_;                                                        \
    } while (0)

#endif
