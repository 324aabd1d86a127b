/* spikebench train, eval and trace: what is trained alone is what a grid trains, and what is shown is what
 * the network does. */
#include "commands/registry.h"
#include "network/evaluate.h"
#include "records/trained.h"
#include "support/csvio.h"
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

#define DATA                                                                                                 \
    "--set dataset.T=6 --set dataset.n_train=150 --set dataset.n_validation=20 --set dataset.n_test=50 "     \
    "--set network.hidden=12-8 --set stop.max_iter=4 "
#define SMALL DATA "--precision " REAL_NAME " "

static void setup(void)
{
    cli_setup();
    cli_write("small.yaml", "experiment: small\nseeds: [1]\nstop: {max_iter: 4}\n"
                            "dataset: {name: digits, T: 6, n_train: 150, n_validation: 20, n_test: 50}\n"
                            "network: {hidden: [12, 8]}\n"
                            "solvers:\n  - {name: random_features}\n  - {name: bptt, batch: 50}\n"
                            "  - {name: admm, kappa: 0.01, beta: 10}\n");
    cli_write("one.yaml", "experiment: one\nseeds: [1]\nstop: {max_iter: 4}\n"
                          "dataset: {name: digits, T: 6, n_train: 150, n_validation: 20, n_test: 50}\n"
                          "network: {hidden: [12, 8]}\nsolvers: [{name: bptt, batch: 50}]\n");
}

TestSuite(trained_network, .init = setup, .fini = cli_teardown);

static void good(struct result *r, const char *arguments)
{
    spikebench(r, arguments);
    cr_assert_eq(r->code, 0, "%s: %s", arguments, r->output);
}

/* PATH of a file in the test's folder. */
static void in_folder(const char *name, char *path, size_t size)
{
    static struct result r;
    cli_shell(&r, "pwd");
    (void)snprintf(path, size, "%.*s/%s", (int)strcspn(r.output, "\n"), r.output, name);
}

static void open_trained(struct trained *t, const char *name, const char *const *set, size_t n_set)
{
    char path[300];
    struct error e = {.code = ST_OK};
    in_folder(name, path, sizeof path);
    cr_assert_eq(trained_describe(t, &registry, path, &e), ST_OK, "%s", e.text);
    cr_assert_eq(trained_open(t, path, set, n_set, &e), ST_OK, "%s", e.text);
}

static void read_table(struct csv_table *t, const char *name)
{
    char path[300];
    struct error e = {.code = ST_OK};
    in_folder(name, path, sizeof path);
    cr_assert_eq(csv_read(t, path, 1, &e), ST_OK, "%s", e.text);
}

static double cell(const struct csv_table *t, size_t row, const char *name)
{
    double value = NAN;
    struct error e = {.code = ST_OK};
    long column = csv_column(t, name);
    cr_assert_geq(column, 0, "no column %s", name);
    cr_assert_eq(csv_number(t, row, (size_t)column, &value, &e), ST_OK, "%s", e.text);
    return value;
}

struct solver_case {
    char name[20], options[60];
};

ParameterizedTestParameters(trained_network, same_as_run)
{
    static struct solver_case cases[] = {{"random_features", ""},
                                         {"bptt", "--set solver.batch=50"},
                                         {"admm", "--set solver.kappa=0.01 --set solver.beta=10"}};
    return cr_make_param_array(struct solver_case, cases, sizeof cases / sizeof *cases);
}

/* The confusion matrix of a split, as the program writes it, against the labels and an accuracy. */
static void check_confusion(const struct trained *t, enum split split, double accuracy)
{
    static struct result r;
    struct csv_table table;
    char text[200], name[32];
    double right = 0, all = 0;
    (void)snprintf(text, sizeof text, "eval --weights a.net --csv c.csv --split %s", split_names[split]);
    good(&r, text);
    read_table(&table, "c.csv");
    cr_assert_eq(table.n_rows, 10);
    for (size_t y = 0; y < 10; y++) {
        double row = 0, samples = 0;
        for (size_t k = 0; k < 10; k++) {
            (void)snprintf(name, sizeof name, "predicted_%zu", k);
            row += cell(&table, y, name);
            right += k == y ? cell(&table, y, name) : 0;
        }
        for (size_t i = 0; i < t->data.info.n[split]; i++) samples += t->data.labels[split][i] == (int)y;
        cr_expect_eq(row, samples, "class %zu: %g, not %g", y, row, samples);
        all += row;
    }
    cr_expect_eq(right / all, accuracy, "%.17g, not %.17g", right / all, accuracy);
    csv_table_free(&table);
}

