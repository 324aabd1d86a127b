/* MNIST's format: files written by hand, plain and compressed, damaged and hostile ones, and (where
 * SPIKEBENCH_DATA is set) real images. */
#include "commands/registry.h"
#include "datasets/idx.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

enum { SIDE = 3, PIXELS = SIDE * SIDE };

static size_t put_number(unsigned char *to, uint32_t v)
{
    for (int k = 0; k < 4; k++) to[k] = (unsigned char)(v >> (24 - 8 * k));
    return 4;
}

/* n images of 3 x 3 whose pixel j is j + 10 k, and labels k mod 10. */
static size_t image_bytes(unsigned char *to, uint32_t n)
{
    size_t at = put_number(to, 0x803);
    at += put_number(to + at, n);
    at += put_number(to + at, SIDE);
    at += put_number(to + at, SIDE);
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t j = 0; j < PIXELS; j++) to[at++] = (unsigned char)(j + 10 * k);
    return at;
}

static size_t label_bytes(unsigned char *to, uint32_t n)
{
    size_t at = put_number(to, 0x801);
    at += put_number(to + at, n);
    for (uint32_t k = 0; k < n; k++) to[at++] = (unsigned char)(k % 10);
    return at;
}

static void write_compressed(const char *folder, const char *name, const unsigned char *bytes, size_t size)
{
    char path[FOLDER_MAX + 80];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile f = gzopen(path, "wb");
    cr_assert_not_null(f);
    cr_assert_eq(gzwrite(f, bytes, (unsigned)size), (int)size);
    cr_assert_eq(gzclose(f), Z_OK);
}

/* 20 training and 10 test images; compressed ones where asked for. */
static void write_layout(const char *folder, bool compressed)
{
    unsigned char bytes[1000];
    static const char *const names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                        "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
    for (size_t k = 0; k < 4; k++) {
        char name[64];
        uint32_t n = k < 2 ? 20 : 10;
        size_t size = k % 2 ? label_bytes(bytes, n) : image_bytes(bytes, n);
        (void)snprintf(name, sizeof name, "%s%s", names[k], compressed ? ".gz" : "");
        if (compressed)
            write_compressed(folder, name, bytes, size);
        else
            folder_write(folder, name, bytes, size);
    }
}

static status open_data(const char *folder, const char *setting, struct dataset *d, struct error *e)
{
    char path[FOLDER_MAX + 10];
    (void)snprintf(path, sizeof path, "path=%s", folder);
    const char *const settings[] = {path, "T=5", "n_validation=0", "encoding=latency", setting, NULL};
    void *options = data_options(catalogue_dataset(&registry, "mnist"), settings);
    status st = catalogue_dataset(&registry, "mnist")->open(options, 0, d, e);
    free(options);
    return st;
}

Test(mnist, images_by_hand)
{
    char folder[FOLDER_MAX];
    unsigned char bytes[1000];
    struct idx x;
    struct mem m = {0};
    struct error e = {0};
    folder_create(folder);
    folder_write(folder, "images", bytes, image_bytes(bytes, 2));
    write_compressed(folder, "labels.gz", bytes, label_bytes(bytes, 12));
    char path[FOLDER_MAX + 10];
    (void)snprintf(path, sizeof path, "%s/images", folder);
    cr_assert_eq(idx_read_images(&x, path, &m, &e), ST_OK, "%s", e.text);
    cr_expect(x.n == 2 && x.height == SIDE && x.width == SIDE);
    for (size_t k = 0; k < 2; k++)
        for (size_t j = 0; j < PIXELS; j++) cr_expect_eq(x.bytes[k * PIXELS + j], j + 10 * k);
    cr_expect_eq(idx_read_labels(&x, path, &m, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "byte 0: magic number 0x00000803 instead of 0x00000801"), "%s", e.text);
    (void)snprintf(path, sizeof path, "%s/labels.gz", folder);
    cr_assert_eq(idx_read_labels(&x, path, &m, &e), ST_OK, "%s", e.text);
    cr_expect(x.n == 12 && x.bytes[9] == 9 && x.bytes[10] == 0);
    mem_free(&m);
    folder_remove(folder);
}

