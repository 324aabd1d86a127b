/* Command lines over getopt_long (see arguments.h). */
#include "commands/arguments.h"
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

enum { OPTION_SET = 256, OPTION_SEEDS, OPTION_OUT, OPTION_FRESH, OPTION_ALLOW_MISSING, OPTION_DRY_RUN };

static const struct option long_options[] = {
    {"set", required_argument, NULL, OPTION_SET},
    {"seeds", required_argument, NULL, OPTION_SEEDS},
    {"help", no_argument, NULL, 'h'},
    {"out", required_argument, NULL, OPTION_OUT},
    {"jobs", required_argument, NULL, 'j'},
    {"fresh", no_argument, NULL, OPTION_FRESH},
    {"allow-missing", no_argument, NULL, OPTION_ALLOW_MISSING},
    {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
    {NULL, 0, NULL, 0},
};
static const struct option plan_options[] = {
    {"set", required_argument, NULL, OPTION_SET},
    {"seeds", required_argument, NULL, OPTION_SEEDS},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static status read_jobs(const char *text, size_t *jobs, struct error *e)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end || errno || value < 1 || value > ARGUMENTS_JOBS_MAX)
        return FAIL(e, ST_USAGE, "--jobs '%.60s': a whole number from 1 to %d is allowed", text,
                    ARGUMENTS_JOBS_MAX);
    *jobs = (size_t)value;
    return ST_OK;
}

static status take(struct arguments *a, int option, char **argv, struct error *e)
{
    switch (option) {
    case OPTION_SET:
        if (a->n_set == ARGUMENTS_SET_MAX)
            return FAIL(e, ST_USAGE, "--set is given more than %d times", ARGUMENTS_SET_MAX);
        a->set[a->n_set++] = optarg;
        return ST_OK;
    case OPTION_SEEDS: a->seeds = optarg; return ST_OK;
    case OPTION_OUT:
        if (!*optarg) return FAIL(e, ST_USAGE, "--out needs the name of a folder");
        a->out = optarg;
        return ST_OK;
    case OPTION_FRESH: a->fresh = true; return ST_OK;
    case OPTION_ALLOW_MISSING: a->allow_missing = true; return ST_OK;
    case OPTION_DRY_RUN: a->dry_run = true; return ST_OK;
    case 'j': return read_jobs(optarg, &a->jobs, e);
    case 'h': a->help = true; return ST_OK;
    case ':': return FAIL(e, ST_USAGE, "option '%s' needs a value", argv[optind - 1]);
    default:
        if (optopt && optopt < 256)
            return FAIL(e, ST_USAGE, "unknown option '-%c'; see 'spikebench %s --help'", optopt, argv[0]);
        return FAIL(e, ST_USAGE, "unknown option '%s'; see 'spikebench %s --help'", argv[optind - 1],
                    argv[0]);
    }
}

status arguments_parse(struct arguments *a, int argc, char **argv, bool plan_only, struct error *e)
{
    int option;
    *a = (struct arguments){.out = "results", .jobs = 1};
    optind = 0; /* glibc and musl start afresh */
    opterr = 0;
    while ((option = getopt_long(
                argc, argv, plan_only ? ":h" : ":hj:", plan_only ? plan_options : long_options, NULL)) != -1)
        TRY(take(a, option, argv, e));
    if (a->help) return ST_OK;
    if (optind == argc)
        return FAIL(e, ST_USAGE, "an experiment file is missing; see 'spikebench %s --help'", argv[0]);
    if (optind + 1 < argc)
        return FAIL(e, ST_USAGE, "'%.100s': one experiment file at a time", argv[optind + 1]);
    a->name = argv[optind];
    return ST_OK;
}
