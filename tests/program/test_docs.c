/* The command table against the commands, the pages against the tables. */
#include "commands/commands.h"
#include "commands/registry.h"
#include "records/columns.h"
#include "support/command_usage.h"
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { COMMANDS_MAX = 64, PATH_SIZE = 80, LINE_SIZE = 400 };

/* ---- the table ---- */

struct named {
    char path[PATH_SIZE];
    const struct command *command;
};
struct all_commands {
    struct named v[COMMANDS_MAX];
    size_t n;
};

static void collect(void *context, const struct command *c, const char *path)
{
    struct all_commands *all = context;
    cr_assert_lt(all->n, (size_t)COMMANDS_MAX);
    (void)snprintf(all->v[all->n].path, PATH_SIZE, "%s", path);
    all->v[all->n++].command = c;
}

static void get_commands(struct all_commands *all)
{
    all->n = 0;
    command_each(&program, collect, all);
    cr_assert_geq(all->n, (size_t)10);
}

/* Entries that a page or the completion could not use. */
Test(docs, command_table_is_complete)
{
    static struct all_commands all;
    get_commands(&all);
    for (size_t i = 0; i < all.n; i++) {
        const struct command *c = all.v[i].command;
        const char *path = all.v[i].path;
        cr_assert(!!c->run == !c->subcommands && c->synopsis && c->summary && c->text, "%s", path);
        cr_expect_neq(c->summary[strlen(c->summary) - 1], '.', "%s", path);
        cr_expect_eq(c->text[strlen(c->text) - 1], '.', "%s", path);
        for (const struct parameter *const *list = c->parameters; list && *list; list++) {
            const struct parameter *p = *list;
            cr_expect(p->help && (p->kind == &value_choice) == !!p->choices, "%s %s", path, p->form);
            cr_expect(p->kind || p->form[0] == '-', "%s %s", path, p->form);
        }
    }
}

/* A value that the parser takes. */
static const char *sample(const struct parameter *p)
{
    static const struct {
        const struct value_kind *kind;
        const char *text;
    } samples[] = {{&value_solver, "bptt"},
                   {&value_trainable, "bptt"},
                   {&value_dataset, "digits"},
                   {&value_setting, "dataset.T=5"},
                   {&value_data_setting, "dataset.T=5"},
                   {&value_dataset_setting, "T=5"},
                   {&value_weights, "x.net"},
                   {&value_experiment, "x.yaml"}};
    if (p->choices) return p->choices[0];
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (samples[i].kind == p->kind) return samples[i].text;
    return p->kind ? "1" : "";
}

/* "dataset info digits": the command with its arguments. */
static void begin_line(const struct named *n, char *line, size_t size)
{
    size_t used = (size_t)snprintf(line, size, "%s", n->path);
    for (const struct parameter *const *p = n->command->parameters; p && *p; p++)
        if ((*p)->form[0] != '-') used += (size_t)snprintf(line + used, size - used, " %s", sample(*p));
}

/* The parser refuses `option` by name and nothing before it. */
static void expect_refused(const char *line, const char *option)
{
    static struct result r;
    char named[100];
    (void)snprintf(named, sizeof named, "'%s'", option);
    spikebench(&r, line);
    cr_expect_eq(r.code, 2, "'%s' gave %d:\n%s", line, r.code, r.output);
    r.output[strcspn(r.output, "\n")] = '\0';
    cr_expect_not_null(strstr(r.output, named), "'%s' does not refuse %s but says:\n%s", line, option,
                       r.output);
}

/* An option of the table is taken: what is refused is the unknown one that follows. */
static void expect_taken(const struct named *n, const struct parameter *p)
{
    char line[LINE_SIZE], tail[200], name[OPTION_NAME], letter = '\0';
    if (!option_name(p, name, &letter)) return;
    for (int by_letter = 0; by_letter < 2; by_letter++) {
        if (by_letter && !letter) continue;
        begin_line(n, line, sizeof line);
        if (by_letter)
            (void)snprintf(tail, sizeof tail, " -%c %s --no-such-option 1", letter, sample(p));
        else
            (void)snprintf(tail, sizeof tail, " --%s %s --no-such-option 1", name, sample(p));
        (void)strncat(line, tail, sizeof line - strlen(line) - 1);
        expect_refused(line, "--no-such-option");
    }
}

