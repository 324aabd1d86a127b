/* See recording_split.h. */
#include "datasets/recording_split.h"
#include "datasets/group_split.h"
#include <string.h>

static int *labels_of(const struct sample_list *list, struct mem *m, struct error *e)
{
    int *labels = mem_alloc(m, list->n, sizeof *labels, e);
    for (size_t i = 0; labels && i < list->n; i++) labels[i] = list->items[i].label;
    return labels;
}

/* Samples of the training side by the split that their groups are drawn for. */
struct group_draw {
    struct grouped grouped;
    bool needed;
    bool *of[N_SPLITS]; /* [n_groups]: whether a group is in this split or in one drawn before it */
    size_t n[N_SPLITS]; /* samples */
    size_t n_groups;    /* that the training side has */
};

/* How many groups the samples of a list are in. */
static status count_groups(const struct recording_set *s, const size_t *groups, size_t n, size_t *count,
                           struct error *e)
{
    struct mem scratch = {0};
    bool *seen = mem_alloc(&scratch, s->groups.n, sizeof *seen, e);
    *count = 0;
    for (size_t i = 0; seen && i < n; i++) {
        *count += !seen[groups[i]];
        seen[groups[i]] = true;
    }
    const status st = seen ? ST_OK : ST_MEMORY;
    mem_free(&scratch);
    return st;
}

static status draw_groups(struct recording_set *s, struct group_draw *d, struct error *e)
{
    static const enum split order[] = {SPLIT_TEST, SPLIT_VALIDATION};
    const struct sample_list *list = &s->side[SPLIT_TRAIN];
    const size_t wanted[N_SPLITS] = {[SPLIT_TEST] = s->side[SPLIT_TEST].n ? 0 : (size_t)s->common->n_test,
                                     [SPLIT_VALIDATION] =
                                         s->side[SPLIT_VALIDATION].n ? 0 : (size_t)s->common->n_validation};
    size_t *groups = mem_alloc(&s->mem, list->n, sizeof *groups, e);
    int *labels = labels_of(list, &s->mem, e);
    bool *taken = mem_alloc(&s->mem, s->groups.n, sizeof *taken, e);
    *d = (struct group_draw){.grouped = {labels, groups, list->n, s->info.n_classes, s->groups.n}};
    if (!groups || !labels || !taken) return ST_MEMORY;
    for (size_t i = 0; i < list->n; i++) groups[i] = list->items[i].group;
    if (s->groups.n > 0) TRY(group_split_needed(&d->grouped, &d->needed, e));
    if (!d->needed) return ST_OK;
    TRY(count_groups(s, groups, list->n, &d->n_groups, e));
    if (s->side[SPLIT_TEST].n == 0 && s->common->n_test == 0)
        return FAIL(e, ST_CONFIG,
                    "the data has no test side, and its groups are drawn whole: set dataset.n_test, of %zu "
                    "samples in %zu groups (dataset.n_validation is %ld)",
                    list->n, d->n_groups, s->common->n_validation);
    for (size_t k = 0; k < 2; k++) {
        const enum split split = order[k];
        struct rng rng;
        rng_seed_item(&rng, (uint64_t)s->common->split_seed, "split groups", (uint64_t)split);
        d->of[split] = mem_alloc(&s->mem, s->groups.n, sizeof *taken, e);
        if (!d->of[split]) return ST_MEMORY;
        bool *before = mem_alloc(&s->mem, s->groups.n, sizeof *before, e);
        if (!before) return ST_MEMORY;
        memcpy(before, taken, s->groups.n * sizeof *taken);
        const status st = group_split_take(&d->grouped, wanted[split], taken, &d->n[split], &rng, e);
        if (st == ST_CONFIG) (void)err_prefix(e, "dataset.n_%s", split_names[split]);
        TRY(st);
        for (size_t g = 0; g < s->groups.n; g++) d->of[split][g] = taken[g] && !before[g];
    }
    return ST_OK;
}

/* Sizes where whole groups are drawn: what they have, and of the rest what is asked for. */
static status grouped_sizes(struct recording_set *s, const struct group_draw *d, struct error *e)
{
    const struct dataset_common *c = s->common;
    const size_t taken = d->n[SPLIT_VALIDATION] + d->n[SPLIT_TEST], rest = d->grouped.n - taken;
    if (s->side[SPLIT_TEST].n > 0 && (size_t)c->n_test > s->side[SPLIT_TEST].n)
        return FAIL(e, ST_CONFIG, "dataset.n_test = %ld, but the test side has %zu samples", c->n_test,
                    s->side[SPLIT_TEST].n);
    if (rest == 0 || (size_t)c->n_train > rest)
        return FAIL(e, ST_CONFIG,
                    "dataset.n_train = %ld, but whole groups (dataset.group) with %zu validation and %zu "
                    "test samples "
                    "leave %zu of %zu: none of the %zu groups is cut",
                    c->n_train, d->n[SPLIT_VALIDATION], d->n[SPLIT_TEST], rest, d->grouped.n, d->n_groups);
    s->info.n[SPLIT_TRAIN] = c->n_train ? (size_t)c->n_train : rest;
    s->info.n[SPLIT_VALIDATION] = d->n[SPLIT_VALIDATION];
    s->info.n[SPLIT_TEST] =
        s->side[SPLIT_TEST].n ? (c->n_test ? (size_t)c->n_test : s->side[SPLIT_TEST].n) : d->n[SPLIT_TEST];
    return ST_OK;
}

