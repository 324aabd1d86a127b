/* Finding files and folders as people have them: with dash, dot or underscore, in any case, a folder or two
 * further down; and what is there where nothing fits. */
#ifndef SPIKEBENCH_SUPPORT_FIND_H
#define SPIKEBENCH_SUPPORT_FIND_H

#include "support/err.h"
#include <stdbool.h>
#include <stddef.h>

enum { FIND_PATH = 1024 };

/* `path` with a leading ~ or ~/ replaced by $HOME. ST_CONFIG for ~name, for a HOME that is not set and for a
 * result of `size` bytes or more. */
status find_home(const char *path, char *out, size_t size, struct error *e);

/* Whether two names are the same but for case and for '-', '_', '.' and blanks. */
bool find_same(const char *a, const char *b);

/* What is looked for. */
struct find {
    const char *const *names; /* those that it may have, best first, NULL at the end; see find_same */
    bool folder;              /* a folder; else anything else */
    const char *const
        *closed;   /* folders that are not looked into (of other data), NULL at the end; or NULL */
    unsigned down; /* how many folders below are looked into */
};

/* FOLDER/name or FOLDER/sub/name, the highest there is, in `path`. Hidden names (with a leading dot) are
 * passed over, and an exact name goes before one that is merely the same by find_same. ST_NO_DATA if there is
 * none (the text lists what FOLDER holds, and names what is nearest), if FOLDER is not there or is a file, or
 * if two folders have it; ST_IO for other reasons of the system. A folder of the name that was looked for as
 * a file is found where there is no file, for the reader to refuse. */
status find_path(const struct find *f, const char *folder, char path[FIND_PATH], struct error *e);

/* The names in a folder without hidden ones, sorted; the list and the names are freed by find_free. ST_IO
 * with the reason of the system. */
struct find_list {
    char **names;
    size_t n, capacity;
    size_t hidden; /* how many were left out, but for . and .. */
};
status find_names(const char *folder, struct find_list *list, struct error *e);
/* Those of them that end in `end`, and have something before it. */
status find_ending(const char *folder, const char *end, struct find_list *list, struct error *e);
/* The same; a folder that is not there has none. */
status find_if_there(const char *folder, const char *end, struct find_list *list, struct error *e);
void find_free(struct find_list *list);
/* Bytes of those files in all. ST_IO, ST_MEMORY. */
status find_bytes(const char *folder, const char *end, double *bytes, struct error *e);

#endif
