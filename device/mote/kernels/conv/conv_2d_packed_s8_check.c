/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of conv_2d_packed_s8 may rely on: conv_2d_packed_s8.h. */
#include "conv_2d_packed_s8.h"

#include "../shared/requant.h"
#include "../shared/rows.h"

/* Bytes of scratch, or more than there can be, of filters that have bytes. */
static uint32_t scratch_bytes(const struct mote_conv_2d_packed_s8 *p)
{
    const struct mote_conv_run r = mote_conv_2d_packed_s8_run(p);
    const struct mote_conv_window w = mote_conv_2d_packed_s8_window(p);
    const int64_t weights = (int64_t)p->kernel_h * r.runs * r.fours, row = (int64_t)w.columns * p->in_c;

    if (weights > INT32_MAX / 128 || row > INT32_MAX / 2 || w.rows * row > INT32_MAX / 2)
        return UINT32_MAX;
    return mote_conv_2d_packed_s8_weights(p) + mote_packed_align((uint32_t)(w.rows * row), 4) + (w.rows > 0 ? 4 : 0);
}

static bool need_conv_2d_packed_s8(const struct mote_conv_2d_packed_s8 *p, uint32_t bytes[])
{
    const uint32_t filter = mote_bytes(p->kernel_h, p->kernel_w, p->filter_c);
    const uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1;

    if (!mote_packed_is_width(p->bits) || filter > INT32_MAX || p->lo > p->hi || p->block > p->out_h ||
        p->in_c % p->filter_c != 0 || p->out_c % (p->in_c / p->filter_c) != 0 ||
        mote_bytes(p->dilation_w, p->in_c, 1) > INT32_MAX ||
        !mote_window_fits(p->batch, p->in_h, p->out_h, p->kernel_h, p->stride_h, p->dilation_h) ||
        !mote_window_fits(1, p->in_w, p->out_w, p->kernel_w, p->stride_w, p->dilation_w))
        return false;
    bytes[0] = mote_bytes(p->in_ring, p->in_w, p->in_c);
    bytes[1] = mote_bytes(p->out_c, mote_packed_bytes((int32_t)filter, p->bits), 1);
    bytes[2] = UINT32_C(1) << p->bits;
    bytes[3] = (uint32_t)(p->out_c * p->bias_bytes);
    bytes[4] = channels * 4;
    bytes[5] = channels;
    bytes[6] = mote_bytes(p->in_w, p->in_c, 1);
    bytes[7] = mote_bytes(p->out_ring, p->out_w, p->out_c);
    bytes[8] = scratch_bytes(p);
    bytes[9] = mote_bytes(p->batch, p->out_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[7] <= INT32_MAX && bytes[8] <= INT32_MAX;
}

static bool trust_conv_2d_packed_s8(const struct mote_conv_2d_packed_s8 *p, const struct mote_block args[])
{
    return mote_shifts_in_range(args[5].data, p->per_channel ? p->out_c : 1);
}

MOTE_KERNEL_TRUST(conv_2d_packed_s8, MOTE_CONV_2D_PACKED_S8_PARAMS, MOTE_CONV_2D_PACKED_S8_ARGS);
