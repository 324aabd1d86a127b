/* spikebench report: the page, by its text and, where there is Chromium, as a browser shows it. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Two trainers that end well, one whose runs diverge. */
static const char experiment[] =
    "experiment: paged\nseeds: [0, 1]\nstop: {max_iter: 8}\ndataset: {name: digits, T: 4, n_train: 60}\n"
    "network: {hidden: [6]}\nsolvers:\n  - {name: bptt, batch: 30}\n  - {name: admm}\n"
    "  - {name: trained_readout, label: wild, optimizer: sgd, lr: 1000}\n";

static void setup(void)
{
    static struct result r;
    cli_setup();
    cli_write("a.yaml", experiment);
    cli_shell(&r, "mkdir tmp; \"$SB\" run a.yaml --allow-diverged; cut -d, -f8 results/paged/runs.csv | sort "
                  "| uniq -c");
    cr_assert_not_null(strstr(r.output, "4 ok\n"), "%s", r.output);
}

TestSuite(report, .init = setup, .fini = cli_teardown);

static void good(struct result *r, const char *text)
{
    cli_shell(r, text);
    cr_assert_eq(r->code, 0, "%s: %s", text, r->output);
}

/* Texts that would run, close an element or break the data if they were taken as HTML or JavaScript. */
#define HOSTILE                                                                                              \
    "<script>document.body.append(666)</script><img src=x onerror=document.body.append(666)>"                \
    "</script><!--<script>'\"\"&amp;\\u2028@DATA@${1}`"

/* Puts them into the columns of a row that are free texts, with awk's variable, as they are. */
static void make_hostile(void)
{
    static struct result r;
    cli_write("hostile.txt", "\"" HOSTILE "\"\n");
    good(&r, "awk -v OFS=, -F, 'BEGIN { getline bad < \"hostile.txt\" } NR == 1 { for (i = 1; i <= NF; "
             "i++) at[$i] = i } NR == 3 { $at[\"error\"] = $at[\"cpu\"] = $at[\"compiler\"] = bad; "
             "$at[\"status\"] = \"failed\" } { print }' results/paged/runs.csv >x && mv x "
             "results/paged/runs.csv && "
             "grep -c onerror results/paged/runs.csv");
    cr_assert_str_eq(r.output, "1\n", "%s", r.output);
}

/* Those of the run, the data, the network and the trainer say what they are. */
Test(report, options_have_units_and_meanings)
{
    static struct result r;
    good(&r, "\"$SB\" report paged --no-figures >/dev/null && for o in eval_every stop.max_iter dataset.T "
             "network.leak solver.batch; do grep -o \"\\\"name\\\":\\\"$o\\\",\\\"unit\\\":\\\"[a-z]*\\\","
             "\\\"help\\\":\\\"[A-Za-z]\" results/paged/report.html | head -n 1; done | wc -l");
    cr_expect_str_eq(r.output, "5\n", "%s", r.output);
}

Test(report, one_file_that_asks_nobody)
{
    static struct result r;
    good(&r, "TMPDIR=$PWD/tmp \"$SB\" report paged && ls tmp results/paged");
    cr_expect_not_null(strstr(r.output, "results/paged/report.html\n"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "tmp:\n"), "%s", r.output);
    cli_shell(
        &r,
        "grep -c 'Content-Security-Policy' results/paged/report.html; grep -o 'mouse_[a-z]*' "
        "results/paged/report.html | head -n 1; "
        "sed 's/<script type=\"application.*//' results/paged/report.html | grep -E 'src=|@import|fetch\\(|"
        "XMLHttp|href=\"http'");
    cr_expect_eq(r.output[0], '1', "%s", r.output);
    cr_expect_null(strstr(r.output, "src="), "%s", r.output);
    good(&r,
         "cp results/paged/report.html first && \"$SB\" report results/paged --out second --no-figures && "
         "\"$SB\" report results/paged --out third --no-figures && cmp second third && ! grep -q '@[A-Z]*@' "
         "second");
    cr_expect_not_null(strstr(r.output, "second\nthird\n"), "%s", r.output);
}

/* The only elements of the page are its own, whatever a result file says. */
Test(report, texts_of_results_are_data)
{
    static struct result r;
    make_hostile();
    good(&r, "\"$SB\" report paged --no-figures >/dev/null && cd results/paged && "
             "grep -o '<script' report.html | wc -l; grep -o '</script' report.html | wc -l; grep -c '<img' "
             "report.html; "
             "grep -o 'u003cscript' report.html | wc -l; true");
    cr_expect_str_eq(r.output, "2\n2\n0\n6\n", "%s", r.output);
}

Test(report, failures)
{
    static struct result r;
    spikebench(&r, "report nothing");
    cr_expect(r.code == 1 && strstr(r.output, "runs.csv"), "%s", r.output);
    spikebench(&r, "report paged --no-figures --out /nonexistent/x.html");
    cr_expect(r.code == 1 && strstr(r.output, "/nonexistent/x.html"), "%s", r.output);
    cli_shell(&r, "echo old >p.html; SPIKEBENCH_HOME=/nonexistent \"$SB\" report paged --no-figures --out "
                  "p.html; cat p.html");
    cr_expect_not_null(strstr(r.output, "old\n"), "%s", r.output);
    cli_shell(&r, "PATH=/nonexistent \"$SB\" report paged");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cli_shell(&r, "grep -c 'gnuplot could not be started' results/paged/report.html");
    cr_expect_str_eq(r.output, "1\n", "%s", r.output);
}

