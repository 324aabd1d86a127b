/* spikebench dataset show, and matrices in characters. */
#include "commands/ascii.h"
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
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

static void print(char *text, size_t size, const struct ascii_grid *g, size_t n, size_t wide, double low,
                  double high)
{
    FILE *f = fmemopen(text, size, "w");
    cr_assert_not_null(f);
    ascii_print(f, g, n, wide, low, high);
    cr_assert_eq(fclose(f), 0);
}

/* 3 x 5 elements in 2 x 3 cells, by hand: rows 0-1 and 2, columns 0-1, 2-3 and 4. */
Test(show, grids)
{
    struct ascii_grid g[2];
    struct mem m = {.blocks = NULL};
    struct error e = {.code = ST_OK};
    char text[200];
    for (int k = 0; k < 2; k++) {
        cr_assert_eq(ascii_create(&g[k], 3, 5, 2, 3, &m, &e), ST_OK, "%s", e.text);
        cr_assert(g[k].row_step == 2 && g[k].column_step == 2 && g[k].n_rows == 2 && g[k].n_columns == 3);
        for (size_t i = 0; i < 15; i++) ascii_add(&g[k], i / 5, i % 5, (double)i);
    }
    const double sums[6] = {0 + 1 + 5 + 6, 2 + 3 + 7 + 8, 4 + 9, 10 + 11, 12 + 13, 14};
    cr_expect_arr_eq(g[0].cell, sums, sizeof sums);
    cr_expect(ascii_smallest(g) == 12 && ascii_largest(g) == 25);
    /* eight shades between 12 and 25: 13 is in the first, 14 in the second, 20 in the fifth, 21 in the sixth
     */
    print(text, sizeof text, g, 1, 1, 12, 25);
    cr_expect_str_eq(text, "0 | +.|\n2 |*@:|\n", "%s", text);
    ascii_average(&g[1]);
    const double means[6] = {12 / 4.0, 20 / 4.0, 13 / 2.0, 21 / 2.0, 25 / 2.0, 14};
    cr_expect_arr_eq(g[1].cell, means, sizeof means);
    print(text, sizeof text, g, 2, 2, 14, 14);
    cr_expect_str_eq(text, "0 |  @@  |      |\n2 |@@@@  |      |\n", "%s", text);
    g[0].cell[0] = NAN;
    print(text, sizeof text, g, 1, 1, 13, 25);
    cr_expect_str_eq(text, "0 | + |\n2 |*@.|\n", "%s", text);
    cr_expect_eq(ascii_create(&g[0], 0, 5, 2, 3, &m, &e), ST_INTERNAL);
    mem_free(&m);
}

/* The whole text from the second line on: the first names the class. */
Test(show, a_sample_in_the_terminal)
{
    static struct result r;
    char expected[4000] =
        "raster, inputs downwards (2 per line), steps to the right (1 per character), '@' = 2 events\n";
    for (int i = 0; i < 64; i += 2)
        (void)snprintf(expected + strlen(expected), 100, "%2d |%s|\n", i, i < 8 ? "@@@" : "   ");
    (void)strcat(expected, "events summed over time, '@' = 3 per character\n0 |@@@@@@@@@@@@@@@@|\n");
    for (int i = 1; i < 8; i++) (void)snprintf(expected + strlen(expected), 100, "%d |%16s|\n", i, "");
    spikebench(&r, "dataset show digits --index 1 --split validation --set T=3 --ascii " ROW);
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect_eq(strncmp(r.output, "digits, validation sample 1 (seed 0): class ", 44), 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, ", 64 inputs, T = 3, 24 events\n"), "%s", r.output);
    cr_expect_str_eq(strchr(r.output, '\n') + 1, expected, "%s", r.output);
    cr_expect_not(cli_exists("digits_1.svg"));
}

/* 31 steps on 20 columns, of which "NN |" and "|" take 5: 3 steps per character, one in the eleventh. */
Test(show, narrow_terminals)
{
    static struct result r;
    cli_shell(&r, "COLUMNS=20 \"$SB\" dataset show digits --ascii --set T=31 " ROW);
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "(3 per character), '@' = 6 events\n 0 |@@@@@@@@@@-|\n"), "%s",
                       r.output);
}

Test(show, figures)
{
    static struct result r;
    spikebench(&r, "dataset show digits --index 2 " ROW);
    cr_expect(r.code == 0 && strcmp(r.output, "digits_2.svg\n") == 0, "%s", r.output);
    spikebench(&r, "dataset show event_camera --out a.png --ascii --set n_train=20 --set n_validation=10 "
                   "--set n_test=10");
    cr_expect(r.code == 0 && strstr(r.output, "time: ON | OFF,") && strstr(r.output, "|\na.png\n"), "%s",
              r.output);
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
        {"nmnist --set path=/nonexistent", "/nonexistent/Train", 1},
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
