/* spikebench dataset info: what a dataset holds. */
#include "experiments/commands.h"
#include "experiments/dataset_request.h"
#include <stdio.h>

static const char usage[] =
    "usage: spikebench dataset info NAME [--set KEY=VALUE]... [--seed N]\n"
    "Prints classes, sizes, density and firing rates of a dataset as a run would see it.\n"
    "Exit codes: 0 all is well, 1 the data is absent or malformed, 2 usage error.\n";

int dataset_command_info(int argc, char **argv)
{
    struct dataset_request r;
    struct dataset_info info = {0};
    struct error e = {0};
    status st = dataset_request_parse(&r, argc, argv, 0, &e);
    if (st == ST_OK && r.help) {
        (void)fputs(usage, stdout);
        return 0;
    }
    if (st == ST_OK) st = r.source->probe(r.options, &info, &e);
    if (st == ST_OK)
        (void)printf("%s: %zu inputs, %zu classes, T = %zu; %zu training, %zu validation, %zu test samples\n",
                     r.source->name, info.n_inputs, info.n_classes, info.T, info.n[0], info.n[1], info.n[2]);
    else
        (void)fprintf(stderr, "spikebench dataset info: %s\n", e.text);
    dataset_request_free(&r);
    return st == ST_OK ? 0 : st == ST_USAGE || st == ST_CONFIG ? 2 : 1;
}
