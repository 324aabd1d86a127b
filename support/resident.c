/* See resident.h: Linux's /proc/self/status and clear_refs. */
#include "support/resident.h"
#include <stdio.h>
#include <string.h>

/* The number of kB behind "KEY:", in bytes. */
static size_t status_of(const char *key)
{
    char line[200];
    size_t kilobytes = 0;
    FILE *f = fopen("/proc/self/status", "r");
    if (!f) return 0;
    while (kilobytes == 0 && fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0) (void)sscanf(line + strlen(key), ": %zu", &kilobytes);
    (void)fclose(f);
    return kilobytes * 1024;
}

size_t resident_bytes(void)
{
    return status_of("VmRSS");
}

size_t resident_peak(void)
{
    return status_of("VmHWM");
}

void resident_peak_reset(void)
{
    FILE *f = fopen("/proc/self/clear_refs", "w");
    if (!f) return;
    (void)fputs("5", f); /* forgets VmHWM */
    (void)fclose(f);
}
