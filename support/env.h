/* Facts about the program and the computer that results carry. All texts are free of commas, quotes and
 * newlines, so that they fit a CSV cell. */
#ifndef SPIKEBENCH_SUPPORT_ENV_H
#define SPIKEBENCH_SUPPORT_ENV_H

#include <stdbool.h>
#include <stddef.h>

enum { ENV_TEXT = 160 };

const char *env_version(void);   /* "0.2.0" */
const char *env_commit(void);    /* 12 digits, or "unknown" outside a git checkout */
bool env_dirty(void);            /* tracked files differed from the commit at build time */
const char *env_sources(void);   /* 12 digits of the SHA-256 of the program's sources as they were built */
const char *env_compiler(void);  /* first line of the compiler's --version */
const char *env_flags(void);     /* compiler flags that can change results */
const char *env_blas_name(void); /* "OpenBLAS" */

/* Each fills `text` (ENV_TEXT is enough) and truncates at `size`. */
void env_blas_config(char *text, size_t size); /* openblas_get_config() */
void env_blas_core(char *text, size_t size);   /* the kernels in use: "Haswell", ... */
void env_cpu(char *text, size_t size);         /* the model name, or "unknown" */
void env_date(char *text, size_t size);        /* now, ISO 8601 in UTC: 2026-01-31T12:00:00Z */

int env_blas_threads(void);

#endif
