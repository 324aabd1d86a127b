/* EMNIST: classes that the files have, transposed images, names of files, on files written by hand. */
#include "commands/registry.h"
#include "datasets/idx_images.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 3, PIXELS = SIDE * SIDE };

/* n images of 3 x 3 whose pixel (x, y) is x + 10 y, with these labels, in four files named as EMNIST's or
 * MNIST's. */
static void write_side(const char *folder, const char *stem, const unsigned char *labels, uint32_t n)
{
    unsigned char pixels[20 * PIXELS];
    char name[100];
    for (size_t k = 0; k < n * PIXELS; k++) pixels[k] = (unsigned char)(k % SIDE + 10 * (k % PIXELS / SIDE));
    (void)snprintf(name, sizeof name, "%s-images-idx3-ubyte", stem);
    folder_write_idx(folder, name, pixels, n, SIDE);
    (void)snprintf(name, sizeof name, "%s-labels-idx1-ubyte", stem);
    folder_write_idx(folder, name, labels, n, 0);
}

static struct idx_request request_for(const char *folder)
{
    return (struct idx_request){.name = "emnist", .path = folder, .side = IDX_BOTH, .set = "letters"};
}

/* Labels 1, 7 and 26 are classes 0, 1 and 2, on both sides. */
Test(emnist, classes_are_those_of_the_files)
{
    static const unsigned char train[] = {7, 1, 26, 7, 1}, test[] = {26, 1};
    static const int expected[] = {1, 0, 2, 1, 0, 2, 0};
    char folder[FOLDER_MAX];
    struct images i;
    struct error e = {0};
    folder_create(folder);
    write_side(folder, "emnist-letters-train", train, 5);
    write_side(folder, "emnist-letters-test", test, 2);
    const struct idx_request r = request_for(folder);
    cr_assert_eq(idx_images(&i, &r, &e), ST_OK, "%s", e.text);
    cr_expect(i.n_classes == 3 && i.n == 7 && i.n_train == 5);
    cr_expect_arr_eq(i.labels, expected, sizeof expected);
    images_free(&i);
    folder_remove(folder);
}

Test(emnist, rows_and_columns_are_exchanged)
{
    static const unsigned char labels[] = {1, 2};
    char folder[FOLDER_MAX];
    folder_create(folder);
    write_side(folder, "emnist-letters-train", labels, 2);
    write_side(folder, "emnist-letters-test", labels, 2);
    for (int turned = 0; turned < 2; turned++) {
        struct images i;
        struct error e = {0};
        struct idx_request r = request_for(folder);
        r.transpose = turned;
        cr_assert_eq(idx_images(&i, &r, &e), ST_OK, "%s", e.text);
        for (size_t k = 0; k < i.n * PIXELS; k++) {
            const size_t x = k % SIDE, y = k % PIXELS / SIDE;
            cr_expect_eq(i.pixels[k], turned ? y + 10 * x : x + 10 * y, "pixel %zu", k);
        }
        images_free(&i);
    }
    folder_remove(folder);
}

/* Images that are not square: what is wide becomes high. */
Test(emnist, images_that_are_not_square)
{
    static const unsigned char file[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2,  0,  0,
                                         0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    static const unsigned char expected[] = {1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12};
    static const unsigned char labels[] = {1, 2};
    char folder[FOLDER_MAX];
    struct images i;
    struct error e = {0};
    folder_create(folder);
    folder_write(folder, "test-images-idx3-ubyte", file, sizeof file);
    folder_write_idx(folder, "test-labels-idx1-ubyte", labels, 2, 0);
    struct idx_request r = request_for(folder);
    r.side = IDX_TEST;
    r.transpose = true;
    cr_assert_eq(idx_images(&i, &r, &e), ST_OK, "%s", e.text);
    cr_expect(i.width == 2 && i.height == 3);
    cr_expect_arr_eq(i.pixels, expected, sizeof expected);
    images_free(&i);
    folder_remove(folder);
}

/* Files of MNIST's names where EMNIST's are not there; EMNIST's go first. */
Test(emnist, names_of_files)
{
    static const unsigned char two[] = {0, 1}, three[] = {3, 4, 5};
    char folder[FOLDER_MAX];
    struct images i;
    struct error e = {0};
    folder_create(folder);
    write_side(folder, "train", two, 2);
    write_side(folder, "t10k", two, 2);
    struct idx_request r = request_for(folder);
    cr_assert_eq(idx_images(&i, &r, &e), ST_OK, "%s", e.text);
    cr_expect_eq(i.n_classes, 2);
    images_free(&i);
    write_side(folder, "emnist-letters-train", three, 3);
    write_side(folder, "emnist-letters-test", three, 3);
    cr_assert_eq(idx_images(&i, &r, &e), ST_OK, "%s", e.text);
    cr_expect_eq(i.n_classes, 3);
    images_free(&i);
    r.set = "balanced"; /* not there: MNIST's names */
    cr_assert_eq(idx_images(&i, &r, &e), ST_OK, "%s", e.text);
    cr_expect_eq(i.n_classes, 2);
    images_free(&i);
    folder_remove(folder);
}

Test(emnist, refused)
{
    static const unsigned char train[] = {1, 2, 1}, test[] = {2, 9}, one[] = {5, 5};
    char folder[FOLDER_MAX];
    struct images i;
    struct error e = {0};
    folder_create(folder);
    struct idx_request r = request_for(folder);
    cr_expect_eq(idx_images(&i, &r, &e), ST_NO_DATA);
    cr_expect_not_null(strstr(e.text, "emnist-letters-train-images-idx3-ubyte is not there"), "%s", e.text);
    images_free(&i);
    write_side(folder, "emnist-letters-test", test, 2);
    cr_expect_eq(idx_images(&i, &r, &e), ST_NO_DATA);
    cr_expect_not_null(strstr(e.text, "dataset.side=test needs only the test files"), "%s", e.text);
    images_free(&i);
    write_side(folder, "emnist-letters-train", train, 3);
    cr_expect_eq(idx_images(&i, &r, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "label 9 of the test side has no training image"), "%s", e.text);
    images_free(&i);
    write_side(folder, "emnist-letters-train", one, 2);
    write_side(folder, "emnist-letters-test", one, 2);
    cr_expect_eq(idx_images(&i, &r, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "all images are of one class"), "%s", e.text);
    images_free(&i);
    folder_remove(folder);
}
