/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of Huffman-coded weights for kernels' cases: random codes, and random bits, of which as many are a row's as
 * its columns and the bytes allow. */
#ifndef TESTS_KERNELS_HUFFMAN_H
#define TESTS_KERNELS_HUFFMAN_H

#include "tests/kernels/draw.h"

struct huffman_shape {
    int32_t in_len, out_c, columns, gap_bits, level_bits, count_bits, longest; /* longest: of a row */
};

/* So many bytes are enough for codes, map and rows without weights. */
int32_t huffman_least_bytes(const struct huffman_shape *s);
/* What a check takes, if there are so many bytes; else anything. */
void huffman_fill(struct draw *d, const struct huffman_shape *s, uint8_t *data, uint32_t bytes);

#endif
