/* See bit_gram.h. */
#include "network/bit_gram.h"
#include "network/kernels/kernels.h"
#include <string.h>

size_t bit_gram_work(size_t n, size_t columns)
{
    return spike_words(n) * 32 * ((columns + 63) / 64);
}

/* Transposes 32 words of 32 bits: bit k of word i becomes bit i of word k. */
static void transpose(uint32_t *a)
{
    uint32_t mask = 0x0000FFFF;
    for (size_t j = 16; j != 0; j >>= 1, mask ^= mask << j)
        for (size_t k = 0; k < 32; k = (k + j + 1) & ~j) {
            uint32_t differ = ((a[k] >> j) ^ a[k + j]) & mask;
            a[k] ^= differ << j;
            a[k + j] ^= differ;
        }
}

void bit_gram(const uint32_t *bits, size_t n, size_t columns, uint64_t *work, real *G)
{
    const struct kernels *k = kernels();
    const size_t words = spike_words(n), row = (columns + 63) / 64;
    memset(work, 0, bit_gram_work(n, columns) * sizeof *work);
    for (size_t first = 0; first < columns; first += 32)
        for (size_t w = 0; w < words; w++) {
            uint32_t square[32] = {0};
            size_t width = columns - first < 32 ? columns - first : 32;
            for (size_t j = 0; j < width; j++) square[j] = bits[(first + j) * words + w];
            transpose(square);
            for (size_t i = 0; i < 32; i++)
                work[(32 * w + i) * row + first / 64] |= (uint64_t)square[i] << first % 64;
        }
    for (size_t j = 0; j < n; j++) k->overlaps(row, work + j * row, n - j, work + j * row, G + j * n + j);
}
