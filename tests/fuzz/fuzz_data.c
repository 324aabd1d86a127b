/* Files of datasets. */
#include "datasets/events.h"
#include "datasets/idx.h"
#include "datasets/shd_file.h"
#include "tests/fuzz/targets.h"

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

void fuzz_nmnist(const unsigned char *bytes, size_t size)
{
    for (enum bad_policy policy = BAD_SKIP; policy <= BAD_ERROR; policy++) {
        struct event_list list = {0};
        struct usage u = {0};
        struct error e = {0};
        if (events_parse(&list, "fuzzed", bytes, size, SIDE, SIDE, policy, &u, &e) == ST_OK)
            (void)events_filter(&list, SIDE, SIDE, 1000, &e);
        events_free(&list);
    }
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
