/* spikebench dataset info: what a dataset holds. */
#include "commands/commands.h"
#include "commands/published.h"
#include "datasets/counts.h"
#include <inttypes.h>
#include <stdio.h>

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

static status describe(struct call *call, const struct dataset_request *r, const struct dataset *d,
                       struct error *e)
{
    struct dataset_counts c;
    const size_t classes = d->info.n_classes ? d->info.n_classes : 1;
    size_t *samples = mem_alloc(&call->mem, classes * N_SPLITS, sizeof *samples, e);
    double *events = mem_alloc(&call->mem, classes, sizeof *events, e);
    if (!samples || !events) return ST_MEMORY;
    TRY(dataset_count(d, &c, samples, events, &call->mem, e));
    print_head(r, &d->info);
    TRY(published_print(r->source, r->options, stdout, e));
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
            "and of "
            "IDX files whether they are as published.",
    .parameters = (parameter_list){&dataset_argument, &dataset_set_option, &seed_option, NULL},
    .failure = "the data is absent or malformed",
};
