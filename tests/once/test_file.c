/* Files that are complete or as they were, locked, or known to be damaged. */
#define _GNU_SOURCE /* syscall */
#include "support/file.h"
#include "tests/folder.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* In place of libc's: how often this process has waited for the disk. */
static size_t synced;

int fsync(int descriptor)
{
    synced++;
    return (int)syscall(SYS_fsync, descriptor);
}

/* A file of these bytes under a seal, open for reading and writing. */
static FILE *sealed(const char *bytes, size_t size)
{
    FILE *f = tmpfile();
    struct error e = {0};
    cr_assert_not_null(f);
    cr_assert_eq(fwrite(bytes, 1, size, f), size);
    cr_assert_eq(file_seal(f, &e), ST_OK, "%s", e.text);
    cr_assert_eq(fflush(f), 0);
    return f;
}

Test(file, a_sealed_file_reads_back)
{
    char back[8] = "";
    struct error e = {0};
    FILE *f = sealed("weights", 7);
    cr_expect_eq(file_check_seal(f, "it", &e), ST_OK, "%s", e.text);
    cr_expect_eq(fread(back, 1, 7, f), 7);
    cr_expect_str_eq(back, "weights");
    (void)fclose(f);
}

Test(file, each_changed_or_missing_byte_breaks_the_seal)
{
    for (long at = 0; at < 7 + 4; at++) {
        struct error e = {0};
        FILE *f = sealed("weights", 7);
        cr_assert_eq(fseek(f, at, SEEK_SET), 0);
        int byte = fgetc(f);
        cr_assert_eq(fseek(f, at, SEEK_SET), 0);
        (void)fputc(byte ^ 1, f);
        cr_expect_eq(file_check_seal(f, "the checkpoint", &e), ST_DATA, "byte %ld", at);
        cr_expect(strstr(e.text, "the checkpoint is damaged"), "%s", e.text);
        (void)fclose(f);
        f = sealed("weights", 7);
        cr_assert_eq(ftruncate(fileno(f), at), 0);
        cr_expect_eq(file_check_seal(f, "the checkpoint", NULL), ST_DATA, "%ld bytes", at);
        (void)fclose(f);
    }
}

Test(file, a_lock_is_taken_once)
{
    char path[] = "/tmp/spikebench-lock-XXXXXX";
    int made = mkstemp(path), first, second;
    bool taken = false, again = true;
    struct error e = {0};
    cr_assert_geq(made, 0);
    cr_expect_eq(file_lock(path, &first, &taken, &e), ST_OK, "%s", e.text);
    cr_expect(taken);
    cr_expect_eq(file_lock(path, &second, &again, &e), ST_OK, "%s", e.text);
    cr_expect_not(again);
    (void)close(first);
    (void)close(second);
    cr_expect_eq(file_lock(path, &first, &again, &e), ST_OK, "%s", e.text);
    cr_expect(again, "the lock is free when its descriptor is closed");
    (void)close(first);
    (void)close(made);
    (void)remove(path);
    cr_expect_eq(file_lock("/nonexistent/lock", &first, &taken, &e), ST_IO);
    cr_expect_lt(first, 0);
}

/* The file's bytes and its name; not where it can be made again. */
Test(file, a_copy_is_on_the_disk)
{
    char folder[FOLDER_MAX], from[FOLDER_MAX + 10], to[FOLDER_MAX + 10];
    struct error e = {0};
    folder_create(folder);
    folder_write(folder, "a", "bytes", 5);
    (void)snprintf(from, sizeof from, "%s/a", folder);
    (void)snprintf(to, sizeof to, "%s/b", folder);
    synced = 0;
    cr_expect_eq(file_copy(from, to, false, &e), ST_OK, "%s", e.text);
    cr_expect_eq(synced, 2, "%zu", synced);
    cr_expect_eq(file_copy(from, to, true, &e), ST_OK, "%s", e.text);
    cr_expect_eq(synced, 2, "%zu", synced);
    folder_shell(folder, "cmp a b");
    folder_remove(folder);
}
