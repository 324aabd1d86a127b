/* See recording_formats.h. */
#include "datasets/recording_formats.h"
#include <string.h>
#include <strings.h>

const struct recording_format *const recording_formats[] = {&recording_bin, &recording_dat,  &recording_aedat,
                                                            &recording_npy, &recording_text, NULL};

static bool ends_in(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);
    return n > m && strcasecmp(name + n - m, end) == 0;
}

const struct recording_format *recording_format_of(const char *name)
{
    for (size_t k = 0; recording_formats[k]; k++)
        for (size_t i = 0; recording_formats[k]->ends[i]; i++)
            if (ends_in(name, recording_formats[k]->ends[i])) return recording_formats[k];
    return NULL;
}