Test(docs, options_of_the_table_are_taken, .init = cli_setup, .fini = cli_teardown)
{
    static struct all_commands all;
    static struct result r;
    char line[LINE_SIZE];
    get_commands(&all);
    for (size_t i = 0; i < all.n; i++) {
        const struct command *c = all.v[i].command;
        for (int k = 0; k < 2; k++) {
            (void)snprintf(line, sizeof line, "%s %s", all.v[i].path, k ? "--help" : "-h");
            spikebench(&r, line);
            cr_expect_eq(r.code, 0, "'%s' gave %d", line, r.code);
            (void)snprintf(line, sizeof line, "Usage: spikebench %s %s\n", all.v[i].path, c->synopsis);
            cr_expect_eq(strncmp(r.output, line, strlen(line)), 0, "%s", r.output);
        }
        if (c->subcommands) continue;
        for (const struct parameter *const *p = c->parameters; p && *p; p++) expect_taken(&all.v[i], *p);
    }
}

/* Every choice of an option of the table is taken, another one refused. */
Test(docs, choices_of_the_table_are_allowed, .init = cli_setup, .fini = cli_teardown)
{
    static struct all_commands all;
    char line[LINE_SIZE], name[OPTION_NAME], letter;
    size_t n = 0;
    get_commands(&all);
    for (size_t i = 0; i < all.n; i++)
        for (const struct parameter *const *p = all.v[i].command->parameters; p && *p; p++) {
            if (!(*p)->choices || !option_name(*p, name, &letter)) continue;
            begin_line(&all.v[i], line, sizeof line);
            size_t used = strlen(line);
            for (const char *const *c = (*p)->choices; *c; c++, n++) {
                (void)snprintf(line + used, sizeof line - used, " --%s %s --no-such-option 1", name, *c);
                expect_refused(line, "--no-such-option");
            }
            (void)snprintf(line + used, sizeof line - used, " --%s no-such-choice", name);
            expect_refused(line, "no-such-choice");
        }
    cr_expect_geq(n, (size_t)12);
}

static bool has_option(const struct command *c, const char *name)
{
    char word[OPTION_NAME + 2];
    (void)snprintf(word, sizeof word, "--%s", name);
    return strcmp("help", name) == 0 || command_option(c, word);
}

/* Whether one of the first n commands has the option. */
static bool seen_before(const struct all_commands *all, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (has_option(all->v[i].command, name)) return true;
    return false;
}

/* The same of the parser alone: a process for each of a thousand lines would take a minute. */
static void expect_parser_refuses(const struct command *c, const char *option)
{
    char named[100], *argv[] = {(char *)c->name, (char *)option, "1", NULL};
    struct call call = {.program = &program, .context = &registry, .command = c};
    struct error e = {.code = ST_OK};
    bool help = false;
    (void)snprintf(named, sizeof named, "'%s'", option);
    cr_expect_eq(call_read(&call, 3, argv, &help, &e), ST_USAGE, "%s %s", c->name, option);
    cr_expect_not_null(strstr(e.text, named), "'%s' does not refuse %s but says: %s", c->name, option,
                       e.text);
    mem_free(&call.mem);
}

/* What other commands take and this one does not, and what none takes. */
Test(docs, options_outside_the_table_are_refused, .init = cli_setup, .fini = cli_teardown)
{
    static struct all_commands all;
    char line[LINE_SIZE], option[80];
    get_commands(&all);
    for (size_t i = 0; i < all.n; i++) {
        const struct command *c = all.v[i].command;
        if (c->subcommands) continue;
        begin_line(&all.v[i], line, sizeof line);
        size_t used = strlen(line);
        (void)snprintf(line + used, sizeof line - used, " --no-such-option 1");
        expect_refused(line, "--no-such-option");
        for (char letter[] = "a"; *letter <= 'z'; ++*letter) { /* an option that no table has */
            if (has_option(c, letter)) continue;
            (void)snprintf(option, sizeof option, "--%s", letter);
            expect_parser_refuses(c, option);
        }
        for (size_t j = 0; j < all.n; j++)
            for (const struct parameter *const *p = all.v[j].command->parameters; p && *p; p++) {
                char name[OPTION_NAME], other;
                if (!option_name(*p, name, &other) || has_option(c, name) || seen_before(&all, j, name))
                    continue;
                (void)snprintf(option, sizeof option, "--%s", name);
                expect_parser_refuses(c, option);
            }
    }
}

Test(docs, help_names_arguments_options_and_choices)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    cr_assert_not_null(f);
    struct call call = {.program = &program, .path = "train"};
    call.command = command_find(&program, (const char *const[]){"train"}, 1);
    command_usage(&call, f);
    cr_assert_eq(fclose(f), 0);
    cr_expect_not_null(strstr(text, "\n  DATASET            a dataset from"), "%s", text);
    cr_expect_not_null(
        strstr(text, "\n  --precision P      precision (double, or the file's): double, float\n"), "%s",
        text);
    cr_expect_not_null(strstr(text, "\nExit codes: 0 all is well, 1 the training failed or"), "%s", text);
    cr_expect_str_eq(strstr(text, ", 130"), ", 130 interrupted.\n", "%s", text);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        cr_expect_leq(strcspn(line, "\n"), (size_t)100, "%s", line);
    free(text);
}