static status plain_sizes(struct recording_set *s, const struct dataset_common *c, struct error *e)
{
    const size_t train = s->side[SPLIT_TRAIN].n, test = s->side[SPLIT_TEST].n;
    return test > 0 ? dataset_split_sides(c, train, test, s->info.n, e)
                    : dataset_split_sizes(c, train, s->info.n, e);
}

status recording_split_sizes(struct recording_set *s, struct error *e)
{
    struct group_draw d;
    const size_t published = s->side[SPLIT_VALIDATION].n;
    struct dataset_common rest = *s->common;
    TRY(draw_groups(s, &d, e));
    if (published > 0) rest.n_validation = 0;
    TRY(d.needed ? grouped_sizes(s, &d, e) : plain_sizes(s, &rest, e));
    if (published == 0) return ST_OK;
    s->info.n[SPLIT_VALIDATION] = (size_t)s->common->n_validation;
    return s->info.n[SPLIT_VALIDATION] <= published
               ? ST_OK
               : FAIL(e, ST_CONFIG, "dataset.n_validation = %ld, but the validation side has %zu samples",
                      s->common->n_validation, published);
}

/* `want` samples of those of a list for which of[group] is true (or which are in no group that is drawn, with
 * of NULL), stratified: indices into the list. */
static status choose_some(struct recording_set *s, const struct sample_list *list, const bool *use,
                          size_t want, struct rng *rng, size_t *chosen, struct error *e)
{
    size_t n = 0, *index = mem_alloc(&s->mem, list->n, sizeof *index, e);
    int *labels = mem_alloc(&s->mem, list->n, sizeof *labels, e);
    if (!index || !labels) return ST_MEMORY;
    for (size_t i = 0; i < list->n; i++) {
        if (use && !use[list->items[i].group]) continue;
        labels[n] = list->items[i].label;
        index[n++] = i;
    }
    TRY(dataset_stratify(labels, n, s->info.n_classes, &want, 1, &chosen, rng, e));
    for (size_t i = 0; i < want; i++) chosen[i] = index[chosen[i]];
    return ST_OK;
}

/* The splits where whole groups are drawn. */
static status choose_grouped(struct recording_set *s, const struct group_draw *d, uint64_t seed,
                             size_t *chosen[N_SPLITS], struct error *e)
{
    bool *rest = mem_alloc(&s->mem, s->groups.n, sizeof *rest, e);
    if (!rest) return ST_MEMORY;
    for (size_t g = 0; g < s->groups.n; g++) rest[g] = !d->of[SPLIT_TEST][g] && !d->of[SPLIT_VALIDATION][g];
    for (int k = 0; k < N_SPLITS; k++) {
        const bool own = k != SPLIT_TRAIN && s->side[k].n > 0;
        struct rng rng;
        dataset_split_stream(s->common, seed, (enum split)k, &rng);
        chosen[k] = mem_alloc(&s->mem, s->info.n[k], sizeof **chosen, e);
        if (!chosen[k]) return ST_MEMORY;
        TRY(choose_some(s, &s->side[own ? k : SPLIT_TRAIN],
                        own                ? NULL
                        : k == SPLIT_TRAIN ? rest
                                           : d->of[k],
                        s->info.n[k], &rng, chosen[k], e));
    }
    return ST_OK;
}

/* The splits of samples that are each for themselves; a published validation side is drawn from a stream of
 * its own. */
static status choose_plain(struct recording_set *s, uint64_t seed, size_t *chosen[N_SPLITS], struct error *e)
{
    const struct sample_list *train = &s->side[SPLIT_TRAIN], *test = &s->side[SPLIT_TEST],
                             *validation = &s->side[SPLIT_VALIDATION];
    const size_t sizes[N_SPLITS] = {s->info.n[SPLIT_TRAIN], validation->n ? 0 : s->info.n[SPLIT_VALIDATION],
                                    s->info.n[SPLIT_TEST]};
    int *labels = labels_of(train, &s->mem, e), *others = test->n ? labels_of(test, &s->mem, e) : NULL;
    struct rng rng;
    if (!labels || (test->n && !others)) return ST_MEMORY;
    TRY(dataset_choose(s->common, seed, labels, train->n, others, test->n, s->info.n_classes, sizes, chosen,
                       &s->mem, e));
    if (validation->n == 0) return ST_OK;
    chosen[SPLIT_VALIDATION] = mem_alloc(&s->mem, s->info.n[SPLIT_VALIDATION], sizeof **chosen, e);
    if (!chosen[SPLIT_VALIDATION]) return ST_MEMORY;
    dataset_split_stream(s->common, seed, SPLIT_VALIDATION, &rng);
    return choose_some(s, validation, NULL, s->info.n[SPLIT_VALIDATION], &rng, chosen[SPLIT_VALIDATION], e);
}

status recording_split_choose(struct recording_set *s, uint64_t seed,
                              const struct sample_file *const *chosen[N_SPLITS], struct error *e)
{
    struct group_draw d;
    size_t *indices[N_SPLITS];
    TRY(draw_groups(s, &d, e));
    TRY(d.needed ? choose_grouped(s, &d, seed, indices, e) : choose_plain(s, seed, indices, e));
    for (int k = 0; k < N_SPLITS; k++) {
        const struct sample_list *list = &s->side[s->side[k].n ? k : SPLIT_TRAIN];
        const struct sample_file **files = mem_alloc(&s->mem, s->info.n[k], sizeof *files, e);
        if (!files) return ST_MEMORY;
        for (size_t i = 0; i < s->info.n[k]; i++) files[i] = &list->items[indices[k][i]];
        chosen[k] = files;
    }
    return ST_OK;
}
