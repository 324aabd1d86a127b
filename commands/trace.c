/* spikebench trace: what a trained network does with one sample. */
#include "commands/commands.h"
#include "network/sample_trace.h"
#include "support/paths.h"
#include "support/text.h"
#include <math.h>
#include <string.h>

enum { NEURONS_MOST = 3 }; /* hidden neurons whose potentials are drawn */

/* What is drawn. */
struct view {
    struct sample_trace s;
    size_t neuron[NEURONS_MOST], n_neurons; /* of the last hidden layer, most spikes first */
    char title[600];
};

static status simulate(struct view *v, const struct call *call, struct trained *t, enum split split,
                       size_t index, struct error *e)
{
    const struct batch b = dataset_batch(&t->data, split);
    char classes[2 * CLASS_TEXT + 40] = "", label[CLASS_TEXT], predicted[CLASS_TEXT];
    TRY(sample_trace_create(&v->s, &t->net, &b, index, &t->mem, e));
    if (v->s.label >= 0) {
        dataset_class(&t->data, (size_t)v->s.label, label);
        dataset_class(&t->data, v->s.predicted, predicted);
        (void)snprintf(classes, sizeof classes, ": class %s, predicted %s", label, predicted);
    }
    (void)snprintf(v->title, sizeof v->title, "%.120s on %s, %s sample %zu%s", call_text(call, "weights"),
                   t->run->dataset->name, split_names[split], index, classes);
    return sample_trace_busiest(&v->s, v->neuron, NEURONS_MOST, &v->n_neurons, &t->mem, e);
}

/* Each layer has a row outside of the axes first: gnuplot warns of files without any point. */
static status write_raster(const struct sample_trace *s, const struct drawing *d, struct error *e)
{
    struct csv_writer w;
    TRY(drawing_csv(d, "raster.csv", "layer,neuron,t", &w, e));
    for (size_t l = 0; l <= s->H; l++) {
        csv_numbers(&w, (double[]){(double)l, -1, 0}, 3);
        sample_trace_spikes(s, l, &w);
    }
    return csv_close(&w, e);
}

/* t, then for each of n neurons of layer l (`which`, NULL: the first) its potential, and again where it
 * spikes; the row t = 0 is outside of the axes, as in raster.csv. */
static status write_potentials(const struct sample_trace *s, const struct drawing *d, const char *name,
                               size_t l, const size_t *which, size_t n, struct error *e)
{
    struct csv_writer w;
    TRY(drawing_csv(d, name, "t,z,spike", &w, e));
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
    const struct view *v = context;
    const struct net *net = v->s.net;
    TRY(write_raster(&v->s, d, e));
    TRY(write_potentials(&v->s, d, "readout.csv", net->L, NULL, net->n[net->L], e));
    return write_potentials(&v->s, d, "hidden.csv", v->s.H, v->neuron, v->n_neurons, e);
}

static status write_csv(const void *context, const char *path, struct error *e)
{
    return sample_trace_write(&((const struct view *)context)->s, path, e);
}

/* Numbers as words. */
static void join(const size_t *v, size_t n, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < n; i++) (void)text_add(text, size, "%s%zu", i ? " " : "", v[i]);
}

static status draw(struct call *call, const struct view *v, struct error *e)
{
    const struct sample_trace *s = &v->s;
    char widths[NET_MAX_LAYERS * 24], neurons[100], classes[60], threshold[40];
    const struct drawing_field fields[] = {{"title", v->title, 0},        {"widths", widths, 0},
                                           {"steps", NULL, (double)s->T}, {"classes", classes, 0},
                                           {"neurons", neurons, 0},       {"threshold", threshold, 0}};
    const struct drawing_figure figure = {"trace.gp", fields, sizeof fields / sizeof *fields, write_files, v};
    const real *z = s->trace.z[s->net->L];
    bool silent = true;
    join(s->net->n, s->net->L + 1, widths, sizeof widths);
    join(v->neuron, v->n_neurons, neurons, sizeof neurons);
    (void)snprintf(classes, sizeof classes, "%d %d", s->label, s->label < 0 ? -1 : (int)s->predicted);
    for (size_t i = 0; silent && i < s->T * s->net->n[s->net->L]; i++) silent = z[i] == 0;
    (void)snprintf(threshold, sizeof threshold, "%.9g %d", (double)s->net->lif[s->H].threshold, silent);
    return draw_sample(call, v->title, path_base(call_text(call, "weights")), &figure, write_csv, e);
}