/* ---- pages ---- */

static char *whole_reference(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    const struct call call = {.program = &program, .context = &registry};
    struct page p = {.out = f, .markdown = true};
    cr_assert_not_null(f);
    reference_write(&p, &call);
    cr_assert_eq(fclose(f), 0);
    return text;
}

/* Every option of a table has its row, with its default. */
static void expect_rows(const char *page, const char *prefix, const struct option_table *t)
{
    char row[800];
    for (size_t i = 0; i < opt_count(t); i++) {
        const struct option *o = opt_at(t, i);
        const char *value = opt_default(t, o);
        bool empty = !*value;
        (void)snprintf(row, sizeof row, "\n| `%s%s` | %s%s%s", prefix, o->key, empty ? "" : "`", value,
                       empty ? "" : "` ");
        cr_expect_not_null(strstr(page, row), "'%s' is missing", row + 1);
    }
}

Test(docs, the_reference_knows_every_module)
{
    static struct all_commands all;
    char *page = whole_reference(), line[200];
    for (size_t i = 0; solvers[i]; i++) expect_rows(page, "solver.", &solvers[i]->options);
    for (size_t i = 0; dataset_sources[i]; i++) {
        expect_rows(page, "dataset.", &dataset_sources[i]->options);
        cr_expect_not_null(dataset_sources[i]->licence);
    }
    expect_rows(page, "network.", &net_option_table);
    expect_rows(page, "stop.", &stop_option_table);
    expect_rows(page, "", &run_option_table);
    get_commands(&all);
    for (size_t i = 0; i < all.n; i++) {
        (void)snprintf(line, sizeof line, "\n### spikebench %s\n", all.v[i].path);
        cr_expect((strstr(page, line) != NULL) == !all.v[i].command->subcommands, "%s", line);
    }
    free(page);
}

/* In a table of Markdown every row has as many cells as the header. */
Test(docs, tables_are_even)
{
    char *page = whole_reference();
    size_t cells = 0, rows = 0;
    for (char *line = strtok(page, "\n"); line; line = strtok(NULL, "\n")) {
        size_t bars = 0;
        for (const char *c = line; *c; c++) bars += *c == '|' && (c == line || c[-1] != '\\');
        if (line[0] != '|') {
            cells = 0;
            continue;
        }
        if (cells) cr_expect_eq(bars, cells, "%s", line);
        cells = bars;
        rows++;
    }
    cr_expect_gt(rows, (size_t)100);
    free(page);
}

Test(docs, allowed_values_in_words)
{
    static const char *const names[] = {"a", "b", NULL};
    static const struct {
        struct option o;
        const char *allowed;
    } cases[] = {
        {{"k", OPT_REAL, 0, "1", 0, 1, OPT_OPEN_LO, NULL, "", ""}, "number in (0, 1]"},
        {{"k", OPT_REAL, 0, "1", -1e9, 1e9, 0, NULL, "", ""}, "number"},
        {{"k", OPT_INT, 0, "1", 2, 1e9, 0, NULL, "", ""}, "integer >= 2"},
        {{"k", OPT_BOOL, 0, "no", 0, 0, 0, NULL, "", ""}, "true or false"},
        {{"k", OPT_STRING, 0, "", 0, 0, 0, NULL, "", ""}, "text"},
        {{"k", OPT_INTS, 0, "1", 1, 9, 0, NULL, "", ""}, "list of integers, each an integer in [1, 9]"},
        {{"k", OPT_REALS, 0, "1", 0, 1, 0, NULL, "", ""},
         "number, or several such as 1/2, each a number in [0, 1]"},
        {{"k", OPT_CHOICE, 0, "a", 0, 0, 0, names, "", ""}, "one of a, b"}};
    char text[100];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        opt_describe(&cases[i].o, text, sizeof text);
        cr_expect_str_eq(text, cases[i].allowed);
    }
}

/* ---- result files ---- */

/* The header of a CSV file in the test's folder. */
static void header_of(const char *file, char *text, size_t size)
{
    static struct result r;
    char command[200];
    (void)snprintf(command, sizeof command, "head -n 1 %s", file);
    cli_shell(&r, command);
    cr_assert_eq(r.code, 0, "%s", r.output);
    r.output[strcspn(r.output, "\n")] = '\0';
    (void)snprintf(text, size, "%s", r.output);
}

