/* The program from outside: exit codes and messages. It is looked for in $SPIKEBENCH_BUILD (build). */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_SIZE = 1 << 16 };

struct result {
    int code; /* exit code; -1 if ended by a signal */
    char output[OUTPUT_SIZE];
};

static char folder[64]; /* of the running test; every test is a process of its own */

static void write_file(const char *name, const char *text)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    cr_assert_geq(fputs(text, f), 0);
    cr_assert_eq(fclose(f), 0);
}

static void setup(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/spikebench-cli-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    write_file("good.yaml", "experiment: good\nseeds: [0, 1]\nstop: {max_iter: 2}\n"
                            "dataset: {name: digits, T: 3, n_train: 40, n_validation: 20, n_test: 20}\n"
                            "network: {hidden: [10]}\n"
                            "solvers:\n  - {name: random_features}\n  - {name: admm, rho: [0.5, 1]}\n");
    write_file("typo.yaml",
               "experiment: typo\ndataset: {name: digits}\nsolvers:\n  - name: admm\n    roh: 1\n");
    write_file("large.yaml",
               "experiment: large\ndataset: {name: digits, n_train: 5000}\nsolvers: [{name: admm}]\n");
    write_file("absent.yaml", "experiment: absent\ndataset: {name: nmnist, path: /nonexistent}\n"
                              "stop: {max_iter: 1}\nsolvers: [{name: random_features}]\n");
}

static void teardown(void)
{
    char command[100];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_expect_eq(system(command), 0);
}

TestSuite(cli, .init = setup, .fini = teardown);

/* Runs the program in the test's folder with `arguments` (shell text); stdout and stderr together. */
static void spikebench(struct result *r, const char *arguments)
{
    const char *build = getenv("SPIKEBENCH_BUILD");
    char here[4096] = "", command[9000];
    if (!build) build = "build";
    if (build[0] != '/') cr_assert_not_null(getcwd(here, sizeof here));
    (void)snprintf(command, sizeof command, "SB='%s/%s/spikebench' && cd '%s' && { \"$SB\" %s ; } 2>&1", here,
                   build, folder, arguments);
    FILE *f = popen(command, "r");
    cr_assert_not_null(f);
    size_t n = fread(r->output, 1, OUTPUT_SIZE - 1, f);
    r->output[n] = '\0';
    int code = pclose(f);
    r->code = WIFEXITED(code) ? WEXITSTATUS(code) : -1;
}

/* Command lines that run nothing: exit code and what the output must hold. */
struct line {
    char arguments[100];
    int code;
    char expected[4][80];
};

