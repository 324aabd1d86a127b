/* Files of datasets. */
#include "datasets/idx.h"
#include "datasets/recording_formats.h"
#include "datasets/recording_lists.h"
#include "datasets/shd_file.h"
#include "tests/fuzz/targets.h"
#include <stdlib.h>
#include <string.h>

enum { SIDE = 34, CLASSES = 20 };

void fuzz_idx(const unsigned char *bytes, size_t size)
{
    const char *path = fuzz_file(bytes, size);
    struct mem m = {0};
    struct idx x;
    struct error e = {0};
    (void)idx_read_images(&x, path, &m, &e);
    (void)idx_read_labels(&x, path, &m, &e);
    mem_free(&m);
}

/* The reader of a format, by each policy, with and without a sensor, in a window and in whole. */
static void fuzz_recording(const struct recording_format *f, const unsigned char *bytes, size_t size)
{
    struct event_list list = {0};
    for (unsigned way = 0; way < 8; way++) {
        struct usage u = {0};
        struct error e = {0};
        struct recording r = {.source = "fuzzed",
                              .bytes = bytes,
                              .size = size,
                              .request = {.width = way & 1 ? SIDE : 0,
                                          .height = way & 1 ? SIDE : 0,
                                          .time_unit = (int)(size % 4),
                                          .columns = way & 2 ? "x y t p" : "t - x y",
                                          .bad = way & 4 ? BAD_SKIP : BAD_ERROR,
                                          .from = way & 2 ? 100 : RECORDING_BEGIN,
                                          .to = RECORDING_END,
                                          .from_first = (way & 4) != 0},
                              .events = &list,
                              .usage = &u};
        if (recording_read(&r, f, &e) != ST_OK) continue;
        for (size_t i = 0; i < list.n; i++)
            if (list.events[i].x >= r.width || list.events[i].y >= r.height || list.events[i].polarity > 1 ||
                (i > 0 && list.events[i].t < list.events[i - 1].t))
                abort();
        if (r.width == SIDE && r.height == SIDE) (void)events_filter(&list, SIDE, SIDE, 1000, &e);
    }
    events_free(&list);
}

void fuzz_nmnist(const unsigned char *bytes, size_t size)
{
    fuzz_recording(&recording_bin, bytes, size);
}

void fuzz_dat(const unsigned char *bytes, size_t size)
{
    fuzz_recording(&recording_dat, bytes, size);
}

void fuzz_aedat(const unsigned char *bytes, size_t size)
{
    fuzz_recording(&recording_aedat, bytes, size);
}

void fuzz_npy(const unsigned char *bytes, size_t size)
{
    fuzz_recording(&recording_npy, bytes, size);
}

void fuzz_text(const unsigned char *bytes, size_t size)
{
    fuzz_recording(&recording_text, bytes, size);
}

/* The samples of a set lie within its classes and are in order. */
static void check_samples(const struct recording_set *s)
{
    for (int k = 0; k < N_SPLITS; k++)
        for (size_t i = 0; i < s->side[k].n; i++) {
            const struct sample_file *f = &s->side[k].items[i];
            if (f->label < 0 || (size_t)f->label >= s->info.n_classes || f->from >= f->to || !f->format)
                abort();
            if (i > 0 && strcmp(f[-1].name, f->name) > 0) abort();
        }
}

/* The bytes as an index of recordings, then as the labels beside one of them. */
void fuzz_index(const unsigned char *bytes, size_t size)
{
    const char *root = fuzz_folder("index", "index.csv", bytes, size);
    char path[500];
    struct error e = {0};
    struct recording_layout l = {.format = "auto", .group = (int)(size % 4), .index = ""};
    struct recording_set s = {.dataset = "fuzzed", .request = {.time_unit = (int)(size / 4 % 4)}};
    if (recording_lists_fill(&s, &l, root, &e) == ST_OK) check_samples(&s);
    recording_set_free(&s);
    s = (struct recording_set){.dataset = "fuzzed"};
    const struct sample_file one = {.path = "a.aedat", .name = "a.aedat", .format = &recording_aedat};
    (void)snprintf(path, sizeof path, "%s/index.csv", root);
    if (recording_labels_add(&s, &s.side[SPLIT_TRAIN], &one, path, &e) == ST_OK &&
        recording_set_number_classes(&s, &e) == ST_OK)
        check_samples(&s);
    recording_set_free(&s);
}

void fuzz_shd(const unsigned char *bytes, size_t size)
{
    struct shd_file *f = NULL;
    struct error e = {0};
    struct usage u = {0};
    if (shd_open(&f, fuzz_file(bytes, size), CLASSES, &e) != ST_OK) return;
    for (size_t i = 0; i < shd_samples(f) && i < 8; i++) {
        struct shd_events events;
        (void)shd_read(f, i, BAD_SKIP, &events, &u, &e);
    }
    shd_close(f);
}
