/* spikebench dataset fetch: checks the name of the dataset and hands over to datasets/fetch.sh. */
#include "commands/commands.h"
#include "support/command_complete.h"
#include "support/csvio.h"
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
    char hint[OPT_HINT];
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
        opt_hint(name, names, n, "", hint);
        st = FAIL(e, ST_USAGE,
                  "'%.60s' is no dataset that can be fetched%s see 'spikebench dataset fetch --list'", name,
                  hint);
    }
    csv_table_free(&t);
    return st;
}

static status run(struct call *call, struct error *e)
{
    char home[4000], script[PATH_MOST], table[PATH_MOST];
    static const char *const names[] = {"--to", "--from", "--sources", "--list", "--dry-run"};
    const char *words[WORDS_MOST] = {"sh", script}; /* for the script: each option once */
    size_t n = 2;
    const char *name = call->n_arguments ? call->arguments[0] : NULL, *sources = call_text(call, "sources");
    if (!name && !call_has(call, "list"))
        return FAIL(e, ST_USAGE, "the name of a dataset is missing; see 'spikebench dataset fetch --list'");
    TRY(path_home(home, sizeof home, e));
    (void)snprintf(script, sizeof script, "%s/datasets/fetch.sh", home);
    (void)snprintf(table, sizeof table, "%s/datasets/sources.csv", home);
    if (name) TRY(check_name(name, sources ? sources : table, e));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = call_text(call, names[i] + 2);
        if (!text) continue;
        words[n++] = names[i];
        if (command_option(call->command, names[i])->kind) words[n++] = text;
    }
    if (name) words[n++] = name;
    (void)fflush(stdout);
    (void)execv("/bin/sh", (char *const *)words);
    return FAIL(e, ST_IO, "/bin/sh: %s", strerror(errno));
}

static void offer_sources(const struct completion *c)
{
    struct csv_table t = {0};
    char home[4000];
    if (path_home(home, sizeof home, NULL) != ST_OK) return;
    const status st = csv_load(&t, NULL, "%s/datasets/sources.csv", home);
    if (st == ST_OK && csv_column(&t, "dataset") != CSV_NONE)
        for (size_t row = 0; row < t.n_rows; row++) completion_offer(c, csv_text(&t, row, "dataset"));
    csv_table_free(&t);
}

static const struct value_kind value_source = {.offer = offer_sources};

const struct command dataset_fetch_command = {
    .name = "fetch",
    .run = run,
    .synopsis = "NAME [--to DIR] [--from URL_PREFIX] [--dry-run] | --list [NAME]",
    .summary = "download a dataset from its public home",
    .text = "Fetches a dataset from its public home, checks size and checksum, and unpacks it into the "
            "layout that the loaders read: DIR/nmnist/Train, DIR/mnist/*.gz, DIR/shd/shd_train.h5, ... A "
            "download that was cut short (FILE.part) is gone on with. What is there already and is as "
            "published is left alone; what is there and differs is never overwritten.",
    .parameters =
        (parameter_list){&(parameter_row){"NAME", "a dataset from 'spikebench dataset fetch --list'",
                                          .kind = &value_source},
                         &(parameter_row){"--to DIR", "where to (SPIKEBENCH_DATA)", .kind = &value_folder},
                         &(parameter_row){"--from URL_PREFIX",
                                          "a mirror: the files are URL_PREFIX/FILE (https, http or file)",
                                          .kind = &value_text},
                         &(parameter_row){"--dry-run", .help = "print what would be fetched, and from where"},
                         &(parameter_row){"--list", .help = "print the datasets, their files and licences"},
                         &(parameter_row){"--sources FILE",
                                          "the table of homes and checksums (datasets/sources.csv)",
                                          .kind = &value_file},
                         NULL},
    .failure = "a download or a check failed",
};
