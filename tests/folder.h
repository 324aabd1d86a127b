/* A test's own temporary folder. */
#ifndef SPIKEBENCH_TESTS_FOLDER_H
#define SPIKEBENCH_TESTS_FOLDER_H

#include <stddef.h>
#include <stdio.h>

/* A new empty folder under $TMPDIR (/tmp), removed by folder_remove; the name lives in `path`. `make test`
 * removes what a failing test leaves behind. */
enum { FOLDER_MAX = 256 };
void folder_create(char path[FOLDER_MAX]);
void folder_remove(const char *path);

/* Runs shell text in the folder; it must succeed. */
void folder_shell(const char *path, const char *text);
/* FOLDER/name, opened as by fopen; a mode "w" makes the folders in between. */
FILE *folder_open(const char *path, const char *name, const char *mode);
/* Writes size bytes into FOLDER/name, making the folders in between. */
void folder_write(const char *path, const char *name, const void *bytes, size_t size);
/* An empty file without a name, to be written and read; gone when it is closed. */
FILE *folder_scratch(void);

#endif
