/* The formats of the regression gate: what a continuous integration service gets to read. */
#include "report/verdicts.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Two runs, of which the second has two regressions, with characters that each format must escape. */
static char *say(enum verdict_format format, status before)
{
    struct verdicts v;
    struct error e = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    cr_assert_not_null(f);
    cr_assert_eq(verdicts_begin(&v, f, format, "kept/<a>", &e), ST_OK);
    verdicts_run(&v, "00aa", "bptt, hidden 8, seed 0");
    verdicts_run_ended(&v);
    verdicts_run(&v, "00bb", "x\"&<>, seed 1: 100 %\n");
    verdicts_regression(&v, "column loss: 1 > 2 & 50 %\x01");
    verdicts_regression(&v, "its curve is missing");
    verdicts_run_ended(&v);
    cr_expect_eq(verdicts_end(&v, before, &e), before);
    cr_assert_eq(fclose(f), 0);
    return text;
}

Test(verdicts, lines_of_text)
{
    char *text = say(VERDICT_TEXT, ST_OK);
    cr_expect_str_eq(text, "REGRESSION 00bb (x\"&<>, seed 1: 100 %\n): column loss: 1 > 2 & 50 %\x01\n"
                           "REGRESSION 00bb (x\"&<>, seed 1: 100 %\n): its curve is missing\n");
    free(text);
}

Test(verdicts, junit_xml)
{
    char *text = say(VERDICT_JUNIT, ST_OK);
    cr_expect_str_eq(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<testsuite name=\"kept/&lt;a&gt;\" tests=\"2\" failures=\"1\">\n"
                           "  <testcase classname=\"bptt, hidden 8, seed 0\" name=\"00aa\">\n  </testcase>\n"
                           "  <testcase classname=\"x&quot;&amp;&lt;&gt;, seed 1: 100 %?\" name=\"00bb\">\n"
                           "    <failure message=\"column loss: 1 &gt; 2 &amp; 50 %?\"/>\n"
                           "    <failure message=\"its curve is missing\"/>\n  </testcase>\n</testsuite>\n");
    free(text);
}

Test(verdicts, annotations_of_github)
{
    char *text = say(VERDICT_GITHUB, ST_OK);
    cr_expect_str_eq(text,
                     "::error title=00bb (x\"&<>%2C seed 1%3A 100 %25%0A)::column loss: 1 > 2 & 50 %25%01\n"
                     "::error title=00bb (x\"&<>%2C seed 1%3A 100 %25%0A)::its curve is missing\n");
    free(text);
}

/* A comparison that fails half-way leaves no file that looks whole. */
Test(verdicts, no_xml_after_an_error)
{
    char *text = say(VERDICT_JUNIT, ST_DATA);
    cr_expect_str_eq(text, "");
    free(text);
}
