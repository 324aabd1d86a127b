/* spikebench dataset show. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

/* 20 images whose first row of 8 pixels is white, the rest black: at probability one, a spike of inputs 0 to
 * 7 in each step and none elsewhere. */
static void setup(void)
{
    static struct result r;
    cli_setup();
    cli_shell(&r,
              "awk 'BEGIN { for (k = 0; k < 20; k++) { for (j = 0; j < 64; j++) printf \"%d,\", (j < 8 ? 16 "
              ": 0); print k % 2 } }' > row.csv && mkdir tmp");
    cr_assert_eq(r.code, 0, "%s", r.output);
}

TestSuite(show, .init = setup, .fini = cli_teardown);

#define ROW "--set path=row.csv --set n_train=10 --set n_validation=4"

static size_t count(const char *text, char c)
{
    size_t n = 0;
    for (; *text; text++) n += *text == c;
    return n;
}

/* The first line names the class. Of the raster only the lowest inputs have stars, the same in each step; of
 * the picture, the eight pixels of the first row have all events. */
Test(show, a_sample_in_the_terminal)
{
    static struct result r;
    spikebench(&r, "dataset show digits --index 1 --split validation --set T=3 --ascii " ROW);
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect_eq(strncmp(r.output, "digits, validation sample 1 (seed 0): class ", 44), 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, ", 64 inputs, T = 3, 24 events\n"), "%s", r.output);
    const char *first = strchr(r.output, '*'), *twenty = strstr(r.output, " 20 +");
    cr_assert(first && twenty, "%s", r.output);
    cr_expect_gt(first, twenty, "%s", r.output);
    cr_expect_eq(count(r.output, '*') % 3, 0, "%s", r.output);
    /* eight pixels of three by two characters, from edge to edge; neither ticks nor gaps */
    cr_expect_eq(count(r.output, '@'), (size_t)48, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "|@@@@@@@@@@@@@@@@@@@@@@@@|\n"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "input "), "the label stands apart from the ticks: %s", r.output);
    cr_expect_not(cli_exists("digits_1.svg"));
}

Test(show, narrow_terminals)
{
    static struct result r;
    cli_shell(&r, "COLUMNS=50 \"$SB\" dataset show digits --ascii --set T=31 " ROW);
    cr_assert_eq(r.code, 0, "%s", r.output);
    for (const char *line = strchr(r.output, '\n') + 1; *line; line += strcspn(line, "\n") + 1)
        cr_expect_leq(strcspn(line, "\n"), (size_t)50, "%s", line);
    cr_expect_not_null(strstr(r.output, "input"), "%s", r.output);
}

Test(show, figures)
{
    static struct result r;
    spikebench(&r, "dataset show digits --index 2 " ROW);
    cr_expect(r.code == 0 && strcmp(r.output, "digits_2.svg\n") == 0, "%s", r.output);
    spikebench(&r, "dataset show event_camera --out a.png --ascii --set n_train=20 --set n_validation=10 "
                   "--set n_test=10");
    cr_expect(r.code == 0 && strstr(r.output, " OFF\n") && strstr(r.output, "\na.png\n"), "%s", r.output);
    cli_shell(&r, "TMPDIR=$PWD/tmp \"$SB\" dataset show digits --out b.svg " ROW
                  "; ls tmp *.svg *.png; head -c 5 "
                  "b.svg; echo; head -c 4 a.png | tail -c 3");
    cr_expect_str_eq(r.output, "b.svg\na.png\nb.svg\ndigits_2.svg\n\ntmp:\n<?xml\nPNG", "%s", r.output);
}

/* Without gnuplot nothing is left behind, and an older figure stays as it is. */
Test(show, no_gnuplot)
{
    static struct result r;
    cli_shell(&r,
              "echo old > b.svg; export TMPDIR=$PWD/tmp; PATH=/nonexistent \"$SB\" dataset show digits --out "
              "b.svg " ROW "; echo code $?; cat b.svg; ls tmp; ls | grep tmp");
    cr_expect_not_null(strstr(r.output, "gnuplot could not be started"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "\ncode 1\nold\ntmp\n"), "%s", r.output);
}

/* Untrained networks have curves of one point; the depth figure needs none. */
Test(show, figures_of_curves_with_one_point_are_left_out)
{
    static struct result r;
    cli_write("a.yaml", "experiment: still\nstop: {max_iter: 0}\ndataset: {name: digits, n_train: 20}\n"
                        "network: {hidden: [[4], [4, 4]]}\nsolvers: [{name: admm}]\n");
    cli_shell(&r, "\"$SB\" run a.yaml && \"$SB\" plot still --format svg --out f; echo code $?; ls f");
    cr_expect_not_null(
        strstr(r.output, "spikebench plot: 8 figures are left out: their curves have one point"), "%s",
        r.output);
    cr_expect_not_null(strstr(r.output, "code 0\ndepth.svg\n"), "%s", r.output);
}

struct line {
    char arguments[140], expected[100];
    int code;
};

ParameterizedTestParameters(show, refused)
{
    static struct line lines[] = {
        {"digits --index 10 " ROW, "--index 10: the train split of 'digits' has 10 samples, 0 to 9", 2},
        {"digits --index -1 " ROW, "--index '-1': a whole number is needed", 2},
        {"digits --split tset " ROW, "--split 'tset': one of train, validation, test", 2},
        {"digits --out a.pdf " ROW, "--out 'a.pdf': a name that ends in .svg or .png", 2},
        {"digits --out .svg " ROW, "--out '.svg'", 2},
        {"digits --out none/a.svg " ROW, "none/a.svg: No such file or directory", 1},
        {"digit", "unknown dataset 'digit'; did you mean 'digits'?", 2},
        {"nmnist --set path=/nonexistent", "/nonexistent: No such file or directory", 1},
        {"--help", "Usage: spikebench dataset show", 0},
    };
    return cr_make_param_array(struct line, lines, sizeof lines / sizeof *lines);
}

ParameterizedTest(struct line *c, show, refused)
{
    static struct result r;
    char text[300];
    (void)snprintf(text, sizeof text, "dataset show %s", c->arguments);
    spikebench(&r, text);
    cr_expect_eq(r.code, c->code, "%s: %s", text, r.output);
    cr_expect_not_null(strstr(r.output, c->expected), "%s: %s", text, r.output);
    cli_shell(&r, "ls");
    cr_expect_str_eq(r.output, "row.csv\ntmp\n", "%s left %s", text, r.output);
}
