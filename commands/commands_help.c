/* The commands that describe the program: list and help. */
#include "commands/command_table.h"
#include "commands/commands.h"
#include "commands/page.h"
#include "commands/reference.h"
#include "commands/registry.h"
#include "experiments/plan.h"
#include "runs/runner.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_GOOD = 0, EXIT_FAILED = 1, EXIT_WRONG = 2, PATH_SIZE = 4096, NAMES_MAX = 200 };

static bool wants_help(int argc, char **argv)
{
    return argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
}

static int ends_with_yaml(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 5 && strcmp(entry->d_name + n - 5, ".yaml") == 0;
}

/* The first line of the file if it is a comment: what the experiment is for. */
static void print_experiment(const char *folder, const char *name)
{
    char path[PATH_SIZE + 300], line[300] = "";
    const char *text = "";
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    if (f) {
        if (fgets(line, sizeof line, f) && line[0] == '#') text = line + 1 + strspn(line + 1, " ");
        (void)fclose(f);
    }
    line[strcspn(line, "\n")] = '\0';
    (void)printf("%-24.*s %s\n", (int)(strlen(name) - 5), name, text);
}

static int list_experiments(void)
{
    char folder[PATH_SIZE], home[PATH_SIZE - 20];
    struct error e = {.code = ST_OK};
    struct dirent **entries;
    if (path_home(home, sizeof home, &e) != ST_OK) {
        (void)fprintf(stderr, "spikebench: %s\n", e.text);
        return EXIT_FAILED;
    }
    (void)snprintf(folder, sizeof folder, "%s/experiments", home);
    int n = scandir(folder, &entries, ends_with_yaml, alphasort);
    if (n < 0) {
        (void)fprintf(stderr, "spikebench: %s: %s\n", folder, strerror(errno));
        return EXIT_FAILED;
    }
    for (int i = 0; i < n; i++) {
        print_experiment(folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return EXIT_GOOD;
}

int command_list(int argc, char **argv)
{
    if (wants_help(argc, argv)) {
        command_usage("list", stdout);
        return EXIT_GOOD;
    }
    if (argc == 2 && strcmp(argv[1], "solvers") == 0) {
        for (size_t i = 0; solvers[i]; i++) (void)printf("%-18s %s\n", solvers[i]->name, solvers[i]->summary);
        return EXIT_GOOD;
    }
    if (argc == 2 && strcmp(argv[1], "datasets") == 0) {
        for (size_t i = 0; dataset_sources[i]; i++)
            (void)printf("%-18s %s\n", dataset_sources[i]->name, dataset_sources[i]->summary);
        return EXIT_GOOD;
    }
    if (argc == 2 && strcmp(argv[1], "experiments") == 0) return list_experiments();
    for (int i = 1; i < argc; i++)
        if (argv[i][0] == '-') (void)fprintf(stderr, "spikebench list: unknown option '%.60s'\n", argv[i]);
    command_usage("list", stderr);
    return EXIT_WRONG;
}

static void help_solver(const struct solver *s)
{
    char text[200];
    solver_abilities(s, text, sizeof text);
    (void)printf("solver %s: %s\nreference: %s\ncan do: %s\noptions:\n", s->name, s->summary, s->reference,
                 text);
    opt_help(&s->options, "solver.", stdout);
    if (s->metrics.n) (void)printf("columns of its curves:\n");
    for (size_t i = 0; i < s->metrics.n; i++) {
        const struct metric_desc *m = &s->metrics.list[i];
        const char *unit = m->unit ? m->unit : "";
        metric_columns_text(m, text, sizeof text);
        (void)printf("  %s%s%s%s\n      %s\n", text, *unit ? " [" : "", unit, *unit ? "]" : "", m->help);
    }
}

static void help_dataset(const struct dataset_source *d)
{
    (void)printf("dataset %s: %s\nreference: %s\nlicence: %s\noptions:\n", d->name, d->summary, d->reference,
                 d->licence);
    opt_help(&d->options, "dataset.", stdout);
}

static void print_entries(const char *title, const struct entry *entries)
{
    (void)printf("%s:\n", title);
    for (; entries->name; entries++)
        (void)printf("  %s%s%s%s\n      %s\n", entries->name, *entries->unit ? " [" : "", entries->unit,
                     *entries->unit ? "]" : "", entries->meaning);
}

static void help_experiment(void)
{
    (void)printf("An experiment file (YAML). A list of values makes a grid axis; every key comes from an "
                 "option table.\n");
    print_entries("keys", experiment_keys);
    (void)printf("options at the top of the file:\n");
    opt_help(&run_option_table, "", stdout);
    (void)printf("options under stop:\n");
    opt_help(&stop_option_table, "stop.", stdout);
}

static void help_network(void)
{
    (void)printf("network: fully connected leaky integrate-and-fire layers and a leaky readout\noptions:\n");
    opt_help(&net_option_table, "network.", stdout);
}

static void help_results(void)
{
    print_entries("files in the folder of an experiment", result_files);
    print_entries("columns of runs.csv", run_columns);
    print_entries("values of status", status_words);
    print_entries("values of stop_reason", stop_reasons);
    print_entries("columns of curves, before the solver's own", curve_columns);
    print_entries("columns of summary.csv", summary_parts);
}

const char *const help_topics[] = {"experiment", "network", "results", NULL};

static const struct topic {
    const char *summary;
    void (*print)(void);
} topics[] = {
    {"the experiment file", help_experiment},
    {"the options under network:", help_network},
    {"the result files and their columns", help_results},
};

/* What there is to ask for. */
static void help_contents(void)
{
    (void)printf("'spikebench help MODULE' describes one of these.\ncommands:\n");
    command_list_summaries(command_table, stdout);
    (void)printf("files and network:\n");
    for (size_t i = 0; help_topics[i]; i++) (void)printf("  %-16s  %s\n", help_topics[i], topics[i].summary);
    (void)printf("solvers:\n");
    for (size_t i = 0; solvers[i]; i++) (void)printf("  %-16s  %s\n", solvers[i]->name, solvers[i]->summary);
    (void)printf("datasets:\n");
    for (size_t i = 0; dataset_sources[i]; i++)
        (void)printf("  %-16s  %s\n", dataset_sources[i]->name, dataset_sources[i]->summary);
}

static int unknown_module(const char *name)
{
    const char *names[NAMES_MAX];
    size_t n = 0;
    for (const struct command *c = command_table; c->name && n < NAMES_MAX; c++) names[n++] = c->name;
    for (size_t i = 0; help_topics[i] && n < NAMES_MAX; i++) names[n++] = help_topics[i];
    for (size_t i = 0; solvers[i] && n < NAMES_MAX; i++) names[n++] = solvers[i]->name;
    for (size_t i = 0; dataset_sources[i] && n < NAMES_MAX; i++) names[n++] = dataset_sources[i]->name;
    const char *nearest = opt_nearest(name, names, n);
    (void)fprintf(stderr, "spikebench: unknown module '%.60s'", name);
    if (nearest) (void)fprintf(stderr, "; did you mean '%s'?", nearest);
    (void)fprintf(stderr, "; there are:");
    for (size_t i = 0; i < n; i++) (void)fprintf(stderr, "%s %s", i ? "," : "", names[i]);
    (void)fputc('\n', stderr);
    return EXIT_WRONG;
}

/* "dataset info" of the words of the command line; true if there is such a command. */
static bool help_command(int n_words, char **words)
{
    const char *names[2] = {words[0], n_words > 1 ? words[1] : NULL};
    char path[100];
    if (n_words > 2 || !command_find(names, (size_t)n_words)) return false;
    (void)snprintf(path, sizeof path, "%s%s%s", names[0], names[1] ? " " : "", names[1] ? names[1] : "");
    command_usage(path, stdout);
    return true;
}

static int help_module(const char *name)
{
    const struct solver *s = solver_find(name);
    const struct dataset_source *d = dataset_find(name);
    if (s) help_solver(s);
    if (d) help_dataset(d);
    for (size_t i = 0; help_topics[i]; i++) {
        if (strcmp(name, help_topics[i]) != 0) continue;
        topics[i].print();
        return EXIT_GOOD;
    }
    return s || d ? EXIT_GOOD : unknown_module(name);
}

/* --markdown, --man, --completion SHELL: one of them and nothing else. */
static int help_page(int argc, char **argv)
{
    const struct page_format *format = NULL;
    int used = 1;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') continue;
        if (strcmp(argv[i], "--markdown") == 0) {
            format = &page_markdown;
        } else if (strcmp(argv[i], "--man") == 0) {
            format = &page_man;
        } else if (strcmp(argv[i], "--completion") == 0) {
            const char *shell = i + 1 < argc ? argv[++i] : "";
            used = 2;
            if (strcmp(shell, "bash") == 0) continue;
            (void)fprintf(stderr, "spikebench help: --completion '%.60s': bash is allowed\n", shell);
            return EXIT_WRONG;
        } else {
            (void)fprintf(stderr, "spikebench help: unknown option '%.60s'\n", argv[i]);
            return EXIT_WRONG;
        }
    }
    if (argc != 1 + used) {
        (void)fprintf(stderr, "spikebench help: one page at a time, and no module with it\n");
        return EXIT_WRONG;
    }
    if (format)
        reference_write(format, stdout);
    else
        completion_write_bash(stdout);
    return EXIT_GOOD;
}

int command_help(int argc, char **argv)
{
    if (wants_help(argc, argv)) {
        command_usage("help", stdout);
        return EXIT_GOOD;
    }
    for (int i = 1; i < argc; i++)
        if (argv[i][0] == '-') return help_page(argc, argv);
    if (argc == 1) {
        help_contents();
        return EXIT_GOOD;
    }
    if (help_command(argc - 1, argv + 1)) return EXIT_GOOD;
    if (argc == 2) return help_module(argv[1]);
    command_usage("help", stderr);
    return EXIT_WRONG;
}
