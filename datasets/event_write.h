/* Recordings of an event dataset as files: .bin, .npy or CSV in class folders, which the dataset events
 * reads; .bin of N-MNIST's size and classes is what nmnist reads. */
#ifndef SPIKEBENCH_DATASETS_EVENT_WRITE_H
#define SPIKEBENCH_DATASETS_EVENT_WRITE_H

#include "datasets/dataset.h"
#include "datasets/event_list.h"

/* A format that is written. */
struct event_format {
    const char *name;     /* and that of the files, behind a dot */
    unsigned sensor_most; /* pixels of a side */
    status (*write)(const struct event_list *list, const char *path, struct error *e);
};
extern const struct event_format *const event_formats[]; /* bin, npy, csv, NULL */

/* N-MNIST's format, 5 bytes an event; a numpy array with the fields x, y (int16), t (int64) and p (bool);
 * text with the columns x,y,t,p. Each goes to a temporary file that then takes the name. ST_DATA for a time
 * beyond the format (.bin: 23 bits, 8.4 s); ST_IO naming the file. */
status events_write_bin(const struct event_list *list, const char *path, struct error *e);
status events_write_npy(const struct event_list *list, const char *path, struct error *e);
status events_write_csv(const struct event_list *list, const char *path, struct error *e);

struct event_writer {
    const struct event_format *format;
    const char *folder; /* is empty or not there yet */
    /* Told of each file that is written; may be NULL. */
    void (*wrote)(void *context, size_t done, size_t all, const char *path);
    void *context;
    size_t done, all, number[2]; /* out: recordings written, of so many; in Train and in Test */
    char **classes;              /* private: their names; NULL: they are numbers */
};

/* Writes FOLDER/Train/LABEL/NUMBER.FORMAT (training and validation samples) and
 * FOLDER/Test/LABEL/NUMBER.FORMAT; LABEL is the name of the class where the dataset's files have one, else
 * its number. A folder that cannot be written in is found before anything is computed; folders made for
 * nothing are removed. ST_IO; ST_USAGE for a folder that is not empty; ST_CONFIG for sensors that the format
 * has no room for, and names of classes that are none of folders; what the source's functions return. */
status event_write(struct event_writer *w, const struct dataset_source *source, const void *options,
                   uint64_t seed, struct error *e);

#endif
