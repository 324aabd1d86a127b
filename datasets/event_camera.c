/* Images in front of a simulated event camera: the built-in digits, or MNIST and its like. */
#include "datasets/camera.h"
#include "datasets/digits_images.h"
#include "datasets/event_coding.h"
#include "datasets/idx_images.h"
#include <math.h>
#include <string.h>

enum source { SOURCE_DIGITS, N_SOURCES = 4 };
static const char *const source_names[] = {"digits", "mnist", "fashion_mnist", "kmnist", NULL};
static const char *const source_folders[N_SOURCES] = {"", "mnist", "fashion", "kmnist"};

struct event_camera_options {
    struct dataset_common common;
    struct event_coding coding;
    long sensor;
    double threshold, density, refractory_us, noise_rate, amplitude;
    int images, side; /* enum source, enum idx_side */
};

static const struct option event_camera_option_list[] = {
    DATASET_COMMON_OPTIONS(struct event_camera_options, "20", "1000", "200", "0"),
    {"images", OPT_CHOICE, offsetof(struct event_camera_options, images), "digits", 0, 0, 0, source_names, "",
     "what moves: the built-in digits, or the images of the dataset of this name"},
    {"side", OPT_CHOICE, offsetof(struct event_camera_options, side), "both", 0, 0, 0, idx_side_names, "",
     "of mnist, fashion_mnist, kmnist: training from the 60,000 images, test from the 10,000; or all splits "
     "from the "
     "10,000 alone"},
    {"sensor", OPT_INT, offsetof(struct event_camera_options, sensor), "16", 4, CAMERA_SIDE_MOST, 0, NULL,
     "pixels", "side of the sensor; 34 is N-MNIST's"},
    {"threshold", OPT_REAL, offsetof(struct event_camera_options, threshold), "0", 0, 10, 0, NULL, "",
     "change of log intensity that makes an event; 0: found so that the density is met"},
    {"density", OPT_REAL, offsetof(struct event_camera_options, density), "8", 0, 1000, OPT_OPEN_LO, NULL,
     "events/pixel", "threshold = 0: mean number of events per pixel and recording, over training images"},
    {"refractory_us", OPT_REAL, offsetof(struct event_camera_options, refractory_us), "0", 0, 1e6, 0, NULL,
     "us", "time for which a pixel sends nothing after an event"},
    {"noise_rate", OPT_REAL, offsetof(struct event_camera_options, noise_rate), "0", 0, 1e4, 0, NULL,
     "events/pixel/s", "events at random"},
    {"amplitude", OPT_REAL, offsetof(struct event_camera_options, amplitude), "4", 0.1, 16, 0, NULL, "pixels",
     "base and height of the triangle that the three saccades follow"},
    EVENT_CODING_OPTIONS(struct event_camera_options, "0"),
    AUGMENT_OPTIONS(struct event_camera_options),
};

extern const struct dataset_source dataset_event_camera;

static status describe(const struct event_camera_options *o, const struct images *images,
                       struct dataset_info *info, struct error *e)
{
    size_t side = (size_t)o->sensor;
    *info = (struct dataset_info){.n_inputs = 2 * side * side,
                                  .channels = 2,
                                  .width = side,
                                  .height = side,
                                  .n_classes = images->n_classes,
                                  .T = (size_t)o->common.T,
                                  .test_side = images_test_side(images),
                                  .valued = event_coding_valued(&o->coding)};
    TRY(event_coding_check(&o->coding, e));
    TRY(images_split(images, &o->common, info->n, e));
    memcpy(info->sha256, images->sha256, sizeof info->sha256);
    return ST_OK;
}

static status read_images(const struct event_camera_options *o, struct images *images, struct error *e)
{
    if (o->images == SOURCE_DIGITS) return digits_images(images, o->common.path, e);
    const struct idx_request r = {
        .name = source_folders[o->images], .path = o->common.path, .side = (enum idx_side)o->side};
    return idx_images(images, &r, e);
}

