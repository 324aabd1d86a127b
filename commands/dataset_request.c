/* Command lines of the dataset subcommands (see dataset_request.h). */
#include "commands/dataset_request.h"
#include "commands/registry.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

status dataset_request_whole(const char *name, const char *text, uint64_t most, uint64_t *value,
                             struct error *e)
{
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    if (!strchr("0123456789", text[0]) || end == text || *end || errno || v > most)
        return FAIL(e, ST_USAGE, "%s '%.60s': a whole number is needed", name, text);
    *value = v;
    return ST_OK;
}

static status unknown_option(const struct dataset_source *source, const char *key, struct error *e)
{
    const char *names[100];
    size_t n = 0;
    for (; n < 100 && n < opt_count(&source->options); n++) names[n] = opt_at(&source->options, n)->key;
    const char *nearest = opt_nearest(key, names, n);
    return FAIL(e, ST_CONFIG, "dataset '%s' has no option '%s'%s%s%s 'spikebench help %s'", source->name, key,
                nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'? see" : "; see",
                source->name);
}

status dataset_request_set(const struct dataset_source *source, void *options, const char *text,
                           struct error *e)
{
    static const char section[] = "dataset.";
    char key[100];
    if (strncmp(text, section, sizeof section - 1) == 0) text += sizeof section - 1;
    size_t n = strcspn(text, "=");
    if (text[n] != '=' || n == 0 || n >= sizeof key)
        return FAIL(e, ST_USAGE, "--set '%.60s': KEY=VALUE is needed", text);
    memcpy(key, text, n);
    key[n] = '\0';
    const struct option *option = opt_find(&source->options, key);
    if (!option) return unknown_option(source, key, e);
    return opt_set(option, options, text + n + 1, e);
}

status dataset_request_index(size_t index, const char *dataset, enum split split, size_t n, struct error *e)
{
    if (index < n) return ST_OK;
    if (n == 0)
        return FAIL(e, ST_USAGE, "--index %zu: the %s split of '%s' has no samples", index,
                    split_names[split], dataset);
    return FAIL(e, ST_USAGE, "--index %zu: the %s split of '%s' has %zu samples, 0 to %zu", index,
                split_names[split], dataset, n, n - 1);
}

status dataset_request_split(const char *text, enum split *split, struct error *e)
{
    for (int k = 0; k < N_SPLITS; k++)
        if (strcmp(text, split_names[k]) == 0) {
            *split = (enum split)k;
            return ST_OK;
        }
    return FAIL(e, ST_USAGE, "--split '%.60s': one of train, validation, test is allowed", text);
}

/* One "--name value". */
static status take(struct dataset_request *r, const char *name, const char *value, unsigned flags,
                   struct error *e)
{
    uint64_t number = 0;
    if (strcmp(name, "--set") == 0) return dataset_request_set(r->source, r->options, value, e);
    if (strcmp(name, "--seed") == 0) return dataset_request_whole(name, value, UINT64_MAX, &r->seed, e);
    if (strcmp(name, "--split") == 0 && (flags & REQUEST_SPLIT))
        return dataset_request_split(value, &r->split, e);
    if (strcmp(name, "--index") == 0 && (flags & REQUEST_INDEX)) {
        TRY(dataset_request_whole(name, value, SIZE_MAX, &number, e));
        r->index = number;
        return ST_OK;
    }
    if (strcmp(name, "--out") == 0 && (flags & REQUEST_OUT)) {
        if (!*value) return FAIL(e, ST_USAGE, "--out needs a name");
        r->out = value;
        return ST_OK;
    }
    return FAIL(e, ST_USAGE, "unknown option '%.60s'", name);
}

static status find_source(struct dataset_request *r, const char *name, struct error *e)
{
    const char *names[CATALOGUE_NAMES_MAX];
    if ((r->source = dataset_find(name)) != NULL) return ST_OK;
    const char *nearest = opt_nearest(name, names, catalogue_dataset_names(&registry, names));
    return FAIL(e, ST_USAGE, "unknown dataset '%.60s'%s%s%s 'spikebench list datasets'", name,
                nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'? see" : "; see");
}

static status read_all(struct dataset_request *r, int argc, char **argv, unsigned flags, struct error *e)
{
    if (argc < 2 || argv[1][0] == '-')
        return FAIL(e, ST_USAGE, "the name of a dataset is missing; see 'spikebench dataset %s --help'",
                    argv[0]);
    TRY(find_source(r, argv[1], e));
    r->options = calloc(1, r->source->options.size);
    if (!r->options) return FAIL(e, ST_MEMORY, "no memory for options");
    TRY(opt_defaults(&r->source->options, r->options, e));
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--ascii") == 0 && (flags & REQUEST_ASCII)) {
            r->ascii = true;
            continue;
        }
        if (strncmp(argv[i], "--", 2) != 0)
            return FAIL(e, ST_USAGE, "'%.60s': one dataset at a time", argv[i]);
        if (i + 1 == argc) return FAIL(e, ST_USAGE, "option '%.60s' is unknown or needs a value", argv[i]);
        TRY(take(r, argv[i], argv[i + 1], flags, e));
        i++;
    }
    return ST_OK;
}

status dataset_request_parse(struct dataset_request *r, int argc, char **argv, unsigned flags,
                             struct error *e)
{
    *r = (struct dataset_request){.split = SPLIT_TRAIN};
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) r->help = true;
    if (r->help) return ST_OK;
    status st = read_all(r, argc, argv, flags, e);
    if (st != ST_OK) dataset_request_free(r);
    return st;
}

void dataset_request_free(struct dataset_request *r)
{
    free(r->options);
    r->options = NULL;
}
