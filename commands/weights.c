/* spikebench weights: the numbers of a weight file; the data is not needed. */
#include "commands/commands.h"
#include "support/csvio.h"
#include <string.h>

/* Weight matrix k: its layer's number, or R_l. */
static void print_matrix(const struct net *net, size_t k)
{
    const struct net_block b = net_block(net, k);
    const size_t n = b.rows * b.cols;
    char number[24];
    double sum = 0, squares = 0, least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double w = (double)b.w[i];
        sum += w;
        squares += w * w;
        least = fmin(least, w);
        most = fmax(most, w);
    }
    (void)snprintf(number, sizeof number, "%zu", b.layer);
    (void)printf("%5s  %6zu x %-6zu  %12.5g  %12.5g  %12.5g  %12.5g\n", k > net->L ? b.name : number, b.rows,
                 b.cols, sum / (double)n, sqrt(squares / (double)n), least, most);
}

static status write_weights(const struct net *net, const char *path, struct error *e)
{
    struct csv_writer w;
    TRY(csv_start(&w, "layer,to,from,weight", e, "%s", path));
    for (size_t k = 1; k <= net->blocks; k++)
        for (size_t i = 0, rows = net_block(net, k).rows; i < net_block_size(net, k); i++)
            csv_numbers(
                &w, (double[]){(double)k, (double)(i % rows), (double)(i / rows), (double)net->W[k][i]}, 4);
    return csv_close(&w, e);
}

static status show(struct call *call, struct trained *t, struct error *e)
{
    const char *csv = call_text(call, "csv");
    (void)printf("%5s  %-15s  %12s  %12s  %12s  %12s\n", "layer", "to x from", "mean", "rms", "least",
                 "most");
    for (size_t k = 1; k <= t->net.blocks; k++) print_matrix(&t->net, k);
    if (!csv) return ST_OK;
    TRY(write_weights(&t->net, csv, e));
    (void)printf("%s\n", csv);
    return ST_OK;
}

const struct command weights_command = {
    .name = "weights",
    .run = with_network,
    .own = &(struct network_command){show, .alone = true},
    .synopsis = "--weights NET.net [--csv PATH] [--plugin FILE]",
    .summary = "print or write the numbers of a weight file",
    .text = "Prints size, mean, root mean square, least and most of each layer's weights, then of recurrent "
            "ones (R_1 on). The data is not needed.",
    .parameters =
        (parameter_list){
            &weights_option,
            &(parameter_row){
                "--csv PATH",
                "write layer, to, from (neurons from 0) and weight; R_l of L layers has the number L + l",
                .kind = &value_file},
            &import_step_option, &import_membrane_option, &plugin_option, NULL},
    .failure = "a file is absent or damaged or does not fit",
};