ParameterizedTestParameters(cli, command_lines)
{
    static struct line lines[] = {
        {"", 2, {"usage: spikebench COMMAND"}},
        {"--help", 0, {"usage: spikebench COMMAND", "check", "compare"}},
        {"--version", 0, {"spikebench 0.", "commit ", "OpenBLAS", "precisions: double, float"}},
        {"--version", 0, {"compiler: ", "core "}},
        {"frobnicate", 2, {"unknown command 'frobnicate'"}},
        {"list", 2, {"usage: spikebench list"}},
        {"list --help", 0, {"usage: spikebench list"}},
        {"list cats", 2, {"usage: spikebench list"}},
        {"list solvers", 0, {"admm", "bptt", "random_features"}},
        {"list datasets", 0, {"digits", "nmnist"}},
        {"list solvers | head -n 1", 0, {""}},
        {"list solvers > /dev/full", 1, {"the output could not be written"}},
        {"help", 2, {"usage: spikebench help MODULE"}},
        {"help --help", 0, {"usage: spikebench help MODULE"}},
        {"help admm", 0, {"solver admm", "solver.rho = ", "columns of its curves", "lagrangian"}},
        {"help digits", 0, {"dataset digits", "licence: ", "dataset.T = ", "[steps]"}},
        {"help network", 0, {"network.hidden = ", "network.leak = "}},
        {"help experiment", 0, {"seeds:", "precision = double", "stop.max_iter = 100"}},
        {"help admn", 2, {"unknown module 'admn'", "did you mean 'admm'?"}},
        {"run", 2, {"an experiment file is missing"}},
        {"run --help", 0, {"usage: spikebench run", "--allow-missing"}},
        {"run good.yaml other.yaml", 2, {"one experiment file at a time"}},
        {"run good.yaml --sett solver.rho=1", 2, {"unknown option '--sett'", "spikebench run --help"}},
        {"run good.yaml -x", 2, {"unknown option '-x'"}},
        {"run good.yaml --set", 2, {"option '--set' needs a value"}},
        {"run good.yaml -j 0", 2, {"--jobs '0'", "from 1 to"}},
        {"run good.yaml -j two", 2, {"--jobs 'two'"}},
        {"run nowhere.yaml", 1, {"nowhere.yaml: cannot be opened"}},
        {"run typo.yaml", 2, {"typo.yaml:5:5: unknown option 'roh' of solver 'admm'", "did you mean 'rho'?"}},
        {"run large.yaml", 2, {"large.yaml: config", "n_train"}},
        {"run good.yaml --set solver.roh=1", 2, {"--set solver.roh=1", "did you mean 'rho'?"}},
        {"run good.yaml --seeds 1,x", 2, {"--seeds: seed 'x'"}},
        {"run good.yaml --dry-run", 0, {"6 runs in 3 configurations", "solver.rho=0.5"}},
        {"check", 2, {"an experiment file is missing"}},
        {"check --help", 0, {"usage: spikebench check"}},
        {"check good.yaml --fresh", 2, {"unknown option '--fresh'"}},
        {"check good.yaml",
         0,
         {"experiment good", "40 training, 20 validation, 20 test", "seeds 0,1", "MiB"}},
        {"check good.yaml --set solver.rho=1,2,3", 0, {"8 runs in 4 configurations", "solver.rho=3"}},
        {"check --seeds 4 good.yaml", 0, {"3 runs", "seeds 4"}},
        {"check typo.yaml", 2, {"typo.yaml:5:5"}},
        {"check large.yaml", 2, {"ERROR (config)", "large.yaml: config: configuration 1 (admm)"}},
        {"check absent.yaml", 1, {"ERROR (no_data)", "/nonexistent"}},
    };
    return cr_make_param_array(struct line, lines, sizeof lines / sizeof *lines);
}

ParameterizedTest(struct line *line, cli, command_lines, .init = setup, .fini = teardown)
{
    static struct result r;
    spikebench(&r, line->arguments);
    cr_expect_eq(r.code, line->code, "'%s' gave %d, not %d:\n%s", line->arguments, r.code, line->code,
                 r.output);
    for (int i = 0; i < 4; i++)
        cr_expect_not_null(strstr(r.output, line->expected[i]), "'%s': '%s' is not in\n%s", line->arguments,
                           line->expected[i], r.output);
}

static bool exists(const char *name)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

Test(cli, a_dry_run_writes_nothing)
{
    static struct result r;
    spikebench(&r, "run good.yaml --dry-run");
    cr_expect_eq(r.code, 0);
    cr_expect_not(exists("results"));
}

Test(cli, runs_and_skips_what_is_finished)
{
    static struct result r;
    spikebench(&r, "run good.yaml");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "good: 6 runs: 6 done"), "%s", r.output);
    cr_expect(exists("results/good/runs.csv"));
    spikebench(&r, "run good.yaml");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "6 finished before"), "%s", r.output);
    spikebench(&r, "run good.yaml --fresh --seeds 0 -j 2 --out elsewhere");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "good: 3 runs: 3 done"), "%s", r.output);
    cr_expect(exists("elsewhere/good/runs.csv"));
}

Test(cli, missing_data)
{
    static struct result r;
    spikebench(&r, "run absent.yaml");
    cr_expect_eq(r.code, 1, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "1 without data"), "%s", r.output);
    spikebench(&r, "run absent.yaml --allow-missing");
    cr_expect_eq(r.code, 0, "%s", r.output);
}
