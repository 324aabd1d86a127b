/* The tables of commands of support/, with a program of their own. */
#include "support/command_complete.h"
#include "support/command_main.h"
#include "support/command_usage.h"
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>

/* ---- a program ---- */

static struct {
    const struct call *call;
    char text[200];
    uint64_t whole;
    size_t choice, n_list, n_arguments;
    bool all, prepared;
} seen;

static status look(struct call *call, struct error *e)
{
    const char *const *list = call_list(call, "tag", &seen.n_list);
    (void)e;
    (void)snprintf(seen.text, sizeof seen.text, "%s:", call->path);
    for (size_t i = 0; i < call->n_arguments; i++)
        (void)snprintf(seen.text + strlen(seen.text), 60, " %.50s", call->arguments[i]);
    for (size_t i = 0; i < seen.n_list; i++)
        (void)snprintf(seen.text + strlen(seen.text), 60, " #%.50s", list[i]);
    seen.whole = call_whole(call, "count");
    seen.choice = call_choice(call, "mode");
    seen.all = call_has(call, "all");
    return ST_OK;
}

static status fail_in(struct call *call, struct error *e)
{
    const status codes[] = {ST_OK, ST_USAGE, ST_CONFIG, ST_IO, ST_INTERRUPTED};
    return FAIL(e, codes[call_whole(call, "count")], "as asked");
}

static status prepare(struct call *call, struct error *e)
{
    (void)call, (void)e;
    seen.prepared = true;
    return ST_OK;
}

/* A kind of the program's own, which knows its names when the line is prepared. */
static status check_colour(const struct call *call, const struct parameter *p, const char *text,
                           struct error *e)
{
    (void)call;
    cr_assert(seen.prepared);
    return strcmp(text, "red") == 0 ? ST_OK : FAIL(e, ST_CONFIG, "%s: no colour '%s'", p->form, text);
}

static void offer_colours(const struct completion *c)
{
    completion_offer(c, "red");
    completion_offer(c, "rose");
}

static const struct value_kind value_colour = {.check = check_colour, .offer = offer_colours};
static const char *const modes[] = {"fast", "slow", NULL};
static const struct parameter colour = {"COLOUR", "which colour", &value_colour, .needed = true},
                              files = {"FILE", "any", &value_file, .repeated = true},
                              count = {"-c, --count N", "how many", &value_whole, "1", .most = 4},
                              mode = {"--mode M", "how", &value_choice, "slow", .choices = modes},
                              tag = {"--tag T", "a mark; may be repeated", .kind = &value_file},
                              all = {"-a, --all", .help = "everything"},
                              out = {"--out FILE", "where to", &value_file, .needed = true};

static const struct command paint = {.name = "paint",
                                     .run = look,
                                     .synopsis = "COLOUR [FILE]... [options]",
                                     .summary = "paint it",
                                     .text = "Paints.",
                                     .parameters =
                                         (parameter_list){&colour, &files, &count, &mode, &tag, &all, NULL},
                                     .failure = "it is dry"},
                            end = {.name = "end",
                                   .run = fail_in,
                                   .synopsis = "--out FILE",
                                   .summary = "end so",
                                   .text = "Ends.",
                                   .parameters = (parameter_list){&out, &count, NULL},
                                   .interrupts = true},
                            group = {.name = "group",
                                     .synopsis = "SUBCOMMAND",
                                     .summary = "some",
                                     .text = "Holds one.",
                                     .subcommands = (command_list){&paint, NULL}},
                            hidden = {.name = "hidden", .run = fail_in, .synopsis = "", .text = "No."},
                            brush = {.name = "brush",
                                     .run = look,
                                     .synopsis = "COMMAND",
                                     .text = "A brush.",
                                     .prepare = prepare,
                                     .subcommands = (command_list){&paint, &end, &group, &hidden,
                                                                   &complete_command, NULL}};

/* The exit code of a line of words. */
static int run(const char *line)
{
    char words[300], *argv[20] = {"brush"}, *rest = words;
    int n = 1;
    memset(&seen, 0, sizeof seen);
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) argv[n++] = strcmp(word, "''") ? word : "";
    return command_main(&brush, NULL, n, argv);
}