/* A camera in front of image after image. */
struct studio {
    struct images images;
    struct camera camera;
    struct rng rng;
    struct event_list events;
    struct mem mem;
    double *image, *shown; /* shown: the image, or a smaller one where the sensor is coarser than it */
    size_t width, height;  /* of what is shown */
    size_t *chosen[N_SPLITS];
};

static status shoot(struct studio *s, size_t k, struct error *e)
{
    const struct camera_scene scene = {s->shown, s->width, s->height};
    images_intensities(&s->images, k, s->image);
    if (s->shown != s->image)
        images_shrink(s->image, s->images.width, s->images.height, s->shown, s->width, s->height);
    return camera_record(&s->camera, &scene, &s->rng, &s->events, e);
}

/* Mean number of events per pixel over some training images (of n), evenly spaced, without noise. */
static status density_at(struct studio *s, size_t n, double threshold, double *density, struct error *e)
{
    enum { IMAGES = 25 };
    size_t used = n < IMAGES ? n : IMAGES, events = 0;
    double noise = s->camera.noise_rate;
    s->camera.threshold = threshold;
    s->camera.noise_rate = 0;
    for (size_t k = 0; k < used; k++) {
        TRY(shoot(s, s->chosen[SPLIT_TRAIN][k * n / used], e));
        events += s->events.n;
    }
    s->camera.noise_rate = noise;
    *density = (double)events / (double)used / ((double)s->camera.side * (double)s->camera.side);
    return ST_OK;
}

/* Bisection of the threshold, on a log scale: fewer events the higher it is. */
static status find_threshold(struct studio *s, size_t n, double wanted, struct error *e)
{
    enum { HALVINGS = 14 };
    double low = 0.02, high = 10, density = 0;
    TRY(density_at(s, n, low, &density, e));
    if (density < wanted)
        return FAIL(e, ST_CONFIG, "dataset.density is %g events per pixel; these images give at most %.3g",
                    wanted, density);
    for (int k = 0; k < HALVINGS; k++) {
        double middle = sqrt(low * high);
        TRY(density_at(s, n, middle, &density, e));
        if (density > wanted)
            low = middle;
        else
            high = middle;
    }
    s->camera.threshold = high;
    return ST_OK;
}

/* Finer images than the sensor shows are averaged to a cell per pixel, so that no stroke falls between two
 * pixels. The digits are shown as they are. */
static status set_up(struct studio *s, const struct event_camera_options *o, struct error *e)
{
    const struct images *i = &s->images;
    double cells = (double)(i->width > i->height ? i->width : i->height);
    double pixels = fmax(round((double)o->sensor - o->amplitude), 1);
    s->width = i->width, s->height = i->height;
    s->image = s->shown = mem_alloc(&s->mem, i->width * i->height, sizeof *s->image, e);
    if (!s->image) return ST_MEMORY;
    if (o->images == SOURCE_DIGITS || cells <= pixels) return ST_OK;
    s->width = (size_t)fmax(round((double)i->width * pixels / cells), 1);
    s->height = (size_t)fmax(round((double)i->height * pixels / cells), 1);
    s->shown = mem_alloc(&s->mem, s->width * s->height, sizeof *s->shown, e);
    return s->shown ? ST_OK : ST_MEMORY;
}

static void point_camera(struct studio *s, const struct event_camera_options *o)
{
    s->camera =
        (struct camera){(unsigned)o->sensor, o->threshold, o->refractory_us, o->noise_rate, o->amplitude};
}

