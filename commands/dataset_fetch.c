/* spikebench dataset fetch: checks options and the name of the dataset and hands over to datasets/fetch.sh.
 */
#include "commands/command_table.h"
#include "commands/commands.h"
#include "support/csvio.h"
#include "support/opt.h"
#include "support/paths.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MOST = 100, PATH_MOST = 4200 };

/* What the script is asked for; NULL where it is not said. */
struct words {
    const char *name, *sources; /* the first name, where there are more */
    bool help;
};

static const struct command_option *find_option(const char *word)
{
    const struct command_option *o = command_find((const char *const[]){"dataset", "fetch"}, 2)->options;
    for (; o->name; o++)
        if (strncmp(word, "--", 2) == 0 && strcmp(word + 2, o->name) == 0) return o;
    return NULL;
}

static status find_words(int argc, char **argv, struct words *w, struct error *e)
{
    for (int i = 1; i < argc; i++) {
        const struct command_option *o = find_option(argv[i]);
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            w->help = true;
        } else if (o && o->value) {
            i++;
            if (strcmp(o->name, "sources") == 0) w->sources = i < argc ? argv[i] : NULL;
        } else if (!o && argv[i][0] == '-') {
            return FAIL(e, ST_USAGE, "unknown option '%.60s'; see 'spikebench dataset fetch --help'",
                        argv[i]);
        } else if (!o && !w->name) {
            w->name = argv[i];
        }
    }
    return ST_OK;
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
                  "'%.60s' is no dataset that can be fetched%s%s%s 'spikebench dataset fetch --list'", name,
                  nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'? see" : "; see");
    }
    csv_table_free(&t);
    return st;
}

int dataset_command_fetch(int argc, char **argv)
{
    static char shell[] = "sh";
    char home[4000], script[PATH_MOST], table[PATH_MOST];
    struct words words = {.help = false};
    struct error e = {0};
    char **arguments = calloc((size_t)argc + 2, sizeof *arguments); /* sh script argv[1] ... NULL */
    status st = arguments ? find_words(argc, argv, &words, &e) : FAIL(&e, ST_MEMORY, "no memory");
    if (st == ST_OK && words.help) {
        free(arguments);
        command_usage("dataset fetch", stdout);
        return 0;
    }
    if (st == ST_OK) st = path_home(home, sizeof home, &e);
    if (st == ST_OK) {
        (void)snprintf(script, sizeof script, "%s/datasets/fetch.sh", home);
        (void)snprintf(table, sizeof table, "%s/datasets/sources.csv", home);
        if (words.name) st = check_name(words.name, words.sources ? words.sources : table, &e);
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
