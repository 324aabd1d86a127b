/* The formats of recordings. */
#ifndef SPIKEBENCH_DATASETS_RECORDING_FORMATS_H
#define SPIKEBENCH_DATASETS_RECORDING_FORMATS_H

#include "datasets/recording.h"

extern const struct recording_format recording_bin, recording_dat, recording_aedat, recording_npy,
    recording_text;
extern const struct recording_format *const recording_formats[]; /* all of them, NULL at the end */

/* The format of a file name, by its end in any case; NULL if it is none of a recording. */
const struct recording_format *recording_format_of(const char *name);

#endif
