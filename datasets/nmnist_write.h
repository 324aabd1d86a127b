/* Recordings of an event dataset as files in N-MNIST's layout and format: what datasets/nmnist.c reads. */
#ifndef SPIKEBENCH_DATASETS_NMNIST_WRITE_H
#define SPIKEBENCH_DATASETS_NMNIST_WRITE_H

#include "datasets/dataset.h"

struct nmnist_writer {
    const char *folder; /* is empty or not there yet */
    /* Told of each file that is written; may be NULL. */
    void (*wrote)(void *context, size_t done, size_t all, const char *path);
    void *context;
    size_t done, all, number[2]; /* out: recordings written, of so many; in Train and in Test */
};

/* Writes FOLDER/Train/LABEL/NUMBER.bin (training and validation samples) and FOLDER/Test/LABEL/NUMBER.bin. A
 * folder that cannot be written in is found before anything is computed; folders made for nothing are
 * removed. ST_IO; ST_USAGE for a folder that is not empty; ST_CONFIG for labels or sensors that the format
 * has no room for; what the source's functions return. */
status nmnist_write(struct nmnist_writer *w, const struct dataset_source *source, const void *options,
                    uint64_t seed, struct error *e);

#endif