ParameterizedTest(struct solver_case *c, trained_network, same_as_run)
{
    static struct result r;
    static const char *const columns[N_SPLITS] = {"acc_train", "acc_val", "acc_test"};
    struct trained t;
    struct csv_table runs;
    struct error e = {.code = ST_OK};
    struct evaluator *ev = NULL;
    char text[600];
    size_t row = 0;
    (void)snprintf(text, sizeof text, "train %s digits --out a.net --seed 1 " SMALL "%s", c->name,
                   c->options);
    good(&r, text);
    cr_expect_eq(strncmp(r.output, "a.net: ", 7), 0, "%s", r.output);
    good(&r, "run small.yaml --set precision=" REAL_NAME);
    cli_shell(&r, "ls");
    cr_expect_str_eq(r.output, "a.net\na.yaml\none.yaml\nresults\nsmall.yaml\n");
    read_table(&runs, "results/small/runs.csv");
    while (strcmp(csv_cell(&runs, row, (size_t)csv_column(&runs, "solver")), c->name) != 0) row++;
    open_trained(&t, "a.net", NULL, 0);
    cr_expect_not(t.other_data || t.other_splits);
    cr_assert_eq(evaluator_create(&ev, &t.net, t.data.info.T, NULL, &e), ST_OK, "%s", e.text);
    for (int k = 0; k < N_SPLITS; k++) {
        struct evaluation v;
        struct batch b = dataset_batch(&t.data, (enum split)k);
        evaluate(ev, &t.net, &b, &v, NULL);
        cr_expect_eq(v.accuracy, cell(&runs, row, columns[k]), "%s: %.17g", columns[k], v.accuracy);
        if (k == SPLIT_TRAIN) cr_expect_eq(v.loss, cell(&runs, row, "loss_train"), "%.17g", v.loss);
        if (k == SPLIT_TEST) cr_expect_eq(v.synops, cell(&runs, row, "synops"), "%.17g", v.synops);
        check_confusion(&t, (enum split)k, v.accuracy);
    }
    evaluator_free(ev);
    csv_table_free(&runs);
    trained_free(&t);
}

/* The rows of the CSV file are the numbers that stand in front of the file's checksum, layer after layer,
 * column after column. */
Test(trained_network, weights_as_numbers)
{
    static struct result r;
    struct csv_table t;
    char path[300];
    good(&r, "train one.yaml --out w.net --precision double");
    good(&r, "weights --weights w.net --csv w.csv");
    cr_expect_not_null(strstr(r.output, "    2 "), "%s", r.output);
    read_table(&t, "w.csv");
    in_folder("w.net", path, sizeof path);
    cr_assert_gt(t.n_rows, 0);
    double *numbers = calloc(t.n_rows, sizeof *numbers);
    FILE *f = fopen(path, "rb");
    cr_assert(numbers && f);
    cr_assert_eq(fseek(f, -(long)(t.n_rows * sizeof *numbers + sizeof(uint32_t)), SEEK_END), 0);
    cr_assert_eq(fread(numbers, sizeof *numbers, t.n_rows, f), t.n_rows);
    fclose(f);
    double layer = 1, to = -1, from = 0;
    for (size_t row = 0; row < t.n_rows; row++) {
        double cells[4];
        for (size_t c = 0; c < 4; c++) cr_assert_eq(csv_number(&t, row, c, &cells[c], NULL), ST_OK);
        const bool next_layer = cells[0] > layer;
        const bool next_column = !next_layer && cells[2] > from;
        to = next_layer || next_column ? 0 : to + 1;
        from = next_layer ? 0 : from + next_column;
        layer += next_layer;
        cr_assert(cells[0] == layer && cells[1] == to && cells[2] == from, "row %zu", row);
        cr_assert_eq(cells[3], numbers[row], "row %zu: %.17g", row, cells[3]);
    }
    cr_expect_gt(layer, 1);
    csv_table_free(&t);
    free(numbers);
    cli_shell(&r, "cp w.yaml x.yaml; head -c 100 w.net > x.net; \"$SB\" weights --weights x.net");
    cr_expect_eq(r.code, 1, "%s", r.output);
}