/* Compressed and plain files are the same data: same identity, same spikes. */
Test(mnist, compressed_and_plain_are_the_same)
{
    struct dataset d[2];
    struct error e = {0};
    for (int k = 0; k < 2; k++) {
        char folder[FOLDER_MAX];
        folder_create(folder);
        write_layout(folder, k == 1);
        cr_assert_eq(open_data(folder, "n_test=10", &d[k], &e), ST_OK, "%s", e.text);
        folder_remove(folder);
    }
    cr_expect_eq(d[0].info.n[SPLIT_TRAIN], 20);
    cr_expect_eq(d[0].info.n[SPLIT_TEST], 10);
    cr_expect(d[0].info.width == SIDE && d[0].info.height == SIDE && d[0].info.channels == 1);
    cr_expect_str_eq(d[0].info.sha256, d[1].info.sha256);
    for (int s = 0; s < N_SPLITS; s++)
        for (size_t n = 0; n < d[0].info.n[s]; n++) {
            cr_expect_eq(d[0].labels[s][n], d[1].labels[s][n]);
            for (size_t t = 0; t < 5; t++)
                for (size_t i = 0; i < PIXELS; i++)
                    cr_expect_eq(data_cell(&d[0], (enum split)s, n, t, i),
                                 data_cell(&d[1], (enum split)s, n, t, i));
        }
    for (int k = 0; k < 2; k++) dataset_free(&d[k]);
}

