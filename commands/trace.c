/* spikebench trace: what a trained network does with one sample. */
#include "commands/commands.h"
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
    enum split split;
    size_t index;
    const char *dataset = t->run->dataset->name;
    const struct net *net = &t->net;
    char classes[80] = "";
    TRY(sample_of(call, dataset, t->data.info.n, &split, &index, e));
    struct batch b = dataset_batch(&t->data, split);
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
                   dataset, split_names[split], index, classes);
    return choose_neurons(s, &t->mem, e);
}

static status write_csv(const struct sample_trace *s, const char *path, struct error *e)
{
    struct csv_writer w;
    TRY(csv_open(&w, path, e));
    csv_head(&w, "layer,neuron,t,z,a");
    for (size_t l = 1; l <= s->net->L; l++)
        for (size_t j = 0; j < s->net->n[l]; j++)
            for (size_t t = 0; t < s->T; t++) {
                size_t at = t * s->net->n[l] + j;
                double a = l <= s->H ? (double)s->trace.a[l][at] : NAN;
                csv_numbers(&w, (double[]){(double)l, (double)j, (double)t + 1, (double)s->trace.z[l][at], a},
                            5);
            }
    return csv_close(&w, e);
}

/* A row per spike of layer l (0: the input), and first one outside of the axes: gnuplot warns of files
 * without any point. */
static void put_spikes(const struct sample_trace *s, size_t l, struct csv_writer *w)
{
    const size_t n = s->net->n[l], *start = s->x->start + s->sample * s->T;
    csv_numbers(w, (double[]){(double)l, -1, 0}, 3);
    for (size_t t = 0; t < s->T; t++) {
        for (size_t k = start[t]; l == 0 && k < start[t + 1]; k++)
            csv_numbers(w, (double[]){0, s->x->index[k], (double)t + 1}, 3);
        for (size_t j = 0; l > 0 && j < n; j++)
            if (s->trace.a[l][t * n + j] > 0)
                csv_numbers(w, (double[]){(double)l, (double)j, (double)t + 1}, 3);
    }
}

static status write_raster(const struct sample_trace *s, const struct drawing *d, struct error *e)
{
    char path[DRAWING_PATH + 20];
    struct csv_writer w;
    drawing_file(d, "raster.csv", path, sizeof path);
    TRY(csv_open(&w, path, e));
    csv_head(&w, "layer,neuron,t");
    for (size_t l = 0; l <= s->H; l++) put_spikes(s, l, &w);
    return csv_close(&w, e);
}

/* t, then for each of n neurons of layer l (`which`, NULL: the first) its potential, and again where it
 * spikes; the row t = 0 is outside of the axes, as in raster.csv. */
static status write_potentials(const struct sample_trace *s, const struct drawing *d, const char *name,
                               size_t l, const size_t *which, size_t n, struct error *e)
{
    char path[DRAWING_PATH + 20];
    struct csv_writer w;
    drawing_file(d, name, path, sizeof path);
    TRY(csv_open(&w, path, e));
    csv_put(&w, "t");
    for (size_t i = 0; i < n; i++) csv_put(&w, "z"), csv_put(&w, "spike");
    csv_end_row(&w);
    for (size_t t = 0; t <= s->T; t++) {
        csv_put_number(&w, (double)t);
        for (size_t i = 0; i < n; i++) {
            const size_t at = t ? (t - 1) * s->net->n[l] + (which ? which[i] : i) : 0;
            const double z = t ? (double)s->trace.z[l][at] : NAN;
            const bool spikes = t && l <= s->H && s->trace.a[l][at] > 0;
            csv_put_number(&w, z);
            csv_put_number(&w, !t ? 0 : spikes ? z : NAN);
        }
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}

static status write_files(const void *context, const struct drawing *d, struct error *e)
{
    const struct sample_trace *s = context;
    TRY(write_raster(s, d, e));
    TRY(write_potentials(s, d, "readout.csv", s->net->L, NULL, s->net->n[s->net->L], e));
    return write_potentials(s, d, "hidden.csv", s->H, s->neuron, s->n_neurons, e);
}

/* Numbers as words. */
static void join(const size_t *v, size_t n, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%zu", i ? " " : "", v[i]);
}

static status draw(struct call *call, const struct sample_trace *s, struct error *e)
{
    char widths[NET_MAX_LAYERS * 24], neurons[100], T[24], classes[60], threshold[40];
    const struct drawing_field fields[] = {{"title", s->title},  {"widths", widths},
                                           {"steps", T},         {"classes", classes},
                                           {"neurons", neurons}, {"threshold", threshold}};
    const struct drawing_figure figure = {"trace.gp", fields, sizeof fields / sizeof *fields, write_files, s};
    const char *weights = call_text(call, "weights"), *csv = call_text(call, "csv");
    const char *slash = strrchr(weights, '/'), *base = slash ? slash + 1 : weights;
    bool silent = true, drawn;
    join(s->net->n, s->net->L + 1, widths, sizeof widths);
    join(s->neuron, s->n_neurons, neurons, sizeof neurons);
    (void)snprintf(T, sizeof T, "%zu", s->T);
    (void)snprintf(classes, sizeof classes, "%d %d", s->label, s->label < 0 ? -1 : (int)s->predicted);
    for (size_t i = 0; silent && i < s->T * s->net->n[s->net->L]; i++) silent = s->trace.z[s->net->L][i] == 0;
    (void)snprintf(threshold, sizeof threshold, "%.9g %d", (double)s->net->lif.threshold, silent);
    TRY(draw_ascii(call, s->title, &figure, &drawn, e));
    if (csv) {
        TRY(write_csv(s, csv, e));
        (void)printf("%s\n", csv);
    }
    return draw_file(call, base, strlen(base) - strlen(".net"), drawn || csv, &figure, e);
}

static status trace(struct call *call, struct trained *t, struct error *e)
{
    struct sample_trace s;
    TRY(simulate(&s, call, t, e));
    print_network(call, t);
    return draw(call, &s, e);
}

static status run(struct call *call, struct error *e)
{
    return with_network(call, false, trace, e);
}

const struct command trace_command = {
    .name = "trace",
    .run = run,
    .synopsis = "--weights NET.net [options]",
    .summary = "draw spikes and membrane potentials of a trained network",
    .text = "Draws what a network of 'spikebench train' does with one sample: the spikes of the input and of "
            "every hidden layer, the membrane potentials of the readout, the true class thick, and those of "
            "the three neurons of the last hidden layer that spike most. With --ascii or --csv, a figure is "
            "drawn only if --out is given too.",
    .parameters =
        (parameter_list){
            &weights_option, &index_option, &test_split_option, &data_set_option,
            &(parameter_row){"--out PATH", &value_file,
                             .help = "the figure (NET_I.svg): PATH.svg or PATH.png"},
            &(parameter_row){"--ascii", .help = "draw in the terminal"},
            &(parameter_row){
                "--csv PATH", &value_file,
                .help = "write layer, neuron (from 0), t (from 1), potential z and spike a (nan in the "
                        "readout)"},
            &plugin_option, NULL},
    .failure = "a file is absent or damaged or does not fit, or the figure could not be drawn",
};
