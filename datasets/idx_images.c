/* The images of MNIST and its like (see idx_images.h). */
#include "datasets/idx_images.h"
#include "datasets/idx.h"
#include "datasets/place.h"
#include <string.h>

enum { CLASSES = 10, LABELS = 256, TOP = 255 };
const char *const idx_side_names[] = {"both", "test", NULL};

/* Names of the folders of the datasets of this format, by the dataset's name. */
static const char *const mnist[] = {"mnist", NULL}, *const kmnist[] = {"kmnist", "kuzushiji-mnist", NULL},
                         *const fashion[] = {"fashion", "fashion-mnist", NULL},
                         *const emnist[] = {"emnist", NULL};
static const char *const others[] = {"mnist",  "kmnist", "kuzushiji-mnist", "fashion",    "fashion-mnist",
                                     "emnist", "qmnist", "notmnist",        "sign-mnist", "nmnist"};
enum { OTHERS = sizeof others / sizeof *others };

static const char *const *names_of(const char *name)
{
    if (strcmp(name, emnist[0]) == 0) return emnist;
    return strcmp(name, mnist[0]) == 0 ? mnist : strcmp(name, kmnist[0]) == 0 ? kmnist : fashion;
}

/* Where the files of a dataset are. */
struct place {
    char folder[FIND_PATH];
    const char *closed[OTHERS + 1]; /* folders of the other datasets */
};

static status find_place(const char *name, const char *path, struct place *p, struct error *e)
{
    const char *const *own = names_of(name);
    size_t n = 0;
    *p = (struct place){.folder = ""};
    for (size_t k = 0; k < OTHERS; k++) {
        bool is_own = false;
        for (size_t i = 0; own[i]; i++) is_own = is_own || strcmp(own[i], others[k]) == 0;
        if (!is_own) p->closed[n++] = others[k];
    }
    return place_folder(path, own, p->folder, e);
}

/* The file of one side, "images-idx3-ubyte" or "labels-idx1-ubyte": plain, or .gz where only that is there;
 * with a dot for the dash before idx, and a folder or two down, as MNIST/raw is. */
static status find_file(const struct place *p, const struct idx_request *r, bool train, const char *what,
                        char path[FIND_PATH], struct error *e)
{
    enum { ENDS = 3, STEMS = 3 };
    static const char *const ends[ENDS] = {"", ".gz", ".zip"}; /* the reader refuses the last */
    char stems[STEMS][60], text[STEMS * ENDS][80];
    const char *names[STEMS * ENDS + 1];
    size_t n = 0, first = r->set ? 0 : 2;
    (void)snprintf(stems[0], sizeof stems[0], "emnist-%.20s-%s", r->set ? r->set : "",
                   train ? "train" : "test");
    (void)snprintf(stems[1], sizeof stems[1], "%s", train ? "train" : "test");
    (void)snprintf(stems[2], sizeof stems[2], "%s", train ? "train" : "t10k");
    for (size_t k = first; k < STEMS; k++)
        for (size_t i = 0; i < ENDS; i++, n++) {
            (void)snprintf(text[n], sizeof text[n], "%s-%s%s", stems[k], what, ends[i]);
            names[n] = text[n];
        }
    names[n] = NULL;
    const struct find find = {.names = names, .closed = p->closed, .down = 2};
    return find_path(&find, p->folder, path, e);
}

static const char images_name[] = "images-idx3-ubyte", labels_name[] = "labels-idx1-ubyte";

/* Images and labels of one side. */
static status read_side(const struct place *p, const struct idx_request *r, bool train, struct idx *pictures,
                        struct idx *labels, struct mem *m, struct error *e)
{
    char path[FIND_PATH];
    TRY(find_file(p, r, train, images_name, path, e));
    TRY(idx_read_images(pictures, path, m, e));
    TRY(find_file(p, r, train, labels_name, path, e));
    TRY(idx_read_labels(labels, path, m, e));
    if (labels->n != pictures->n)
        return FAIL(e, ST_DATA, "%s: %zu labels for %zu images", path, labels->n, pictures->n);
    for (size_t k = 0; k < labels->n && !r->set; k++)
        if (labels->bytes[k] >= CLASSES)
            return FAIL(e, ST_DATA, "%s: byte %zu: label %u is not one of 0 to %d", path, k + 8,
                        labels->bytes[k], CLASSES - 1);
    return ST_OK;
}

/* Adds to the error of missing training files what can be had where the test files are there. */
static status hint_test_side(const struct place *p, const struct idx_request *r, struct error *e)
{
    char path[FIND_PATH], missing[sizeof e->text];
    if (!e || find_file(p, r, false, images_name, path, NULL) != ST_OK ||
        find_file(p, r, false, labels_name, path, NULL) != ST_OK)
        return ST_NO_DATA;
    memcpy(missing, e->text, sizeof missing);
    return FAIL(e, ST_NO_DATA, "%s; dataset.side=test needs only the %s files", missing,
                r->set ? "test" : "t10k");
}

