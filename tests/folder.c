/* See folder.h. */
#include "tests/folder.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void folder_create(char path[FOLDER_MAX])
{
    const char *parent = getenv("TMPDIR");
    int n = snprintf(path, FOLDER_MAX, "%s/spikebench-test-XXXXXX", parent && parent[0] ? parent : "/tmp");
    cr_assert(n > 0 && n < FOLDER_MAX, "TMPDIR: the name is too long");
    cr_assert_not_null(mkdtemp(path), "%s", path);
}

void folder_remove(const char *path)
{
    char command[FOLDER_MAX + 16];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", path);
    cr_expect_eq(system(command), 0);
}

void folder_shell(const char *path, const char *text)
{
    char command[FOLDER_MAX + 1000];
    int n = snprintf(command, sizeof command, "cd '%s' && { %s; }", path, text);
    cr_assert(n > 0 && (size_t)n < sizeof command, "too long: %s", text);
    cr_assert_eq(system(command), 0, "%s", text);
}

FILE *folder_open(const char *path, const char *name, const char *mode)
{
    char full[FOLDER_MAX + 200];
    int n = snprintf(full, sizeof full, "%s/%s", path, name);
    cr_assert(n > 0 && (size_t)n < sizeof full, "%s: the name is too long", name);
    if (mode[0] == 'w')
        for (char *slash = full + strlen(path) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
            *slash = '\0';
            (void)mkdir(full, 0700);
            *slash = '/';
        }
    FILE *f = fopen(full, mode);
    cr_assert_not_null(f, "%s", full);
    return f;
}

void folder_write(const char *path, const char *name, const void *bytes, size_t size)
{
    FILE *f = folder_open(path, name, "wb");
    cr_assert_eq(fwrite(bytes, 1, size, f), size);
    cr_assert_eq(fclose(f), 0);
}

FILE *folder_scratch(void)
{
    char path[FOLDER_MAX];
    folder_create(path);
    FILE *f = folder_open(path, "scratch", "w+b");
    folder_remove(path);
    return f;
}
