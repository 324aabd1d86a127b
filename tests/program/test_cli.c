/* The program from outside: exit codes and messages. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

static void setup(void)
{
    cli_setup();
    cli_write("good.yaml", "experiment: good\nseeds: [0, 1]\nstop: {max_iter: 2}\n"
                           "dataset: {name: digits, T: 3, n_train: 40, n_validation: 20, n_test: 20}\n"
                           "network: {hidden: [10]}\n"
                           "solvers:\n  - {name: random_features}\n  - {name: admm, rho: [0.5, 1]}\n");
    cli_write("typo.yaml",
              "experiment: typo\ndataset: {name: digits}\nsolvers:\n  - name: admm\n    roh: 1\n");
    cli_write("large.yaml",
              "experiment: large\ndataset: {name: digits, n_train: 5000}\nsolvers: [{name: admm}]\n");
    cli_write("absent.yaml", "experiment: absent\ndataset: {name: nmnist, path: /nonexistent}\n"
                             "stop: {max_iter: 1}\nsolvers: [{name: random_features}]\n");
}

TestSuite(cli, .init = setup, .fini = cli_teardown);

/* Command lines that run nothing: exit code and what the output must hold. */
struct line {
    char arguments[100];
    int code;
    char expected[4][80];
};

static struct line command_lines[] = {
    {"", 2, {"Usage: spikebench COMMAND"}},
    {"--help", 0, {"Usage: spikebench COMMAND", "check", "compare"}},
    {"--version", 0, {"spikebench 0.", "commit ", "OpenBLAS", "precisions: double, float"}},
    {"--version", 0, {"compiler: ", "core "}},
    {"frobnicate", 2, {"unknown command 'frobnicate'"}},
    {"list", 2, {"WHAT is missing: what to list"}},
    {"list --help", 0, {"Usage: spikebench list"}},
    {"list cats", 2, {"WHAT 'cats': one of solvers, datasets, experiments is allowed"}},
    {"list solvers", 0, {"admm", "bptt", "random_features"}},
    {"list datasets", 0, {"digits", "nmnist"}},
    {"list solvers | head -n 1", 0, {""}},
    {"list solvers > /dev/full", 1, {"the output could not be written"}},
    {"help", 0, {"summarise", "admm", "event_camera", "results"}},
    {"help --help", 0, {"Usage: spikebench help [MODULE"}},
    {"help run", 0, {"Usage: spikebench run", "--allow-missing", "Exit codes: 0"}},
    {"help dataset write", 0, {"Usage: spikebench dataset write NAME --out DIR"}},
    {"help dataset read", 2, {"no command 'dataset read'", "usage: spikebench help"}},
    {"help results", 0, {"acc_test_at_best_val", "curves/RUN_ID.csv", "plateau"}},
    {"help --markdown | grep -e '^#' -e solver",
     0,
     {"# Reference", "### spikebench dataset info", "| `solver.rho` |"}},
    {"help --all | grep -e '^[*U]' -e '^spikebench d'",
     0,
     {"Usage: spikebench COMMAND", "*Commands*", "*Solvers*", "spikebench dataset info:"}},
    {"help --markdown --all", 2, {"--all and --markdown stand alone"}},
    {"help admm --all", 2, {"--all and --markdown stand alone"}},
    {"help --html", 2, {"unknown option '--html'"}},
    {"help --markdown > /dev/full", 1, {"the output could not be written"}},
    {"list solvers --long", 2, {"unknown option '--long'"}},
    {"help admm", 0, {"solver admm", "solver.rho = ", "columns of its curves", "lagrangian"}},
    {"help digits", 0, {"dataset digits", "licence: ", "dataset.T = ", "[steps]"}},
    {"help network", 0, {"network.hidden = ", "network.leak = "}},
    {"help experiment", 0, {"seeds:", "precision = double", "stop.max_iter = 100"}},
    {"help experiment", 0, {"tune: {configurations", "search at random", "{log: [LO, HI]}"}},
    {"help environment", 0, {"SPIKEBENCH_DATA", "SPIKEBENCH_HOME", "SPIKEBENCH_ISA", "OPENBLAS_CORETYPE"}},
    {"list experiments", 0, {"anew, beside Adam, SGD and the floor of a trained readout.\nconditioning"}},
    {"help admn", 2, {"unknown module 'admn'", "did you mean 'admm'?"}},
    {"dataset", 2, {"Usage: spikebench dataset"}},
    {"dataset --help", 0, {"Usage: spikebench dataset", "info"}},
    {"trainn", 2, {"unknown command 'trainn'; did you mean 'train'?"}},
    {"dataset shwo", 2, {"unknown subcommand 'shwo'; did you mean 'show'?"}},
    {"dataset info digits --set Tt=5",
     2,
     {"--set Tt=5: unknown option 'Tt' of dataset 'digits'; did you mean 'T'?"}},
    {"dataset frob", 2, {"unknown subcommand 'frob'"}},
    {"dataset info", 2, {"NAME is missing: a dataset from 'spikebench list datasets'"}},
    {"dataset info --help", 0, {"Usage: spikebench dataset info"}},
    {"dataset info digit", 2, {"unknown dataset 'digit'", "did you mean 'digits'?"}},
    {"dataset info digits --set T=7", 0, {"64 (8 x 8 x 1), T = 7 steps, 10 classes", "1000 training"}},
    {"dataset info digits --set dataset.Q=7", 2, {"unknown option 'Q' of dataset 'digits'"}},
    {"dataset info digits --set T=0", 2, {"--set T=0: option 'T' cannot be '0'", "integer in"}},
    {"dataset info digits --set T", 2, {"KEY=VALUE"}},
    {"dataset info digits --seed x", 2, {"--seed 'x'"}},
    {"dataset info digits --split test", 2, {"unknown option '--split'"}},
    {"dataset info digits nmnist", 2, {"'nmnist' is one argument too many"}},
    {"dataset info nmnist --set path=/nonexistent", 1, {"/nonexistent: No such file or directory"}},
    {"run", 2, {"FILE.yaml is missing: an experiment file"}},
    {"run --help", 0, {"Usage: spikebench run", "--allow-missing"}},
    {"run good.yaml other.yaml", 2, {"'other.yaml' is one argument too many"}},
    {"run good.yaml --sett solver.rho=1", 2, {"unknown option '--sett'", "spikebench run --help"}},
    {"run good.yaml -x", 2, {"unknown option '-x'"}},
    {"run good.yaml --set", 2, {"option '--set' needs a value"}},
    {"run good.yaml -j 0", 2, {"--jobs '0'", "from 1 to"}},
    {"run good.yaml -j two", 2, {"--jobs 'two'"}},
    {"run nowhere.yaml", 2, {"nowhere.yaml: cannot be opened"}},
    {"run typo.yaml", 2, {"typo.yaml:5:5: unknown option 'roh' of solver 'admm'", "did you mean 'rho'?"}},
    {"run large.yaml", 2, {"large.yaml: config", "n_train"}},
    {"run good.yaml --set solver.roh=1", 2, {"--set solver.roh=1", "did you mean 'rho'?"}},
    {"run good.yaml --seeds 1,x", 2, {"--seeds: seed 'x'"}},
    {"run good.yaml --dry-run", 0, {"6 runs in 3 configurations", "solver.rho=0.5"}},
    {"check", 2, {"FILE.yaml is missing: an experiment file"}},
    {"check --help", 0, {"Usage: spikebench check"}},
    {"check good.yaml --fresh", 2, {"unknown option '--fresh'"}},
    {"check good.yaml", 0, {"experiment good", "40 training, 20 validation, 20 test", "seeds 0,1", "MiB"}},
    {"check good.yaml --set solver.rho=1,2,3", 0, {"8 runs in 4 configurations", "solver.rho=3"}},
    {"check --seeds 4 good.yaml", 0, {"3 runs", "seeds 4"}},
    {"check typo.yaml", 2, {"typo.yaml:5:5"}},
    {"check large.yaml", 2, {"ERROR (config)", "large.yaml: config: configuration 1 (admm)"}},
    {"check absent.yaml", 1, {"ERROR (no_data)", "/nonexistent"}},
};

