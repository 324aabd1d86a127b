/* Labelled images as datasets (see images.h). */
#include "datasets/images.h"
#include <math.h>
#include <string.h>

void images_free(struct images *i)
{
    mem_free(&i->mem);
    memset(i, 0, sizeof *i);
}

static size_t pixels_of(const struct images *i)
{
    return i->width * i->height;
}

void images_intensities(const struct images *i, size_t k, double *out)
{
    const unsigned char *p = i->pixels + k * pixels_of(i);
    for (size_t j = 0; j < pixels_of(i); j++) out[j] = (double)p[j] / i->top;
}

/* Length that the cells k of n and i of m (k's being the smaller) share, of an axis of length n. */
static double shared(size_t k, size_t n, size_t i, size_t m)
{
    double cells = (double)n / (double)m; /* per cell of m */
    double from = fmax((double)k, (double)i * cells), to = fmin((double)k + 1, (double)(i + 1) * cells);
    return fmax(to - from, 0);
}

void images_shrink(const double *image, size_t width, size_t height, double *to, size_t to_width,
                   size_t to_height)
{
    double area = (double)(width * height) / (double)(to_width * to_height);
    for (size_t y = 0; y < to_height; y++)
        for (size_t x = 0; x < to_width; x++) {
            double sum = 0;
            for (size_t v = y * height / to_height; v < height && v * to_height < (y + 1) * height; v++)
                for (size_t u = x * width / to_width; u < width && u * to_width < (x + 1) * width; u++)
                    sum += image[v * width + u] * shared(v, height, y, to_height) *
                           shared(u, width, x, to_width);
            to[y * to_width + x] = sum / area;
        }
}

enum test_side images_test_side(const struct images *i)
{
    return i->n_train < i->n ? TEST_PUBLISHED : TEST_DRAWN;
}

status images_split(const struct images *i, const struct dataset_common *c, size_t sizes[N_SPLITS],
                    struct error *e)
{
    return images_test_side(i) == TEST_PUBLISHED
               ? dataset_split_sides(c, i->n_train, i->n - i->n_train, sizes, e)
               : dataset_split_sizes(c, i->n, sizes, e);
}

status images_choose(const struct images *i, const struct dataset_common *c, uint64_t seed,
                     const size_t sizes[N_SPLITS], size_t *chosen[N_SPLITS], struct mem *m, struct error *e)
{
    bool sides = images_test_side(i) == TEST_PUBLISHED;
    TRY(dataset_choose(c, seed, i->labels, i->n_train, sides ? i->labels + i->n_train : NULL,
                       i->n - i->n_train, i->n_classes, sizes, chosen, m, e));
    for (size_t k = 0; sides && k < sizes[SPLIT_TEST]; k++) chosen[SPLIT_TEST][k] += i->n_train;
    return ST_OK;
}

status images_describe(const struct images *i, const struct dataset_common *c,
                       const struct image_coding *coding, struct dataset_info *info, struct error *e)
{
    size_t cells = i->n * pixels_of(i);
    double spikes = 0, per_step = coding->max_rate * (double)c->T / i->top;
    for (size_t k = 0; k < cells; k++)
        spikes += coding->encoding == ENCODE_RATE ? i->pixels[k] * per_step : i->pixels[k] > 0;
    if (coding->encoding == ENCODE_CURRENT) spikes *= (double)c->T;
    *info = (struct dataset_info){.n_inputs = pixels_of(i),
                                  .channels = 1,
                                  .width = i->width,
                                  .height = i->height,
                                  .n_classes = i->n_classes,
                                  .T = (size_t)c->T,
                                  .valued = coding->encoding == ENCODE_CURRENT,
                                  .test_side = images_test_side(i)};
    TRY(images_split(i, c, info->n, e));
    size_t samples = info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST];
    info->entries = (size_t)(spikes / (double)i->n * (double)samples);
    memcpy(info->sha256, i->sha256, sizeof info->sha256);
    return ST_OK;
}

/* Encodes the chosen images of one split. intensities: scratch for an image. */
static status fill_split(const struct images *i, const struct dataset_common *c,
                         const struct image_coding *coding, const size_t *chosen, uint64_t seed,
                         enum split split, double *intensities, struct dataset *d, struct error *e)
{
    struct spikes_builder b;
    size_t n = d->info.n[split];
    d->labels[split] = mem_alloc(&d->mem, n, sizeof **d->labels, e);
    if (!d->labels[split]) return ST_MEMORY;
    status st = spikes_begin(&b, d->info.n_inputs, d->info.T, n, e);
    if (st == ST_OK) st = spikes_stream(&b, c->stream, e);
    for (size_t k = 0; st == ST_OK && k < n; k++) {
        struct rng rng;
        dataset_sample_stream(seed, "encode", split, k, &rng);
        d->labels[split][k] = i->labels[chosen[k]];
        if (!dataset_keeps(c, split, n, k)) {
            st = spikes_skip(&b, e);
            continue;
        }
        images_intensities(i, chosen[k], intensities);
        st = encode_image(&b, intensities, (enum encoding)coding->encoding, coding->max_rate, &rng, e);
    }
    if (st == ST_OK) return spikes_finish(&b, &d->x[split], &d->mem, e);
    spikes_abandon(&b);
    return st;
}

status images_open(const struct images *i, const struct dataset_common *c, const struct image_coding *coding,
                   uint64_t seed, struct dataset *d, struct error *e)
{
    struct mem scratch = {0};
    size_t *chosen[N_SPLITS];
    status st = images_describe(i, c, coding, &d->info, e);
    if (st == ST_OK) st = images_choose(i, c, seed, d->info.n, chosen, &scratch, e);
    double *intensities = st == ST_OK ? mem_alloc(&scratch, d->info.n_inputs, sizeof *intensities, e) : NULL;
    if (st == ST_OK && !intensities) st = ST_MEMORY;
    for (int k = 0; st == ST_OK && k < N_SPLITS; k++)
        st = fill_split(i, c, coding, chosen[k], seed, (enum split)k, intensities, d, e);
    mem_free(&scratch);
    return st;
}
