/* spikebench dataset info: what a dataset holds, and whether its files are as published. */
#include "commands/commands.h"
#include "datasets/counts.h"
#include "support/csvio.h"
#include "support/hash.h"
#include "support/paths.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void print_head(const struct dataset_request *r, const struct dataset_info *info)
{
    (void)printf("%s: %s\nreference: %s\nlicence:   %s\nSHA-256:   %s\n", r->source->name, r->source->summary,
                 r->source->reference, r->source->licence, info->sha256);
    (void)printf("inputs:    %zu", info->n_inputs);
    if (info->width) (void)printf(" (%zu x %zu x %zu)", info->width, info->height, info->channels);
    (void)printf(", T = %zu steps, %zu %s, seed %" PRIu64 "\n", info->T,
                 info->n_classes ? info->n_classes : info->n_targets,
                 info->n_classes ? "classes" : "real-valued targets", r->seed);
    (void)printf("samples:   %zu training, %zu validation, %zu test\n", info->n[0], info->n[1], info->n[2]);
    if (usage_print(&info->usage, "files:     ", false, stdout)) (void)putchar('\n');
}

static void print_counts(const struct dataset *d, const struct dataset_counts *c, const size_t *samples,
                         const double *events)
{
    const struct dataset_info *info = &d->info;
    double cells = (double)info->n_inputs * (double)info->T;
    (void)printf("density:   %.3f %% of the (input, step) cells are not zero; %zu inputs are silent\n",
                 100 * (double)c->cells_on / ((double)c->samples * cells), c->silent);
    (void)printf("events:    %.1f per sample on average, %g to %g\n", c->events / (double)c->samples,
                 c->least, c->most);
    if (info->n_classes == 0) return;
    (void)printf("%8s %10s %10s %10s   %s\n", "class", "training", "validation", "test",
                 "events per input and step");
    for (size_t k = 0; k < info->n_classes; k++) {
        const size_t *n = samples + k * N_SPLITS;
        size_t all = n[0] + n[1] + n[2];
        (void)printf("%8zu %10zu %10zu %10zu   %.5f", k, n[0], n[1], n[2],
                     all ? events[k] / ((double)all * cells) : NAN);
        (void)printf("%s%s\n", d->class_names ? "   " : "", d->class_names ? d->class_names[k] : "");
    }
}

/* The table of sources, and what is compared with it. */
struct verdicts {
    struct csv_table table;
    const char *dataset;
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

/* A line for a file that the dataset reads, by the checksums of datasets/sources.csv. */
static status print_verdict(void *context, const char *path, struct error *e)
{
    static const char algorithm[] = "sha256:";
    const struct verdicts *v = context;
    char hex[HASH_HEX], packed[300];
    const char *name = path_base(path), *sum = checksum_of(v, name);
    (void)snprintf(packed, sizeof packed, "%.255s.gz", name);
    TRY(hash_file(path, hex, e));
    (void)printf("file:      %s: ", path);
    if (strncmp(sum, algorithm, strlen(algorithm)) == 0 && strcmp(hex, sum + strlen(algorithm)) == 0)
        (void)printf("as published\n");
    else if (strncmp(sum, algorithm, strlen(algorithm)) == 0)
        (void)printf("NOT as published: SHA-256 %s, not %s; or packed anew\n", hex, sum + strlen(algorithm));
    else if (checksum_of(v, packed)[0])
        (void)printf("not compared: unpacked, and the published checksum is that of %s\n", packed);
    else
        (void)printf("not compared: no checksum of it is published; SHA-256 %s\n", hex);
    return ST_OK;
}

static status describe(struct call *call, const struct dataset_request *r, const struct dataset *d,
                       struct error *e)
{
    struct dataset_counts c;
    struct verdicts v = {.dataset = r->source->name};
    char home[4000];
    const size_t classes = d->info.n_classes ? d->info.n_classes : 1;
    size_t *samples = mem_alloc(&call->mem, classes * N_SPLITS, sizeof *samples, e);
    double *events = mem_alloc(&call->mem, classes, sizeof *events, e);
    if (!samples || !events) return ST_MEMORY;
    TRY(dataset_count(d, &c, samples, events, &call->mem, e));
    print_head(r, &d->info);
    if (r->source->files) { /* whether they are those that are published */
        TRY(path_home(home, sizeof home, e));
        status st = csv_load(&v.table, e, "%s/datasets/sources.csv", home);
        if (st == ST_OK) st = r->source->files(r->options, print_verdict, &v, e);
        csv_table_free(&v.table);
        TRY(st);
    }
    print_counts(d, &c, samples, events);
    return ST_OK;
}

const struct command dataset_info_command = {
    .name = "info",
    .run = with_dataset,
    .own = &(dataset_command){describe},
    .synopsis = "NAME [--set KEY=VALUE]... [--seed N]",
    .summary = "print classes, sizes, density and firing rates",
    .text = "Prints classes, sizes, density and firing rates of a dataset as a run with this seed sees it, "
            "and of IDX files whether they are as published.",
    .parameters = (parameter_list){&dataset_argument, &dataset_set_option, &seed_option, NULL},
    .failure = "the data is absent or malformed",
};
