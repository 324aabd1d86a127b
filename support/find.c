/* See find.h. */
#include "support/find.h"
#include "support/file_kind.h"
#include "support/opt.h"
#include "support/text.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

status find_home(const char *path, char *out, size_t size, struct error *e)
{
    const char *home = "", *rest = path;
    if (path[0] == '~') {
        home = getenv("HOME");
        rest = path + 1;
        if (*rest != '\0' && *rest != '/')
            return FAIL(e, ST_CONFIG, "'%.200s': only ~ and ~/ stand for a home folder; write the name out",
                        path);
        if (!home || !home[0])
            return FAIL(e, ST_CONFIG, "'%.200s': HOME is not set, so that ~ stands for nothing", path);
    }
    int n = snprintf(out, size, "%s%s", home, rest);
    return n >= 0 && (size_t)n < size ? ST_OK : FAIL(e, ST_CONFIG, "the path '%.200s...' is too long", path);
}

/* The next letter that counts, in lower case; 0 at the end. */
static int letter(const char **text)
{
    while (**text && strchr("-_. ", **text)) (*text)++;
    return **text ? tolower((unsigned char)*(*text)++) : 0;
}

bool find_same(const char *a, const char *b)
{
    for (;;) {
        int x = letter(&a), y = letter(&b);
        if (x != y) return false;
        if (x == 0) return true;
    }
}

