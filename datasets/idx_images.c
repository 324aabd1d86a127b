/* The images of MNIST and its like (see idx_images.h). */
#include "datasets/idx_images.h"
#include "datasets/idx.h"
#include "datasets/place.h"
#include <string.h>

enum { CLASSES = 10, TOP = 255 };
const char *const idx_side_names[] = {"both", "test", NULL};

/* Names of the folders of the datasets of this format, by the dataset's name. */
static const char *const mnist[] = {"mnist", NULL}, *const kmnist[] = {"kmnist", "kuzushiji-mnist", NULL},
                         *const fashion[] = {"fashion", "fashion-mnist", NULL};
static const char *const others[] = {"mnist",  "kmnist", "kuzushiji-mnist", "fashion",    "fashion-mnist",
                                     "emnist", "qmnist", "notmnist",        "sign-mnist", "nmnist"};
enum { OTHERS = sizeof others / sizeof *others };

static const char *const *names_of(const char *name)
{
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

/* NAME, or NAME.gz where only that is there; with a dot for the dash before idx, and a folder or two down, as
 * MNIST/raw is. */
static status find_file(const struct place *p, const char *name, char path[FIND_PATH], struct error *e)
{
    char packed[80], zipped[80];
    (void)snprintf(packed, sizeof packed, "%s.gz", name);
    (void)snprintf(zipped, sizeof zipped, "%s.zip", name);
    const char *const names[] = {name, packed, zipped, NULL}; /* the reader refuses the last */
    const struct find find = {.names = names, .closed = p->closed, .down = 2};
    return find_path(&find, p->folder, path, e);
}

/* Images and labels of one side, "train" or "t10k". */
static status read_side(const struct place *p, const char *side, struct idx *pictures, struct idx *labels,
                        struct mem *m, struct error *e)
{
    char name[64], path[FIND_PATH];
    snprintf(name, sizeof name, "%s-images-idx3-ubyte", side);
    TRY(find_file(p, name, path, e));
    TRY(idx_read_images(pictures, path, m, e));
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", side);
    TRY(find_file(p, name, path, e));
    TRY(idx_read_labels(labels, path, m, e));
    if (labels->n != pictures->n)
        return FAIL(e, ST_DATA, "%s: %zu labels for %zu images", path, labels->n, pictures->n);
    for (size_t k = 0; k < labels->n; k++)
        if (labels->bytes[k] >= CLASSES)
            return FAIL(e, ST_DATA, "%s: byte %zu: label %u is not one of 0 to %d", path, k + 8,
                        labels->bytes[k], CLASSES - 1);
    return ST_OK;
}

/* Adds to the error of missing training files what can be had where the test files are there. */
static status hint_test_side(const struct place *p, struct error *e)
{
    char path[FIND_PATH], missing[sizeof e->text];
    if (!e || find_file(p, "t10k-images-idx3-ubyte", path, NULL) != ST_OK ||
        find_file(p, "t10k-labels-idx1-ubyte", path, NULL) != ST_OK)
        return ST_NO_DATA;
    memcpy(missing, e->text, sizeof missing);
    return FAIL(e, ST_NO_DATA, "%s; dataset.side=test needs only the t10k files", missing);
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

status idx_images(struct images *i, const char *name, const char *path, enum idx_side side, struct error *e)
{
    struct place p;
    struct mem scratch = {0};
    struct idx pictures[2], labels[2];
    size_t sides = side == IDX_BOTH ? 2 : 1;
    *i = (struct images){.n_classes = CLASSES, .top = TOP};
    TRY(find_place(name, path, &p, e));
    status st = read_side(&p, sides == 2 ? "train" : "t10k", &pictures[0], &labels[0], &scratch, e);
    if (st == ST_NO_DATA && sides == 2) st = hint_test_side(&p, e);
    if (st == ST_OK && sides == 2) st = read_side(&p, "t10k", &pictures[1], &labels[1], &scratch, e);
    if (st == ST_OK && sides == 2 &&
        (pictures[0].width != pictures[1].width || pictures[0].height != pictures[1].height))
        st = FAIL(e, ST_DATA, "%s: training images of %zu x %zu, test images of %zu x %zu", p.folder,
                  pictures[0].width, pictures[0].height, pictures[1].width, pictures[1].height);
    if (st == ST_OK) st = join(i, pictures, labels, sides, e);
    mem_free(&scratch);
    return st;
}
