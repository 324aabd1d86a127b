/* Texts that would be commands to a shell or to gnuplot: in every column of results, in paths, in the
 * environment. Each tries to make the file `x` in the home folder, which is the test's own. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two trainers on two depths and two seeds; `hostile.awk` puts the text `bad` into the columns named in
 * `columns` (separated by spaces) and `experiment` into that column. */
static void setup(void)
{
    static struct result r;
    cli_setup();
    cli_write("tiny.yaml",
              "experiment: tiny\nstop: {max_iter: 2}\nseeds: [0, 1]\n"
              "dataset: {name: digits, T: 3, n_train: 40, n_validation: 10, n_test: 10}\n"
              "network: {hidden: [[4], [4, 3]]}\nsolvers:\n  - {name: admm, label: a, rho: [1, 2]}\n"
              "  - {name: bptt, batch: 10}\n");
    cli_write("hostile.awk",
              "BEGIN { FS = OFS = \",\"; n = split(columns, list, \" \"); bad = ENVIRON[\"BAD\"] }\n"
              "NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }\n"
              "NR > 1 { $at[\"experiment\"] = experiment\n"
              "  for (k = 1; k <= n; k++) { text = $at[list[k]] bad; gsub(/\"/, \"\\\"\\\"\", text)\n"
              "    $at[list[k]] = \"\\\"\" text \"\\\"\" } }\n{ print }\n");
    cli_write("hostile.sh", "# EXPERIMENT COLUMNS, the text in $BAD\n"
                            "rm -rf results/$1; cp -r results/tiny results/$1\n"
                            "awk -v experiment=$1 -v columns=\"$2\" -f hostile.awk results/tiny/runs.csv > "
                            "results/$1/runs.csv\n");
    cli_shell(&r, "\"$SB\" run tiny.yaml");
    cr_assert_eq(r.code, 0, "%s", r.output);
}

TestSuite(hostile, .init = setup, .fini = cli_teardown);

static const char *const texts[] = {
    "$(cd;touch${IFS}x)",        "`cd;touch x`", "'.system(\"cd;touch${IFS}x\").'",
    "\"; system 'cd;touch x' #", "|cd;touch x;", "@x {/x=9 y} \\ %s%n ^~"};
enum { N_TEXTS = sizeof texts / sizeof *texts };

static void export_text(const char *text)
{
    cr_assert_eq(setenv("BAD", text, 1), 0);
}

/* Runs shell text and expects that nothing was executed. */
static void harmless(struct result *r, const char *text)
{
    char command[1000];
    (void)snprintf(command, sizeof command, "export HOME=\"$PWD\"; %s", text);
    cli_shell(r, command);
    cr_expect_not(cli_exists("x"), "executed: %s with %s\n%s", text, getenv("BAD"), r->output);
    cr_expect_neq(r->code, -1, "%s: %s", text, r->output);
}

/* Every script, the general ones by the name `other`. */
Test(hostile, texts_of_results_are_data_to_figures)
{
    static const char *const experiments[] = {"other",       "ablation", "acceleration", "conditioning",
                                              "data_size",   "depth",    "gradient",     "memory",
                                              "sensitivity", "start",    "rivals",       "width"};
    static struct result r;
    char text[400];
    for (size_t k = 0; k < sizeof experiments / sizeof *experiments; k++)
        for (size_t i = k % 2; i < N_TEXTS; i += 2) {
            export_text(texts[i]);
            (void)snprintf(text, sizeof text,
                           "sh hostile.sh %s 'solver.rho data_sha256 cpu error' "
                           "&& \"$SB\" plot %s "
                           "--format svg --out figures",
                           experiments[k], experiments[k]);
            harmless(&r, text);
        }
}

