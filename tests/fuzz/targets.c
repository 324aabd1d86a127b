/* See targets.h. */
#include "tests/fuzz/targets.h"
#include "support/paths.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const struct fuzz_target fuzz_targets[] = {{"yaml", fuzz_yaml},
                                           {"set", fuzz_set},
                                           {"sidecar", fuzz_sidecar},
                                           {"idx", fuzz_idx},
                                           {"nmnist", fuzz_nmnist},
                                           {"dat", fuzz_dat},
                                           {"aedat", fuzz_aedat},
                                           {"npy", fuzz_npy},
                                           {"text", fuzz_text},
                                           {"index", fuzz_index},
                                           {"shd", fuzz_shd},
                                           {"weights", fuzz_weights},
                                           {"runs", fuzz_runs},
                                           {"curve", fuzz_curve},
                                           {"checkpoint", fuzz_checkpoint},
                                           {"nir", fuzz_nir},
                                           {"nir_graph", fuzz_nir_graph},
                                           {NULL, NULL}};

enum { FOLDER_MAX = 200, PATH_MAX_HERE = 400 };

static char folder[FOLDER_MAX]; /* of this process */
static pid_t owner;

static void remove_folder(void)
{
    static const char *const parts[] = {
        "file",         "index", "plan", "runs/figure", "runs", "curve/curves", "curve/curves_summary",
        "curve/figure", "curve", ""};
    char path[PATH_MAX_HERE];
    for (size_t k = 0; k < sizeof parts / sizeof *parts && getpid() == owner; k++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, parts[k]);
        path_remove(path);
    }
}

static void make_folder(void)
{
    const char *temporary = getenv("TMPDIR");
    if (folder[0]) return;
    (void)snprintf(folder, sizeof folder, "%s/spikebench-fuzz-XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(folder)) abort();
    owner = getpid();
    (void)atexit(remove_folder);
}

const char *fuzz_folder(const char *part, const char *name, const unsigned char *bytes, size_t size)
{
    static char path[PATH_MAX_HERE], file[2 * PATH_MAX_HERE];
    struct error e = {0};
    make_folder();
    (void)snprintf(path, sizeof path, "%s/%s", folder, part);
    (void)snprintf(file, sizeof file, "%s/%s", path, name);
    (void)unlink(file); /* a new file: libhdf5 knows one that it has open by its number */
    FILE *f = fopen(file, "wb");
    if (!f && path_make(path, &e) == ST_OK) f = fopen(file, "wb"); /* the first in this folder */
    if (!f || (size > 0 && fwrite(bytes, 1, size, f) != size)) abort();
    (void)fclose(f);
    return path;
}

const char *fuzz_file(const unsigned char *bytes, size_t size)
{
    static char path[PATH_MAX_HERE + 10];
    (void)snprintf(path, sizeof path, "%s/input", fuzz_folder("file", "input", bytes, size));
    return path;
}
