/* spikebench complete: what may stand in place of the last word of a command line, one on each line, for
 * docs/completion.bash. A line that begins with ':' holds arguments of bash's compgen, which finds files. Of
 * a word with '=', what follows the last one is printed. */
#include "commands/commands.h"
#include "commands/reference.h"
#include "experiments/plan.h"
#include "support/csvio.h"
#include "support/paths.h"
#include <dirent.h>
#include <string.h>
#include <unistd.h>

struct line {
    const struct call *call;       /* of `complete` itself */
    const struct command *command; /* the one whose line is completed */
    const char **words;
    size_t n_words;
    const char *value; /* the word, or the value in it, that is completed */
    const char *first; /* argument of the command, or NULL */
};

static void offer(const struct line *l, const char *word)
{
    if (strncmp(word, l->value, strlen(l->value)) == 0) (void)puts(word);
}

/* Where bash splits words at '=', they are put together again. A word after '=' that is empty is a new one.
 */
static status join_words(struct line *l, struct call *call, struct error *e)
{
    bool glue = false;
    l->words = mem_alloc(&call->mem, call->n_arguments + 1, sizeof *l->words, e);
    if (!l->words) return ST_MEMORY;
    for (size_t i = 0; i < call->n_arguments; i++) {
        const char *word = call->arguments[i];
        bool equals = strcmp(word, "=") == 0;
        if (l->n_words > 0 && (equals || (glue && *word))) {
            const char **last = &l->words[l->n_words - 1];
            size_t size = strlen(*last) + strlen(word) + 1;
            char *joined = mem_alloc(&call->mem, size, 1, e);
            if (!joined) return ST_MEMORY;
            (void)snprintf(joined, size, "%s%s", *last, word);
            *last = joined;
        } else {
            l->words[l->n_words++] = word;
        }
        glue = equals;
    }
    return ST_OK;
}

/* The option of this name, up to '=', or letter. */
static const struct command_option *find_option(const struct command *c, const char *word)
{
    size_t n = strcspn(word, "=");
    for (const struct command_option *const *o = c->options; o && *o; o++)
        if ((strncmp(word, "--", 2) == 0 && strlen((*o)->name) == n - 2 &&
             strncmp(word + 2, (*o)->name, n - 2) == 0) ||
            (n == 2 && word[0] == '-' && word[1] == (*o)->letter))
            return *o;
    return NULL;
}

/* Calls visit for the tables of options whose KEY=VALUE is allowed, with what stands before their keys. */
typedef void (*table_visitor)(const struct line *l, const char *prefix, const struct option_table *t);
static void each_table(const struct line *l, enum value_kind kind, table_visitor visit)
{
    const struct catalogue *c = l->call->catalogue;
    const struct solver *only = NULL;
    if (kind == VALUE_DATASET_KEY) {
        const struct dataset_source *d = l->first ? catalogue_dataset(c, l->first) : NULL;
        if (d) visit(l, strncmp(l->value, "dataset.", 8) == 0 ? "dataset." : "", &d->options);
        return;
    }
    for (size_t i = 0; c->datasets[i]; i++) visit(l, "dataset.", &c->datasets[i]->options);
    if (kind == VALUE_DATA_KEY) return;
    visit(l, "", &run_option_table);
    visit(l, "stop.", &stop_option_table);
    visit(l, "network.", &net_option_table);
    if (strcmp(l->command->name, "train") == 0 && l->first) only = catalogue_solver(c, l->first);
    for (size_t i = 0; c->solvers[i]; i++)
        if (!only || only == c->solvers[i]) visit(l, "solver.", &c->solvers[i]->options);
}

static void offer_keys(const struct line *l, const char *prefix, const struct option_table *t)
{
    char key[200];
    for (size_t i = 0; i < opt_count(t); i++) {
        (void)snprintf(key, sizeof key, "%s%s=", prefix, opt_at(t, i)->key);
        offer(l, key);
    }
}

/* The choices of the key before '='; commas stand between values, of which the last one is completed. */
static void offer_values(const struct line *l, const char *prefix, const struct option_table *t)
{
    static const char *const words[] = {"true", "false", NULL};
    static const struct option switches = {.type = OPT_CHOICE, .choices = words};
    const size_t before = strlen(prefix);
    char key[200];
    if (strncmp(l->value, prefix, before) != 0) return;
    (void)snprintf(key, sizeof key, "%.*s", (int)(strchr(l->value, '=') - l->value - (long)before),
                   l->value + before);
    const struct option *o = opt_find(t, key);
    const char *values = strchr(l->value, '=') + 1, *comma = strrchr(values, ',');
    const char *last = comma ? comma + 1 : values;
    if (o && o->type == OPT_BOOL) o = &switches;
    for (size_t i = 0; o && opt_choice(o, i); i++)
        if (strncmp(opt_choice(o, i), last, strlen(last)) == 0)
            (void)printf("%.*s%s\n", (int)(last - values), values, opt_choice(o, i));
}

static void offer_setting(const struct line *l, enum value_kind kind)
{
    const char *equals = strchr(l->value, '=');
    if (!equals)
        each_table(l, kind, offer_keys);
    else if (equals - l->value >= 4 && strncmp(equals - 4, "path", 4) == 0)
        (void)puts(":-f");
    else
        each_table(l, kind, offer_values);
}

static void offer_experiment(void *line, const char *folder, const char *name)
{
    (void)folder;
    offer(line, name);
}