/* Where gnuplot once asked the shell to count the widths, and where names were put into commands. */
Test(hostile, widths_and_names_are_not_evaluated)
{
    static struct result r;
    export_text("$(cd;touch${IFS}x)");
    harmless(
        &r,
        "sh hostile.sh memory network.hidden && sed -i 1s/solver.rho/solver.keep/ results/memory/runs.csv && "
        "\"$SB\" plot memory --format svg --out figures");
    export_text("'.system(\"cd;touch${IFS}x\").'");
    harmless(&r, "sh hostile.sh rivals solver.rho && \"$SB\" plot rivals --format svg --out figures");
    cr_expect_not_null(strstr(r.output, "figures/rivals.svg"), "%s", r.output);
}

/* One column at a time, so that one refused text hides no other: tables, choices and the comparison. */
Test(hostile, texts_of_results_are_data_to_tables)
{
    static const char *const columns[] = {
        "experiment", "solver",         "label",      "dataset",    "seed", "status",     "error",
        "run_id",     "network.hidden", "solver.rho", "git_commit", "cpu",  "data_sha256"};
    static struct result r;
    char text[800];
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
        for (size_t i = 0; i < N_TEXTS; i += 2) {
            export_text(texts[i]);
            (void)snprintf(
                text, sizeof text,
                "sh hostile.sh other '%s'; \"$SB\" summarise other; \"$SB\" summarise other -m; \"$SB\" best "
                "other; "
                "\"$SB\" compare results/other results/tiny; for f in text markdown latex; do "
                "\"$SB\" table list other --format $f; \"$SB\" table provenance other --format $f; done",
                columns[k]);
            harmless(&r, text);
        }
}

/* What a table shows of such a text is the text, escaped. */
Test(hostile, latex_and_markdown_are_escaped)
{
    static struct result r;
    cli_shell(&r, "mkdir -p results/in");
    cli_write("results/in/summary.csv", "label,seeds\n\"\\input{x}|_%&#$^~\",1\n");
    spikebench(&r, "table list in --format latex");
    cr_expect_not_null(
        strstr(r.output,
               "\n\\textbackslash{}input\\{x\\}|\\_\\%\\&\\#\\$\\textasciicircum{}\\textasciitilde{} & 1"),
        "%s", r.output);
    spikebench(&r, "table list in --format markdown");
    cr_expect_not_null(strstr(r.output, "| \\input{x}\\|_%&#$^~ | 1 |"), "%s", r.output);
}

/* The name of a figure's script is never taken from a file. */
Test(hostile, an_experiment_names_no_script)
{
    static struct result r;
    cli_write("evil.gp", "system 'cd;touch x'\n");
    harmless(&r, "cp -r results/tiny results/bad; P=$(printf '%s' \"$PWD\" | sed 's|/|\\\\/|g'); "
                 "sed -i \"s/,tiny,/,..\\/..\\/..\\/..\\/..\\/..$P\\/evil,/\" results/bad/runs.csv && "
                 "\"$SB\" plot bad --format svg --out figures");
    cr_expect_eq(r.code, 1, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "is not made of letters"), "%s", r.output);
}

struct line {
    char text[300], expected[60];
};

