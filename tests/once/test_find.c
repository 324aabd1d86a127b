/* Files and folders as people have them, what else a file may be, and what YAML has that is not read. */
#include "commands/registry.h"
#include "support/file_kind.h"
#include "support/find.h"
#include "support/yaml.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Test(find, names_that_are_the_same)
{
    cr_expect(find_same("train-images-idx3-ubyte", "Train_Images.idx3-UBYTE"));
    cr_expect(find_same("nmnist", "N-MNIST"));
    cr_expect(!find_same("nmnist", "mnist"));
    cr_expect(!find_same("a", "a1"));
    cr_expect(find_same("", "-"));
}

Test(find, home_folders)
{
    char path[64];
    struct error e = {0};
    cr_assert_eq(setenv("HOME", "/home/x", 1), 0);
    cr_expect(find_home("~/data", path, sizeof path, &e) == ST_OK && strcmp(path, "/home/x/data") == 0, "%s",
              path);
    cr_expect(find_home("~", path, sizeof path, &e) == ST_OK && strcmp(path, "/home/x") == 0, "%s", path);
    cr_expect(find_home("a~/b", path, sizeof path, &e) == ST_OK && strcmp(path, "a~/b") == 0, "%s", path);
    cr_expect_eq(find_home("~y/data", path, sizeof path, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "'~y/data': only ~ and ~/"), "%s", e.text);
    cr_expect_eq(find_home("~/data", path, 12, &e), ST_CONFIG);
    cr_assert_eq(unsetenv("HOME"), 0);
    cr_expect_eq(find_home("~/data", path, sizeof path, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "HOME is not set"), "%s", e.text);
}

/* Sorted, without hidden names, those that are nothing but the end, and others. */
Test(find, names_that_end_alike)
{
    char folder[FOLDER_MAX];
    struct find_list list;
    struct error e = {0};
    folder_create(folder);
    static const char *const names[] = {"b.csv", "a.csv",       ".csv", ".hidden.csv",
                                        "csv",   "a.csv.aside", "c.CSV"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) folder_write(folder, names[i], "", 0);
    cr_assert_eq(find_ending(folder, ".csv", &list, &e), ST_OK, "%s", e.text);
    cr_assert_eq(list.n, (size_t)2);
    cr_expect_str_eq(list.names[0], "a.csv");
    cr_expect_str_eq(list.names[1], "b.csv");
    find_free(&list);
    folder_remove(folder);
    cr_expect_eq(find_ending(folder, ".csv", &list, &e), ST_IO);
    cr_expect_eq(list.n, (size_t)0);
}

/* What a shell command makes, and what is found for "a-file" two folders down: the end of the path, or the
 * error. */
struct place {
    char command[120], expected[160];
    int code;
};

