/* Completion in a real bash. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>

/* `words` as bash hands them over (the last one is completed), and the replies, sorted. */
struct completed {
    char words[120], replies[200];
};

static void setup_completion(void)
{
    static struct result r;
    cli_setup();
    cli_write("complete.sh", ". \"$1/docs/completion.bash\"\nshift\n"
                             "COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1))\n"
                             "_spikebench\n"
                             "printf '%s\\n' \"${COMPREPLY[@]}\" | sort -u | tr '\\n' ' '\n");
    cli_shell(
        &r,
        "mkdir -p results/mine results/none "
        "folder && touch results/mine/runs.csv file.csv a.net 'my file.yaml' other.yaml && bash --version");
    cr_assert_eq(r.code, 0, "bash is needed: %s", r.output);
}

static void expect_replies(const struct completed *c)
{
    static struct result r;
    char command[400];
    (void)snprintf(command, sizeof command, "bash complete.sh \"$SOURCES\" \"$SB\" %s", c->words);
    cli_shell(&r, command);
    cr_expect_eq(r.code, 0);
    cr_expect_str_eq(r.output, c->replies, "'%s' gave '%s', not '%s'", c->words, r.output, c->replies);
}

static struct completed words[] = {
    {"contract rand", "random_features "},
    {"train bptt digits --plugin fi", "file.csv "},
    {"ch", "check "},
    {"su", "summarise "},
    {"--v", "--version "},
    {"dataset w", "write "},
    {"dataset --", "--help "},
    {"run --fr", "--fresh "},
    {"run x.yaml --s", "--seeds --set "},
    {"check --fr", " "},
    {"run smo", "smoke "},
    {"run --set solver.rho=1 smo", "smoke "},
    {"run --set solver.rho = 1 smo", "smoke "},
    {"run -j 2 oth", "other.yaml "},
    {"run my", "my file.yaml "},
    {"run fil", " "},
    {"run --out fo", "folder "},
    {"run --out fi", " "},
    {"run --out = fo", "folder "},
    {"run --seeds ''", " "},
    {"run --set stop.max", "stop.max_iter= "},
    {"run --set solver.rho", "solver.rho= solver.rho_hidden= solver.rho_out= "},
    {"run --set dataset.n_te", "dataset.n_test= "},
    {"run --set prec", "precision= "},
    {"run --set network.reset =", "hard none soft "},
    {"run --set network.reset = ha", "hard "},
    {"run --set network.reset = soft,ha", "soft,hard "},
    {"compare a --tolerances = ''", "folder results "},
    {"run --set solver.detach_reset = t", "true "},
    {"run --set dataset.path = fi", "file.csv "},
    {"run --set dataset.encoding =", "current latency population rate "},
    {"list ''", "datasets experiments solvers "},
    {"list solvers ''", " "},
    {"help rand", "random_features "},
    {"help res", "results "},
    {"help --m", "--markdown "},
    {"wor", " "},
    {"compare results/m", "results/mine "},
    {"compare a b --tolerances fi", "file.csv "},
    {"compare a b -t fi", "file.csv "},
    {"summarise mi", "mine "},
    {"plot no", " "},
    {"plot -r . mi", " "},
    {"plot --results results mi", "mine "},
    {"plot mine --o", "--out "},
    {"dataset info ev", "event_camera events "},
    {"dataset info digits ''", " "},
    {"dataset info digits --set enc", "encoding= "},
    {"dataset info digits --set dataset.enc", "dataset.encoding= "},
    {"dataset info digits --set encoding =", "current latency rate "},
    {"dataset info yin_yang --set encoding =", "current latency population rate "},
    {"dataset info digits --set dataset.encoding = l", "latency "},
    {"dataset info digits --set dataset.encoding = p", " "},
    {"dataset info nmnist --set path = fi", "file.csv "},
    {"dataset info digits --set sens", " "},
    {"dataset info event_camera --set sens", "sensor= "},
    {"dataset write digits --out fol", "folder "},
    {"dataset f", "fetch "},
    {"dataset fetch ''", "dvs_gesture emnist fashion_mnist kmnist mnist n_caltech101 nmnist shd ssc "},
    {"dataset fetch mn --to fo", "folder "},
    {"dataset fetch --sources fi", "file.csv "},
    {"dataset fetch --from fi", " "},
    {"dataset fetch shd --l", "--list "},
    {"dataset show ev", "event_camera events "},
    {"dataset show digits --split v", "validation "},
    {"dataset show digits --set encoding = l", "latency "},
    {"dataset show digits --index 3 --a", "--ascii "},
    {"train rand", "random_features "},
    {"train oth", "other.yaml "},
    {"train smo", "smoke "},
    {"train bptt dig", "digits "},
    {"train bptt digits ''", " "},
    {"train bptt digits --out ''", "a.net folder results "},
    {"train bptt digits --precision ''", "double float "},
    {"train bptt digits --set solver.detach_reset = t", "true "},
    {"train bptt digits --set solver.rh", " "},
    {"train bptt digits --set solver.direction =", " "},
    {"train admm digits --set solver.layer_order =", "random sequential "},
    {"train forward_mode digits --set solver.estimator =", "jvp stein weight_perturbation "},
    {"train other.yaml --set solver.estimator =",
     "decolle eprop eprop_random jvp lfp ottt stein surrogate weight_perturbation "},
    {"train admm digits --set network.reset = ha", "hard "},
    {"train bptt digits --set solver.sl", "solver.slope= "},
    {"train admm digits --set solver.rho", "solver.rho= solver.rho_out= "},
    {"train bptt digits --set stop.max", "stop.max_iter= "},
    {"train other.yaml --set solver.rho", "solver.rho= solver.rho_hidden= solver.rho_out= "},
    {"eval --weights ''", "a.net folder results "},
    {"eval --weights = a", "a.net "},
    {"eval --weights a.net --csv fi", "file.csv "},
    {"eval --weights a.net --split te", "test "},
    {"eval --weights a.net --set dataset.n_te", "dataset.n_test= "},
    {"eval --weights a.net --set dataset.encoding =", "current latency population rate "},
    {"eval --weights a.net --set stop.max", " "},
    {"eval --weights a.net --i", " "},
    {"trace --weights folder --i", "--index "},
    {"trace --weights a.net --out fi", "file.csv "},
    {"trace --weights a.net fi", " "},
    {"frob ''", " "},
};

