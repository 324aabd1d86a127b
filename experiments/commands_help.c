/* The commands that describe the program: list and help. */
#include "experiments/command_table.h"
#include "experiments/commands.h"
#include "experiments/plan.h"
#include "experiments/runner.h"
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
    if (argc > 1 && argv[1][0] == '-')
        (void)fprintf(stderr, "spikebench list: unknown option '%.60s'\n", argv[1]);
    command_usage("list", stderr);
    return EXIT_WRONG;
}

static void help_solver(const struct solver *s)
{
    static const struct {
        unsigned cap;
        const char *text;
    } caps[] = {{CAP_CLASSIFICATION, "classification"},
                {CAP_REGRESSION, "regression"},
                {CAP_FULL_BATCH, "full batch"},
                {CAP_MINI_BATCH, "mini-batches"},
                {CAP_ONE_SHOT, "one shot"}};
    static const char *const columns[] = {"", "_1 .. _L", "_1 .. _{L-1}"};
    const char *separator = "";
    (void)printf("solver %s: %s\nreference: %s\ncan do: ", s->name, s->summary, s->reference);
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        if (!(s->caps & caps[i].cap)) continue;
        (void)printf("%s%s", separator, caps[i].text);
        separator = ", ";
    }
    (void)printf("\noptions:\n");
    opt_help(&s->options, "solver.", stdout);
    if (s->n_metrics) (void)printf("columns of its curves:\n");
    for (size_t i = 0; i < s->n_metrics; i++) {
        const struct metric_desc *m = &s->metrics[i];
        const char *unit = m->unit ? m->unit : "";
        (void)printf("  %s%s%s%s%s\n      %s\n", m->name, columns[m->scope], *unit ? " [" : "", unit,
                     *unit ? "]" : "", m->help);
    }
}

static void help_dataset(const struct dataset_source *d)
{
    (void)printf("dataset %s: %s\nreference: %s\nlicence: %s\noptions:\n", d->name, d->summary, d->reference,
                 d->licence);
    opt_help(&d->options, "dataset.", stdout);
}

static void help_experiment(void)
{
    (void)printf("An experiment file (YAML). A list of values makes a grid axis; every key comes from an "
                 "option table.\n"
                 "  experiment: name             folder under results/: letters, digits, '_' and '-'\n"
                 "  seeds: [0, 1, 2]             whole numbers; [0] if absent\n"
                 "  dataset: {name: ..., ...}    'spikebench help DATASET' lists the options\n"
                 "  network: {hidden: [[100], [100, 100]], ...}   'spikebench help network'\n"
                 "  stop: {max_iter: 100, ...}\n"
                 "  solvers: [{name: ..., ...}]  'spikebench help SOLVER'; an item may hold its own stop:, "
                 "dataset: (options),\n"
                 "                               network:, eval_every: and a label: for figures\n"
                 "options at the top of the file:\n");
    opt_help(&run_option_table, "", stdout);
    (void)printf("options under stop:\n");
    opt_help(&stop_option_table, "stop.", stdout);
}

static int unknown_module(const char *name)
{
    const char *names[NAMES_MAX] = {"network", "experiment"};
    size_t n = 2;
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

int command_help(int argc, char **argv)
{
    if (wants_help(argc, argv)) {
        command_usage("help", stdout);
        return EXIT_GOOD;
    }
    if (argc != 2) {
        command_usage("help", stderr);
        return EXIT_WRONG;
    }
    const struct solver *s = solver_find(argv[1]);
    const struct dataset_source *d = dataset_find(argv[1]);
    bool network = strcmp(argv[1], "network") == 0, experiment = strcmp(argv[1], "experiment") == 0;
    if (s) help_solver(s);
    if (d) help_dataset(d);
    if (network) {
        (void)printf(
            "network: fully connected leaky integrate-and-fire layers and a leaky readout\noptions:\n");
        opt_help(&net_option_table, "network.", stdout);
    }
    if (experiment) help_experiment();
    return s || d || network || experiment ? EXIT_GOOD : unknown_module(argv[1]);
}
