/* spikebench weights: the numbers of a weight file; the data is not needed. */
#include "commands/commands.h"
#include "support/csvio.h"
#include <string.h>

static void print_layer(const struct net *net, size_t l)
{
    const size_t n = net->n[l] * net->n[l - 1];
    double sum = 0, squares = 0, least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double w = (double)net->W[l][i];
        sum += w;
        squares += w * w;
        least = fmin(least, w);
        most = fmax(most, w);
    }
    (void)printf("%5zu  %6zu x %-6zu  %12.5g  %12.5g  %12.5g  %12.5g\n", l, net->n[l], net->n[l - 1],
                 sum / (double)n, sqrt(squares / (double)n), least, most);
}

static status write_weights(const struct net *net, const char *path, struct error *e)
{
    struct csv_writer w;
    TRY(csv_open(&w, path, e));
    csv_head(&w, "layer,to,from,weight");
    for (size_t l = 1; l <= net->L; l++)
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++)
            csv_numbers(
                &w,
                (double[]){(double)l, (double)(i % net->n[l]), (double)(i / net->n[l]), (double)net->W[l][i]},
                4);
    return csv_close(&w, e);
}

static status show(struct call *call, struct trained *t, struct error *e)
{
    const char *csv = call_text(call, "csv");
    (void)printf("%5s  %-15s  %12s  %12s  %12s  %12s\n", "layer", "to x from", "mean", "rms", "least",
                 "most");
    for (size_t l = 1; l <= t->net.L; l++) print_layer(&t->net, l);
    if (!csv) return ST_OK;
    TRY(write_weights(&t->net, csv, e));
    (void)printf("%s\n", csv);
    return ST_OK;
}

const struct command weights_command = {
    .name = "weights",
    .run = with_weights,
    .own = &(network_command){show},
    .synopsis = "--weights NET.net [--csv PATH] [--plugin FILE]",
    .summary = "print or write the numbers of a weight file",
    .text = "Prints size, mean, root mean square, least and most of each layer's weights. The data is not "
            "needed.",
    .parameters =
        (parameter_list){&weights_option,
                         &(parameter_row){"--csv PATH", &value_file,
                                          .help = "write layer, to, from (neurons from 0) and weight"},
                         &plugin_option, NULL},
    .failure = "a file is absent or damaged or does not fit",
};
