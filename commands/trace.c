/* spikebench trace: what a trained network does with one sample. */
#include "commands/commands.h"
#include "commands/dataset_request.h"
#include "commands/inspect.h"
#include "commands/terminal.h"
#include "support/csvio.h"
#include <string.h>

enum { NEURONS_MOST = 3 }; /* hidden neurons whose potentials are drawn */

/* One sample's simulation. */
struct sample_trace {
    const struct net *net;
    const struct spikes *x;
    struct trace trace;
    size_t sample; /* in x */
    size_t T, H;   /* H: the last hidden layer */
    int label;     /* -1 without classes */
    size_t predicted;
    size_t neuron[NEURONS_MOST], n_neurons; /* of layer H, most spikes first */
    char title[400];
};

/* The neurons of the last hidden layer with the most spikes, the lower index among equals. */
static status choose_neurons(struct sample_trace *s, struct mem *m, struct error *e)
{
    size_t n = s->net->n[s->H];
    double *spikes = mem_alloc(m, n, sizeof *spikes, e);
    if (!spikes) return ST_MEMORY;
    for (size_t i = 0; i < n * s->T; i++) spikes[i % n] += (double)s->trace.a[s->H][i];
    for (; s->n_neurons < NEURONS_MOST && s->n_neurons < n; s->n_neurons++) {
        size_t best = 0;
        for (size_t j = 1; j < n; j++)
            if (spikes[j] > spikes[best]) best = j;
        s->neuron[s->n_neurons] = best;
        spikes[best] = -1;
    }
    return ST_OK;
}

static status simulate(struct sample_trace *s, const struct call *call, struct trained *t, struct error *e)
{
    const enum split split = (enum split)call_choice(call, "split");
    const size_t index = call_whole(call, "index");
    struct batch b = dataset_batch(&t->data, split);
    const struct net *net = &t->net;
    char classes[80] = "";
    TRY(dataset_request_index(index, t->run->dataset->name, split, b.n, e));
    *s = (struct sample_trace){.net = net, .x = b.x, .T = b.x->T, .H = net->L - 1, .label = -1};
    s->sample = batch_sample(&b, index);
    TRY(trace_create(&s->trace, net, s->T, 1, true, &t->mem, e));
    real *scores = mem_reals(&t->mem, net->n[net->L], e);
    if (!scores) return ST_MEMORY;
    net_simulate(net, &b, index, 1, &s->trace, &(struct simulate_options){.smooth = NULL});
    net_scores(net, &s->trace, 1, scores);
    s->predicted = loss_argmax(net->n[net->L], scores);
    if (b.labels) {
        s->label = b.labels[s->sample];
        (void)snprintf(classes, sizeof classes, ": class %d, predicted %zu", s->label, s->predicted);
    }
    (void)snprintf(s->title, sizeof s->title, "%.120s on %s, %s sample %zu%s", call_text(call, "weights"),
                   t->run->dataset->name, split_names[split], index, classes);
    return choose_neurons(s, &t->mem, e);
}

/* Calls put for every spike of layer l (0: the input), neuron and step from 0. */
typedef void (*spike_visitor)(void *context, size_t layer, size_t neuron, size_t t);
static void each_spike(const struct sample_trace *s, size_t l, spike_visitor put, void *context)
{
    size_t n = s->net->n[l];
    for (size_t t = 0; t < s->T; t++) {
        const size_t *start = s->x->start + s->sample * s->T + t;
        for (size_t k = start[0]; l == 0 && k < start[1]; k++) put(context, 0, s->x->index[k], t);
        for (size_t j = 0; l > 0 && j < n; j++)
            if (s->trace.a[l][t * n + j] > 0) put(context, l, j, t);
    }
}

static void put_row(struct csv_writer *w, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) csv_put_number(w, values[i]);
    csv_end_row(w);
}

static status write_csv(const struct sample_trace *s, const char *path, struct error *e)
{
    struct csv_writer w;
    TRY(csv_open(&w, path, e));
    csv_put(&w, "layer"), csv_put(&w, "neuron"), csv_put(&w, "t"), csv_put(&w, "z"), csv_put(&w, "a");
    csv_end_row(&w);
    for (size_t l = 1; l <= s->net->L; l++)
        for (size_t j = 0; j < s->net->n[l]; j++)
            for (size_t t = 0; t < s->T; t++) {
                size_t at = t * s->net->n[l] + j;
                double a = l <= s->H ? (double)s->trace.a[l][at] : NAN;
                put_row(&w, (double[]){(double)l, (double)j, (double)t + 1, (double)s->trace.z[l][at], a}, 5);
            }
    return csv_close(&w, e);
}

static void put_spike(void *writer, size_t layer, size_t neuron, size_t t)
{
    put_row(writer, (double[]){(double)layer, (double)neuron, (double)t + 1}, 3);
}