/* ---- reading ---- */

Test(command, reads_arguments_and_options)
{
    cr_assert_eq(run("paint red a b"), 0);
    cr_expect_str_eq(seen.text, "paint: red a b");
    cr_expect(seen.whole == 1 && seen.choice == 1 && !seen.all && seen.prepared, "the usual values");
    cr_assert_eq(run("group paint --count=3 --tag x red -c 4 --mode fast -a --tag y"), 0);
    cr_expect_str_eq(seen.text, "group paint: red #x #y");
    cr_expect(seen.whole == 4 && seen.choice == 0 && seen.all, "the last value given");
    cr_assert_eq(run("hidden"), 0);
    cr_assert_eq(run("paint red -aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac4"), 0);
    cr_expect(seen.all && seen.whole == 4, "letters in one word are options each");
}

Test(command, refuses_by_name, .init = cr_redirect_stderr)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"pant", "brush: unknown command 'pant'; did you mean 'paint'? see 'brush --help'"},
        {"group x", "brush group: unknown subcommand 'x'; see 'brush group --help'"},
        {"paint", "COLOUR is missing: which colour; see 'brush paint --help'"},
        {"paint blue", "COLOUR: no colour 'blue'"},
        {"paint red --cuont 1", "unknown option '--cuont'; did you mean '--count'? see 'brush paint --help'"},
        {"paint red --count", "option '--count' needs a value"},
        {"paint red --count 5", "--count '5': a whole number from 0 to 4 is needed"},
        {"paint red -c x", "--count 'x': a whole number from 0 to 4 is needed"},
        {"paint red --mode medium", "--mode 'medium': one of fast, slow is allowed"},
        {"paint red --tag ''", "--tag needs a name"},
        {"end", "--out FILE is missing: where to"},
        {"end x --out y", "'x' is one argument too many; usage: brush end --out FILE"}};
    char text[4096] = "";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) cr_expect_eq(run(cases[i].line), 2);
    (void)fflush(stderr);
    FILE *f = cr_get_redirected_stderr();
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    const char *at = text;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++, at = strchr(at, '\n') + 1) {
        const char *found = strstr(at, cases[i].says);
        cr_assert(found && found < strchr(at, '\n'), "'%s' does not say '%s' but: %s", cases[i].line,
                  cases[i].says, at);
    }
}

Test(command, exit_codes, .init = cr_redirect_stderr)
{
    static const int codes[] = {0, 2, 2, 1, 130};
    char line[40];
    for (int i = 0; i < 5; i++) {
        (void)snprintf(line, sizeof line, "end --out x --count %d", i);
        cr_expect_eq(run(line), codes[i], "%s", line);
    }
    cr_expect_eq(run("group"), 2, "a group alone is no command");
    cr_expect_not(seen.prepared);
}

/* ---- help ---- */

Test(command, help_comes_from_the_table)
{
    char text[2000];
    FILE *f = fmemopen(text, sizeof text, "w");
    const struct call call = {.program = &brush, .command = &paint, .path = "group paint"};
    cr_assert_not_null(f);
    command_usage(&call, f);
    cr_assert_eq(fclose(f), 0);
    cr_expect_str_eq(text, "Usage: brush group paint COLOUR [FILE]... [options]\n\nPaints.\n\n"
                           "  COLOUR         which colour\n"
                           "  FILE           any\n"
                           "  -c, --count N  how many (1)\n"
                           "  --mode M       how (slow): fast, slow\n"
                           "  --tag T        a mark; may be repeated\n"
                           "  -a, --all      everything\n"
                           "  -h, --help     print how the command is used\n\n"
                           "Exit codes: 0 all is well, 1 it is dry, 2 usage or configuration error.\n");
}

static void add_path(void *text, const struct command *c, const char *path)
{
    (void)c;
    (void)strcat(strcat(text, path), ";");
}