ParameterizedTestParameters(cli, command_lines)
{
    return cr_make_param_array(struct line, command_lines, sizeof command_lines / sizeof *command_lines);
}

ParameterizedTest(struct line *line, cli, command_lines)
{
    static struct result r;
    spikebench(&r, line->arguments);
    cr_expect_eq(r.code, line->code, "'%s' gave %d, not %d:\n%s", line->arguments, r.code, line->code,
                 r.output);
    for (int i = 0; i < 4; i++)
        cr_expect_not_null(strstr(r.output, line->expected[i]), "'%s': '%s' is not in\n%s", line->arguments,
                           line->expected[i], r.output);
}

Test(cli, a_dry_run_writes_nothing)
{
    static struct result r;
    spikebench(&r, "run good.yaml --dry-run");
    cr_expect_eq(r.code, 0);
    cr_expect_not(cli_exists("results"));
}

Test(cli, runs_and_skips_what_is_finished)
{
    static struct result r;
    spikebench(&r, "run good.yaml");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "good: 6 runs: 6 done"), "%s", r.output);
    cr_expect(cli_exists("results/good/runs.csv"));
    spikebench(&r, "run good.yaml");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "6 finished before"), "%s", r.output);
    spikebench(&r, "run good.yaml --fresh --seeds 0 -j 2 --out elsewhere");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "good: 3 runs: 3 done"), "%s", r.output);
    cr_expect(cli_exists("elsewhere/good/runs.csv"));
}

