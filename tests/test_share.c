/* What each of several ranks keeps of the data: every sample is some rank's, as one process alone has it, the
 * rest is empty, and counts over all samples are those of the whole. */
#include "commands/registry.h"
#include "network/input_gram.h"
#include "network/net.h"
#include "tests/data_helpers.h"
#include "tests/thread_ranks.h"
#include "trainer/suit.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANKS_MOST = 5 };

struct kind {
    char dataset[20];
    char settings[6][40];
};

ParameterizedTestParameters(share, each_rank_keeps_its_own_samples)
{
    static struct kind kinds[] = {
        {"digits", {"T=3", "n_train=1300", "n_validation=130", "n_test=0"}},
        {"digits", {"T=3", "n_train=200", "n_validation=70", "n_test=60", "encoding=current"}},
        {"yin_yang", {"T=2", "n_train=2311", "n_validation=65", "n_test=1", "encoding=current"}},
        {"sine", {"T=4", "n_train=300", "n_validation=0", "n_test=90"}},
        {"nmnist", {"T=4", "n_train=150", "n_validation=70", "n_test=66"}},
        {"event_camera",
         {"T=4", "n_train=140", "n_validation=70", "n_test=66", "threshold=0.3", "sensor=12"}},
    };
    return cr_make_param_array(struct kind, kinds, sizeof kinds / sizeof *kinds);
}

/* A dataset as one process has it, and as ranks have it. */
struct shared {
    const struct dataset_source *source;
    void *options[RANKS_MOST];
    struct dataset whole, of[RANKS_MOST];
};

static void *options_of(const struct kind *k)
{
    const char *settings[7] = {NULL};
    for (int i = 0; i < 6 && k->settings[i][0]; i++) settings[i] = k->settings[i];
    return data_options(catalogue_dataset(&registry, k->dataset), settings);
}

static void open_own(struct ranks *r, void *context)
{
    struct shared *s = context;
    struct error e = {0};
    struct dataset_common *common = s->options[r->own];
    common->share = (struct dataset_share){r->n, r->own};
    cr_assert_eq(s->source->open(common, 3, &s->of[r->own], &e), ST_OK, "%s", e.text);
    dataset_count_elsewhere(&s->of[r->own], &common->share, r);
}

/* Whether sample i of two tensors is the same, entry by entry. */
static bool same_sample(const struct spikes *a, const struct spikes *b, size_t i)
{
    for (size_t t = 0; t < a->T; t++) {
        const size_t row = i * a->T + t, n = a->start[row + 1] - a->start[row];
        if (b->start[row + 1] - b->start[row] != n) return false;
        for (size_t k = 0; k < n; k++)
            if (a->index[a->start[row] + k] != b->index[b->start[row] + k] ||
                spikes_value(a, a->start[row] + k) != spikes_value(b, b->start[row] + k))
                return false;
    }
    return true;
}

static bool is_empty(const struct spikes *x, size_t i)
{
    return x->start[(i + 1) * x->T] == x->start[i * x->T];
}

static void expect_split(const struct shared *s, enum split split, size_t ranks)
{
    const struct spikes *whole = &s->whole.x[split];
    const size_t n = s->whole.info.n[split];
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t owners = 0;
        for (size_t r = 0; r < ranks; r++) {
            const struct spikes *own = &s->of[r].x[split];
            const struct part_range range = samples_of_rank(n, ranks, r);
            const bool mine = i >= range.first && i < range.end, same = same_sample(whole, own, i);
            owners += mine;
            kept += same;
            cr_expect(same || is_empty(own, i), "split %d, sample %zu of rank %zu", split, i, r);
            cr_expect(same || !mine, "split %d, sample %zu is that of rank %zu", split, i, r);
        }
        cr_expect_eq(owners, 1, "split %d, sample %zu", split, i);
    }
    /* besides, only what the start of the network reads, of which most is a rank's own */
    const size_t besides = split == SPLIT_TRAIN && n > 1000 ? 250 : 0;
    cr_expect_leq(kept, n + besides, "split %d, %zu ranks: %zu of %zu", split, ranks, kept, n);
}

static void expect_counts(const struct shared *s, enum split split, size_t ranks)
{
    const struct batch whole = dataset_batch(&s->whole, split);
    for (size_t r = 0; r < ranks; r++) {
        const struct batch own = dataset_batch(&s->of[r], split);
        cr_expect_eq(spikes_nonzero(&own), spikes_nonzero(&whole));
        cr_expect_eq(spikes_squares(&own), spikes_squares(&whole));
        cr_expect_eq(spikes_largest(&own), spikes_largest(&whole));
        cr_expect_eq(input_gram_exact(&own), input_gram_exact(&whole));
        cr_expect_eq(spikes_valued(own.x), whole.x->value != NULL);
        if (whole.targets)
            cr_expect_arr_eq(own.targets, whole.targets,
                             whole.n * s->whole.info.n_targets * sizeof *whole.targets);
        if (whole.labels) cr_expect_arr_eq(own.labels, whole.labels, whole.n * sizeof *whole.labels);
    }
}

