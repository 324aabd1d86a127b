/* spikebench weights: the numbers of a weight file; the data is not needed. */
#include "commands/commands.h"
#include "commands/hand_on.h"
#include "records/trained.h"
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
    static const char *const names[] = {"layer", "to", "from", "weight"};
    struct csv_writer w;
    TRY(csv_open(&w, path, e));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) csv_put(&w, names[i]);
    csv_end_row(&w);
    for (size_t l = 1; l <= net->L; l++)
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++) {
            const double row[] = {(double)l, (double)(i % net->n[l]), (double)(i / net->n[l]),
                                  (double)net->W[l][i]};
            for (size_t k = 0; k < sizeof row / sizeof *row; k++) csv_put_number(&w, row[k]);
            csv_end_row(&w);
        }
    return csv_close(&w, e);
}

static status show(struct call *call, struct trained *t, struct error *e)
{
    const char *csv = call_text(call, "csv");
    TRY(trained_describe(t, call->catalogue, call_text(call, "weights"), e));
    if (t->run->run.precision != REAL_SELECT(PRECISION_DOUBLE, PRECISION_FLOAT))
        return hand_on(call, t->run->run.precision, e);
    TRY(trained_net(t, call_text(call, "weights"), e));
    (void)printf("%5s  %-15s  %12s  %12s  %12s  %12s\n", "layer", "to x from", "mean", "rms", "least",
                 "most");
    for (size_t l = 1; l <= t->net.L; l++) print_layer(&t->net, l);
    if (!csv) return ST_OK;
    TRY(write_weights(&t->net, csv, e));
    (void)printf("%s\n", csv);
    return ST_OK;
}

status command_weights(struct call *call, struct error *e)
{
    struct trained t = {.run = NULL};
    status st = show(call, &t, e);
    trained_free(&t);
    return st;
}
