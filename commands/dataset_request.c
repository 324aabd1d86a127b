/* Command lines of the dataset subcommands (see dataset_request.h). */
#include "commands/dataset_request.h"

status dataset_request_read(struct dataset_request *r, struct call *call, struct error *e)
{
    size_t n;
    const char **set = call_list(call, "set", &n, e);
    *r = (struct dataset_request){.source = catalogue_dataset(call->catalogue, call->arguments[0]),
                                  .seed = call_whole(call, "seed")};
    r->options = mem_alloc(&call->mem, 1, r->source->options.size, e);
    if (!set || !r->options) return ST_MEMORY;
    TRY(opt_defaults(&r->source->options, r->options, e));
    for (size_t i = 0; i < n; i++) TRY(dataset_set(r->source, r->options, set[i], e));
    return ST_OK;
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
