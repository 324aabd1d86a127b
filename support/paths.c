/* Where things are. */
#include "support/paths.h"
#include "support/find.h"
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

status path_program(char *path, size_t size, struct error *e)
{
    ssize_t n = readlink("/proc/self/exe", path, size - 1);
    if (n <= 0 || (size_t)n >= size - 1) return FAIL(e, ST_IO, "cannot find the program's own folder");
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    if (slash) *slash = '\0';
    return ST_OK;
}

static bool is_home(const char *folder)
{
    char probe[4200];
    snprintf(probe, sizeof probe, "%s/plots/style.gp", folder);
    return access(probe, R_OK) == 0;
}

status path_home(char *path, size_t size, struct error *e)
{
    const char *set = getenv("SPIKEBENCH_HOME");
    char program[4096];
    if (set && set[0]) {
        snprintf(path, size, "%s", set);
        return is_home(path) ? ST_OK
                             : FAIL(e, ST_IO, "SPIKEBENCH_HOME is %s, which holds no plots/style.gp", set);
    }
    TRY(path_program(program, sizeof program, e));
    char *slash = strrchr(program, '/');
    if (slash) *slash = '\0';
    snprintf(path, size, "%s", program);
    if (is_home(path)) return ST_OK;
    snprintf(path, size, "%s/share/spikebench", program);
    if (is_home(path)) return ST_OK;
    return FAIL(e, ST_IO, "plots/style.gp is neither in %s nor in %s; set SPIKEBENCH_HOME", program, path);
}

status path_make(const char *path, struct error *e)
{
    char part[4096];
    size_t n = strlen(path);
    if (n >= sizeof part) return FAIL(e, ST_IO, "%s: the path is too long", path);
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST) return FAIL(e, ST_IO, "%s: %s", part, strerror(errno));
    }
    return ST_OK;
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_folder(const char *name)
{
    struct stat s;
    return stat(name, &s) == 0 && S_ISDIR(s.st_mode);
}

status path_experiment(const char *name, char *file, size_t size, struct error *e)
{
    char home[4096];
    size_t n = strlen(name);
    bool bare = !strchr(name, '/') && !(n > 5 && strcmp(name + n - 5, ".yaml") == 0);
    if (!bare || (access(name, F_OK) == 0 && !is_folder(name))) {
        if (n >= size) return FAIL(e, ST_USAGE, "the file name is too long");
        memcpy(file, name, n + 1);
        return access(file, F_OK) == 0 ? ST_OK
                                       : FAIL(e, ST_USAGE, "%s: cannot be opened: %s", name, strerror(errno));
    }
    TRY(path_home(home, sizeof home, e));
    if (snprintf(file, size, "%s/experiments/%s.yaml", home, name) >= (int)size)
        return FAIL(e, ST_USAGE, "the file name is too long");
    if (access(file, F_OK) == 0) return ST_OK;
    return FAIL(e, ST_USAGE,
                "no experiment '%.100s': neither a file nor %s (see 'spikebench list experiments')", name,
                file);
}

status path_experiments(void (*visit)(void *context, const char *folder, const char *name), void *context,
                        struct error *e)
{
    char folder[4096], home[4000];
    struct find_list files;
    TRY(path_home(home, sizeof home, e));
    (void)snprintf(folder, sizeof folder, "%s/experiments", home);
    TRY(find_ending(folder, ".yaml", &files, e));
    for (size_t i = 0; i < files.n; i++) {
        files.names[i][strlen(files.names[i]) - strlen(".yaml")] = '\0';
        visit(context, folder, files.names[i]);
    }
    find_free(&files);
    return ST_OK;
}

void path_remove(const char *folder)
{
    DIR *d = opendir(folder);
    if (!d) return;
    for (struct dirent *entry; (entry = readdir(d)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlinkat(dirfd(d), entry->d_name, 0);
    (void)closedir(d);
    (void)rmdir(folder);
}

void path_results(const char *results, const char *name, char *folder, size_t size)
{
    (void)snprintf(folder, size, "%s/runs.csv", name);
    if (access(folder, F_OK) == 0)
        (void)snprintf(folder, size, "%s", name);
    else
        (void)snprintf(folder, size, "%s/%s", results, name);
}

bool path_fits_name(const char *text, size_t most, const char *more)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t n = strlen(text), good = 0;
    while (good < n && (strchr(letters, text[good]) || strchr(more, text[good]))) good++;
    return n > 0 && n <= most && good == n;
}
