/* Where things are. */
#ifndef SPIKEBENCH_SUPPORT_PATHS_H
#define SPIKEBENCH_SUPPORT_PATHS_H

#include "support/err.h"
#include <stdbool.h>
#include <stddef.h>

/* The folder that holds plots/ and experiments/: $SPIKEBENCH_HOME, else the parent of the program's folder if
 * it holds plots/style.gp (a build tree), else <parent>/share/spikebench. `program` is found through
 * /proc/self/exe. ST_IO with the places looked at. (paths.c) */
status path_home(char *path, size_t size, struct error *e);
/* The folder of the running executable. */
status path_program(char *path, size_t size, struct error *e);
/* What stands behind the last slash. */
const char *path_base(const char *path);
/* mkdir -p. */
status path_make(const char *path, struct error *e);

/* The file of an experiment: `name` itself, or, if it is a bare name (no slash, no .yaml) and no file, that
 * of the experiments that come with the program. ST_USAGE if there is none. */
status path_experiment(const char *name, char *file, size_t size, struct error *e);
/* Calls visit for each experiment that comes with the program, by name: FOLDER/NAME.yaml. ST_IO. */
status path_experiments(void (*visit)(void *context, const char *folder, const char *name), void *context,
                        struct error *e);
/* The folder of an experiment's results: `name` itself if it holds a runs.csv, else RESULTS/name. */
void path_results(const char *results, const char *name, char *folder, size_t size);
/* Removes the files in a folder of the program's own, then the folder if nothing is left in it. */
void path_remove(const char *folder);
/* Whether a text can be part of a file's name: 1 to `most` of the letters A-Z a-z 0-9 _ - and `more`. */
bool path_fits_name(const char *text, size_t most, const char *more);

#endif