/* Sorts, filters, points at a curve and opens lines, and writes what it then sees into the page. */
static const char user[] =
    "<script>{\n"
    "const found = [], say = (...a) => found.push(a.join(' '));\n"
    "const all = (s) => [...document.querySelectorAll(s)], click = (s, t) => all(s + ' th button').find((b) "
    "=> "
    "b.textContent.startsWith(t)).click();\n"
    "addEventListener('error', (e) => say('ERROR', e.message));\n"
    "say('ready', document.documentElement.dataset.ready);\n"
    "say('trouble', all('#trouble tbody tr').length, all('main > section')[0].id);\n"
    "say('results', all('#results tbody tr').length, 'runs', all('#runs tbody tr').length);\n"
    "const means = () => all('#results tbody tr').map((tr) => parseFloat(tr.children[2].textContent));\n"
    "click('#results', 'acc_test'); const up = means(); click('#results', 'acc_test'); const down = "
    "means();\n"
    "say('sorted', up.every((v, i) => !i || up[i - 1] <= v), down.every((v, i) => !i || down[i - 1] >= v));\n"
    "const s = document.querySelector('#runs select'); s.value = 'admm'; s.dispatchEvent(new "
    "Event('change'));\n"
    "say('filtered', all('#runs tbody tr').filter((tr) => !tr.hidden).length);\n"
    "const v = document.querySelector('svg.curves'), b = v.getBoundingClientRect();\n"
    "v.dispatchEvent(new PointerEvent('pointermove', { clientX: b.left + b.width / 2, clientY: b.top + "
    "b.height / 2 }));\n"
    "say('read', /iteration [0-9]+: acc_val [0-9.]+ "
    "%/.test(document.getElementById('readout').textContent));\n"
    "const link = document.querySelector('#results td.number a'); say('link', link.getAttribute('href'));\n"
    "location.hash = '#line-3';\n"
    "setTimeout(() => { say('line', document.getElementById('row').hidden, document.querySelector('#row "
    "h2').textContent);\n"
    "say('wide', document.documentElement.scrollWidth <= innerWidth);\n"
    "say('foreign', all('img').length, "
    "document.getElementById('trouble').textContent.includes('onerror=document'), "
    "[...document.body.childNodes].some((n) => n.nodeType === 3 && n.textContent.includes('666')));\n"
    "const p = document.createElement('pre'); p.id = 'found'; p.textContent = found.map((f) => '[' + f + "
    "']').join(''); "
    "document.body.append(p); }, 500);\n"
    "}</script></body>";

/* What a user's browser of that width finds; false where there is none, which is said loudly. */
static bool browse(struct result *r, int width, const char *options)
{
    char text[1200];
    cli_shell(r, "command -v chromium || command -v chromium-browser || command -v google-chrome");
    if (r->code != 0) {
        (void)fprintf(
            stderr, "\nSKIPPED: the report's page is not tested in a browser: chromium is not installed\n\n");
        return false;
    }
    (void)snprintf(
        text, sizeof text,
        "browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome); "
        "sed '/^<\\/body>$/d' results/paged/report.html | sed '/^<\\/html>$/d' | cat - user.html "
        ">user-page.html; "
        "mv user-page.html results/paged/; "
        "HOME=$PWD timeout 120 \"$browser\" --headless --no-sandbox --disable-gpu "
        "--user-data-dir=$PWD/profile "
        "--enable-logging=stderr --window-size=%d,900 --virtual-time-budget=15000 %s --dump-dom "
        "\"file://$PWD/results/paged/user-page.html\" 2>log >dom; grep CONSOLE log; "
        "grep -o '<pre id=\"found\">.*</pre>' dom; rm -rf profile .cache .config .pki .local",
        width, options);
    cli_shell(r, text);
    return true;
}

static void expect_found(const struct result *r, const char *text)
{
    cr_expect_not_null(strstr(r->output, text), "%s: %s", text, r->output);
}

static void expect_use(const struct result *r)
{
    cr_expect_null(strstr(r->output, "CONSOLE"), "%s", r->output);
    cr_expect_null(strstr(r->output, "ERROR"), "%s", r->output);
    expect_found(r, "[ready yes]");
    expect_found(r, "[sorted true true]");
    expect_found(r, "[filtered 2]");
    expect_found(r, "[read true]");
    expect_found(r, "[line false Line 3 of runs.csv]");
    expect_found(r, "[wide true]");
}

Test(report, a_browser_shows_it, .timeout = 300)
{
    static struct result r;
    cli_write("user.html", user);
    good(&r, "\"$SB\" report paged >/dev/null");
    if (!browse(&r, 1280, "")) cr_skip_test("chromium is not installed");
    expect_use(&r);
    expect_found(&r, "[trouble 2 trouble]");
    expect_found(&r, "[results 2 runs 6]");
    expect_found(&r, "[foreign 0 false false]");
}

Test(report, hostile_texts_stay_texts_in_a_narrow_browser, .timeout = 300)
{
    static struct result r;
    make_hostile();
    cli_write("user.html", user);
    good(&r, "\"$SB\" report paged --no-figures >/dev/null");
    if (!browse(&r, 500, "--blink-settings=preferredColorScheme=0"))
        cr_skip_test("chromium is not installed");
    expect_use(&r);
    expect_found(&r, "[trouble 3 trouble]");
    expect_found(&r, "[foreign 0 true false]");
}
