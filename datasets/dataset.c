/* What all datasets share: splits and batches. */
#include "datasets/dataset.h"
#include "network/net.h"
#include <string.h>

const char *const split_names[] = {"train", "validation", "test", NULL};
const char *const test_side_names[] = {"drawn", "published", "made", NULL};

void dataset_free(struct dataset *d)
{
    mem_free(&d->mem);
    memset(d, 0, sizeof *d);
}

void dataset_class(const struct dataset *d, size_t k, char text[CLASS_TEXT])
{
    const int n = snprintf(text, CLASS_TEXT, "%zu", k);
    if (n > 0 && d->class_names && strcmp(d->class_names[k], text) != 0)
        (void)snprintf(text + n, CLASS_TEXT - (size_t)n, " (%.70s)", d->class_names[k]);
}

bool dataset_keeps(const struct dataset_common *c, enum split split, size_t n, size_t k)
{
    const struct dataset_share *s = &c->share;
    if (s->ranks <= 1) return true;
    const struct part_range own = samples_of_rank(n, s->ranks, s->own);
    return (k >= own.first && k < own.end) ||
           (split == SPLIT_TRAIN && net_start_reads(k, n, s->ranks, s->own));
}

void dataset_count_elsewhere(struct dataset *d, const struct dataset_share *share, struct ranks *r)
{
    struct spikes_counts of[PART_MAX][N_SPLITS];
    size_t first[PART_MAX + 1];
    if (share->ranks <= 1) return;
    for (int k = 0; k < N_SPLITS; k++) {
        const struct part_range own = samples_of_rank(d->info.n[k], share->ranks, share->own);
        of[share->own][k] = spikes_count(&d->x[k], own.first, own.end);
    }
    for (size_t i = 0; i <= share->ranks; i++) first[i] = i * sizeof *of;
    ranks_share(r, of, first);
    for (int k = 0; k < N_SPLITS; k++) {
        const struct spikes_counts here = spikes_count(&d->x[k], 0, d->info.n[k]);
        struct spikes_counts all = {-here.entries, -here.squares, 1, false};
        for (size_t i = 0; i < share->ranks; i++) {
            all.entries += of[i][k].entries;
            all.squares += of[i][k].squares;
            all.largest = of[i][k].largest > all.largest ? of[i][k].largest : all.largest;
            all.valued = all.valued || of[i][k].valued;
        }
        d->x[k].elsewhere = all;
    }
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

status dataset_split_sizes(const struct dataset_common *c, size_t n, size_t sizes[N_SPLITS], struct error *e)
{
    size_t train = (size_t)c->n_train, validation = (size_t)c->n_validation, test = (size_t)c->n_test;
    size_t fixed = train + validation + test;
    if (train == 0 && test == 0)
        return FAIL(e, ST_CONFIG,
                    "the data has no test side: set dataset.n_test or dataset.n_train, of %zu samples "
                    "(dataset.n_validation is %zu)",
                    n, validation);
    if (fixed > n || (fixed == n && (train == 0 || test == 0)))
        return FAIL(
            e, ST_CONFIG,
            "dataset.n_train = %zu, dataset.n_validation = %zu and dataset.n_test = %zu, but there are "
            "%zu samples: set fewer%s",
            train, validation, test, n, train && test ? "" : "; 0 takes what the others leave");
    sizes[SPLIT_TRAIN] = train ? train : n - fixed;
    sizes[SPLIT_VALIDATION] = validation;
    sizes[SPLIT_TEST] = test ? test : n - fixed;
    return ST_OK;
}

status dataset_split_sides(const struct dataset_common *c, size_t n_train, size_t n_test,
                           size_t sizes[N_SPLITS], struct error *e)
{
    size_t train = (size_t)c->n_train, validation = (size_t)c->n_validation, test = (size_t)c->n_test;
    if (validation >= n_train || train + validation > n_train || test > n_test)
        return FAIL(e, ST_CONFIG,
                    "dataset.n_train = %zu and dataset.n_validation = %zu of %zu training samples, "
                    "dataset.n_test = %zu of %zu test samples: set fewer",
                    train, validation, n_train, test, n_test);
    sizes[SPLIT_TRAIN] = train ? train : n_train - validation;
    sizes[SPLIT_VALIDATION] = validation;
    sizes[SPLIT_TEST] = test ? test : n_test;
    return ST_OK;
}

void dataset_split_stream(const struct dataset_common *c, uint64_t seed, enum split split, struct rng *rng)
{
    static const char *const streams[N_SPLITS] = {"split train", "split validation", "split test"};
    const uint64_t split_seed = (uint64_t)c->split_seed;
    if (split == SPLIT_TEST)
        rng_seed(rng, split_seed, streams[split]);
    else
        rng_seed_item(rng, seed, streams[split], split_seed);
}

void dataset_sample_stream(uint64_t seed, const char *use, enum split split, size_t index, struct rng *rng)
{
    rng_seed_item(rng, seed, use, (uint64_t)index * N_SPLITS + (uint64_t)split);
}

/* Draws training and validation from the samples that are no test samples. */
static status choose_rest(const int *labels, size_t n, size_t n_classes, const size_t sizes[N_SPLITS],
                          size_t *chosen[N_SPLITS], struct rng *rng, struct error *e)
{
    struct mem mem = {0};
    size_t left = 0, *sample = mem_alloc(&mem, n, sizeof *sample, e);
    int *label = mem_alloc(&mem, n, sizeof *label, e);
    bool *taken = mem_alloc(&mem, n, sizeof *taken, e);
    if (!sample || !label || !taken) {
        mem_free(&mem);
        return ST_MEMORY;
    }
    for (size_t i = 0; i < sizes[SPLIT_TEST]; i++) taken[chosen[SPLIT_TEST][i]] = true;
    for (size_t i = 0; i < n; i++) {
        if (taken[i]) continue;
        label[left] = labels[i];
        sample[left++] = i;
    }
    status st = dataset_stratify(label, left, n_classes, sizes, SPLIT_TEST, chosen, rng, e);
    for (size_t k = 0; st == ST_OK && k < SPLIT_TEST; k++)
        for (size_t i = 0; i < sizes[k]; i++) chosen[k][i] = sample[chosen[k][i]];
    mem_free(&mem);
    return st;
}

status dataset_choose(const struct dataset_common *c, uint64_t seed, const int *labels, size_t n,
                      const int *test_labels, size_t n_test, size_t n_classes, const size_t sizes[N_SPLITS],
                      size_t *chosen[N_SPLITS], struct mem *m, struct error *e)
{
    struct rng test, rest;
    dataset_split_stream(c, seed, SPLIT_TEST, &test);
    dataset_split_stream(c, seed, SPLIT_TRAIN, &rest);
    for (int k = 0; k < N_SPLITS; k++)
        if (!(chosen[k] = mem_alloc(m, sizes[k], sizeof **chosen, e))) return ST_MEMORY;
    TRY(dataset_stratify(test_labels ? test_labels : labels, test_labels ? n_test : n, n_classes,
                         &sizes[SPLIT_TEST], 1, &chosen[SPLIT_TEST], &test, e));
    if (test_labels) return dataset_stratify(labels, n, n_classes, sizes, SPLIT_TEST, chosen, &rest, e);
    return choose_rest(labels, n, n_classes, sizes, chosen, &rest, e);
}
