/* The two versions of AEDAT, each in a file of its own; recording_aedat.c reads the header for both. */
#ifndef SPIKEBENCH_DATASETS_AEDAT_H
#define SPIKEBENCH_DATASETS_AEDAT_H

#include "datasets/recording.h"

/* What a header says. */
struct aedat_header {
    int major, minor;
    char chip[60]; /* the name of the camera, "" if the header has none */
    size_t end;    /* the first byte behind it */
};

/* Version 2.0: big-endian address and time. The chip tells what the bits of an address are. */
status aedat2_parse(struct recording *r, const struct aedat_header *h, struct error *e);
/* Version 3.1: little-endian packets, of which those of polarity events are read. */
status aedat3_parse(struct recording *r, const struct aedat_header *h, struct error *e);

/* The sensor of a camera of this name (DVS128, DAVIS240C, ...), in any case; false if it is not known. */
bool aedat_sensor(const char *chip, unsigned *width, unsigned *height);

#endif
