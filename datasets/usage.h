/* What a loader met in its files, and what of it became no sample: counted while reading, said in one line.
 */
#ifndef SPIKEBENCH_DATASETS_USAGE_H
#define SPIKEBENCH_DATASETS_USAGE_H

#include "support/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Over everything that is read, whatever the splits take of it. All zero: the dataset has no recordings. */
struct usage {
    size_t recordings;   /* met */
    size_t empty, bad;   /* of them left out: without an event left; malformed */
    size_t others;       /* files and folders that are no recordings, passed over */
    size_t events;       /* met */
    size_t outside;      /* of them left out: beyond the windows or the duration */
    size_t filtered;     /* left out by the filter */
    size_t off_sensor;   /* left out: of a pixel or a channel that there is not */
    size_t not_wanted;   /* left out: outside of the crop, or of the polarity that is not asked for */
    size_t invalid;      /* beside these: marked as invalid by the camera, left out */
    size_t out_of_order; /* used, but earlier than one before them in the file */
    size_t flat;         /* recordings that have no polarity: all of their events are ON */
    size_t wraps;        /* times at which a clock began again; later events count from there */
};

/* What is done with a recording that is malformed or of which no event is left: the same in every dataset. */
enum bad_policy {
    BAD_ERROR,
    BAD_SKIP,
    BAD_REFUSED /* an error, of a dataset that has no such option */
};
extern const char *const bad_names[]; /* "error", "skip", NULL */

/* clang-format off */
/* The option, for a table whose struct has a member `bad`. */
#define BAD_OPTION(type)                                                                                     \
    {"bad", OPT_CHOICE, offsetof(type, bad), "error", 0, 0, 0, bad_names, "",                                \
     "recordings that are malformed, or without an event within the time and after the filter: error: the "  \
     "first is refused; skip: they, and events off the sensor, are left out and counted"}
/* clang-format on */

/* Takes the counts `one` of a recording that was read with status `st` and of which `left` events are left:
 * *use tells whether it is to be used. Not if it is malformed (ST_DATA) or nothing is left; with BAD_SKIP
 * it is counted, else that is an error, that of an empty one naming the recording `what` and what the options
 * did to its events. Other statuses come back as they are. */
status usage_take(struct usage *u, enum bad_policy policy, const struct usage *one, status st, size_t left,
                  const char *what, bool *use, struct error *e);

/* Refuses data of which nearly nothing (1 % or less) is used, or of which nearly all events run backwards:
 * ST_DATA. */
status usage_check(const struct usage *u, const char *dataset, struct error *e);

/* One line without its end: "1000 recordings, 4171000 events: 3 empty recordings left out, ..." or "...,
 * all of them used"; returns false, and prints nothing, if there are no recordings, or if `quiet` and all of
 * them are used as they are. */
bool usage_print(const struct usage *u, const char *before, bool quiet, FILE *out);

#endif
