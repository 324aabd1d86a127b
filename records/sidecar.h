/* The comments at the head of NET.yaml (records/trained.h), the file beside a weight file. */
#ifndef SPIKEBENCH_RECORDS_SIDECAR_H
#define SPIKEBENCH_RECORDS_SIDECAR_H

#include "support/err.h"
#include <stdbool.h>
#include <stdio.h>

enum { SIDECAR_PATH = 4096, SIDECAR_LINE = 400 };
enum { SIDECAR_HOW, SIDECAR_WEIGHTS, SIDECAR_DATA, SIDECAR_RULES, SIDECAR_KEYS };
extern const char sidecar_first_line[];
extern const char *const sidecar_keys[SIDECAR_KEYS]; /* what the lines begin with */

struct sidecar {
    char path[SIDECAR_PATH];
    bool ours;                              /* it begins with sidecar_first_line */
    char value[SIDECAR_KEYS][SIDECAR_LINE]; /* what follows the keys; "" where there is none */
};

/* Fills `ours` and `value` from the open file. */
void sidecar_scan(FILE *f, struct sidecar *s);
/* What stands beside the weights. ST_USAGE if these do not end in .net or have too long a name; ST_IO. */
status sidecar_read(const char *weights, struct sidecar *s, struct error *e);

#endif