ParameterizedTestParameters(hostile, paths_and_environment)
{
    static struct line lines[] = {
        {"\"$SB\" plot tiny --format svg --out '|cd;touch x;'", "|cd;touch x;/depth.svg"},
        {"\"$SB\" plot tiny --format svg --out '<cd;touch x'", "<cd;touch x/depth.svg"},
        {"\"$SB\" plot tiny --format svg --out \"';system('cd;touch x');'\"", ");'/depth.svg"},
        {"mkdir '`cd;touch x`' && cp -r results/tiny '`cd;touch x`' && \"$SB\" plot tiny --results "
         "'`cd;touch x`' --out f "
         "--format svg",
         "f/depth.svg"},
        {"mkdir '$(cd;touch${IFS}x)' && TMPDIR='$(cd;touch${IFS}x)' \"$SB\" plot tiny --out f --format svg",
         "f/depth.svg"},
        {"mkdir \"'.system('cd;touch x').'\" && TMPDIR=\"'.system('cd;touch x').'\" \"$SB\" plot tiny --out "
         "f --format svg",
         "f/depth.svg"},
        {"ln -s \"$(dirname \"$SB\")/..\" '<cd;touch x;' && SPIKEBENCH_HOME='<cd;touch x;' \"$SB\" plot tiny "
         "--out f --format svg",
         "f/depth.svg"},
        {"GNUTERM=\"dumb; system 'cd;touch x'\" \"$SB\" plot tiny --out f --format svg", "f/depth.svg"},
        {"echo \"system 'cd;touch x'\" > .gnuplot; \"$SB\" plot tiny --out f --format svg", "f/depth.svg"},
        {"\"$SB\" dataset show digits --out '|cd;touch x;.svg'", "|cd;touch x;.svg"},
        {"\"$SB\" dataset show digits --out \"';system('cd;touch x');'.png\"", ");'.png"},
        {"\"$SB\" train random_features digits --out '`cd;touch x`.net' "
         "--set dataset.n_train=40 "
         "--set dataset.n_validation=20 --set dataset.n_test=20 --set network.hidden=6 && \"$SB\" trace "
         "--weights "
         "'`cd;touch x`.net'",
         "`cd;touch x`_0.svg"},
    };
    return cr_make_param_array(struct line, lines, sizeof lines / sizeof *lines);
}

ParameterizedTest(struct line *l, hostile, paths_and_environment)
{
    static struct result r;
    export_text("");
    harmless(&r, l->text);
    cr_expect_eq(r.code, 0, "%s: %s", l->text, r.output);
    cr_expect_not_null(strstr(r.output, l->expected), "%s: '%s' is not in %s", l->text, l->expected,
                       r.output);
}

/* run_id names files of curves. */
Test(hostile, run_ids_stay_in_their_folder)
{
    static struct result r;
    export_text("/../../../secret");
    cli_shell(&r, "sh hostile.sh other run_id; \"$SB\" summarise other");
    cr_expect_eq(r.code, 1, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "is not made of letters and digits"), "%s", r.output);
}

/* What stands in the test's folder, but for the results themselves. */
#define EVERYTHING "find . -path ./results -prune -o -path ./tmp -prune -o -print | sort"

static const char *const values[] = {"$(cd;touch x)",
                                     "`cd;touch x`",
                                     "|cd;touch x;",
                                     "< x",
                                     "\"'; system 'cd;touch x' #",
                                     "line\nsystem 'cd;touch x'\n",
                                     "../..",
                                     "-x"};
enum { N_VALUES = sizeof values / sizeof *values };

/* A value in every column of runs.csv, one at a time: read as data or refused by all who read results. */
Test(hostile, every_column)
{
    static struct result r;
    for (size_t i = 0; i < N_VALUES; i++) {
        char text[900];
        export_text(values[i]);
        (void)snprintf(
            text, sizeof text,
            EVERYTHING
            " > ../hostile_before; mkdir -p tmp; export TMPDIR=\"$PWD/tmp\"; n=0\n"
            "for c in $(head -n 1 results/tiny/runs.csv | tr , ' '); do n=$((n + 1))\n"
            "[ $((n %% %d)) -eq %zu ] || continue; sh hostile.sh other $c\n"
            "\"$SB\" summarise other; \"$SB\" best other\n"
            "\"$SB\" compare results/other results/tiny; \"$SB\" compare results/tiny results/other\n"
            "\"$SB\" table list other; \"$SB\" table provenance other; done > /dev/null 2>&1\n" EVERYTHING
            " | diff ../hostile_before - && ls tmp results && echo same",
            N_VALUES, i);
        harmless(&r, text);
        cr_expect_not_null(strstr(r.output, "same"), "'%s': %s", values[i], r.output);
        cr_expect_not_null(strstr(r.output, "results:\nother\ntiny\n\ntmp:\nsame"), "'%s': %s", values[i],
                           r.output);
    }
}

