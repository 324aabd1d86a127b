/* Traces, losses, gradients and training steps against those of PyTorch: tests/oracle/oracle.py wrote the
 * files from docs/method.md alone (make oracle does so again); tests/oracle/provenance.csv names the
 * versions. */
#include "baselines/backward.h"
#include "network/evaluate.h"
#include "support/csvio.h"
#include "support/hash.h"
#include "tests/bench/data.h"
#include "tests/toy_training.h"
#include "trainer/minibatch.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 10, STEPS = 8, INPUTS = 6, CLASSES = 3, EPOCHS = 5 };
/* Of numbers of size 1; larger ones relatively. In float a trace of eight steps, and nothing after it. */
static const double same = REAL_SELECT(1e-12, 1e-5);

struct oracle_case {
    char name[32];
};

struct oracle {
    struct csv_table networks, numbers;
    size_t row; /* in networks */
    struct toy_training t;
    double order[EPOCHS + 1][SAMPLES];
};

static void read_table(struct csv_table *t, const char *name)
{
    char path[128];
    struct error e = {0};
    snprintf(path, sizeof path, "tests/oracle/%s.csv", name);
    cr_assert_eq(csv_read(t, path, 1, &e), ST_OK, "%s", e.text);
}

static double number(const struct csv_table *t, size_t row, const char *column)
{
    double value = NAN;
    struct error e = {0};
    long c = csv_column(t, column);
    cr_assert_neq(c, CSV_NONE, "%s", column);
    cr_assert_eq(csv_number(t, row, (size_t)c, &value, &e), ST_OK, "%s", e.text);
    return value;
}

static size_t whole(const struct csv_table *t, size_t row, const char *column)
{
    return (size_t)number(t, row, column);
}

static bool is(const struct csv_table *t, size_t row, const char *quantity)
{
    return strcmp(csv_text(t, row, "quantity"), quantity) == 0;
}

static bool same_number(double value, double expected)
{
    return fabs(value - expected) <= same * (1 + fabs(expected));
}

/* Weights of an epoch into the net. */
static void take_weights(struct oracle *o, size_t epoch)
{
    for (size_t r = 0; r < o->numbers.n_rows; r++) {
        if (!is(&o->numbers, r, "weight") || whole(&o->numbers, r, "epoch") != epoch) continue;
        size_t l = whole(&o->numbers, r, "layer");
        size_t at =
            whole(&o->numbers, r, "column") * net_block(&o->t.net, l).rows + whole(&o->numbers, r, "row");
        o->t.net.W[l][at] = (real)number(&o->numbers, r, "value");
    }
}

