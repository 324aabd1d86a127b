/* IDX, the file format of MNIST (LeCun et al. 1998): big-endian magic number and sizes, then bytes. Plain or
 * compressed by gzip. */
#ifndef SPIKEBENCH_DATASETS_IDX_H
#define SPIKEBENCH_DATASETS_IDX_H

#include "datasets/images.h"

/* The file's whole content: dims[0] things of dims[1] x dims[2] bytes (1 x 1 for labels), owned by the arena.
 */
struct idx {
    size_t n, height, width;
    unsigned char *bytes; /* [n * height * width] */
};

/* Reads images (magic number 0x00000803) or labels (0x00000801). Memory grows with the bytes that are there,
 * not with what the header claims. ST_IO, or ST_DATA with file, byte and reason: a wrong magic number, sizes
 * out of range (images: at most 256 x 256, a million of them, 1.024 GB; out of a packed file at most 20 times
 * its length, or 64 MiB), an end before the last byte or bytes after it, damaged compression. */
status idx_read_images(struct idx *x, const char *path, struct mem *m, struct error *e);
status idx_read_labels(struct idx *x, const char *path, struct mem *m, struct error *e);

#endif
