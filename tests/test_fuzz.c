/* The corpora of the fuzz targets, what fuzzing once found among them: none crashes, hangs or leaks. */
#include "support/file.h"
#include "tests/fuzz/targets.h"
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static size_t replay(const struct fuzz_target *target)
{
    char folder[200], path[500];
    size_t n = 0;
    struct file_buffer b = {NULL, 0, 0};
    (void)snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", target->name);
    DIR *d = opendir(folder);
    cr_assert_not_null(d, "%s", folder);
    for (const struct dirent *entry; (entry = readdir(d));) {
        struct error e = {0};
        if (entry->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        cr_assert_eq(file_read(path, 1 << 20, &b, &e), ST_OK, "%s", e.text);
        target->run(b.bytes, b.size);
        n++;
    }
    (void)closedir(d);
    free(b.bytes);
    return n;
}

Test(fuzz, corpora_are_replayed)
{
    for (const struct fuzz_target *t = fuzz_targets; t->name; t++)
        cr_expect_geq(replay(t), 3, "%s has fewer than three inputs", t->name);
}
