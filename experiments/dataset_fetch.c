/* spikebench dataset fetch: checks the name of the dataset and hands over to datasets/fetch.sh. */
#include "experiments/commands.h"
#include "experiments/paths.h"
#include "support/csvio.h"
#include "support/opt.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MOST = 100, PATH_MOST = 4200 };

/* The dataset's name (the first, where there are more) and the value of --sources among the script's
 * arguments; NULL where they are not. */
static void find_words(int argc, char **argv, const char **name, const char **sources)
{
    *name = *sources = NULL;
    for (int i = 1; i < argc; i++) {
        bool valued = strcmp(argv[i], "--to") == 0 || strcmp(argv[i], "--from") == 0;
        if (strcmp(argv[i], "--sources") == 0) {
            valued = true;
            *sources = i + 1 < argc ? argv[i + 1] : NULL;
        }
        if (valued)
            i++;
        else if (argv[i][0] != '-' && !*name)
            *name = argv[i];
    }
}

/* ST_USAGE with the nearest name unless the table of sources has `name` as a dataset or a folder. */
static status check_name(const char *name, const char *sources, struct error *e)
{
    struct csv_table t = {0};
    const char *names[NAMES_MOST];
    size_t n = 0;
    bool known = false;
    status st = csv_read(&t, sources, 1, e);
    const long columns[] = {csv_column(&t, "dataset"), csv_column(&t, "folder")};
    for (size_t row = 0; st == ST_OK && row < t.n_rows; row++)
        for (size_t k = 0; k < 2 && n < NAMES_MOST; k++) {
            if (columns[k] == CSV_NONE) continue;
            names[n] = csv_cell(&t, row, (size_t)columns[k]);
            known = known || strcmp(names[n++], name) == 0;
        }
    if (st == ST_OK && !known) {
        const char *nearest = opt_nearest(name, names, n);
        st = FAIL(e, ST_USAGE,
                  "'%.60s' is no dataset that can be fetched%s%s%s; see 'spikebench dataset fetch --list'",
                  name, nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
    }
    csv_table_free(&t);
    return st;
}

int dataset_command_fetch(int argc, char **argv)
{
    static char shell[] = "sh";
    char home[4000], script[PATH_MOST], table[PATH_MOST];
    const char *name, *sources;
    struct error e = {0};
    char **arguments = calloc((size_t)argc + 2, sizeof *arguments); /* sh script argv[1] ... NULL */
    status st = arguments ? path_home(home, sizeof home, &e) : FAIL(&e, ST_MEMORY, "no memory");
    if (st == ST_OK) {
        (void)snprintf(script, sizeof script, "%s/datasets/fetch.sh", home);
        (void)snprintf(table, sizeof table, "%s/datasets/sources.csv", home);
        find_words(argc, argv, &name, &sources);
        if (name) st = check_name(name, sources ? sources : table, &e);
    }
    if (st == ST_OK) {
        arguments[0] = shell, arguments[1] = script;
        for (int i = 1; i < argc; i++) arguments[i + 1] = argv[i];
        (void)fflush(stdout);
        (void)execv("/bin/sh", arguments);
        st = FAIL(&e, ST_IO, "/bin/sh: %s", strerror(errno));
    }
    free(arguments);
    (void)fprintf(stderr, "spikebench dataset fetch: %s\n", e.text);
    return st == ST_USAGE ? 2 : 1;
}