/* Test samples come from the test side alone, unless all splits do. */
Test(mnist, sides_do_not_mix)
{
    char folder[FOLDER_MAX];
    unsigned char test[1000];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_layout(folder, false);
    size_t size = image_bytes(test, 10);
    for (size_t k = 16; k < size; k++)
        test[k] = 255; /* test images: all white, so one early spike per pixel */
    folder_write(folder, "t10k-images-idx3-ubyte", test, size);
    cr_assert_eq(open_data(folder, "n_test=0", &d, &e), ST_OK, "%s", e.text);
    for (size_t n = 0; n < 10; n++)
        for (size_t i = 0; i < PIXELS; i++) cr_expect_eq(data_cell(&d, SPLIT_TEST, n, 0, i), 1.0);
    for (size_t n = 0; n < 20; n++) cr_expect_eq(data_cell(&d, SPLIT_TRAIN, n, 0, 0), 0.0);
    dataset_free(&d);
    folder_shell(folder, "rm train*");
    cr_expect_eq(open_data(folder, "n_test=0", &d, &e), ST_NO_DATA);
    cr_expect_not_null(
        strstr(e.text, "train-images-idx3-ubyte is not there, nor in a folder below; the folder holds "),
        "%s", e.text);
    cr_expect_not_null(strstr(e.text, "; dataset.side=test needs only the t10k files"), "%s", e.text);
    char path[FOLDER_MAX + 10];
    (void)snprintf(path, sizeof path, "path=%s", folder);
    void *options =
        data_options(catalogue_dataset(&registry, "mnist"),
                     (const char *const[]){path, "side=test", "n_train=6", "n_validation=2", NULL});
    cr_assert_eq(catalogue_dataset(&registry, "mnist")->open(options, 0, &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.n[0] == 6 && d.info.n[1] == 2 && d.info.n[2] == 2);
    dataset_free(&d);
    free(options);
    folder_remove(folder);
}

struct damage {
    char command[160], expected[3][70];
    int code;
};

ParameterizedTestParameters(mnist, damaged_files)
{
    static struct damage cases[] = {
        {"printf '\\000' | dd of=train-images-idx3-ubyte bs=1 seek=3 conv=notrunc status=none",
         {"train-images-idx3-ubyte: byte 0", "magic number 0x00000800"},
         ST_DATA},
        {"printf '\\000\\017\\102\\100' | dd of=train-images-idx3-ubyte bs=1 seek=4 conv=notrunc status=none",
         {"train-images-idx3-ubyte: byte 196", "ends here"},
         ST_DATA},
        {"printf '\\377\\377' | dd of=train-images-idx3-ubyte bs=1 seek=4 conv=notrunc status=none",
         {"byte 4", "4294901780 images", "1 to 1000000"},
         ST_DATA},
        {"printf '\\377' | dd of=train-images-idx3-ubyte bs=1 seek=12 conv=notrunc status=none",
         {"byte 12", "columns"},
         ST_DATA},
        {"printf '\\000' | dd of=train-images-idx3-ubyte bs=1 seek=11 conv=notrunc status=none",
         {"byte 8", "0 rows"},
         ST_DATA},
        {"printf X >> train-images-idx3-ubyte", {"byte 196", "the file goes on"}, ST_DATA},
        {"truncate -s 100 train-images-idx3-ubyte",
         {"train-images-idx3-ubyte: byte 100", "ends here"},
         ST_DATA},
        {": > train-images-idx3-ubyte", {"byte 0", "ends here"}, ST_DATA},
        {"truncate -s 6 train-labels-idx1-ubyte", {"train-labels-idx1-ubyte: byte 6", "ends here"}, ST_DATA},
        {"printf '\\012' | dd of=t10k-labels-idx1-ubyte bs=1 seek=11 conv=notrunc status=none",
         {"t10k-labels-idx1-ubyte: byte 11", "label 10"},
         ST_DATA},
        {"cp t10k-labels-idx1-ubyte train-labels-idx1-ubyte", {"10 labels for 20 images"}, ST_DATA},
        {"gzip train-images-idx3-ubyte && truncate -s 60 train-images-idx3-ubyte.gz",
         {"train-images-idx3-ubyte.gz: byte", "ends here"},
         ST_DATA},
        {"gzip train-images-idx3-ubyte && printf XXXX | dd of=train-images-idx3-ubyte.gz bs=1 seek=60 "
         "conv=notrunc status=none",
         {"train-images-idx3-ubyte.gz: byte"},
         ST_DATA},
        {"rm t10k-images-idx3-ubyte && mkdir t10k-images-idx3-ubyte",
         {"t10k-images-idx3-ubyte", "directory"},
         ST_DATA},
        {"rm t10k-images-idx3-ubyte && mkfifo t10k-images-idx3-ubyte",
         {"t10k-images-idx3-ubyte", "pipe"},
         ST_DATA},
        {"ln -sf loop loop && rm t10k-images-idx3-ubyte && ln -s loop t10k-images-idx3-ubyte",
         {"t10k-images-idx3-ubyte", "symbolic links"},
         ST_IO},
        {"rm t10k-labels-idx1-ubyte", {"t10k-labels-idx1-ubyte is not there"}, ST_NO_DATA},
    };
    return cr_make_param_array(struct damage, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct damage *c, mnist, damaged_files)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_layout(folder, false);
    folder_shell(folder, c->command);
    cr_expect_eq((int)open_data(folder, "n_test=10", &d, &e), c->code, "%s: %s", c->command, e.text);
    for (int i = 0; i < 3; i++)
        cr_expect(strstr(e.text, c->expected[i]) != NULL, "%s: '%s' not in: %s", c->command, c->expected[i],
                  e.text);
    dataset_free(&d);
    folder_remove(folder);
}

/* 5 GB of nothing, plain and claimed by a compressed header, must not be read into memory. */
Test(mnist, giants_take_no_memory)
{
    char folder[FOLDER_MAX];
    unsigned char bytes[1000];
    struct dataset d;
    struct error e = {0};
    struct rusage before, after;
    folder_create(folder);
    write_layout(folder, false);
    folder_shell(folder, "truncate -s 5G train-images-idx3-ubyte");
    getrusage(RUSAGE_SELF, &before);
    cr_expect_eq(open_data(folder, "n_test=10", &d, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "train-images-idx3-ubyte: 5368709120 bytes; at most"), "%s", e.text);
    dataset_free(&d);
    folder_shell(folder, "rm train-images-idx3-ubyte");
    size_t size = image_bytes(bytes, 20);
    (void)put_number(bytes + 4, 1000000);
    (void)put_number(bytes + 8, 256);
    (void)put_number(bytes + 12, 256);
    write_compressed(folder, "train-images-idx3-ubyte.gz", bytes, size);
    cr_expect_eq(open_data(folder, "n_test=10", &d, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, ".gz: byte 4: 1000000 images of 256 x 256 are"), "%s", e.text);
    dataset_free(&d);
    (void)put_number(bytes + 4, 50000); /* MNIST's size, which is unpacked until the file ends */
    (void)put_number(bytes + 8, 32);
    (void)put_number(bytes + 12, 32);
    write_compressed(folder, "train-images-idx3-ubyte.gz", bytes, size);
    cr_expect_eq(open_data(folder, "n_test=10", &d, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, ".gz: byte 196"), "%s", e.text);
    dataset_free(&d);
    getrusage(RUSAGE_SELF, &after);
    cr_expect_lt(after.ru_maxrss - before.ru_maxrss, 50 * 1024, "%ld kB more",
                 after.ru_maxrss - before.ru_maxrss);
    folder_remove(folder);
}

/* n blank images of 32 x 32, which pack to a thousandth. */
static void write_blank(const char *path, uint32_t n)
{
    enum { BLOCK = 1024 };
    static const unsigned char blank[BLOCK];
    unsigned char head[16];
    (void)put_number(head, 0x803);
    (void)put_number(head + 4, n);
    (void)put_number(head + 8, 32);
    (void)put_number(head + 12, 32);
    gzFile f = gzopen(path, "wb1");
    cr_assert_not_null(f);
    cr_assert_eq(gzwrite(f, head, sizeof head), (int)sizeof head);
    for (uint32_t k = 0; k < n; k++) cr_assert_eq(gzwrite(f, blank, BLOCK), BLOCK);
    cr_assert_eq(gzclose(f), Z_OK);
}

/* Bytes that are really there, but packed far more tightly than images are, do not fill the memory. */
Test(mnist, packed_bombs_take_no_memory)
{
    char folder[FOLDER_MAX], path[FOLDER_MAX + 10];
    struct idx x;
    struct mem m = {0};
    struct error e = {0};
    struct rusage before, after;
    folder_create(folder);
    (void)snprintf(path, sizeof path, "%s/bomb.gz", folder);
    write_blank(path, 70000);
    getrusage(RUSAGE_SELF, &before);
    cr_expect_eq(idx_read_images(&x, path, &m, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "bomb.gz: byte 4: 71680000 bytes out of "), "%s", e.text);
    getrusage(RUSAGE_SELF, &after);
    cr_expect_lt(after.ru_maxrss - before.ru_maxrss, 4 * 1024, "%ld kB more",
                 after.ru_maxrss - before.ru_maxrss);
    write_blank(path, 3000);
    cr_expect_eq(idx_read_images(&x, path, &m, &e), ST_OK, "blank images are images, too: %s", e.text);
    cr_expect(x.n == 3000 && x.bytes[3000 * 1024 - 1] == 0);
    mem_free(&m);
    folder_remove(folder);
}

/* A folder that this user may not read. Root may read everything: a child of another user tries. */
Test(mnist, folders_without_permission)
{
    char folder[FOLDER_MAX];
    folder_create(folder);
    write_layout(folder, false);
    cr_assert_eq(chmod(folder, 0), 0);
    pid_t child = fork();
    if (child == 0) {
        struct dataset d;
        struct error e = {0};
        if (geteuid() == 0 && setuid(65534) != 0) _exit(2);
        status st = open_data(folder, "n_test=10", &d, &e);
        _exit(st == ST_IO && strstr(e.text, ": Permission denied") ? 0 : 1);
    }
    int how = -1;
    cr_assert_eq(waitpid(child, &how, 0), child);
    cr_expect(WIFEXITED(how) && WEXITSTATUS(how) == 0, "exit code %d", WEXITSTATUS(how));
    cr_assert_eq(chmod(folder, 0700), 0);
    folder_remove(folder);
}

/* The 10,000 test images of MNIST; skipped, loudly, where SPIKEBENCH_DATA does not lead to them. */
Test(mnist, real_images)
{
    /* per class, from the published description of the test set */
    static const int per_class[] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};
    int found[10] = {0};
    struct dataset d;
    struct error e = {0};
    const char *const settings[] = {"side=test", "T=2", "n_train=4000", "n_validation=1000", NULL};
    void *options = data_options(catalogue_dataset(&registry, "mnist"), settings);
    status st = catalogue_dataset(&registry, "mnist")->open(options, 0, &d, &e);
    free(options);
    if (st == ST_NO_DATA) {
        dataset_free(&d);
        (void)fprintf(stderr, "SKIPPED mnist::real_images: %s\n", e.text);
        return;
    }
    cr_assert_eq(st, ST_OK, "%s", e.text);
    cr_expect_eq(d.info.n_inputs, 784);
    for (int s = 0; s < N_SPLITS; s++)
        for (size_t i = 0; i < d.info.n[s]; i++) found[d.labels[s][i]]++;
    cr_expect_arr_eq(found, per_class, sizeof found);
    dataset_free(&d);
}