ParameterizedTestParameters(find, places)
{
    static struct place cases[] = {
        {"touch a-file", "/a-file", ST_OK},
        {"touch A.FILE", "/A.FILE", ST_OK},
        {"touch a.file a-file", "/a-file", ST_OK},
        {"touch a-file.gz; mkdir x; touch x/a-file", "/a-file.gz", ST_OK},
        {"touch a_file.gz a.file", "/a.file", ST_OK},
        {"touch ._a-file; mkdir x; touch x/a_file", "/x/a_file", ST_OK},
        {"mkdir -p x/raw; touch x/raw/a-file", "/x/raw/a-file", ST_OK},
        {"mkdir -p x/y/z; touch x/y/z/a-file",
         "a-file is not there, nor in a folder below; the folder holds x", ST_NO_DATA},
        {"mkdir a-file; touch a-file/a-file", "/a-file/a-file", ST_OK},
        {"mkdir a-file", "/a-file", ST_OK},
        {"mkdir -p Other.Data; touch Other.Data/a-file", "a-file is not there", ST_NO_DATA},
        {"mkdir x y; touch x/a-file y/a-file", "/y/a-file; dataset.path says which", ST_NO_DATA},
        {":", "a-file is not there, nor in a folder below; the folder is empty", ST_NO_DATA},
        {"touch b-file", "the folder holds b-file; nearest: 'b-file'", ST_NO_DATA},
        {"touch 1 2 3 4 5 6 7 8 9", "the folder holds 1, 2, 3, 4, 5, 6, 7, 8 and 1 more", ST_NO_DATA},
    };
    return cr_make_param_array(struct place, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct place *c, find, places)
{
    static const char *const names[] = {"a-file", "a-file.gz", NULL}, *const closed[] = {"other-data", NULL};
    const struct find f = {.names = names, .closed = closed, .down = 2};
    char folder[FOLDER_MAX], path[FIND_PATH] = "";
    struct error e = {0};
    folder_create(folder);
    folder_shell(folder, c->command);
    cr_expect_eq((int)find_path(&f, folder, path, &e), c->code, "%s: %s", c->command, e.text);
    if (c->code == ST_OK)
        cr_expect(strncmp(path, folder, strlen(folder)) == 0 &&
                      strcmp(path + strlen(folder), c->expected) == 0,
                  "%s: %s", c->command, path);
    else
        cr_expect(strstr(e.text, c->expected) != NULL, "%s: %s", c->command, e.text);
    folder_remove(folder);
}

Test(find, what_cannot_be_looked_into)
{
    static const char *const names[] = {"a", NULL};
    const struct find f = {.names = names};
    char folder[FOLDER_MAX], path[FIND_PATH], file[FOLDER_MAX + 8];
    struct error e = {0};
    folder_create(folder);
    folder_shell(folder, "touch file; ln -s loop loop");
    (void)snprintf(file, sizeof file, "%s/file", folder);
    cr_expect_eq(find_path(&f, file, path, &e), ST_NO_DATA);
    cr_expect_not_null(strstr(e.text, "/file: is a file; its folder is asked for"), "%s", e.text);
    (void)snprintf(file, sizeof file, "%s/none", folder);
    cr_expect_eq(find_path(&f, file, path, &e), ST_NO_DATA);
    cr_expect_not_null(strstr(e.text, "/none: No such file"), "%s", e.text);
    (void)snprintf(file, sizeof file, "%s/loop", folder);
    cr_expect_eq(find_path(&f, file, path, &e), ST_IO);
    cr_expect_not_null(strstr(e.text, "/loop: Too many levels"), "%s", e.text);
    folder_remove(folder);
}

Test(find, kinds_of_files)
{
    unsigned char tar[300] = "name";
    memcpy(tar + 257, "ustar", 5);
    static const struct {
        const char *bytes, *expected;
    } cases[] = {{"\x1f\x8b\x08", "gzip"},
                 {"PK\x03\x04...", "zip archive"},
                 {"BZh9", "bzip2"},
                 {"<!DOCTYPE html>", "web page"},
                 {"\n <HTML>", "web page"},
                 {"\xef\xbb\xbf<?xml", "web page"},
                 {"{\"message\": 1}", "JSON"},
                 {"version https://git-lfs", "Git LFS"},
                 {"%PDF-1.4", "PDF"},
                 {"#!AER-DAT2.0", "AEDAT"},
                 {"\x93NUMPY\x01", "numpy"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const char *kind = file_kind((const unsigned char *)cases[k].bytes, strlen(cases[k].bytes));
        cr_expect(kind && strstr(kind, cases[k].expected), "%s: %s", cases[k].expected, kind);
    }
    cr_expect_not_null(strstr(file_kind(tar, sizeof tar), "tar archive"));
    cr_expect_str_eq(file_kind(tar, 0), "empty");
    cr_expect_null(file_kind((const unsigned char *)"\0\0\x08\x03", 4));
    cr_expect_null(file_kind((const unsigned char *)"\x1f", 1));
    cr_expect_null(file_kind((const unsigned char *)"<3>", 3), "'<' alone is no page: pixel 60 is a pixel");
}

struct yaml_text {
    char text[80], expected[60];
    int code;
};

ParameterizedTestParameters(find, yaml_that_is_not_read)
{
    static struct yaml_text cases[] = {
        {"a: &x {T: 1}\nb:\n  <<: *x\n", "t.yaml:3:3: merge keys (<<)", ST_CONFIG},
        {"path: ~\n", "t.yaml:1:7: '~' is YAML's null", ST_CONFIG},
        {"a: [1, null]\n", "t.yaml:1:8: 'null' is YAML's null", ST_CONFIG},
        {"path: '~'\n", "", ST_OK},
        {"path: ~/data\n", "", ST_OK},
        {"path: nullify\n", "", ST_OK},
    };
    return cr_make_param_array(struct yaml_text, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct yaml_text *c, find, yaml_that_is_not_read)
{
    struct yml y;
    struct error e = {0};
    cr_expect_eq((int)yml_read_text(&y, "t.yaml", c->text, strlen(c->text), &e), c->code, "%s", e.text);
    cr_expect(strncmp(e.text, c->expected, strlen(c->expected)) == 0, "%s", e.text);
    yml_free(&y);
}

/* 20 training and 10 test images of 2 x 2, all of the value `value`, in the files that the names lead to. */
static void write_images(const char *folder, const char *form, unsigned char value)
{
    unsigned char pixels[80], labels[20];
    char name[100];
    cr_assert_not_null(form);
    memset(pixels, value, sizeof pixels);
    for (size_t k = 0; k < sizeof labels; k++) labels[k] = (unsigned char)(k % 10);
    for (int side = 0; side < 2; side++) {
        const char *which = side ? "t10k" : "train";
        const uint32_t n = side ? 10 : 20;
        (void)snprintf(name, sizeof name, form, which, "images", 3);
        folder_write_idx(folder, name, pixels, n, 2);
        (void)snprintf(name, sizeof name, form, which, "labels", 1);
        folder_write_idx(folder, name, labels, n, 0);
    }
}

static status open_images(const char *name, const char *path, struct dataset *d, struct error *e)
{
    char set[FOLDER_MAX + 20];
    (void)snprintf(set, sizeof set, "path=%s", path);
    void *options = data_options(catalogue_dataset(&registry, name),
                                 (const char *const[]){set, "T=2", "n_validation=0", NULL});
    status st = catalogue_dataset(&registry, name)->open(options, 0, d, e);
    free(options);
    return st;
}

struct image_files {
    char form[60], command[160];
};

ParameterizedTestParameters(find, image_files)
{
    static struct image_files cases[] = {
        {"%s-%s-idx%d-ubyte", ":"},
        {"%s-%s.idx%d-ubyte", ":"},
        {"MNIST/raw/%s-%s-idx%d-ubyte", ":"},
        {"archive/%s_%s.idx%d_ubyte", ":"},
        {"%s-%s-idx%d-ubyte", "gzip *"},
        {"%s-%s-idx%d-ubyte", "for f in *; do mkdir d; mv $f d; mv d $f; done"},
        {"MNIST/raw/%s-%s-idx%d-ubyte", "cp -r MNIST FashionMNIST; cp -r MNIST KMNIST"},
    };
    return cr_make_param_array(struct image_files, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct image_files *c, find, image_files)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_images(folder, c->form, 255);
    folder_shell(folder, c->command);
    cr_expect_eq(open_images("mnist", folder, &d, &e), ST_OK, "%s %s: %s", c->form, c->command, e.text);
    cr_expect(d.info.n[SPLIT_TRAIN] == 20 && d.info.n[SPLIT_TEST] == 10);
    dataset_free(&d);
    folder_remove(folder);
}

/* The folder of another dataset is not taken for this one; $SPIKEBENCH_DATA has its folders in any case. */
Test(find, one_dataset_is_not_taken_for_another)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_images(folder, "FashionMNIST/raw/%s-%s-idx%d-ubyte", 255);
    cr_expect_eq(open_images("mnist", folder, &d, &e), ST_NO_DATA);
    cr_expect_not_null(strstr(e.text, "the folder holds FashionMNIST"), "%s", e.text);
    dataset_free(&d);
    cr_expect_eq(open_images("fashion_mnist", folder, &d, &e), ST_OK, "%s", e.text);
    dataset_free(&d);
    cr_assert_eq(setenv("SPIKEBENCH_DATA", folder, 1), 0);
    cr_expect_eq(open_images("fashion_mnist", "", &d, &e), ST_OK, "%s", e.text);
    dataset_free(&d);
    cr_expect_eq(open_images("kmnist", "", &d, &e), ST_NO_DATA);
    cr_expect_not_null(strstr(e.text, "/kmnist was not found"), "%s", e.text);
    dataset_free(&d);
    folder_remove(folder);
}

struct other_file {
    char command[160], expected[90];
};

ParameterizedTestParameters(find, images_that_are_something_else)
{
    static struct other_file cases[] = {
        {"echo '<!DOCTYPE html>' > train-images-idx3-ubyte",
         "train-images-idx3-ubyte: is no IDX file but a web page"},
        {"gzip train*; gzip < train-images-idx3-ubyte.gz > x; mv x train-images-idx3-ubyte.gz",
         "ubyte.gz: unpacked, it is still no IDX file but compressed by gzip"},
        {"printf 'PK\\003\\004xx' > train-images-idx3-ubyte",
         "train-images-idx3-ubyte: is no IDX file but a zip archive"},
        {"rm train-images*; printf 'PK\\003\\004xx' > train-images-idx3-ubyte.zip",
         "ubyte.zip: is no IDX file but a zip"},
    };
    return cr_make_param_array(struct other_file, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct other_file *c, find, images_that_are_something_else)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_images(folder, "%s-%s-idx%d-ubyte", 255);
    folder_shell(folder, c->command);
    cr_expect_eq(open_images("mnist", folder, &d, &e), ST_DATA, "%s", e.text);
    cr_expect(strstr(e.text, c->expected) != NULL, "%s: %s", c->command, e.text);
    dataset_free(&d);
    folder_remove(folder);
}
