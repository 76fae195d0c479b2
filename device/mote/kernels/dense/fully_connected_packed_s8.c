/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 fully connected layer of packed weights: the definition of fully_connected_packed_s8.h. */
#include "../shared/hot.h"

#include "fully_connected_packed_s8.h"

#include "../shared/requant.h"
#include "../shared/short_bias.h"

/* Adds a row's products to the sum. Of a known width the loop is one of whole bytes. */
static inline uint32_t add_row(const int8_t *in, int32_t len, const MOTE_FLASH uint8_t *packed, const int8_t *levels,
                               const int32_t bits, int32_t zero, uint32_t sum)
{
    const int32_t each = 8 / bits;
    uint32_t byte;

    for (; len >= each; len -= each) {
        byte = *packed++;
        _Pragma("GCC unroll 8") for (int32_t k = 0; k < each; k++, byte >>= bits) sum +=
            (uint32_t)((*in++ - zero) * levels[byte & ((1u << bits) - 1)]);
    }
    byte = len > 0 ? *packed : 0;
    for (; len > 0; len--, byte >>= bits)
        sum += (uint32_t)((*in++ - zero) * levels[byte & ((1u << bits) - 1)]);
    return sum;
}

static uint32_t sum_of(const struct mote_fully_connected_packed_s8 *p, const int8_t *in,
                       const MOTE_FLASH uint8_t *packed, const int8_t *levels, uint32_t sum)
{
    switch (p->bits) {
    case 1:
        return add_row(in, p->in_len, packed, levels, 1, p->in_zero, sum);
    case 2:
        return add_row(in, p->in_len, packed, levels, 2, p->in_zero, sum);
    default:
        return add_row(in, p->in_len, packed, levels, 4, p->in_zero, sum);
    }
}

MOTE_WEAK void mote_fully_connected_packed_s8(const struct mote_fully_connected_packed_s8 *p, const int8_t *in,
                                              const MOTE_FLASH uint8_t *packed, const MOTE_FLASH int8_t *levels,
                                              const MOTE_FLASH uint8_t *bias, const MOTE_FLASH int32_t *mult,
                                              const MOTE_FLASH int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    const int32_t bytes = mote_packed_bytes(p->in_len, p->bits);
    int8_t values[MOTE_PACKED_LEVELS_MAX];

    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    mote_packed_levels(values, levels, p->bits);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len) {
        const MOTE_FLASH uint8_t *row = packed;

        for (int32_t o = 0; o < p->out_c; o++, row += bytes) {
            uint32_t sum = mote_short_bias(bias + o * p->bias_bytes, p->bias_bytes, p->bias_shift);
            int32_t q = p->per_channel ? o : 0;

            sum = sum_of(p, in, row, values, sum);
            *out++ = mote_requant_s8((int32_t)sum, mult[q], shift[q], p->out_zero, p->lo, p->hi);
        }
    }
}

static void run_fully_connected_packed_s8(const struct mote_call *c)
{
    mote_fully_connected_packed_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                   c->args[6], c->first, c->count);
}

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_fully_connected_packed_s8 *p = params;

    return 100 + rows * (double)p->out_c * (7.0 * p->in_len + 55);
}
#endif

MOTE_KERNEL_CODE(fully_connected_packed_s8, portable, .run = run_fully_connected_packed_s8,
                 MOTE_INSTRUCTIONS(instructions));