static void take_data(struct oracle *o)
{
    static double cells[SAMPLES * STEPS][INPUTS];
    struct dataset *d = &o->t.data;
    struct spikes_builder b;
    memset(cells, 0, sizeof cells);
    d->info.n_inputs = INPUTS;
    d->info.n_classes = CLASSES;
    d->info.T = STEPS;
    d->info.n[SPLIT_TRAIN] = SAMPLES;
    d->labels[SPLIT_TRAIN] = mem_alloc(&d->mem, SAMPLES, sizeof(int), NULL);
    cr_assert_not_null(d->labels[SPLIT_TRAIN]);
    for (size_t r = 0; r < o->numbers.n_rows; r++) {
        const double value = number(&o->numbers, r, "value");
        const size_t n = whole(&o->numbers, r, "sample"), row = whole(&o->numbers, r, "row");
        if (is(&o->numbers, r, "label")) d->labels[SPLIT_TRAIN][n] = (int)value;
        if (is(&o->numbers, r, "input")) cells[n * STEPS + whole(&o->numbers, r, "step")][row] = value;
        if (is(&o->numbers, r, "order")) o->order[whole(&o->numbers, r, "epoch")][row] = value;
    }
    cr_assert_eq(spikes_begin(&b, INPUTS, STEPS, SAMPLES, NULL), ST_OK);
    for (size_t row = 0; row < SAMPLES * STEPS; row++) {
        for (uint32_t j = 0; j < INPUTS; j++) cr_assert_eq(spikes_add(&b, j, cells[row][j], NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, &d->x[SPLIT_TRAIN], &d->mem, NULL), ST_OK);
    d->info.entries = d->x[SPLIT_TRAIN].start[SAMPLES * STEPS];
}

/* The network called `name` with its data, bptt in training, at the weights before the first epoch. */
static void begin(struct oracle *o, const char *name)
{
    struct error e = {0};
    memset(o, 0, sizeof *o);
    read_table(&o->networks, "networks");
    read_table(&o->numbers, name);
    while (strcmp(csv_text(&o->networks, o->row, "network"), name) != 0) o->row++;
    take_data(o);
    toy_training_create(&o->t, "bptt");
    cr_assert_eq(
        bench_set(&net_option_table, &o->t.net_options, csv_text(&o->networks, o->row, "options"), &e), ST_OK,
        "%s", e.text);
    o->t.net_options.start = START_KAIMING;
    toy_training_set_all(&o->t, csv_text(&o->networks, o->row, "training"));
    toy_training_init(&o->t, 1);
    take_weights(o, 0);
}

static void end(struct oracle *o)
{
    toy_training_free(&o->t);
    csv_table_free(&o->networks);
    csv_table_free(&o->numbers);
}

static struct criterion_test_params cases(void)
{
    static struct oracle_case list[16];
    struct csv_table t = {.n_rows = 0};
    read_table(&t, "networks");
    const size_t n = t.n_rows;
    for (size_t i = 0; i < n; i++)
        snprintf(list[i].name, sizeof list[i].name, "%s", csv_text(&t, i, "network"));
    csv_table_free(&t);
    return cr_make_param_array(struct oracle_case, list, n);
}

/* Potentials and spikes of all layers, and scores. */
ParameterizedTestParameters(oracle, traces_and_scores)
{
    return cases();
}
ParameterizedTest(struct oracle_case *c, oracle, traces_and_scores)
{
    struct oracle o;
    struct trace trace;
    struct simulate_options how = {.from = 0};
    real scores[CLASSES * SAMPLES];
    size_t seen = 0;
    begin(&o, c->name);
    struct net *net = &o.t.net;
    cr_assert_eq(trace_create(&trace, net, STEPS, SAMPLES, TRACE_ALL, &o.t.mem, NULL), ST_OK);
    net_simulate(net, &o.t.env.train, 0, SAMPLES, &trace, &how);
    net_scores(net, &trace, SAMPLES, scores);
    for (size_t r = 0; r < o.numbers.n_rows; r++) {
        const size_t l = whole(&o.numbers, r, "layer"), i = whole(&o.numbers, r, "row");
        const size_t n = whole(&o.numbers, r, "sample"), t = whole(&o.numbers, r, "step");
        const size_t column = t * SAMPLES + n;
        const double expected = number(&o.numbers, r, "value");
        double value;
        if (is(&o.numbers, r, "potential"))
            value = (double)trace.z[l][column * net->n[l] + i];
        else if (is(&o.numbers, r, "spike"))
            value = (double)trace.a[l][column * net->n[l] + i];
        else if (is(&o.numbers, r, "score"))
            value = (double)scores[n * CLASSES + i];
        else
            continue;
        seen++;
        cr_expect(same_number(value, expected),
                  "%s, %s of layer %zu, step %zu, sample %zu, unit %zu: %.17g, not %.17g", c->name,
                  csv_text(&o.numbers, r, "quantity"), l, t, n, i, value, expected);
    }
    cr_expect_gt(seen, (size_t)300);
    end(&o);
}

/* The loss and its gradient by the surrogate, mean over all samples. */
ParameterizedTestParameters(oracle, loss_and_gradient)
{
    return cases();
}
ParameterizedTest(struct oracle_case *c, oracle, loss_and_gradient)
{
    struct oracle o;
    real *gradient[NET_MAX_BLOCKS + 1] = {0};
    struct backward w;
    size_t seen = 0;
    begin(&o, c->name);
    struct net *net = &o.t.net;
    const char *training = csv_text(&o.networks, o.row, "training");
    struct backward_options how = {.detach_reset = strstr(training, "detach_reset=true") != NULL};
    for (size_t k = 0; k < n_surrogates; k++)
        if (strstr(training, surrogates[k].name)) how.surrogate = &surrogates[k];
    how.slope = (real)atof(strstr(training, "slope=") + strlen("slope="));
    cr_assert_eq(backward_create(&w, net, STEPS, SAMPLES, &o.t.mem, NULL), ST_OK);
    for (size_t k = 1; k <= net->blocks; k++) gradient[k] = mem_reals(&o.t.mem, net_block_size(net, k), NULL);
    const double loss = backward_block(&w, net, &o.t.env.train, 0, SAMPLES, &how, gradient) / SAMPLES;
    net_clear_diagonals(net, gradient);
    for (size_t r = 0; r < o.numbers.n_rows; r++) {
        const double expected = number(&o.numbers, r, "value");
        if (is(&o.numbers, r, "loss") && whole(&o.numbers, r, "epoch") == 0)
            cr_expect(same_number(loss, expected), "%s: loss %.17g, not %.17g", c->name, loss, expected);
        if (!is(&o.numbers, r, "gradient")) continue;
        size_t l = whole(&o.numbers, r, "layer"), i = whole(&o.numbers, r, "row"),
               j = whole(&o.numbers, r, "column");
        double value = (double)gradient[l][j * net_block(net, l).rows + i] / SAMPLES;
        seen++;
        cr_expect(same_number(value, expected), "%s, gradient of layer %zu (%zu, %zu): %.17g, not %.17g",
                  c->name, l, i, j, value, expected);
    }
    cr_expect_eq(seen, net_parameters(net));
    end(&o);
}

/* Makes the shuffle that comes next leave the samples in the order of the epoch: what it does to 0, 1, 2 ..
 * it will do to these. */
static void arrange(struct oracle *o, size_t epoch)
{
    struct minibatch *m = o->t.state; /* which bptt's state begins with */
    struct rng ahead = o->t.rng;
    size_t moved[SAMPLES];
    for (size_t i = 0; i < SAMPLES; i++) moved[i] = i;
    rng_shuffle(&ahead, moved, SAMPLES);
    for (size_t i = 0; i < SAMPLES; i++) m->order[moved[i]] = (size_t)o->order[epoch][i];
}

static void expect_epoch(struct oracle *o, const char *name, size_t epoch)
{
    struct evaluator *ev;
    struct evaluation result;
    const struct net *net = &o->t.net;
    size_t seen = 0;
    cr_assert_eq(evaluator_create(&ev, net, STEPS, NULL, NULL), ST_OK);
    evaluate(ev, net, &o->t.env.train, &result, NULL);
    evaluator_free(ev);
    for (size_t r = 0; r < o->numbers.n_rows; r++) {
        if (whole(&o->numbers, r, "epoch") != epoch) continue;
        const double expected = number(&o->numbers, r, "value");
        if (is(&o->numbers, r, "loss"))
            cr_expect(same_number(result.loss, expected), "%s, epoch %zu: loss %.17g, not %.17g", name, epoch,
                      result.loss, expected);
        if (!is(&o->numbers, r, "weight")) continue;
        size_t l = whole(&o->numbers, r, "layer"), i = whole(&o->numbers, r, "row"),
               j = whole(&o->numbers, r, "column");
        double value = (double)net->W[l][j * net_block(net, l).rows + i];
        seen++;
        cr_expect(same_number(value, expected), "%s, epoch %zu, layer %zu (%zu, %zu): %.17g, not %.17g", name,
                  epoch, l, i, j, value, expected);
    }
    cr_expect_eq(seen, net_parameters(net));
}

/* Epochs of bptt with optimizer, cosine, clip, weight decay and a last mini-batch that is smaller. */
ParameterizedTestParameters(oracle, training_steps)
{
    return cases();
}
ParameterizedTest(struct oracle_case *c, oracle, training_steps)
{
    struct oracle o;
    if (sizeof(real) < sizeof(double))
        cr_skip_test("a rounded potential may spike elsewhere: in double only");
    begin(&o, c->name);
    for (size_t epoch = 1; epoch <= EPOCHS; epoch++) {
        arrange(&o, epoch);
        cr_expect_eq(toy_training_step(&o.t), (double)SAMPLES);
        expect_epoch(&o, c->name, epoch);
    }
    end(&o);
}

/* The numbers are those of the script that stands beside them. */
Test(oracle, files_come_from_the_script_beside_them)
{
    struct csv_table t = {.n_rows = 0};
    struct error e = {0};
    char digest[HASH_HEX];
    size_t found = 0;
    read_table(&t, "provenance");
    cr_assert_eq(hash_file("tests/oracle/oracle.py", digest, &e), ST_OK, "%s", e.text);
    for (size_t r = 0; r < t.n_rows; r++) {
        if (strcmp(csv_text(&t, r, "key"), "sha256 of oracle.py") != 0) continue;
        found++;
        cr_expect_str_eq(csv_text(&t, r, "value"), digest, "make oracle");
    }
    cr_expect_eq(found, (size_t)1);
    csv_table_free(&t);
}