/* ---- harmonic retrieval: what a network of a trainer's own finds in one sample ---- */

struct amplitudes {
    size_t cells;
    const real *truth, *estimate; /* 2 x cells: real parts, then imaginary parts */
};

static double modulus(const real *v, size_t cells, size_t c)
{
    return hypot((double)v[c], (double)v[cells + c]);
}

static status write_spectrum(const void *context, const char *path, struct error *e)
{
    const struct amplitudes *v = context;
    struct csv_writer w;
    TRY(csv_start(&w, "cell,truth,estimate", e, "%s", path));
    for (size_t c = 0; c < v->cells; c++) {
        const double truth = modulus(v->truth, v->cells, c), estimate = modulus(v->estimate, v->cells, c);
        csv_numbers(&w, (const double[]){(double)c, truth, estimate}, 3);
    }
    return csv_close(&w, e);
}

static status write_spectrum_files(const void *context, const struct drawing *d, struct error *e)
{
    char path[DRAWING_PATH + 20];
    drawing_file(d, "spectrum.csv", path, sizeof path);
    return write_spectrum(context, path, e);
}

static status trace_spectrum(struct call *call, struct trained *t, enum split split, size_t index,
                             struct error *e)
{
    char title[300];
    struct operations counts;
    struct batch b = dataset_batch(&t->data, split);
    b.samples = &index;
    b.n = 1;
    real *estimate = mem_reals(&t->mem, t->net.n[t->net.L], e);
    if (!estimate) return ST_MEMORY;
    TRY(trained_predict(t, &b, estimate, &counts, e));
    const struct amplitudes v = {t->net.n[t->net.L] / 2, b.targets + index * t->net.n[t->net.L], estimate};
    (void)snprintf(title, sizeof title, "%.120s (%s) on %s, %s sample %zu", call_text(call, "weights"),
                   t->run->solver->name, t->run->dataset->name, split_names[split], index);
    print_network(call, t, false);
    const struct drawing_field fields[] = {{"title", title, 0}};
    const struct drawing_figure figure = {"spectrum.gp", fields, 1, write_spectrum_files, &v};
    return draw_sample(call, title, path_base(call_text(call, "weights")), &figure, write_spectrum, e);
}

static status trace(struct call *call, struct trained *t, struct error *e)
{
    struct view v;
    enum split split;
    size_t index;
    const bool spectrum = t->data.info.grid.cells[0] > 0 && t->net.own;
    if (t->net.own && !spectrum)
        return FAIL(e, ST_USAGE, "a network of a trainer's own has no layers to trace");
    if (!spectrum) TRY(refuse_other_rule(t, e));
    TRY(sample_of(call, t->run->dataset->name, t->data.info.n, &split, &index, e));
    if (spectrum) return trace_spectrum(call, t, split, index, e);
    TRY(simulate(&v, call, t, split, index, e));
    print_network(call, t, true);
    return draw(call, &v, e);
}

const struct command trace_command = {
    .name = "trace",
    .run = with_network,
    .own = &(struct network_command){.run = trace},
    .synopsis = "--weights NET.net [options]",
    .summary = "draw spikes and membrane potentials of a trained network",
    .text = "Draws what a network of 'spikebench train' does with one sample: the spikes of the input and of "
            "every hidden layer, the membrane potentials of the readout, the true class thick, and those of "
            "the three neurons of the last hidden layer that spike most. Of harmonic retrieval by a network "
            "of a trainer's own: the true amplitudes and those that it finds. With --ascii or --csv, a "
            "figure is drawn only if --out is given too.",
    .parameters =
        (parameter_list){
            &weights_option, &index_option, &test_split_option, &data_set_option, &import_dataset_option,
            &import_step_option, &import_reset_option, &import_readout_option, &import_membrane_option,
            &(parameter_row){"--out PATH", "the figure (NET_I.svg): PATH.svg or PATH.png",
                             .kind = &value_file},
            &(parameter_row){"--ascii", .help = "draw in the terminal"},
            &(parameter_row){"--csv PATH",
                             "write layer, neuron (from 0), t (from 1), potential z and spike a (nan in the "
                             "readout); of harmonic retrieval cell, truth and estimate (moduli)",
                             .kind = &value_file},
            &plugin_option, NULL},
    .failure = "a file is absent or damaged or does not fit, or the figure could not be drawn",
};