ParameterizedTestParameters(completion, words)
{
    return cr_make_param_array(struct completed, words, sizeof words / sizeof *words);
}

ParameterizedTest(struct completed *c, completion, words, .init = setup_completion, .fini = cli_teardown)
{
    expect_replies(c);
}

/* Where bash does not split words at '=', replies hold the whole word. */
Test(completion, without_word_break, .init = setup_completion, .fini = cli_teardown)
{
    static struct result r;
    static const struct completed cases[] = {
        {"run --set network.reset=ha", "network.reset=hard "},
        {"run --set network.reset=soft,n", "network.reset=soft,none "},
        {"run --out=fo", "--out=folder "},
        {"dataset info digits --set dataset.encoding=r", "dataset.encoding=rate "},
        {"dataset info digits --set encoding=r", "encoding=rate "},
    };
    cli_shell(&r, "sed -i '1i COMP_WORDBREAKS=:' complete.sh");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) expect_replies(&cases[i]);
}

/* A name with shell syntax in it is a name. */
Test(completion, runs_no_names, .init = setup_completion, .fini = cli_teardown)
{
    static struct result r;
    cli_shell(&r, "mkdir -p home/plots home/experiments && touch home/plots/style.gp && touch "
                  "'home/experiments/x$(touch hit).yaml' && SPIKEBENCH_HOME=$PWD/home bash complete.sh "
                  "\"$SOURCES\" \"$SB\" run x");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_str_eq(r.output, "x$(touch hit) ", "%s", r.output);
    cr_expect_not(cli_exists("hit"));
}
