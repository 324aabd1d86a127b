/* Files that are complete or as they were, locked, or known to be damaged. */
#include "support/file.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
