/* See targets.h. */
#include "tests/fuzz/targets.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const struct fuzz_target fuzz_targets[] = {{"yaml", fuzz_yaml}, {"set", fuzz_set},
                                           {"idx", fuzz_idx},   {"nmnist", fuzz_nmnist},
                                           {"dat", fuzz_dat},   {"aedat", fuzz_aedat},
                                           {"npy", fuzz_npy},   {"text", fuzz_text},
                                           {"shd", fuzz_shd},   {"weights", fuzz_weights},
                                           {"runs", fuzz_runs}, {"checkpoint", fuzz_checkpoint},
                                           {"nir", fuzz_nir},   {"nir_graph", fuzz_nir_graph},
                                           {NULL, NULL}};

static char folder[200];

static void remove_folder(void)
{
    static const char *const names[] = {"input", "runs.csv", "summary.csv"};
    char path[300];
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[k]);
        (void)remove(path);
    }
    (void)snprintf(path, sizeof path, "%s/curves_summary", folder);
    (void)rmdir(path);
    (void)rmdir(folder);
}

const char *fuzz_folder(const char *name, const unsigned char *bytes, size_t size)
{
    char path[300];
    if (!folder[0]) {
        const char *temporary = getenv("TMPDIR");
        (void)snprintf(folder, sizeof folder, "%s/spikebench-fuzz-XXXXXX", temporary ? temporary : "/tmp");
        if (!mkdtemp(folder)) abort();
        (void)atexit(remove_folder);
    }
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (!f || (size > 0 && fwrite(bytes, 1, size, f) != size)) abort();
    (void)fclose(f);
    return folder;
}

const char *fuzz_file(const unsigned char *bytes, size_t size)
{
    static char path[300];
    (void)snprintf(path, sizeof path, "%s/input", fuzz_folder("input", bytes, size));
    return path;
}