/* Numbers the classes that the files have from 0, in the order of their labels; a class of the test side that
 * has no training image is none. */
static status number_classes(struct images *i, const struct idx_request *r, struct error *e)
{
    int number[LABELS];
    bool trained[LABELS] = {false};
    for (size_t k = 0; k < i->n_train; k++) trained[i->labels[k]] = true;
    i->n_classes = 0;
    for (int k = 0; k < LABELS; k++) number[k] = trained[k] ? (int)i->n_classes++ : -1;
    for (size_t k = 0; k < i->n; k++) {
        if (number[i->labels[k]] < 0)
            return FAIL(e, ST_DATA, "%s: label %d of the test side has no training image", r->name,
                        i->labels[k]);
        i->labels[k] = number[i->labels[k]];
    }
    if (i->n_classes < 2) return FAIL(e, ST_DATA, "%s: all images are of one class", r->name);
    return ST_OK;
}

/* Exchanges rows and columns of all images. */
static status transpose(struct images *i, struct error *e)
{
    struct mem scratch = {0};
    const size_t w = i->width, h = i->height;
    unsigned char *image = mem_alloc(&scratch, w * h, 1, e);
    for (size_t k = 0; image && k < i->n; k++) {
        unsigned char *pixels = i->pixels + k * w * h;
        memcpy(image, pixels, w * h);
        for (size_t y = 0; y < h; y++)
            for (size_t x = 0; x < w; x++) pixels[x * h + y] = image[y * w + x];
    }
    mem_free(&scratch);
    i->width = h;
    i->height = w;
    return image ? ST_OK : ST_MEMORY;
}

/* Puts the sides one behind the other. */
static status join(struct images *i, const struct idx *pictures, const struct idx *labels, size_t sides,
                   struct error *e)
{
    struct hash h;
    hash_start(&h);
    i->height = pictures[0].height;
    i->width = pictures[0].width;
    for (size_t s = 0; s < sides; s++) i->n += pictures[s].n;
    i->n_train = pictures[0].n;
    i->pixels = mem_alloc(&i->mem, i->n * i->height * i->width, 1, e);
    i->labels = mem_alloc(&i->mem, i->n, sizeof *i->labels, e);
    if (!i->pixels || !i->labels) return ST_MEMORY;
    for (size_t s = 0, at = 0; s < sides; at += pictures[s].n, s++) {
        size_t size = pictures[s].n * i->height * i->width;
        memcpy(i->pixels + at * i->height * i->width, pictures[s].bytes, size);
        for (size_t k = 0; k < labels[s].n; k++) i->labels[at + k] = labels[s].bytes[k];
        hash_add(&h, pictures[s].bytes, size);
        hash_add(&h, labels[s].bytes, labels[s].n);
    }
    hash_finish(&h, i->sha256);
    return ST_OK;
}

status idx_images(struct images *i, const struct idx_request *r, struct error *e)
{
    struct place p;
    struct mem scratch = {0};
    struct idx pictures[2], labels[2];
    size_t sides = r->side == IDX_BOTH ? 2 : 1;
    *i = (struct images){.n_classes = CLASSES, .top = TOP};
    TRY(find_place(r->name, r->path, &p, e));
    status st = read_side(&p, r, sides == 2, &pictures[0], &labels[0], &scratch, e);
    if (st == ST_NO_DATA && sides == 2) st = hint_test_side(&p, r, e);
    if (st == ST_OK && sides == 2) st = read_side(&p, r, false, &pictures[1], &labels[1], &scratch, e);
    if (st == ST_OK && sides == 2 &&
        (pictures[0].width != pictures[1].width || pictures[0].height != pictures[1].height))
        st = FAIL(e, ST_DATA, "%s: training images of %zu x %zu, test images of %zu x %zu", p.folder,
                  pictures[0].width, pictures[0].height, pictures[1].width, pictures[1].height);
    if (st == ST_OK) st = join(i, pictures, labels, sides, e);
    if (st == ST_OK && r->set) st = number_classes(i, r, e);
    if (st == ST_OK && r->transpose) st = transpose(i, e);
    mem_free(&scratch);
    return st;
}

status idx_files(const struct idx_request *r, file_visitor take, void *context, struct error *e)
{
    struct place p;
    TRY(find_place(r->name, r->path, &p, e));
    for (int train = r->side == IDX_BOTH; train >= 0; train--)
        for (int what = 0; what < 2; what++) {
            char path[FIND_PATH];
            TRY(find_file(&p, r, train, what ? labels_name : images_name, path, e));
            TRY(take(context, path, e));
        }
    return ST_OK;
}
