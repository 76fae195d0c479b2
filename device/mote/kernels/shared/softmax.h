/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax of int8 values in fixed point: what softmax_s8 and softmax_s8_s16 share. A row of them holds `groups`
 * softmaxes of `depth` elements each.
 *
 * table[d] is exp(-d * scale * beta) with 31 fraction bits as the reference's exponential gives it, for the distance d
 * to the largest element; beyond the table a result is the type's smallest. The host leaves out the tail that neither
 * counts in the sum nor in a result. table[0] is 2^31 - 1. */
#ifndef MOTE_SOFTMAX_H
#define MOTE_SOFTMAX_H

#include "../../config.h"
#include "reciprocal.h"

#define MOTE_SOFTMAX_TABLE_MAX 256

/* The parameters of the kernels that take int8, and their rows. */
#define MOTE_SOFTMAX_PARAMS(F)                                                                                         \
    F(rows, 1, INT32_MAX, "output rows")                                                                               \
    F(groups, 1, INT32_MAX, "softmaxes in a row")                                                                      \
    F(depth, 1, MOTE_DIM_MAX, "elements of a softmax")                                                                 \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(n_table, 1, MOTE_SOFTMAX_TABLE_MAX, "elements of table")

#define MOTE_SOFTMAX_ROWS(R)                                                                                           \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

/* What the elements of one softmax have in common. */
struct mote_softmax {
    int32_t largest;
    int32_t scale; /* 1 / sum, normalized */
    int32_t shift; /* 0 .. 31 */
};

static inline struct mote_softmax mote_softmax_of(const int8_t *in, int32_t depth, const MOTE_FLASH int32_t *table,
                                                  int32_t n_table, int32_t out_bits)
{
    struct mote_softmax s = {.largest = in[0]};
    uint64_t total = 0;
    uint32_t sum;
    int32_t zeros = 0;

    for (int32_t i = 1; i < depth; i++)
        s.largest = in[i] > s.largest ? in[i] : s.largest;
    for (int32_t i = 0; i < depth; i++) {
        int32_t d = s.largest - in[i];

        if (d < n_table)
            total += (uint32_t)mote_rounding_divide(table[d], 12);
    }
    /* 12 integer bits: at least 2^19, as one element is the largest. */
    for (sum = total > UINT32_MAX ? UINT32_MAX : (uint32_t)total; sum < UINT32_C(1) << 31; sum <<= 1)
        zeros++;
    s.scale = mote_reciprocal((int32_t)(sum >> 1));
    s.shift = 12 - zeros + 31 - out_bits;
    if (s.shift > 31) { /* so many large elements that each result rounds to nothing */
        s.shift = 31;
        s.scale = 0;
    }
    return s;
}

static inline int32_t mote_softmax_result(const struct mote_softmax *s, int32_t x, const MOTE_FLASH int32_t *table,
                                          int32_t n_table, int32_t lo, int32_t hi)
{
    int32_t d = s->largest - x;

    if ((uint32_t)d >= (uint32_t)n_table) /* below 0 only where results overwrite elements that are still to come */
        return lo;
    return mote_clamp(mote_rounding_divide(mote_doubling_high_mul(s->scale, table[d]), s->shift) + lo, lo, hi);
}

static inline bool mote_softmax_trust(const int32_t *table, int32_t n_table)
{
    for (int32_t i = 0; i < n_table; i++)
        if (table[i] < 0)
            return false;
    return table[0] == INT32_MAX;
}

#endif