static status record_all(struct studio *s, const struct event_camera_options *o, uint64_t seed,
                         recording_visitor take, void *context, struct error *e)
{
    struct dataset_info info;
    TRY(read_images(o, &s->images, e));
    TRY(describe(o, &s->images, &info, e));
    TRY(images_choose(&s->images, &o->common, seed, info.n, s->chosen, &s->mem, e));
    TRY(set_up(s, o, e));
    point_camera(s, o);
    if (o->threshold == 0) TRY(find_threshold(s, info.n[SPLIT_TRAIN], o->density, e));
    for (int k = 0; k < N_SPLITS; k++)
        for (size_t i = 0; i < info.n[k]; i++) {
            dataset_sample_stream(seed, "camera", (enum split)k, i, &s->rng);
            s->events.n = 0;
            if (dataset_keeps(&o->common, (enum split)k, info.n[k], i)) TRY(shoot(s, s->chosen[k][i], e));
            TRY(take(context, (enum split)k, i, s->images.labels[s->chosen[k][i]], &s->events, e));
        }
    return ST_OK;
}

static status event_camera_recordings(const void *options, uint64_t seed, recording_visitor take,
                                      void *context, struct error *e)
{
    struct studio s = {0};
    status st = record_all(&s, options, seed, take, context, e);
    events_free(&s.events);
    images_free(&s.images);
    mem_free(&s.mem);
    return st;
}

/* info->entries, by recordings of a few images; a density that these do not reach is met as nearly as can be.
 */
static status estimate_entries(struct studio *s, const struct event_camera_options *o,
                               struct dataset_info *info, struct error *e)
{
    enum { IMAGES = 4 };
    const size_t samples = info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST];
    size_t entries = 0, few[IMAGES];
    struct usage unused = {0};
    uint32_t *seen = mem_alloc(&s->mem, info->T * info->n_inputs / 32 + 1, sizeof *seen, e);
    if (!seen) return ST_MEMORY;
    for (size_t k = 0; k < IMAGES; k++) few[k] = k * s->images.n / IMAGES;
    s->chosen[SPLIT_TRAIN] = few;
    TRY(set_up(s, o, e));
    point_camera(s, o);
    rng_seed(&s->rng, 0, "camera");
    if (o->threshold == 0 && find_threshold(s, IMAGES, o->density, NULL) == ST_MEMORY)
        return FAIL(e, ST_MEMORY, "no memory for recordings");
    for (size_t k = 0; k < IMAGES; k++) {
        TRY(shoot(s, few[k], e));
        TRY(event_coding_keep(&o->coding, info, &s->events, &unused, e));
        entries += event_coding_entries(&o->coding, info, &s->events, seen);
    }
    info->entries = (size_t)((double)entries / IMAGES * (double)samples);
    return ST_OK;
}

/* Fills info, with info->entries where they are wanted. */
static status inform(const struct event_camera_options *o, bool entries, struct dataset_info *info,
                     struct error *e)
{
    struct studio s = {0};
    status st = read_images(o, &s.images, e);
    if (st == ST_OK) st = describe(o, &s.images, info, e);
    if (st == ST_OK && entries) st = estimate_entries(&s, o, info, e);
    events_free(&s.events);
    images_free(&s.images);
    mem_free(&s.mem);
    return st;
}

static status event_camera_probe(const void *options, struct dataset_info *info, struct error *e)
{
    return inform(options, true, info, e);
}

static status event_camera_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)
{
    const struct event_camera_options *o = options;
    memset(d, 0, sizeof *d);
    TRY(inform(o, false, &d->info, e));
    return event_coding_open(&dataset_event_camera, options, &o->coding, seed, d, e);
}

const struct dataset_source dataset_event_camera = {
    .name = "event_camera",
    .summary = "images moving along N-MNIST's three saccades in front of a simulated event camera: the "
               "built-in digits, or those of mnist, fashion_mnist, kmnist",
    .reference = "images: Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning "
                 "Repository, 1998, or see the dataset of their name; motion: Orchard, Jayawant, Cohen, "
                 "Thakor, Frontiers in Neuroscience, 2015",
    .licence = "CC BY 4.0 (digits); other images: that of their dataset",
    .options = {.spans = {{event_camera_option_list,
                           sizeof event_camera_option_list / sizeof *event_camera_option_list}},
                .size = sizeof(struct event_camera_options)},
    .probe = event_camera_probe,
    .open = event_camera_open,
    .recordings = event_camera_recordings,
};