/* A folder of an experiment's name, as --out . makes it, is not taken for its file. */
Test(cli, a_folder_does_not_hide_an_experiment)
{
    static struct result r;
    cli_shell(&r, "mkdir poc_digits typo && \"$SB\" check poc_digits | head -n 1");
    expect_good(&r);
    expect_text(&r, "experiment poc_digits (");
    cli_shell(&r, "\"$SB\" check typo");
    cr_expect_eq(r.code, 2);
    expect_text(&r, "no experiment 'typo': neither a file nor");
}

Test(cli, missing_data)
{
    static struct result r;
    spikebench(&r, "run absent.yaml");
    cr_expect_eq(r.code, 1, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "1 without data"), "%s", r.output);
    spikebench(&r, "run absent.yaml --allow-missing");
    cr_expect_eq(r.code, 0, "%s", r.output);
    spikebench(&r, "check absent.yaml");
    cr_expect_eq(r.code, 1, "%s", r.output);
    cr_expect_not_null(
        strstr(r.output, "memory of 1 configuration is not known: the sizes come from the data"), "%s",
        r.output);
    spikebench(&r, "check good.yaml");
    cr_expect_null(strstr(r.output, "not known"), "%s", r.output);
}

/* 20 images of two classes, half of the pixels white: with probability one a spike in each white cell. */
Test(cli, dataset_info_counts)
{
    static struct result r;
    cli_shell(
        &r,
        "awk 'BEGIN { for (k = 0; k < 20; k++) { for (j = 0; j < 64; j++) printf \"%d,\", (j < 32 ? 16 : 0); "
        "print k % 2 } }' > half.csv && \"$SB\" dataset info digits --set path=half.csv --set T=3 --set "
        "n_train=10 --set n_validation=4");
    cr_assert_eq(r.code, 0, "%s", r.output);
    static const char *const expected[] = {
        "10 training, 4 validation, 6 test", "50.000 % of the (input, step) cells", "32 inputs are silent",
        "96.0 per sample on average, 96 to 96", "       1          5          2          3   0.50000"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        cr_expect_not_null(strstr(r.output, expected[i]), "'%s' is not in\n%s", expected[i], r.output);
}

/* A test that has no folder of its own runs nothing, rather than in the folder of the sources. */
Test(cli_run, nothing_runs_without_a_folder)
{
    static struct result r;
    cli_shell(&r, "pwd");
    cr_expect_neq(r.code, 0);
    cr_expect_str_eq(r.output, "");
}

/* A bare name is the experiment of the program; where a file here has the name, too, that is said. */
Test(cli, a_file_beside_a_bare_name)
{
    static struct result r;
    cli_shell(&r, "\"$SB\" check poc_digits 2>&1 >/dev/null");
    cr_expect_str_eq(r.output, "");
    cli_shell(&r, "cp good.yaml poc_digits.yaml && \"$SB\" check poc_digits 2>&1 >/dev/null");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "experiments/poc_digits.yaml; poc_digits.yaml in this folder is"),
                       "%s", r.output);
}
