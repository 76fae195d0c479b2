/* SPDX-License-Identifier: Apache-2.0 */
/* The bits of a Huffman-coded tensor and its biases (docs/SPEC.md, "Codings"): the most significant bit of a byte comes
 * first. */
#ifndef MOTE_HUFFMAN_H
#define MOTE_HUFFMAN_H

#include "../../kernel.h"

#define MOTE_HUFFMAN_BITS_MAX 8 /* of a code */
#define MOTE_HUFFMAN_BEHIND   3 /* bytes behind the stream that may be read: a word starts in its last byte */

/* At least 25 bits from bit `at` on, from the top of the word. */
static inline uint32_t mote_huffman_word(const MOTE_FLASH uint8_t *stream, uint32_t at)
{
    const MOTE_FLASH uint8_t *b = stream + (at >> 3);

    return ((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]) << (at & 7);
}

/* A bias of so many bytes, the most significant first, times 2^shift. */
static inline uint32_t mote_short_bias(const MOTE_FLASH uint8_t *at, int32_t bytes, int32_t shift)
{
    uint32_t bias = (uint32_t)(int32_t)(int8_t)*at++;

    for (; bytes > 1; bytes--)
        bias = bias << 8 | *at++;
    return bias << shift;
}

#endif