ParameterizedTest(struct kind *k, share, each_rank_keeps_its_own_samples)
{
    struct shared s = {.source = catalogue_dataset(&registry, k->dataset)};
    struct error e = {0};
    cr_assert_not_null(s.source);
    for (size_t r = 0; r < RANKS_MOST; r++) s.options[r] = options_of(k);
    const status opened = s.source->open(s.options[0], 3, &s.whole, &e);
    if (opened == ST_NO_DATA)
        (void)fprintf(stderr, "SKIPPED share::each_rank_keeps_its_own_samples: no data of %s\n", k->dataset);
    else
        cr_assert_eq(opened, ST_OK, "%s", e.text);
    for (size_t ranks = 2; opened == ST_OK && ranks <= RANKS_MOST; ranks++) {
        (void)thread_ranks_run(ranks, open_own, &s);
        for (int split = 0; split < N_SPLITS; split++) {
            expect_split(&s, (enum split)split, ranks);
            expect_counts(&s, (enum split)split, ranks);
        }
        for (size_t r = 0; r < ranks; r++) dataset_free(&s.of[r]);
    }
    for (size_t r = 0; r < RANKS_MOST; r++) free(s.options[r]);
    dataset_free(&s.whole);
}

/* The start reads at most 1000 samples, evenly spaced, by parts of its own. */
Test(share, a_rank_keeps_what_its_part_of_the_start_reads)
{
    for (size_t n = 1; n < 6000; n += n < 1100 ? 93 : 577)
        for (size_t ranks = 1; ranks <= 64; ranks *= 4) {
            const size_t simulated = n < 1000 ? n : 1000;
            for (size_t r = 0; r < ranks; r++) {
                const struct part_range range = samples_of_rank(simulated, ranks, r);
                size_t reads = 0;
                for (size_t i = range.first; i < range.end; i++)
                    cr_expect(net_start_reads(i * n / simulated, n, ranks, r), "%zu of %zu", i, n);
                for (size_t k = 0; k < n; k++) reads += net_start_reads(k, n, ranks, r);
                cr_expect_eq(reads, range.end - range.first);
            }
        }
}

/* What two ranks are said to need is less by about half of the lists. */
Test(share, estimates_know_of_it)
{
    const struct solver *solver = catalogue_solver(&registry, "random_features");
    const size_t list = (size_t)2000 * 20 * 100;
    const struct dataset_info info = {
        .n_inputs = 784, .n_classes = 10, .T = 20, .n = {100000, 1000, 1000}, .entries = 51 * list};
    struct net_options net;
    size_t bytes[3] = {0};
    void *options = calloc(1, solver->options.size);
    cr_assert_not_null(options);
    cr_assert_eq(opt_defaults(&solver->options, options, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&net_option_table, &net, NULL), ST_OK);
    cr_expect(solver_is_full(solver, options));
    for (size_t ranks = 1; ranks <= 2; ranks++) {
        const struct worker_share share = {1, ranks, ranks > 1};
        cr_assert_eq(solver_memory(solver, options, &net, &info, share, sizeof(real), &bytes[ranks], NULL),
                     ST_OK);
    }
    const double lists = (double)info.entries * sizeof(uint32_t);
    const struct worker_share share_of_64 = {1, 64, true};
    const struct dataset_info small = {
        .n_inputs = 784, .n_classes = 10, .T = 20, .n = {6400, 0, 0}, .entries = 6400 * 1000};
    size_t whole, most;
    const struct worker_share alone = {1, 64, false};
    cr_assert_eq(solver_memory(solver, options, &net, &small, alone, sizeof(real), &whole, NULL), ST_OK);
    cr_assert_eq(solver_memory(solver, options, &net, &small, share_of_64, sizeof(real), &most, NULL), ST_OK);
    /* 200 chunks of 32 in 64 parts: four at most, in a part that is not the first */
    cr_expect_eq(whole - most, (6400 - 128) * 1000 * sizeof(uint32_t));
    cr_expect_float_eq((double)(bytes[1] - bytes[2]), lists / 2, 0.1 * lists);
    free(options);
}

static bool is_full(const char *solver, const char *batch)
{
    const struct solver *s = catalogue_solver(&registry, solver);
    void *options = calloc(1, s->options.size);
    cr_assert_not_null(options);
    cr_assert_eq(opt_defaults(&s->options, options, NULL), ST_OK);
    if (batch) cr_assert_eq(opt_set(opt_find(&s->options, "batch"), options, batch, NULL), ST_OK);
    const bool full = solver_is_full(s, options);
    free(options);
    return full;
}

Test(share, full_batches_are_known)
{
    cr_expect(is_full("admm", NULL));
    cr_expect(is_full("admm_resync", "0"));
    cr_expect_not(is_full("admm_resync", "200"));
    cr_expect(is_full("admm_anderson", NULL));
    cr_expect_not(is_full("bptt", "100000"), "it shuffles");
    cr_expect_not(is_full("enkf", NULL), "every member sees all samples");
}