/* Both precisions, whichever this test suite has, and an experiment file in place of names. */
Test(trained_network, precisions_and_files)
{
    static struct result r;
    static const char *const names[] = {"double", "float"};
    char text[300];
    for (int k = 0; k < 2; k++) {
        (void)snprintf(text, sizeof text, "train one.yaml --out %s.net --precision %s", names[k], names[k]);
        good(&r, text);
        (void)snprintf(text, sizeof text, "eval --weights %s.net --split validation", names[k]);
        good(&r, text);
        cr_expect_not_null(strstr(r.output, names[k]), "%s", r.output);
        cr_expect_not_null(strstr(r.output, "validation split, 20 samples, T = 6"), "%s", r.output);
        cr_expect_not_null(strstr(r.output, "simulated forward from the weights"), "%s", r.output);
        (void)snprintf(text, sizeof text, "trace --weights %s.net --index 2 --ascii", names[k]);
        good(&r, text);
        cr_expect_not_null(strstr(r.output, "threshold"), "%s", r.output);
    }
    /* what was written is an experiment file, which gives the same network again */
    good(&r, "train double.yaml --out again.net");
    cli_shell(&r, "cmp double.net again.net && cmp double.yaml again.yaml");
    cr_expect_eq(r.code, 0, "%s", r.output);
    good(&r, "run double.yaml");
}

Test(trained_network, other_data_and_splits_are_told)
{
    static struct result r;
    good(&r, "train one.yaml --out a.net");
    good(&r, "eval --weights a.net");
    cr_expect_null(strstr(r.output, "note:"), "%s", r.output);
    good(&r, "eval --weights a.net --set dataset.T=9 --set dataset.n_train=100");
    cr_expect_not_null(strstr(r.output, "50 samples, T = 9"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "they may share samples with it"), "%s", r.output);
    cli_shell(
        &r, "awk 'BEGIN { for (k = 0; k < 300; k++) { for (j = 0; j < 64; j++) printf \"%d,\", (j + k) % 17; "
            "print k % 10 } }' > other.csv");
    good(&r, "eval --weights a.net --set dataset.path=other.csv");
    cr_expect_not_null(strstr(r.output, "the data is not that of the training"), "%s", r.output);
}

/* Ctrl-C: the weights so far can be used, and the same command ends at the same network as without. */
Test(trained_network, interrupted_and_resumed)
{
    static struct result r;
    cli_write(
        "long.yaml",
        "experiment: long\nstop: {max_iter: 150}\ndataset: {name: digits, T: 20, n_train: 500, n_test: 100}\n"
        "network: {hidden: [100]}\nsolvers: [{name: bptt}]\n");
    good(&r, "train long.yaml --out whole.net");
    cli_shell(&r, "\"$SB\" train long.yaml --out cut.net & trains $!; "
                  "kill -INT $!; wait $!; echo code $?");
    cr_expect_not_null(strstr(r.output, "(interrupted); simulated accuracy: training "), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "code 130"), "%s", r.output);
    good(&r, "eval --weights cut.net");
    cr_expect_not_null(strstr(r.output, "100 samples"), "%s", r.output);
    good(&r, "train long.yaml --out cut.net");
    cli_shell(&r, "cmp whole.net cut.net && cmp whole.yaml cut.yaml && ls -d cut*");
    cr_expect_str_eq(r.output, "cut.net\ncut.yaml\n", "%s", r.output);
}

/* A signal that comes before the training begins ends it there: nothing is lost, and nothing is written. */
Test(trained_network, interrupted_at_once)
{
    static struct result r;
    cli_shell(
        &r,
        "\"$SB\" train one.yaml --out a.net --set stop.max_iter=1000 & until ls "
        "a.net.work/one/.work/*.yaml >/dev/null 2>&1; do :; done; kill -INT $!; wait $!; echo code $?; ls "
        "a.net");
    cr_expect_not_null(strstr(r.output, "code 130"), "%s", r.output);
    good(&r, "train one.yaml --out a.net --set stop.max_iter=1000");
    good(&r, "eval --weights a.net");
}

