/* The command line. In a file of its own because <getopt.h> and support/opt.h both declare a struct option.
 */
#include "tests/bench/bench.h"
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

enum { SECONDS_MAX = 3600 };
static const struct option long_options[] = {
    {"filter", required_argument, NULL, 'f'}, {"seconds", required_argument, NULL, 's'},
    {"out", required_argument, NULL, 'o'},    {"list", no_argument, NULL, 'l'},
    {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
};

void bench_options_help(FILE *out)
{
    fputs("usage: bench-f64 [OPTION]...   (bench-f32: the same in single precision; make bench: both)\n"
          "Times pairs of ways to do the same thing in turn and prints B's time over A's: above 1, A is "
          "faster.\n"
          "A and B must first give the same result.\n\n"
          "  --filter NAME    cases whose name contains NAME\n"
          "  --seconds S      time for each pair, 0 to 3600; at least 3 runs of each (default 0.8)\n"
          "  --out FILE       the CSV file (default results/bench/bench.csv); of the rows that it has, those "
          "of the\n"
          "                   same case and precision are replaced\n"
          "  --list           the cases, and what A and B are; measures nothing\n"
          "  -h, --help       this\n\n"
          "Exit codes: 0 all pairs were measured; 1 one failed or its results differ; 2 usage.\n",
          out);
}

static status read_seconds(const char *text, double *seconds, struct error *e)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (end == text || *end || errno || !(value >= 0 && value <= SECONDS_MAX))
        return FAIL(e, ST_USAGE, "--seconds '%.60s': a number from 0 to %d is allowed", text, SECONDS_MAX);
    *seconds = value;
    return ST_OK;
}

static status take(struct bench_options *o, int option, char **argv, struct error *e)
{
    switch (option) {
    case 'f': o->filter = optarg; return ST_OK;
    case 's': return read_seconds(optarg, &o->seconds, e);
    case 'o':
        if (!*optarg) return FAIL(e, ST_USAGE, "--out needs the name of a file");
        o->out = optarg;
        return ST_OK;
    case 'l': o->list = true; return ST_OK;
    case 'h': o->help = true; return ST_OK;
    case ':': return FAIL(e, ST_USAGE, "option '%s' needs a value", argv[optind - 1]);
    default: return FAIL(e, ST_USAGE, "unknown option '%s'; see --help", argv[optind - 1]);
    }
}

status bench_options_parse(struct bench_options *o, int argc, char **argv, struct error *e)
{
    *o = (struct bench_options){.filter = "", .out = "results/bench/bench.csv", .seconds = 0.8};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1;)
        TRY(take(o, option, argv, e));
    if (optind < argc)
        return FAIL(e, ST_USAGE, "'%.100s': only options are allowed; see --help", argv[optind]);
    return ST_OK;
}
