/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of conv_2d_s16 may rely on: conv_2d_s16.h. */
#include "conv_2d_s16.h"

#include "../shared/rows.h"
#include "../shared/wide.h"

static bool need_conv_2d_s16(const struct mote_conv_2d_s16 *p, uint32_t bytes[])
{
    uint32_t kernel = mote_bytes(p->kernel_h, p->kernel_w, p->filter_c);
    uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1;
    uint32_t in_row = mote_bytes(p->in_w, p->in_c, 2), out_row = mote_bytes(p->out_w, p->out_c, 2);

    if (kernel > INT32_MAX || in_row > INT32_MAX || out_row > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(p->in_ring, (int32_t)in_row, 1);
    bytes[1] = mote_bytes((int32_t)kernel, p->out_c, 1);
    bytes[2] = (uint32_t)p->out_c * 8;
    bytes[3] = channels * 4;
    bytes[4] = channels;
    bytes[5] = mote_bytes(p->out_ring, (int32_t)out_row, 1);
    bytes[6] = mote_bytes(p->batch, p->out_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[5] <= INT32_MAX && p->lo <= p->hi &&
           mote_bytes(p->dilation_w, p->in_c, 1) <= INT32_MAX && p->in_c % p->filter_c == 0 &&
           p->out_c % (p->in_c / p->filter_c) == 0 &&
           mote_window_fits(p->batch, p->in_h, p->out_h, p->kernel_h, p->stride_h, p->dilation_h) &&
           mote_window_fits(1, p->in_w, p->out_w, p->kernel_w, p->stride_w, p->dilation_w);
}

static bool trust_conv_2d_s16(const struct mote_conv_2d_s16 *p, const struct mote_block args[])
{
    return mote_wide_shifts(args[4].data, p->per_channel ? p->out_c : 1, p->wide);
}

MOTE_KERNEL_TRUST(conv_2d_s16, MOTE_CONV_2D_S16_PARAMS, MOTE_CONV_2D_S16_ARGS);
