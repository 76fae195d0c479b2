/* SPDX-License-Identifier: Apache-2.0 */
/* Sparse Huffman coding: a matrix of int8 weights, most of them 0, as the bytes that the kernels decode while they sum
 * (docs/SPEC.md, "Codings"). Lossless, and the same bytes from every machine. */
#ifndef MOTE_CODING_HUFFMAN_H
#define MOTE_CODING_HUFFMAN_H

#include "host/base/base.h"

struct huffman {
    int32_t columns; /* that hold a weight; 1 if there is none */
    int32_t gap_bits, level_bits,
        count_bits; /* the longest codes, of gaps 0 if there are none; bits of a row's count */
    int32_t bytes;  /* of data, the readable ones behind the stream among them */
    const uint8_t *data;
    /* What was coded. */
    int32_t kept, levels; /* weights that are not 0, values that they have */
    int32_t symbols;      /* pairs of a gap and a level: kept, and zeros within long gaps */
    int32_t longest;      /* the most pairs of a row; 1 if there is none */
    int64_t symbol_bits;  /* that these pairs take */
};

#define HUFFMAN_BITS 8 /* of the longest code that kernels take */

/* Bits of a gap's or a level's code, for which kernels have tables of 2^code entries, and of both together. */
struct huffman_limits {
    int32_t code, pair; /* code: 1 to HUFFMAN_BITS, pair: up to twice that */
    bool all;           /* columns without a weight count, too, so that kernels need not pick inputs */
};
#define HUFFMAN_ANY ((struct huffman_limits){HUFFMAN_BITS, 2 * HUFFMAN_BITS, false})

/* Weights [rows][columns] in codes within these limits. False: they have no such form (more values than such codes, or
 * more than 65,535 weights in a row), or one that is too long. */
bool huffman_encode(struct pool *pool, const int8_t *weights, int32_t rows, int32_t columns,
                    struct huffman_limits limits, struct huffman *out);

/* What codes of at most HUFFMAN_BITS would take that were made for these weights; of gaps, too, if there is one. */
struct huffman_costs {
    int32_t longest;   /* gap with a code: longer ones are split */
    int32_t gaps[128]; /* bits; what does not occur is as long as the longest code and a bit more */
    int32_t levels[256];
    int32_t count_bits; /* about what a row's count takes */
};

/* False: they have no such form. */
bool huffman_find_costs(struct pool *pool, const int8_t *weights, int32_t rows, int32_t columns,
                        struct huffman_costs *out);
/* Bits of a gap, with those of the zeros that it is split at. */
int32_t huffman_gap_bits(const struct huffman_costs *c, int32_t gap);

/* Whether that is worth it where little flash is wanted, of so many dense bytes: half of them at most. About there half
 * the bytes cost three times the instructions, which is even (WORTH in host/plan/versions.c). */
bool huffman_pays(int64_t coded_bytes, int64_t dense_bytes);

#endif
