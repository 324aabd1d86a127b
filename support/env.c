/* Facts about the program and the computer that results carry (see env.h). */
#include "support/env.h"
#include "support/blas.h"
#include "version.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *env_version(void)
{
    return VERSION_STRING;
}

const char *env_commit(void)
{
    return VERSION_COMMIT;
}

bool env_dirty(void)
{
    return VERSION_DIRTY;
}

const char *env_sources(void)
{
    return VERSION_SOURCES;
}

const char *env_compiler(void)
{
    return VERSION_COMPILER;
}

const char *env_flags(void)
{
    return VERSION_FLAGS;
}

const char *env_blas_name(void)
{
    return "OpenBLAS";
}

/* Copies `from` with runs of blanks, commas and quotes as one space, and none at the ends. */
static void copy_clean(char *text, size_t size, const char *from)
{
    size_t n = 0;
    bool gap = false;
    if (size == 0) return;
    for (; *from && n + 2 < size; from++) {
        if (isspace((unsigned char)*from) || *from == ',' || *from == '"') {
            gap = n > 0;
            continue;
        }
        if (gap) text[n++] = ' ';
        gap = false;
        text[n++] = *from;
    }
    text[n] = '\0';
}

void env_blas_config(char *text, size_t size)
{
    const char *config = openblas_get_config();
    copy_clean(text, size, config ? config : "unknown");
}

void env_blas_core(char *text, size_t size)
{
    const char *core = openblas_get_corename();
    copy_clean(text, size, core ? core : "unknown");
}

int env_blas_threads(void)
{
    return openblas_get_num_threads();
}

void env_cpu(char *text, size_t size)
{
    char line[512];
    copy_clean(text, size, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "r");
    if (!f) return;
    while (fgets(line, sizeof line, f)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon) {
            copy_clean(text, size, colon + 1);
            break;
        }
    }
    (void)fclose(f);
}

void env_date(char *text, size_t size)
{
    struct tm utc;
    time_t now = time(NULL);
    if (size == 0) return;
    if (now == (time_t)-1 || !gmtime_r(&now, &utc) || strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        text[0] = '\0';
}
