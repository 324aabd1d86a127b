/* spikebench dataset fetch: checks the name of the dataset and hands over to datasets/fetch.sh. */
#include "commands/commands.h"
#include "support/csvio.h"
#include "support/opt.h"
#include "support/paths.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MOST = 100, PATH_MOST = 4200, WORDS_MOST = 16 };

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
                  "'%.60s' is no dataset that can be fetched%s%s%s 'spikebench dataset fetch --list'", name,
                  nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'? see" : "; see");
    }
    csv_table_free(&t);
    return st;
}

/* The script's arguments: the options as they were read, each once. */
static void add_options(const struct call *call, const char **words, size_t n)
{
    static const char *const names[] = {"--to", "--from", "--sources", "--list", "--dry-run"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = call_text(call, names[i] + 2);
        if (!text) continue;
        words[n++] = names[i];
        if (i < 3) words[n++] = text;
    }
    if (call->n_arguments) words[n++] = call->arguments[0];
    words[n] = NULL;
}

status command_dataset_fetch(struct call *call, struct error *e)
{
    char home[4000], script[PATH_MOST], table[PATH_MOST];
    const char *words[WORDS_MOST] = {"sh", script};
    const char *name = call->n_arguments ? call->arguments[0] : NULL, *sources = call_text(call, "sources");
    if (!name && !call_has(call, "list"))
        return FAIL(e, ST_USAGE, "the name of a dataset is missing; see 'spikebench dataset fetch --list'");
    TRY(path_home(home, sizeof home, e));
    (void)snprintf(script, sizeof script, "%s/datasets/fetch.sh", home);
    (void)snprintf(table, sizeof table, "%s/datasets/sources.csv", home);
    if (name) TRY(check_name(name, sources ? sources : table, e));
    add_options(call, words, 2);
    (void)fflush(stdout);
    (void)execv("/bin/sh", (char *const *)words);
    return FAIL(e, ST_IO, "/bin/sh: %s", strerror(errno));
}