/* Two trainings of one file: the second is refused and does the first no harm. */
Test(trained_network, one_training_at_a_time)
{
    static struct result r;
    cli_shell(
        &r,
        "\"$SB\" train one.yaml --out a.net --set stop.max_iter=1000000 & trains $!; \"$SB\" train one.yaml "
        "--out a.net; echo second $?; kill -INT $!; wait $!; echo first $?; ls a.net.work/one/.work");
    cr_expect_not_null(strstr(r.output, "a.net.work/one: another 'spikebench run'"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "second 1\n"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "first 130\n"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, ".ckpt"), "%s", r.output);
    good(&r, "eval --weights a.net");
}

/* A run that fails leaves an older network as it is. */
Test(trained_network, a_killed_training_writes_nothing)
{
    static struct result r;
    good(&r, "train one.yaml --out a.net");
    cli_shell(
        &r,
        "cp a.net b.net; \"$SB\" train one.yaml --out a.net --set stop.max_iter=100000 & pid=$!; kill_child "
        "$pid; wait $pid; echo code $?; cmp a.net b.net && ls");
    cr_expect_not_null(strstr(r.output, "killed by signal 9"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "a.net is not written"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "code 1\na.net\na.yaml\nb.net\none.yaml\nsmall.yaml\n"), "%s",
                       r.output);
}

Test(trained_network, a_diverged_training_writes_nothing)
{
    static struct result r;
    good(&r, "train one.yaml --out a.net");
    cli_shell(
        &r,
        "cp a.net b.net; \"$SB\" train bptt digits --out a.net --set solver.optimizer=sgd --set "
        "solver.lr=1000 --set network.reset=none --set network.leak=1 --precision float; echo code $?; cmp "
        "a.net b.net && ls");
    cr_expect_not_null(strstr(r.output, "diverged (a weight is not finite"), "%s", r.output);
    cr_expect_null(strstr(r.output, "simulated accuracy"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "code 1\na.net\na.yaml\nb.net\none.yaml\nsmall.yaml\n"), "%s",
                       r.output);
}

Test(trained_network, trace_is_the_simulation)
{
    static struct result r;
    struct trained t;
    struct trace tr;
    struct csv_table table;
    struct error e = {.code = ST_OK};
    size_t row = 0;
    good(&r, "train bptt digits --out a.net " SMALL);
    good(&r, "trace --weights a.net --index 7 --csv t.csv --set dataset.T=9");
    cr_expect_not(cli_exists("a_7.svg"));
    read_table(&table, "t.csv");
    open_trained(&t, "a.net", (const char *const[]){"dataset.T=9"}, 1);
    struct batch b = dataset_batch(&t.data, SPLIT_TEST);
    cr_assert_eq(trace_create(&tr, &t.net, 9, 1, TRACE_ALL, &t.mem, &e), ST_OK, "%s", e.text);
    net_simulate(&t.net, &b, 7, 1, &tr, &(struct simulate_options){.smooth = NULL});
    cr_assert_eq(table.n_rows, (12 + 8 + 10) * 9);
    for (size_t l = 1; l <= 3; l++)
        for (size_t j = 0; j < t.net.n[l]; j++)
            for (size_t step = 1; step <= 9; step++, row++) {
                size_t at = (step - 1) * t.net.n[l] + j;
                cr_assert(cell(&table, row, "layer") == (double)l &&
                          cell(&table, row, "neuron") == (double)j && cell(&table, row, "t") == (double)step);
                cr_assert_eq(cell(&table, row, "z"), (double)tr.z[l][at]);
                if (l == 3)
                    cr_assert(isnan(cell(&table, row, "a")));
                else
                    cr_assert_eq(cell(&table, row, "a"), (double)tr.a[l][at]);
            }
    csv_table_free(&table);
    trained_free(&t);
}

