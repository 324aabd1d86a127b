/* The dataset contract. A dataset is one .c file with an option table, a probe and an open function, and one
 * line in commands/registry.c. train, validation and test are stratified and disjoint. dataset.split_seed
 * draws the test side, the run's seed training and validation from the rest: one test side for all seeds. */
#ifndef SPIKEBENCH_DATASETS_DATASET_H
#define SPIKEBENCH_DATASETS_DATASET_H

#include "datasets/augment.h"
#include "datasets/grid.h"
#include "datasets/usage.h"
#include "network/spikes.h"
#include "support/err.h"
#include "support/hash.h"
#include "support/mem.h"
#include "support/opt.h"
#include "support/parallel.h"
#include "support/rng.h"
#include <stdint.h>

enum split { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, N_SPLITS };
extern const char *const split_names[]; /* "train", "validation", "test" */

/* Where test samples come from. DRAWN: from the samples that the other splits are drawn from, so that those
 * of one split_seed are training and validation samples of another. */
enum test_side { TEST_DRAWN, TEST_PUBLISHED, TEST_MADE };
extern const char *const test_side_names[]; /* "drawn", "published", "made" */

struct dataset_info {
    size_t n_inputs;
    /* Inputs as pictures: input (channel * height + y) * width + x. All 0 where the inputs are no pictures.
     */
    size_t channels, width, height;
    size_t n_classes; /* 0 for regression */
    size_t n_targets; /* 0 for classification */
    size_t T;
    size_t n[N_SPLITS];
    size_t entries;        /* estimate of list entries over all splits, for memory estimates */
    char sha256[HASH_HEX]; /* of the bytes that were read, in a fixed order */
    enum test_side test_side;
    struct usage usage; /* what of the files is not used; of a simulated camera known only to open */
    struct grid grid;   /* of harmonic retrieval; all 0: other data */
    bool valued;        /* entries may be other than 1, and take memory for their values */
    bool streamed;      /* dataset.stream: lists are read from a file. Estimates of memory alone read it */
};

struct dataset {
    struct mem mem;
    struct dataset_info info;
    struct spikes x[N_SPLITS];
    int *labels[N_SPLITS];   /* [n], NULL for regression */
    char **class_names;      /* [n_classes] as the files have them; NULL: they are numbers from 0 */
    real *targets[N_SPLITS]; /* [n * n_targets], NULL for classification */
};

/* A measure of scores that the dataset has besides loss and accuracy: columns NAME_train, NAME_val and
 * NAME_test of curves and runs. */
struct dataset_metric {
    const char *name, *unit, *help;
    bool smaller_is_better;
};
enum { DATASET_METRICS_MOST = 8 };

/* Which of several ranks keeps samples: each has those of its own parts of every split (support/parallel.h),
 * and the training samples that its share of network.start reads. ranks 0 and 1: all of them. The lists of
 * the others are empty (struct spikes, elsewhere); labels and targets are there of all. */
struct dataset_share {
    size_t ranks, own;
};

/* The options that every dataset has; each module's options struct begins with this one and its table with
 * DATASET_COMMON_OPTIONS(struct its_options, default T, ...), or with DATASET_COMMON_OPTIONS_FROM, which also
 * says where validation samples come from. */
struct dataset_common {
    long T;
    long n_train, n_validation, n_test; /* 0: what is left (see each module) */
    long split_seed;
    long tasks; /* classes in tasks, trained one after the other (tasks.h); 1: all at once */
    struct augment_options augment; /* of tables that have these options; else nothing */
    struct dataset_share share;     /* no option: the run sets it before open */
    char path[OPT_STRING_MAX], stream[OPT_STRING_MAX];
};

/* clang-format off */
#define DATASET_COMMON_OPTIONS(type, default_T, train, validation, test)                                     \
    DATASET_COMMON_OPTIONS_FROM(type, default_T, train, validation, test, "taken from the training side")
#define DATASET_COMMON_OPTIONS_FROM(type, default_T, train, validation, test, from)                          \
    {"T", OPT_INT, offsetof(type, common.T), default_T, 1, 100000, 0, NULL, "steps", "time steps per sample"}, \
    {"n_train", OPT_INT, offsetof(type, common.n_train), train, 0, 1e9, 0, NULL, "samples",                  \
     "training samples, stratified; 0: what the other splits leave"},                                        \
    {"n_validation", OPT_INT, offsetof(type, common.n_validation), validation, 0, 1e9, 0, NULL, "samples",   \
     "validation samples, " from},                                                                            \
    {"n_test", OPT_INT, offsetof(type, common.n_test), test, 0, 1e9, 0, NULL, "samples",                     \
     "test samples; 0: all that is left"},                                                                   \
    {"split_seed", OPT_INT, offsetof(type, common.split_seed), "0", 0, 1e15, 0, NULL, "",                    \
     "draws the test side, the same for all seeds; the run's seed draws training and validation from the "   \
     "rest. A list redraws all: test samples of one value are then validation samples of another"},          \
    {"tasks", OPT_INT, offsetof(type, common.tasks), "1", 1, 1000, 0, NULL, "tasks",                         \
     "classes are divided in their order into so many tasks of equal size, which are trained one after the "  \
     "other, each for stop.max_iter iterations; 1: all classes at once"},                                    \
    {"path", OPT_STRING, offsetof(type, common.path), "", 0, 0, OPT_NO_IDENTITY, NULL, "",                   \
     "where the data is; empty: the built-in copy, or $SPIKEBENCH_DATA"},                                    \
    {"stream", OPT_STRING, offsetof(type, common.stream), "", 0, 0, OPT_NO_IDENTITY, NULL, "",               \
     "a folder on a disk for samples that do not fit into memory: they are read from a file there as they "  \
     "are used, and the results are the same; empty: they are kept in memory"}