/* The columns are those of the table in its order; columns with a prefix of an option, and precision,
 * eval_every and energy_*, stand for the one row with commas in its name. */
static void expect_columns(char *header)
{
    const struct result_column *c = result_columns, *end = result_columns + n_result_columns;
    for (char *column = strtok(header, ","); column; column = strtok(NULL, ",")) {
        if (c < end && strchr(c->name, ',')) {
            if (strchr(column, '.') || strcmp(column, "precision") == 0 ||
                strcmp(column, "eval_every") == 0 || strncmp(column, "energy_", 7) == 0)
                continue;
            c++;
        }
        cr_assert(c < end, "'%s' is not described", column);
        cr_assert_str_eq(column, c->name);
        c++;
    }
    cr_expect_eq(c, end, "there are columns that are not written");
}

Test(docs, columns_of_result_files_are_described, .init = cli_setup, .fini = cli_teardown)
{
    static struct result r;
    static char header[OUTPUT_SIZE];
    char fixed[400] = "";
    cli_write("e.yaml", "experiment: e\nstop: {max_iter: 1}\n"
                        "dataset: {name: digits, T: 3, n_train: 40, n_validation: 20, n_test: 20}\n"
                        "network: {hidden: [10]}\nsolvers: [{name: random_features}]\n");
    cli_shell(&r, "\"$SB\" run e.yaml && \"$SB\" summarise e && cp results/e/curves/*.csv curve.csv && cp "
                  "results/e/curves_summary/*.csv results/e/config.resolved.yaml .");
    cr_assert_eq(r.code, 0, "%s", r.output);
    header_of("results/e/runs.csv", header, sizeof header);
    expect_columns(header);
    header_of("curve.csv", header, sizeof header);
    for (size_t i = 0; i < n_result_columns; i++) { /* then fwd_rate_1 .. of one hidden layer */
        size_t used = strlen(fixed);
        if (result_columns[i].curve)
            (void)snprintf(fixed + used, sizeof fixed - used, "%s,", result_columns[i].curve);
    }
    (void)strncat(fixed, "fwd_rate_1,", sizeof fixed - strlen(fixed) - 1);
    cr_expect_eq(strncmp(header, fixed, strlen(fixed)), 0, "%s", header);
    header_of("results/e/summary.csv", header, sizeof header);
    char *means = strstr(header, ",iters_mean");
    cr_assert_not_null(means);
    static const char *const meant[] = {"iters",           "train_s",
                                        "acc_train",       "acc_val",
                                        "acc_test",        "acc_test_at_best_val",
                                        "loss_train",      "rate_mean",
                                        "synops",          "loss_val",
                                        "loss_test",       "forward_passes",
                                        "backward_passes", "train_synops",
                                        "train_macs",      "gradient_evaluations",
                                        "solver_bytes",    "acc_test_tasks",
                                        "drop_test",       "energy"};
    char *at = means;
    for (size_t i = 0; i < sizeof meant / sizeof *meant; i++) {
        char six[240];
        (void)snprintf(six, sizeof six, ",%s_mean,%s_sd,%s_med,%s_q1,%s_q3,%s_half", meant[i], meant[i],
                       meant[i], meant[i], meant[i], meant[i]);
        cr_assert_eq(strncmp(at, six, strlen(six)), 0, "%s", at);
        at += strlen(six);
    }
    cr_expect_str_eq(at, "");
    for (size_t i = 0; i < sizeof meant / sizeof *meant; i++)
        cr_expect_str_eq(column_summarised((int)i + 1)->name, meant[i]);
    *means = '\0';
    for (char *column = strtok(header, ","); column; column = strtok(NULL, ",")) {
        bool listed = false;
        for (const struct entry *x = summary_parts; x->name; x++)
            listed = listed || strcmp(x->name, column) == 0;
        cr_expect(listed, "'%s' is not described", column);
    }
}

/* The version stands in five places. */
Test(docs, one_version, .init = cli_setup, .fini = cli_teardown)
{
    static struct result r;
    cli_shell(
        &r,
        "v=$(sed -n 's/^VERSION *:= *//p' \"$SOURCES/Makefile\") && test -n \"$v\" && "
        "\"$SB\" --version | grep -F \"spikebench $v (\" && cd \"$SOURCES\" && grep -xF \"version: $v\" "
        "CITATION.cff && grep -m 1 '^## ' CHANGELOG.md | grep -F \"## $v\" && head -n 1 debian/changelog | "
        "grep -F \"spikebench ($v)\" && grep -F \"\\\"spikebench $v\\\"\" docs/spikebench.1");
    cr_expect_eq(r.code, 0, "%s", r.output);
}
