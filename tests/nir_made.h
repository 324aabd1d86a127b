/* Writing small NIR files in the layouts that other programs publish, with the HDF5 library, for tests. */
#ifndef SPIKEBENCH_TESTS_NIR_MADE_H
#define SPIKEBENCH_TESTS_NIR_MADE_H

enum { MADE_FIXED_STRINGS = 1, MADE_GZIP = 2, MADE_ROOT = 4 };

/* Writes the graph that the lines of `text` describe:
 *   version 0.2.0              the dataset of the file
 *   NAME TYPE KEY=SHAPE:V,V    a node; SHAPE is empty (a scalar), 3 or 2x3, and then a letter for the type:
 *                              none double, f float, i 64-bit integer; numbers are repeated to fill it
 *   NAME > NAME                an edge
 *   NAME {  ...  }             a graph within the graph
 * Flags: names of fixed length, compressed numbers, nodes and edges at the root, as before NIR 0.1. */
void nir_made(const char *path, const char *text, unsigned flags);

#endif
