/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 fully connected layer of sparse weights: the definition of fully_connected_sparse_s8.h. */
#include "../shared/hot.h"

#include "fully_connected_sparse_s8.h"

#include "../shared/requant.h"
#include "../shared/short_bias.h"

/* Of one pair. */
static inline uint32_t product(const int8_t **in, const MOTE_FLASH uint8_t *pair)
{
    *in += pair[0];
    return (uint32_t)(*(*in)++ * (int8_t)pair[1]);
}

static inline uint32_t add_pairs(const int8_t *in, const MOTE_FLASH uint8_t *pair, int32_t n, uint32_t sum)
{
    for (; n >= 4; n -= 4, pair += 4 * MOTE_SPARSE_PAIR) {
        sum += product(&in, pair);
        sum += product(&in, pair + MOTE_SPARSE_PAIR);
        sum += product(&in, pair + 2 * MOTE_SPARSE_PAIR);
        sum += product(&in, pair + 3 * MOTE_SPARSE_PAIR);
    }
    for (; n > 0; n--, pair += MOTE_SPARSE_PAIR)
        sum += product(&in, pair);
    return sum;
}

MOTE_WEAK void mote_fully_connected_sparse_s8(const struct mote_fully_connected_sparse_s8 *p, const int8_t *in,
                                              const MOTE_FLASH uint8_t *pairs, const MOTE_FLASH uint8_t *bias,
                                              const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                                              int8_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len) {
        const MOTE_FLASH uint8_t *row = pairs;

        for (int32_t o = 0; o < p->out_c; o++) {
            const int32_t n = mote_sparse_count(row), q = p->per_channel ? o : 0;
            uint32_t sum = mote_short_bias(bias + o * p->bias_bytes, p->bias_bytes, p->bias_shift);

            sum = add_pairs(in, row + MOTE_SPARSE_COUNT, n, sum);
            row += MOTE_SPARSE_COUNT + MOTE_SPARSE_PAIR * n;
            *out++ = mote_requant_s8((int32_t)sum, mult[q], shift[q], p->out_zero, p->lo, p->hi);
        }
    }
}

static void run_fully_connected_sparse_s8(const struct mote_call *c)
{
    mote_fully_connected_sparse_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                   c->first, c->count);
}

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_fully_connected_sparse_s8 *p = params;

    return 100 + rows * (3.2 * p->pair_bytes + 55.0 * p->out_c);
}
#endif

MOTE_KERNEL_CODE(fully_connected_sparse_s8, portable, .run = run_fully_connected_sparse_s8,
                 MOTE_INSTRUCTIONS(instructions));
