/* What all datasets share: splits and batches. */
#include "datasets/dataset.h"
#include <string.h>

const char *const split_names[] = {"train", "validation", "test"};

const struct dataset_source *dataset_find(const char *name)
{
    for (size_t i = 0; dataset_sources[i]; i++)
        if (strcmp(dataset_sources[i]->name, name) == 0) return dataset_sources[i];
    return NULL;
}

void dataset_free(struct dataset *d)
{
    mem_free(&d->mem);
    memset(d, 0, sizeof *d);
}

struct batch dataset_batch(const struct dataset *d, enum split s)
{
    return (struct batch){&d->x[s], NULL, d->info.n[s], d->labels[s], d->targets[s]};
}

/* Shares of one set: for every class `want` times its part of the items left, largest remainders first, so
 * that the shares add up to `want`. */
static void share_out(size_t want, const size_t *left, size_t n_classes, size_t total, size_t *share)
{
    size_t given = 0;
    for (size_t k = 0; k < n_classes; k++) {
        share[k] = total > 0 ? want * left[k] / total : 0;
        given += share[k];
    }
    while (given < want) {
        size_t best = n_classes, remainder_best = 0;
        for (size_t k = 0; k < n_classes; k++) {
            size_t floor_share = want * left[k] / total, remainder = want * left[k] % total;
            bool untouched = share[k] == floor_share && share[k] < left[k];
            if (untouched && (best == n_classes || remainder > remainder_best)) {
                best = k;
                remainder_best = remainder;
            }
        }
        if (best == n_classes) /* cannot happen while want <= total */
            break;
        share[best]++;
        given++;
    }
}

status dataset_stratify(const int *labels, size_t n, size_t n_classes, const size_t *wants, size_t n_sets,
                        size_t *const *out, struct rng *rng, struct error *e)
{
    struct mem mem = {0};
    size_t wanted = 0, total = n;
    for (size_t k = 0; k < n_sets; k++) wanted += wants[k];
    if (wanted > n) return FAIL(e, ST_CONFIG, "%zu samples are asked for, but there are %zu", wanted, n);
    size_t *order = mem_alloc(&mem, n, sizeof *order, e),
           *share = mem_alloc(&mem, n_classes, sizeof *share, e);
    size_t *left = mem_alloc(&mem, n_classes, sizeof *left, e), *taken = mem_alloc(&mem, n, sizeof *taken, e);
    if (!order || !share || !left || !taken) {
        mem_free(&mem);
        return ST_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
        left[labels[i]]++;
    }
    rng_shuffle(rng, order, n);
    for (size_t k = 0; k < n_sets; k++) {
        size_t filled = 0;
        share_out(wants[k], left, n_classes, total, share);
        for (size_t c = 0; c < n_classes; c++) left[c] -= share[c];
        total -= wants[k];
        for (size_t i = 0; i < n && filled < wants[k]; i++) {
            size_t item = order[i], c = (size_t)labels[item];
            if (taken[item] || share[c] == 0) continue;
            taken[item] = 1;
            share[c]--;
            out[k][filled++] = item;
        }
    }
    mem_free(&mem);
    return ST_OK;
}