Test(command, every_listed_command_is_visited)
{
    char text[200] = "";
    command_each(&brush, add_path, text);
    cr_expect_str_eq(text, "paint;end;group;group paint;");
}

/* ---- completion ---- */

Test(command, completes, .init = cr_redirect_stdout)
{
    static const struct {
        const char *words, *offers;
    } cases[] = {{"pa", "paint\n"},
                 {"h", ""},
                 {"group p", "paint\n"},
                 {"paint ro", "rose\n"},
                 {"paint red ''", ":-f\n"},
                 {"paint red a ''", ":-f\n"},
                 {"paint --m", "--mode\n"},
                 {"paint --mode f", "fast\n"},
                 {"paint --mode = f", "fast\n"},
                 {"paint --mode=s", "slow\n"},
                 {"paint -c 3 r", "red\nrose\n"},
                 {"paint --all r", "red\nrose\n"},
                 {"end --out x ''", ""}};
    char text[4096] = "", wanted[4096] = "", line[120];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        (void)snprintf(line, sizeof line, "complete -- %s", cases[i].words);
        cr_expect_eq(run(line), 0, "%s", line);
        (void)printf("(%s)\n", cases[i].words);
        size_t used = strlen(wanted);
        (void)snprintf(wanted + used, sizeof wanted - used, "%s(%s)\n", cases[i].offers, cases[i].words);
    }
    (void)fflush(stdout);
    size_t n = fread(text, 1, sizeof text - 1, cr_get_redirected_stdout());
    text[n] = '\0';
    cr_expect_str_eq(text, wanted);
}

/* ---- pages ---- */

static void set_page(bool markdown, char *text, size_t size)
{
    FILE *f = fmemopen(text, size, "w");
    cr_assert_not_null(f);
    struct page p = {.out = f, .markdown = markdown};
    page_title(&p, 2, "one");
    page_text(&p, ".dot a_b 'c' --set x\\y z-1 <|>");
    page_title(&p, 3, "a_b");
    page_table(&p, 5, (const char *const[]){"key", "default", "meaning"}, 3);
    page_row(&p, (const char *const[]){"--a-b", "-1|2", ".c *d*"}, 3, 2);
    page_row(&p, (const char *const[]){"k", "", "e"}, 3, 2);
    cr_assert_eq(fclose(f), 0);
}

Test(page, markdown_escapes)
{
    char text[2000];
    set_page(true, text, sizeof text);
    cr_expect_str_eq(text, "\n## one\n"
                           "\n.dot a\\_b 'c' --set x\\\\y z-1 \\<\\|\\>\n"
                           "\n### a\\_b\n"
                           "\n| key | default | meaning |\n|---|---|---|\n"
                           "| `--a-b` | `-1\\|2` | .c \\*d\\* |\n"
                           "| `k` | | e |\n");
}

Test(page, text_is_plain)
{
    char text[2000];
    set_page(false, text, sizeof text);
    cr_expect_str_eq(text, "*one*\n\n.dot a_b 'c' --set x\\y z-1 <|>\n\na_b:\n  --a-b  .c *d*\n  k      e\n");
}

/* Words of 9 letters, 10 to a line of 100: the eleventh begins the next one, under the first. */
Test(page, text_breaks_lines)
{
    char text[400], words[200] = "";
    FILE *f = fmemopen(text, sizeof text, "w");
    struct page p = {.out = f};
    cr_assert_not_null(f);
    for (int i = 0; i < 10; i++) (void)strcat(words, i ? " 012345678" : "012345678");
    page_table(&p, 1, NULL, 0);
    page_row(&p, (const char *const[]){"k", words}, 2, 0);
    page_text(&p, words);
    cr_assert_eq(fclose(f), 0);
    cr_expect_eq(strncmp(text, "  k  012345678 ", 15), 0, "%s", text);
    cr_expect_not_null(strstr(text, "012345678\n     012345678\n\n012345678"), "%s", text);
    cr_expect_eq(strlen(strrchr(text, '\n') - strlen(words)), strlen(words) + 1, "%s", text);
}