/* Names are held to what an experiment file may say. */
Test(hostile, names_of_results_are_held_to_those_of_experiment_files)
{
    static const char *const columns[] = {"run_id", "solver", "label", "dataset", "status", "network.hidden"};
    static struct result r;
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
        for (size_t i = 0; i < N_VALUES; i++) {
            char text[400], wanted[60];
            if (strcmp(values[i], "-x") == 0 && k != 5) continue; /* a letter is added to a name */
            export_text(values[i]);
            (void)snprintf(text, sizeof text, "sh hostile.sh other %s; \"$SB\" plot other --out f",
                           columns[k]);
            (void)snprintf(wanted, sizeof wanted, "%s '", columns[k]);
            harmless(&r, text);
            cr_expect_eq(r.code, 1, "%s '%s': %s", columns[k], values[i], r.output);
            cr_expect_not_null(strstr(r.output, wanted), "%s", r.output);
        }
    export_text("");
    harmless(&r, "sh hostile.sh ../evil/x; sed -i 's|,tiny,|,../../results/evil/x,|' results/tiny/runs.csv; "
                 "\"$SB\" plot tiny --out f");
    cr_expect_eq(r.code, 1, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "experiment '../../results/evil/x' is not made of"), "%s", r.output);
}

/* A value as each path argument, and as the folder of temporary files. */
Test(hostile, every_path)
{
    static const char *const lines[] = {"summarise \"$BAD\"",
                                        "best \"$BAD\"",
                                        "plot \"$BAD\"",
                                        "compare results/tiny \"$BAD\"",
                                        "compare \"$BAD\" results/tiny",
                                        "table list \"$BAD\"",
                                        "summarise tiny --results \"$BAD\"",
                                        "compare results/tiny results/tiny --tolerances \"$BAD\""};
    static struct result r;
    for (size_t i = 0; i < N_VALUES; i++) {
        char text[500];
        export_text(values[i]);
        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
            (void)snprintf(text, sizeof text,
                           "before=$(" EVERYTHING
                           "); \"$SB\" %s > /dev/null 2>&1; echo code $?; after=$(" EVERYTHING
                           "); if [ \"$before\" = \"$after\" ]; then echo same; else echo \"$after\"; fi",
                           lines[k]);
            harmless(&r, text);
            cr_expect_not_null(strstr(r.output, "same"), "%s with '%s': %s", lines[k], values[i], r.output);
            cr_expect_null(strstr(r.output, "code 0"), "%s with '%s': %s", lines[k], values[i], r.output);
        }
    }
}

/* A value wherever the program takes the name of a file or a folder, which may be made, every other value at
 * each place: in a folder two below the test's own, so that ../.. is the test's. */
Test(hostile, every_argument_and_variable)
{
    static const char *const lines[] = {
        "\"$SB\" run \"$BAD\"",
        "\"$SB\" run ../../tiny.yaml --out \"$BAD\"",
        "\"$SB\" run ../../tiny.yaml --plugin \"$BAD\"",
        "\"$SB\" check ../../tiny.yaml --results \"$BAD\"",
        "\"$SB\" check ../../tiny.yaml --set \"dataset.path=$BAD\"",
        "\"$SB\" train bptt digits --out \"$BAD.net\" --set stop.max_iter=1 --set dataset.n_train=40",
        "\"$SB\" eval --weights \"$BAD.net\"",
        "\"$SB\" trace --weights \"$BAD.net\" --out \"$BAD.svg\"",
        "\"$SB\" weights \"$BAD.net\"",
        "\"$SB\" plot ../../results/tiny --out \"$BAD\" --format svg",
        "\"$SB\" dataset show digits --out \"$BAD.svg\"",
        "\"$SB\" dataset info mnist --set \"path=$BAD\"",
        "\"$SB\" contract bptt --plugin \"$BAD\"",
        "SPIKEBENCH_DATA=\"$BAD\" \"$SB\" dataset info mnist",
        "SPIKEBENCH_HOME=\"$BAD\" \"$SB\" plot ../../results/tiny --out f --format svg",
        "mkdir -p -- \"$BAD\"; TMPDIR=\"$BAD\" \"$SB\" plot ../../results/tiny --out f --format svg",
        "TMPDIR=\"$BAD\" \"$SB\" dataset show digits",
        "TMPDIR=\"$BAD\" \"$SB\" run ../../tiny.yaml --out g"};
    static struct result r;
    for (size_t i = 0; i < N_VALUES; i++) {
        export_text(values[i]);
        for (size_t k = i % 2; k < sizeof lines / sizeof *lines; k += 2) {
            char text[400];
            (void)snprintf(text, sizeof text,
                           "rm -rf d; mkdir -p d/e; cd d/e; { %s; } >/dev/null 2>&1; echo code $?", lines[k]);
            harmless(&r, text);
            cr_expect(strstr(r.output, "code 0") || strstr(r.output, "code 1") || strstr(r.output, "code 2"),
                      "%s with '%s': %s", lines[k], values[i], r.output);
        }
    }
}