/* Options of the prediction alone can be changed: the same weights, converted anew. */
Test(trained_network, convert_again)
{
    static struct result r;
    good(&r, "train convert digits --out a.net " DATA "--set solver.activation=gelu --set stop.max_iter=3");
    spikebench(&r, "eval --weights a.net --set solver.neuron=few_spikes --set solver.steps=12");
    cr_expect(r.code == 0 && strstr(r.output, "convert's own rule"), "%s", r.output);
    char *few = strstr(r.output, "loss:"), before[40];
    cr_assert_not_null(few);
    (void)snprintf(before, sizeof before, "%.17s", few);
    spikebench(&r, "eval --weights a.net --set solver.neuron=few_spikes --set solver.steps=1");
    cr_expect(r.code == 0 && !strstr(r.output, before), "one step is as good as twelve: %s", r.output);
    spikebench(&r, "eval --weights a.net --set solver.neuron=rate");
    cr_expect(r.code == 2 && strstr(r.output, "rate needs activation = relu or leaky_relu"), "%s", r.output);
    spikebench(&r, "eval --weights a.net --set solver.activation=relu");
    cr_expect(r.code == 2 && strstr(r.output, "its prediction alone reads"), "%s", r.output);
    spikebench(&r, "eval --weights a.net --set solver.steps=0");
    cr_expect(r.code == 2 && strstr(r.output, "steps"), "%s", r.output);
    static const char *const simulations[] = {"eval --rule simulated", "trace --csv t.csv"};
    for (size_t k = 0; k < 2; k++) {
        char text[100];
        (void)snprintf(text, sizeof text, "%s --weights a.net --set solver.steps=3", simulations[k]);
        spikebench(&r, text);
        cr_expect(r.code == 2 && strstr(r.output, "here the network is simulated"), "%s: %s", text, r.output);
    }
}

Test(trained_network, trace_figures)
{
    static struct result r;
    good(&r, "train one.yaml --out a.net");
    cli_shell(
        &r,
        "mkdir tmp; export TMPDIR=$PWD/tmp; \"$SB\" trace --weights a.net --index 7; \"$SB\" trace --weights "
        "a.net --out b.png --ascii | tail -n 1; ls tmp; head -c 5 a_7.svg; head -c 4 b.png | tail -c 3; "
        "grep -q 'class [0-9], true' a_7.svg");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect_null(strstr(r.output, "arning"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "\na_7.svg\nb.png\n<?xmlPNG"), "%s", r.output);
}

/* `change` is shell text, run where a.net is a trained network and else.net another one. */
struct refusal {
    char change[140], arguments[140], expected[120];
    int code;
};

