/* SPDX-License-Identifier: Apache-2.0 */
/* Portable 16x8 fully connected layer: the definition of fully_connected_s16.h. */
#include "fully_connected_s16.h"

#include "../shared/wide.h"

MOTE_WEAK void mote_fully_connected_s16(const struct mote_fully_connected_s16 *p, const int16_t *in,
                                        const MOTE_FLASH int8_t *weights, const MOTE_FLASH int64_t *bias,
                                        const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int16_t *out,
                                        int32_t first, int32_t count)
{
    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len)
        for (int32_t o = 0; o < p->out_c; o++) {
            int32_t m = o * p->per_channel;
            int64_t sum = mote_dot_s16(in, weights + o * p->in_len, p->in_len);

            *out++ = mote_requant_s16(sum, bias[o], p->wide, mult[m], shift[m], p->lo, p->hi);
        }
}

static bool need_fully_connected_s16(const struct mote_fully_connected_s16 *p, uint32_t bytes[])
{
    uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1;

    bytes[0] = mote_bytes(p->rows, p->in_len, 2);
    bytes[1] = mote_bytes(p->out_c, p->in_len, 1);
    bytes[2] = mote_bytes(p->out_c, 8, 1);
    bytes[3] = mote_bytes((int32_t)channels, 4, 1);
    bytes[4] = channels;
    bytes[5] = mote_bytes(p->rows, p->out_c, 2);
    bytes[6] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX && bytes[5] <= INT32_MAX &&
           p->lo <= p->hi;
}

static bool trust_fully_connected_s16(const struct mote_fully_connected_s16 *p, const void *const args[])
{
    return mote_wide_shifts(args[4], p->per_channel ? p->out_c : 1, p->wide);
}

static void run_fully_connected_s16(const struct mote_call *c)
{
    mote_fully_connected_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                             c->first, c->count);
}

MOTE_KERNEL(fully_connected_s16, MOTE_FULLY_CONNECTED_S16_PARAMS, MOTE_FULLY_CONNECTED_S16_ARGS);
