/* See file_kind.h. */
#include "support/file_kind.h"
#include "support/file.h"
#include <stdio.h>
#include <string.h>

struct mark {
    size_t at, size;
    const char *bytes, *kind;
};

static const struct mark marks[] = {
    {0, 2, "\x1f\x8b", "compressed by gzip: unpack it (gunzip)"},
    {0, 4, "PK\x03\x04", "a zip archive: unpack it"},
    {0, 4, "PK\x05\x06", "an empty zip archive"},
    {0, 3, "BZh", "compressed by bzip2: unpack it"},
    {0, 6,
     "\xfd"
     "7zXZ\0",
     "compressed by xz: unpack it"},
    {0, 4, "\x28\xb5\x2f\xfd", "compressed by zstd: unpack it"},
    {0, 6, "7z\xbc\xaf\x27\x1c", "a 7-zip archive: unpack it"},
    {257, 5, "ustar", "a tar archive: unpack it"},
    {0, 8, "\x89HDF\r\n\x1a\n", "an HDF5 file"},
    {0, 6, "\x93NUMPY", "an array of numpy (.npy)"},
    {0, 9, "#!AER-DAT", "an AEDAT recording"},
    {0, 4, "%PDF", "a PDF document"},
    {0, 19, "version https://git", "a pointer of Git LFS: 'git lfs pull' brings the file"},
};

/* Whether the text begins with a word, in any case. */
static bool begins(const unsigned char *bytes, size_t n, const char *word)
{
    size_t length = strlen(word);
    for (size_t k = 0; k < length; k++) {
        unsigned char c = k < n ? bytes[k] : 0;
        if (c >= 'A' && c <= 'Z') c = (unsigned char)(c + 'a' - 'A');
        if (c != (unsigned char)word[k]) return false;
    }
    return true;
}

/* Pages and messages of servers, after a byte order mark and blanks. */
static const char *text_kind(const unsigned char *bytes, size_t n)
{
    static const char *const tags[] = {"<!doctype", "<html", "<head", "<?xml", "<!--"};
    size_t at = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < n && bytes[at] && strchr(" \t\r\n", bytes[at])) at++;
    for (size_t k = 0; k < sizeof tags / sizeof *tags; k++)
        if (begins(bytes + at, n - at, tags[k]))
            return "a web page: the download brought it instead of the file";
    if (begins(bytes + at, n - at, "{\""))
        return "JSON text: the download brought a message instead of the file";
    return NULL;
}

const char *file_kind(const unsigned char *bytes, size_t n)
{
    if (n == 0) return "empty";
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
        const struct mark *m = &marks[k];
        if (m->at + m->size <= n && memcmp(bytes + m->at, m->bytes, m->size) == 0) return m->kind;
    }
    return text_kind(bytes, n);
}

const char *file_kind_of(const char *path)
{
    unsigned char bytes[FILE_KIND_BYTES];
    FILE *f = NULL;
    if (file_open(path, UINT64_MAX, &f, NULL) != ST_OK) return NULL;
    size_t n = fread(bytes, 1, sizeof bytes, f);
    bool failed = ferror(f) != 0;
    (void)fclose(f);
    return failed ? NULL : file_kind(bytes, n);
}

bool file_named(const char *path, const char *end)
{
    const size_t n = strlen(path), k = strlen(end);
    return n > k && strcmp(path + n - k, end) == 0;
}