ParameterizedTestParameters(trained_network, refused)
{
    static struct refusal cases[] = {
        {"", "train", "SOLVER is missing: a solver from", 2},
        {"", "train bptt digits", "--out NET.net is missing", 2},
        {"", "train bptt digits --out x", "'x': the name of a weight file ends in .net", 2},
        {"", "train bptt digits --out no/x.net", "no/x.net: No such file or directory", 1},
        {"mkdir x.net", "train bptt digits --out x.net", "x.net", 1},
        {"", "train btt digits --out x.net", "unknown solver 'btt'; did you mean 'bptt'?", 2},
        {"", "train bptt digit --out x.net", "unknown dataset 'digit'; did you mean 'digits'?", 2},
        {"", "train bptt digits more --out x.net", "'more' is one argument too many", 2},
        {"", "train bptt digits --out x.net --seed x", "--seed 'x': a whole number is needed", 2},
        {"", "train bptt digits --out x.net --precision half", "--precision 'half': one of double, float", 2},
        {"", "train bptt digits --out x.net --set solver.rl=1", "unknown option 'rl'", 2},
        {"", "train bptt digits --out x.net --set solver.lr=1,2",
         "--set solver.lr has 2 values; train takes one", 2},
        {"", "train bptt digits --out x.net --set dataset.n_train=5000", "bptt on digits: ", 2},
        {"", "train bptt nmnist --out x.net --set dataset.path=/nonexistent",
         "/nonexistent: No such file or directory", 1},
        {"", "train small.yaml --out x.net", "small.yaml plans 3 runs", 2},
        {"", "train one.yaml --out one.net", "one.yaml is there and would be overwritten", 2},
        {"", "train nowhere.yaml --out x.net", "nowhere.yaml: cannot be opened", 2},
        {"", "train --help", "Usage: spikebench train", 0},
        {"", "eval", "--weights NET.net is missing", 2},
        {"", "eval a.net", "'a.net' is one argument too many", 2},
        {"", "eval --help", "Usage: spikebench eval", 0},
        {"", "eval --weights no.net", "no.net: No such file", 1},
        {"", "eval --weights a.yaml", "'a.yaml': the name of a weight file ends in .net", 2},
        {"", "eval --weights a.net --index 3", "unknown option '--index'", 2},
        {"", "eval --weights a.net --split all", "--split 'all': one of", 2},
        {"", "eval --weights a.net --csv no/c.csv", "no/c.csv: No such file", 1},
        {"", "eval --weights a.net --set network.leak=1", "only options of the dataset", 2},
        {"", "eval --weights a.net --set dataset.Q=1", "unknown option 'Q' of dataset 'digits'", 2},
        {"", "eval --weights a.net --set dataset.n_validation=0 --split validation",
         "split of 'digits' is empty", 2},
        {"rm a.yaml", "eval --weights a.net", "a.yaml: No such file or directory", 1},
        {"cp one.yaml a.yaml", "eval --weights a.net", "a.yaml: not written by 'spikebench train'", 1},
        {"cp else.net a.net", "eval --weights a.net", "a.yaml describes a weight file with SHA-256", 1},
        {"printf x >> a.net", "eval --weights a.net", "one of them was changed or is of another network", 1},
        {": > a.net", "trace --weights a.net", "a.net: the weight file is empty (0 bytes)", 1},
        {"truncate -s 50 a.net", "eval --weights a.net",
         "a.net: the weight file is cut short: 50 bytes, its header", 1},
        {"truncate -s -3 a.net", "eval --weights a.net", "a.net: the weight file is cut short: ", 1},
        {"rm a.net; mkfifo a.net", "eval --weights a.net", "a.net", 1},
        {"sed -i 's/hidden: .*/hidden: [12, 9]/' a.yaml", "eval --weights a.net",
         "a.net: weight file of a 64-12-8-10 network; this one is 64-12-9-10", 1},
        {"sed -i 's/leak: .*/leak: 0.8/' a.yaml", "eval --weights a.net",
         "this network has 0.8, 1, soft, last", 1},
        {"sed -i 's/precision: .*/precision: float/' a.yaml", "eval --weights a.net",
         "a.net: weight file of 8-byte numbers; this program uses 4", 1},
        {"sed -i 's/leak: .*/laek: 1/' a.yaml", "eval --weights a.net", "a.yaml:", 2},
        {"", "eval --weights cam.net --set dataset.sensor=8",
         "weight file of a 32-9-10 network; this one is 128", 1},
        {"", "trace --help", "Usage: spikebench trace", 0},
        {"", "trace --weights a.net --index 50",
         "--index 50: the test split of 'digits' has 50 samples, 0 to 49", 2},
        {"", "trace --weights a.net --out x.gif", "ends in .svg or .png", 2},
    };
    return cr_make_param_array(struct refusal, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct refusal *c, trained_network, refused)
{
    static struct result r;
    bool needs_network = strncmp(c->arguments, "train", 5) != 0;
    if (needs_network) good(&r, "train random_features digits --out a.net " DATA);
    if (strstr(c->change, "else.net"))
        good(&r, "train random_features digits --out else.net --seed 4 " DATA "--set network.hidden=5");
    if (strstr(c->arguments, "cam.net"))
        good(&r, "train random_features event_camera --out cam.net --set dataset.sensor=4 --set "
                 "dataset.n_train=20 "
                 "--set dataset.n_validation=10 --set dataset.n_test=20 --set network.hidden=9");
    if (c->change[0]) cli_shell(&r, c->change);
    spikebench(&r, c->arguments);
    cr_expect_eq(r.code, c->code, "%s gave %d, not %d: %s", c->arguments, r.code, c->code, r.output);
    cr_expect_not_null(strstr(r.output, c->expected), "%s: '%s' is not in %s", c->arguments, c->expected,
                       r.output);
    cli_shell(&r, "ls -a | grep -e tmp -e work -e x.net$ | grep -v ^x.net$");
    cr_expect_str_eq(r.output, "", "%s left %s", c->arguments, r.output);
}
