/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of depthwise_conv_2d_s16 may rely on: depthwise_conv_2d_s16.h. */
#include "depthwise_conv_2d_s16.h"

#include "../shared/rows.h"
#include "../shared/wide.h"

static bool need_depthwise_conv_2d_s16(const struct mote_depthwise_conv_2d_s16 *p, uint32_t bytes[])
{
    uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1;
    uint32_t in_row = mote_bytes(p->in_w, p->in_c, 2), out_row = mote_bytes(p->out_w, p->out_c, 2);

    if (in_row > INT32_MAX || out_row > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(p->in_ring, (int32_t)in_row, 1);
    bytes[1] = mote_bytes(p->kernel_h, p->kernel_w, p->out_c);
    bytes[2] = (uint32_t)p->out_c * 8;
    bytes[3] = channels * 4;
    bytes[4] = channels;
    bytes[5] = mote_bytes(p->out_ring, (int32_t)out_row, 1);
    bytes[6] = mote_bytes(p->batch, p->out_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[5] <= INT32_MAX && p->lo <= p->hi &&
           (int64_t)p->in_c * p->depth_multiplier == p->out_c && mote_bytes(p->dilation_w, p->in_c, 1) <= INT32_MAX &&
           mote_window_fits(p->batch, p->in_h, p->out_h, p->kernel_h, p->stride_h, p->dilation_h) &&
           mote_window_fits(1, p->in_w, p->out_w, p->kernel_w, p->stride_w, p->dilation_w);
}

static bool trust_depthwise_conv_2d_s16(const struct mote_depthwise_conv_2d_s16 *p, const struct mote_block args[])
{
    return mote_wide_shifts(args[4].data, p->per_channel ? p->out_c : 1, 1);
}

MOTE_KERNEL_TRUST(depthwise_conv_2d_s16, MOTE_DEPTHWISE_CONV_2D_S16_PARAMS, MOTE_DEPTHWISE_CONV_2D_S16_ARGS);