void find_free(struct find_list *list)
{
    for (size_t i = 0; i < list->n; i++) free(list->names[i]);
    free(list->names);
    *list = (struct find_list){0};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static status add_name(struct find_list *list, const char *name, struct error *e)
{
    if (list->n == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 64;
        char **names = realloc(list->names, capacity * sizeof *names);
        if (!names) return FAIL(e, ST_MEMORY, "no memory for %zu file names", capacity);
        list->names = names;
        list->capacity = capacity;
    }
    if (!(list->names[list->n] = strdup(name))) return FAIL(e, ST_MEMORY, "no memory for file names");
    list->n++;
    return ST_OK;
}

status find_names(const char *folder, struct find_list *list, struct error *e)
{
    status st = ST_OK;
    *list = (struct find_list){0};
    DIR *d = opendir(folder);
    if (!d) return FAIL(e, ST_IO, "%s: %s", folder, strerror(errno));
    for (struct dirent *entry; st == ST_OK && (entry = readdir(d)) != NULL;) {
        const char *name = entry->d_name;
        if (name[0] != '.')
            st = add_name(list, name, e);
        else
            list->hidden += strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
    }
    (void)closedir(d);
    if (st != ST_OK)
        find_free(list);
    else if (list->n > 1)
        qsort(list->names, list->n, sizeof *list->names, by_name);
    return st;
}

status find_ending(const char *folder, const char *end, struct find_list *list, struct error *e)
{
    size_t n = 0;
    TRY(find_names(folder, list, e));
    for (size_t i = 0; i < list->n; i++)
        if (file_named(list->names[i], end))
            list->names[n++] = list->names[i];
        else
            free(list->names[i]);
    list->n = n;
    return ST_OK;
}

/* FOLDER/name in `path`; false if it is too long. */
static bool put_path(char path[FIND_PATH], const char *folder, const char *name)
{
    int n = snprintf(path, FIND_PATH, "%s/%s", folder, name);
    return n >= 0 && n < FIND_PATH;
}

static bool is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static bool is_among(const char *name, const char *const *names)
{
    for (size_t k = 0; names && names[k]; k++)
        if (find_same(name, names[k])) return true;
    return false;
}

/* The best name in a folder that is (or is not) a folder; false if there is none. */
static bool match(const struct find *f, bool folder, const char *where, const struct find_list *list,
                  char path[FIND_PATH])
{
    for (size_t k = 0; f->names[k]; k++)
        for (int exact = 1; exact >= 0; exact--)
            for (size_t i = 0; i < list->n; i++) {
                const char *name = list->names[i];
                bool same = exact ? strcmp(name, f->names[k]) == 0 : find_same(name, f->names[k]);
                if (same && put_path(path, where, name) && is_folder(path) == folder) return true;
            }
    return false;
}

/* What a search in a folder and below has found: at most one path for each place. */
struct found {
    size_t n;
    char path[FIND_PATH], other[FIND_PATH]; /* the first two */
    char unfit[FIND_PATH];                  /* a folder where a file was looked for, or "" */
};

/* Looks exactly `down` folders below `where`. Folders that cannot be read are passed over. */
static status search_level(const struct find *f, const char *where, unsigned down, struct found *found,
                           struct error *e)
{
    struct find_list list;
    char path[FIND_PATH];
    status st = find_names(where, &list, NULL);
    if (st != ST_OK) return st == ST_MEMORY ? FAIL(e, ST_MEMORY, "no memory for file names") : ST_OK;
    if (down == 0) {
        if (match(f, f->folder, where, &list, path)) {
            memcpy(found->n == 0 ? found->path : found->other, path, sizeof path);
            found->n++;
        } else if (!f->folder && !found->unfit[0]) {
            (void)(match(f, true, where, &list, path) && memcpy(found->unfit, path, sizeof path));
        }
    }
    for (size_t i = 0; down > 0 && st == ST_OK && found->n < 2 && i < list.n; i++)
        if (!is_among(list.names[i], f->closed) && put_path(path, where, list.names[i]) && is_folder(path))
            st = search_level(f, path, down - 1, found, e);
    find_free(&list);
    return st;
}

/* "a, b, c and 12 more" of what is there, and the nearest to what was looked for. */
static status nothing(const struct find *f, const char *folder, const struct find_list *list, struct error *e)
{
    enum { NAMED = 8 };
    char text[600] = "";
    for (size_t i = 0; i < list->n && i < NAMED; i++)
        (void)text_add(text, sizeof text, "%s%.60s", i ? ", " : "", list->names[i]);
    if (list->n > NAMED) (void)text_add(text, sizeof text, " and %zu more", list->n - NAMED);
    const char *near = opt_nearest(f->names[0], (const char *const *)list->names, list->n);
    return FAIL(e, ST_NO_DATA, "%s/%s is not there%s; %s%s%s%.80s%s", folder, f->names[0],
                f->down ? ", nor in a folder below" : "",
                list->n ? "the folder holds " : "the folder is empty", text, near ? "; nearest: '" : "",
                near ? near : "", near ? "'" : "");
}

status find_path(const struct find *f, const char *folder, char path[FIND_PATH], struct error *e)
{
    struct find_list list;
    struct found found = {.n = 0};
    struct stat s;
    if (stat(folder, &s) != 0)
        return FAIL(e, errno == ENOENT ? ST_NO_DATA : ST_IO, "%s/%s is not there: %s: %s", folder,
                    f->names[0], folder, strerror(errno));
    if (!S_ISDIR(s.st_mode)) return FAIL(e, ST_NO_DATA, "%s: is a file; its folder is asked for", folder);
    TRY(find_names(folder, &list, e));
    status st = ST_OK;
    for (unsigned down = 0; st == ST_OK && found.n == 0 && down <= f->down; down++)
        st = search_level(f, folder, down, &found, e);
    if (st == ST_OK && found.n > 1)
        st = FAIL(e, ST_NO_DATA, "there are two: %s and %s; dataset.path says which folder", found.path,
                  found.other);
    if (st == ST_OK && found.n == 0 && !found.unfit[0]) st = nothing(f, folder, &list, e);
    if (st == ST_OK) memcpy(path, found.n ? found.path : found.unfit, FIND_PATH);
    find_free(&list);
    return st;
}

status find_if_there(const char *folder, const char *end, struct find_list *list, struct error *e)
{
    *list = (struct find_list){.n = 0};
    return access(folder, F_OK) != 0 && errno == ENOENT ? ST_OK : find_ending(folder, end, list, e);
}

status find_bytes(const char *folder, const char *end, double *bytes, struct error *e)
{
    struct find_list list;
    char path[FIND_PATH];
    struct stat s;
    *bytes = 0;
    TRY(find_if_there(folder, end, &list, e));
    for (size_t i = 0; i < list.n; i++)
        if (put_path(path, folder, list.names[i]) && stat(path, &s) == 0) *bytes += (double)s.st_size;
    find_free(&list);
    return ST_OK;
}
