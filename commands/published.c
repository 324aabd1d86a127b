/* See published.h. */
#include "commands/published.h"
#include "support/csvio.h"
#include "support/paths.h"
#include <string.h>

/* The table of sources, and what is compared with it. */
struct verdicts {
    struct csv_table table;
    const char *dataset;
    FILE *out;
};

/* The checksum of a file of the dataset in the table, "" if there is none. */
static const char *checksum_of(const struct verdicts *v, const char *name)
{
    for (size_t row = 0; row < v->table.n_rows; row++)
        if (strcmp(csv_text(&v->table, row, "dataset"), v->dataset) == 0 &&
            strcmp(csv_text(&v->table, row, "file"), name) == 0)
            return csv_text(&v->table, row, "checksum");
    return "";
}

static void print_comparison(FILE *out, const char *got, const char *published)
{
    if (strcmp(got, published) == 0)
        (void)fprintf(out, "as published\n");
    else
        (void)fprintf(out, "NOT as published: SHA-256 %s, not %s; or packed anew\n", got, published);
}

static status print_verdict(void *context, const char *path, struct error *e)
{
    static const char algorithm[] = "sha256:";
    const struct verdicts *v = context;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char hex[HASH_HEX], packed[300];
    const char *sum = checksum_of(v, name);
    (void)snprintf(packed, sizeof packed, "%.255s.gz", name);
    TRY(hash_file(path, hex, e));
    (void)fprintf(v->out, "file:      %s: ", path);
    if (strncmp(sum, algorithm, strlen(algorithm)) == 0)
        print_comparison(v->out, hex, sum + strlen(algorithm));
    else if (checksum_of(v, packed)[0])
        (void)fprintf(v->out, "not compared: unpacked, and the published checksum is that of %s\n", packed);
    else
        (void)fprintf(v->out, "not compared: no checksum of it is published; SHA-256 %s\n", hex);
    return ST_OK;
}

status published_print(const struct dataset_source *source, const void *options, FILE *out, struct error *e)
{
    struct verdicts v = {.dataset = source->name, .out = out};
    char home[4000];
    if (!source->files) return ST_OK;
    TRY(path_home(home, sizeof home, e));
    status st = csv_load(&v.table, e, "%s/datasets/sources.csv", home);
    if (st == ST_OK) st = source->files(options, print_verdict, &v, e);
    csv_table_free(&v.table);
    return st;
}