/* What the lint of the scripts of gnuplot (tests/plots.sh) is for. */
Test(hostile, scripts_of_gnuplot_only_draw)
{
    static const char *const bad[] = {"system 'ls'",        "a = system('ls')", "x = `date`", "eval text",
                                      "evaluate(text)",     "plot @what",       "! ls",       "plot '< ls'",
                                      "set output '| cat'", "load name",        "call name",  "a = 1; shell"};
    static struct result r;
    cli_shell(&r,
              "sh \"$SOURCES/tests/plots.sh\" \"$SOURCES\"/plots/*.gp \"$SOURCES\"/plots/experiments/*.gp");
    cr_expect_eq(r.code, 0, "%s", r.output);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        cli_write("bad.gp", bad[k]);
        cli_shell(&r, "sh \"$SOURCES/tests/plots.sh\" bad.gp");
        cr_expect_eq(r.code, 1, "'%s' is let pass: %s", bad[k], r.output);
    }
    cli_write(
        "good.gp",
        "# system\nset title 'evaluations' # eval\nplot 'a' lc rgb '#ff0000' title substr('%@', 1, 1)\n");
    cli_shell(&r, "sh \"$SOURCES/tests/plots.sh\" good.gp");
    cr_expect_eq(r.code, 0, "%s", r.output);
}

/* The list of a download: only plain names and known sums. */
Test(hostile, lists_of_downloads)
{
    static const struct {
        const char *row, *wrong;
    } rows[] = {{"shd,../up,a.zip,a,1,md5:00,t,file:///a,l,p", "folder '../up'"},
                {"shd,shd,../../a.zip,a,1,md5:00,t,file:///a,l,p", "file '../../a.zip'"},
                {"shd,shd,-a.zip,a,1,md5:00,t,file:///a,l,p", "file '-a.zip'"},
                {"shd,shd,a.zip,../a,1,md5:00,t,file:///a,l,p", "gives '../a'"},
                {"shd,shd,a.zip,a,1;touch x,md5:00,t,file:///a,l,p", "size '1;touch x'"},
                {"shd,shd,a.zip,a,1,$(touch x)md5:00,t,file:///a,l,p", "checksum '$(touch x)md5:00'"},
                {"shd,shd,a.zip,a,1,./evil:00,t,file:///a,l,p", "checksum './evil:00'"},
                {"shd,shd,a.zip,a,1,md5:00,t,--config=x,l,p", "url '--config=x'"}};
    static struct result r;
    char text[400];
    cli_write("evilsum", "#!/bin/sh\ntouch x\n");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        (void)snprintf(text, sizeof text,
                       "dataset,folder,file,gives,size,checksum,checksum_from,url,licence,page\n%s\n",
                       rows[k].row);
        cli_write("sources.csv", text);
        harmless(&r, "chmod +x evilsum; \"$SB\" dataset fetch shd --sources sources.csv --to out");
        cr_expect_eq(r.code, 2, "%s", r.output);
        cr_expect_not_null(strstr(r.output, rows[k].wrong), "%s: %s", rows[k].row, r.output);
        cr_expect_not(cli_exists("out"), "%s", rows[k].row);
    }
}
