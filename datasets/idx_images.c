/* The images of MNIST and its like (see idx_images.h). */
#include "datasets/idx_images.h"
#include "datasets/idx.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLASSES = 10, TOP = 255, PATH_MOST = OPT_STRING_MAX + 64 };
const char *const idx_side_names[] = {"both", "test", NULL};

static status find_folder(const char *name, const char *path, char *folder, size_t size, struct error *e)
{
    const char *base = getenv("SPIKEBENCH_DATA");
    if (path[0])
        snprintf(folder, size, "%s", path);
    else if (base && base[0])
        snprintf(folder, size, "%s/%s", base, name);
    else
        return FAIL(e, ST_NO_DATA, "%s was not found: dataset.path is empty and SPIKEBENCH_DATA is not set",
                    name);
    return ST_OK;
}

/* FOLDER/name, or FOLDER/name.gz where only that is there. */
static status find_file(const char *folder, const char *name, char path[PATH_MOST], struct error *e)
{
    const char *const suffixes[] = {"", ".gz"};
    for (size_t k = 0; k < 2; k++) {
        int n = snprintf(path, PATH_MOST, "%s/%s%s", folder, name, suffixes[k]);
        if (n < 0 || n >= PATH_MOST) return FAIL(e, ST_CONFIG, "dataset.path is too long");
        /* a loop of links is there, too: the reader says what is wrong with it */
        if (access(path, F_OK) == 0 || errno != ENOENT) return ST_OK;
    }
    return FAIL(e, ST_NO_DATA, "%s/%s is not there, nor %s.gz", folder, name, name);
}

/* Images and labels of one side, "train" or "t10k". */
static status read_side(const char *folder, const char *side, struct idx *pictures, struct idx *labels,
                        struct mem *m, struct error *e)
{
    char name[64], path[PATH_MOST];
    snprintf(name, sizeof name, "%s-images-idx3-ubyte", side);
    TRY(find_file(folder, name, path, e));
    TRY(idx_read_images(pictures, path, m, e));
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", side);
    TRY(find_file(folder, name, path, e));
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
static status hint_test_side(const char *folder, struct error *e)
{
    char path[PATH_MOST], missing[sizeof e->text];
    if (!e || find_file(folder, "t10k-images-idx3-ubyte", path, NULL) != ST_OK ||
        find_file(folder, "t10k-labels-idx1-ubyte", path, NULL) != ST_OK)
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
    char folder[PATH_MOST - 40];
    struct mem scratch = {0};
    struct idx pictures[2], labels[2];
    size_t sides = side == IDX_BOTH ? 2 : 1;
    *i = (struct images){.n_classes = CLASSES, .top = TOP};
    TRY(find_folder(name, path, folder, sizeof folder, e));
    status st = read_side(folder, sides == 2 ? "train" : "t10k", &pictures[0], &labels[0], &scratch, e);
    if (st == ST_NO_DATA && sides == 2) st = hint_test_side(folder, e);
    if (st == ST_OK && sides == 2) st = read_side(folder, "t10k", &pictures[1], &labels[1], &scratch, e);
    if (st == ST_OK && sides == 2 &&
        (pictures[0].width != pictures[1].width || pictures[0].height != pictures[1].height))
        st = FAIL(e, ST_DATA, "%s: training images of %zu x %zu, test images of %zu x %zu", folder,
                  pictures[0].width, pictures[0].height, pictures[1].width, pictures[1].height);
    if (st == ST_OK) st = join(i, pictures, labels, sides, e);
    mem_free(&scratch);
    return st;
}