/* raster.csv: a row per spike. */
static status write_rasters(const struct sample_trace *s, const char *path, struct error *e)
{
    struct csv_writer w;
    TRY(csv_open(&w, path, e));
    csv_put(&w, "layer"), csv_put(&w, "neuron"), csv_put(&w, "t");
    csv_end_row(&w);
    for (size_t l = 0; l <= s->H; l++) {
        /* outside of the axes: gnuplot warns of files without any point */
        put_row(&w, (double[]){(double)l, -1, 0}, 3);
        each_spike(s, l, put_spike, &w);
    }
    return csv_close(&w, e);
}

/* readout.csv: t, then a column per class. hidden.csv: t, then z and, where there is a spike, z again. */
static status write_potentials(const struct sample_trace *s, const char *path, bool readout, struct error *e)
{
    struct csv_writer w;
    size_t l = readout ? s->net->L : s->H, n = readout ? s->net->n[l] : s->n_neurons;
    TRY(csv_open(&w, path, e));
    csv_put(&w, "t");
    for (size_t i = 0; i < n; i++) {
        csv_put(&w, "z");
        if (!readout) csv_put(&w, "spike");
    }
    csv_end_row(&w);
    csv_put_number(&w, 0); /* outside of the axes, as in raster.csv */
    for (size_t i = 0; i < n; i++) {
        csv_put_number(&w, NAN);
        if (!readout) csv_put_number(&w, 0);
    }
    csv_end_row(&w);
    for (size_t t = 0; t < s->T; t++) {
        csv_put_number(&w, (double)t + 1);
        for (size_t i = 0; i < n; i++) {
            size_t at = t * s->net->n[l] + (readout ? i : s->neuron[i]);
            csv_put_number(&w, (double)s->trace.z[l][at]);
            if (!readout) csv_put_number(&w, s->trace.a[l][at] > 0 ? (double)s->trace.z[l][at] : NAN);
        }
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}

/* Numbers as words. */
static void join(const size_t *v, size_t n, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%zu", i ? " " : "", v[i]);
}

/* The figure in a file, or if out is NULL on standard output. */
static status draw(const struct sample_trace *s, struct drawing *d, const char *out, struct error *e)
{
    char path[DRAWING_PATH + 20], widths[NET_MAX_LAYERS * 24], neurons[100], T[24], classes[60],
        threshold[40], columns[TERMINAL_FIELD];
    const struct drawing_field fields[] = {
        {"columns", columns}, {"title", s->title},  {"widths", widths},      {"steps", T},
        {"classes", classes}, {"neurons", neurons}, {"threshold", threshold}};
    bool silent = true;
    join(s->net->n, s->net->L + 1, widths, sizeof widths);
    join(s->neuron, s->n_neurons, neurons, sizeof neurons);
    (void)snprintf(T, sizeof T, "%zu", s->T);
    (void)snprintf(classes, sizeof classes, "%d %d", s->label, s->label < 0 ? -1 : (int)s->predicted);
    for (size_t i = 0; silent && i < s->T * s->net->n[s->net->L]; i++) silent = s->trace.z[s->net->L][i] == 0;
    (void)snprintf(threshold, sizeof threshold, "%.9g %d", (double)s->net->lif.threshold, silent);
    TRY(figure_begin(d, out, columns, e));
    drawing_file(d, "raster.csv", path, sizeof path);
    TRY(write_rasters(s, path, e));
    drawing_file(d, "readout.csv", path, sizeof path);
    TRY(write_potentials(s, path, true, e));
    drawing_file(d, "hidden.csv", path, sizeof path);
    TRY(write_potentials(s, path, false, e));
    return figure_finish(d, "trace.gp", fields, sizeof fields / sizeof *fields, e);
}

static status trace(struct call *call, struct trained *t, struct error *e)
{
    struct sample_trace s;
    struct drawing drawing;
    char name[300];
    const char *weights = call_text(call, "weights"), *out = call_text(call, "out"),
               *csv = call_text(call, "csv");
    TRY(simulate(&s, call, t, e));
    inspect_print_head(call, t);
    if (call_has(call, "ascii")) {
        (void)printf("%s\n", s.title);
        status printed = draw(&s, &drawing, NULL, e);
        drawing_end(&drawing);
        TRY(printed);
    }
    if (csv) {
        TRY(write_csv(&s, csv, e));
        (void)printf("%s\n", csv);
    }
    if ((call_has(call, "ascii") || csv) && !out) return ST_OK;
    const char *slash = strrchr(weights, '/'), *base = slash ? slash + 1 : weights;
    (void)snprintf(name, sizeof name, "%.*s_%zu.svg", (int)strlen(base) - 4, base,
                   (size_t)call_whole(call, "index"));
    if (!out) out = name;
    status st = draw(&s, &drawing, out, e);
    drawing_end(&drawing);
    if (st == ST_OK) (void)printf("%s\n", out);
    return st;
}

status command_trace(struct call *call, struct error *e)
{
    struct trained t;
    status st = inspect_open(call, &t, e);
    if (st == ST_OK) st = trace(call, &t, e);
    trained_free(&t);
    return st;
}