/* Folders with results in the results folder that the line names. */
static void offer_results(const struct line *l)
{
    const char *folder = "results";
    char path[4200];
    for (size_t i = 0; i + 1 < l->n_words; i++) {
        const struct command_option *o = find_option(l->command, l->words[i]);
        const char *equals = strchr(l->words[i], '=');
        if (o && strcmp(o->name, "results") == 0) folder = equals ? equals + 1 : l->words[i + 1];
    }
    DIR *d = opendir(folder);
    for (struct dirent *entry; d && (entry = readdir(d)) != NULL;) {
        (void)snprintf(path, sizeof path, "%s/%s/runs.csv", folder, entry->d_name);
        if (entry->d_name[0] != '.' && access(path, F_OK) == 0) offer(l, entry->d_name);
    }
    if (d) (void)closedir(d);
}

static void offer_sources(const struct line *l)
{
    struct csv_table t = {0};
    char home[4000], path[4100];
    if (path_home(home, sizeof home, NULL) != ST_OK) return;
    (void)snprintf(path, sizeof path, "%s/datasets/sources.csv", home);
    long column = csv_read(&t, path, 1, NULL) == ST_OK ? csv_column(&t, "dataset") : CSV_NONE;
    for (size_t row = 0; column != CSV_NONE && row < t.n_rows; row++)
        offer(l, csv_cell(&t, row, (size_t)column));
    csv_table_free(&t);
}

static void offer_names(const struct line *l, bool is_solver)
{
    const char *names[CATALOGUE_NAMES_MAX];
    const struct catalogue *c = l->call->catalogue;
    size_t n = is_solver ? catalogue_solver_names(c, names) : catalogue_dataset_names(c, names);
    for (size_t i = 0; i < n; i++) offer(l, names[i]);
}

static void offer_commands(const struct line *l, const struct command *table)
{
    for (const struct command *c = table; c->name; c++)
        if (c->summary) offer(l, c->name);
}

static void offer_kind(struct line *l, enum value_kind kind, const char *const *choices)
{
    static const char *const files[] = {[VALUE_FILE] = ":-f",
                                        [VALUE_FOLDER] = ":-d",
                                        [VALUE_RESULTS] = ":-d",
                                        [VALUE_WEIGHTS] = ":-f -X !*.net\n:-d",
                                        [VALUE_EXPERIMENT] = ":-f -X !*.yaml\n:-d",
                                        [VALUE_TRAINABLE] = ":-f -X !*.yaml\n:-d",
                                        [VALUE_DATA_KEY] = NULL};
    for (; choices && *choices; choices++) offer(l, *choices);
    if (kind == VALUE_MODULE) offer_commands(l, l->call->program->subcommands);
    for (const struct topic *t = topics; kind == VALUE_MODULE && t->name; t++) offer(l, t->name);
    if (kind == VALUE_TRAINABLE || kind == VALUE_SOLVER || kind == VALUE_MODULE) offer_names(l, true);
    if (kind == VALUE_DATASET || kind == VALUE_MODULE) offer_names(l, false);
    if (kind == VALUE_TRAINABLE || kind == VALUE_EXPERIMENT)
        (void)path_experiments(offer_experiment, l, NULL);
    if (kind == VALUE_RESULTS) offer_results(l);
    if (kind == VALUE_SOURCE) offer_sources(l);
    if (kind >= VALUE_KEY) offer_setting(l, kind);
    if (files[kind]) (void)puts(files[kind]);
}

static void offer_options(const struct line *l)
{
    char word[80];
    offer(l, "--help");
    for (const struct command_option *const *o = l->command->options; o && *o; o++) {
        (void)snprintf(word, sizeof word, "--%s", (*o)->name);
        offer(l, word);
    }
}

/* Goes through the words before the last one. *pending: an option that waits for its value; *n: how many
 * arguments there are. */
static void read_words(struct line *l, const struct command_option **pending, size_t *n)
{
    *pending = NULL;
    for (size_t i = 0; l->command && i + 1 < l->n_words; i++) {
        const char *word = l->words[i];
        if (*pending) {
            *pending = NULL;
        } else if (word[0] == '-') {
            const struct command_option *o = find_option(l->command, word);
            if (o && o->kind != VALUE_NONE && !strchr(word, '=')) *pending = o;
        } else if (l->command->subcommands) {
            l->command = command_find(l->command, &word, 1);
        } else {
            if ((*n)++ == 0) l->first = word;
        }
    }
}

status command_complete(struct call *call, struct error *e)
{
    struct line l = {.call = call, .command = call->program};
    const struct command_option *option;
    size_t n = 0, i = 0;
    TRY(join_words(&l, call, e));
    if (l.n_words == 0) return ST_OK;
    l.value = l.words[l.n_words - 1];
    read_words(&l, &option, &n);
    if (!l.command) return ST_OK;
    if (!option && strncmp(l.value, "--", 2) == 0 && strchr(l.value, '=')) {
        option = find_option(l.command, l.value);
        l.value = strchr(l.value, '=') + 1;
    }
    if (option) {
        offer_kind(&l, option->kind, option->choices);
    } else if (l.value[0] == '-') {
        offer_options(&l);
    } else if (l.command->subcommands) {
        offer_commands(&l, l.command->subcommands);
    } else {
        const struct command_argument *a = l.command->arguments;
        while (a && a->name && i < n) a++, i++;
        if (a && a->name) offer_kind(&l, a->kind, a->choices);
    }
    return ST_OK;
}
