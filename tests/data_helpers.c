/* See data_helpers.h. */
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

void *data_options(const struct dataset_source *source, const char *const *settings)
{
    struct error e = {0};
    void *options = calloc(1, source->options.size);
    cr_assert_not_null(options);
    cr_assert_eq(opt_defaults(&source->options, options, &e), ST_OK, "%s", e.text);
    for (size_t i = 0; settings && settings[i]; i++) {
        char key[64];
        const char *equals = strchr(settings[i], '=');
        cr_assert_not_null(equals);
        (void)snprintf(key, sizeof key, "%.*s", (int)(equals - settings[i]), settings[i]);
        const struct option *o = opt_find(&source->options, key);
        cr_assert_not_null(o, "no option %s", key);
        cr_assert_eq(opt_set(o, options, equals + 1, &e), ST_OK, "%s", e.text);
    }
    return options;
}

double data_cell(const struct dataset *d, enum split s, size_t n, size_t t, size_t input)
{
    const struct spikes *x = &d->x[s];
    size_t row = n * x->T + t;
    for (size_t k = x->start[row]; k < x->start[row + 1]; k++)
        if (x->index[k] == input) return (double)spikes_value(x, k);
    return 0;
}

void folder_write_idx(const char *path, const char *name, const unsigned char *bytes, uint32_t n,
                      uint32_t side)
{
    const uint32_t header[4] = {side ? 0x803 : 0x801, n, side, side};
    size_t words = side ? 4 : 2, size = side ? (size_t)n * side * side : n;
    unsigned char *all = malloc(4 * words + size);
    cr_assert_not_null(all);
    for (size_t k = 0; k < 4 * words; k++) all[k] = (unsigned char)(header[k / 4] >> (24 - 8 * (k % 4)));
    memcpy(all + 4 * words, bytes, size);
    folder_write(path, name, all, 4 * words + size);
    free(all);
}

status data_parse_bin(struct event_list *list, const char *source, const unsigned char *bytes, size_t size,
                      enum bad_policy policy, struct usage *u, struct error *e)
{
    struct recording r = {
        .source = source,
        .bytes = bytes,
        .size = size,
        .request = {.width = 34, .height = 34, .bad = policy, .from = RECORDING_BEGIN, .to = RECORDING_END},
        .events = list,
        .usage = u};
    return recording_read(&r, &recording_bin, e);
}