/* clang-format on */

/* Takes one event recording; the events may be changed. */
struct event_list;
typedef status (*recording_visitor)(void *context, enum split split, size_t index, int label,
                                    struct event_list *events, struct error *e);

/* Takes the name of a file that is read. */
typedef status (*file_visitor)(void *context, const char *path, struct error *e);

struct dataset_source {
    const char *name, *summary;
    const char *reference; /* where the data comes from */
    const char *licence;
    struct option_table options;
    const struct dataset_metric *metrics; /* [n_metrics], with measure; most have none */
    size_t n_metrics;
    /* Fills *info (sizes, classes, T, SHA-256) without keeping samples. ST_NO_DATA with the places looked at
     * if the data is absent; ST_DATA naming file, byte or line, and reason if it is malformed; ST_CONFIG if
     * the sizes asked for exceed what is there. The SHA-256 does not depend on the seed. */
    status (*probe)(const void *options, struct dataset_info *info, struct error *e);
    /* Loads, splits and encodes the samples of dataset_keeps. Draws come from dataset_split_stream and, a
     * stream for each sample, from dataset_sample_stream "encode". On error *d is left for dataset_free. */
    status (*open)(const void *options, uint64_t seed, struct dataset *d, struct error *e);
    /* Datasets of event cameras: calls take for every recording as it is before filter and bins, split after
     * split, index 0 .. n-1; those that are not kept (dataset_keeps) have no events. NULL for other datasets.
     */
    status (*recordings)(const void *options, uint64_t seed, recording_visitor take, void *context,
                         struct error *e);
    /* names[0 .. *n-1] in the arena: the classes as the files have them (class_names of what is opened).
     * NULL: they are numbers. */
    status (*classes)(const void *options, struct mem *m, char ***names, size_t *n, struct error *e);
    /* values[n_metrics] of the scores (n_targets or n_classes x n) of all samples of a split, n > 0. */
    void (*measure)(const struct dataset *d, enum split split, const real *scores, double *values);
    /* Calls take for every file that open would read, where each may have a published checksum. NULL for
     * other datasets. */
    status (*files)(const void *options, file_visitor take, void *context, struct error *e);
};

void dataset_free(struct dataset *d);

/* A class for people: "3", or "3 (wave)" where the files have another name for it. */
enum { CLASS_TEXT = 100 };
void dataset_class(const struct dataset *d, size_t k, char text[CLASS_TEXT]);

/* Whether `open` is to encode sample k of n of a split. */
bool dataset_keeps(const struct dataset_common *c, enum split split, size_t n, size_t k);
/* After `open`, by all ranks: what the lists of the others hold, for counts over all samples. */
void dataset_count_elsewhere(struct dataset *d, const struct dataset_share *share, struct ranks *r);

/* The samples of a split in the order of the dataset. */
struct batch dataset_batch(const struct dataset *d, enum split s);

/* Sizes of the splits of a dataset of n samples without a test side of its own: a size of 0 (training or
 * test, not both) takes what the others leave. ST_CONFIG if they ask for more than there is. */
status dataset_split_sizes(const struct dataset_common *c, size_t n, size_t sizes[N_SPLITS], struct error *e);
/* The same where the dataset has n_train and n_test samples apart: validation is taken from the training
 * side. */
status dataset_split_sides(const struct dataset_common *c, size_t n_train, size_t n_test,
                           size_t sizes[N_SPLITS], struct error *e);

/* Draws disjoint stratified index sets: from n items with labels (0 .. n_classes-1), wants[k] items each for
 * k = 0 .. n_sets-1, so that every class has in each set its share of the items within one. out[k] has room
 * for wants[k] and comes back in a shuffled order. ST_CONFIG if the sum exceeds n. */
status dataset_stratify(const int *labels, size_t n, size_t n_classes, const size_t *wants, size_t n_sets,
                        size_t *const *out, struct rng *rng, struct error *e);

/* Starts the stream that draws a split. SPLIT_TEST: of split_seed alone; the others: of the run's seed and of
 * split_seed, a stream each. */
void dataset_split_stream(const struct dataset_common *c, uint64_t seed, enum split split, struct rng *rng);

/* Starts the stream `use` ("encode", "camera") of sample `index` of a split: whoever encodes a sample needs
 * no other. */
void dataset_sample_stream(uint64_t seed, const char *use, enum split split, size_t index, struct rng *rng);

/* Draws the samples of all splits: chosen[k] (sizes[k] of them, in the arena) are indices into the labels of
 * the training side for the first two, and into those of the test side for the third. test_labels NULL: one
 * side for all three, of which the test side is drawn first, by the stream of SPLIT_TEST; training and
 * validation are drawn from the rest by that of SPLIT_TRAIN. */
status dataset_choose(const struct dataset_common *c, uint64_t seed, const int *labels, size_t n,
                      const int *test_labels, size_t n_test, size_t n_classes, const size_t sizes[N_SPLITS],
                      size_t *chosen[N_SPLITS], struct mem *m, struct error *e);

#endif
