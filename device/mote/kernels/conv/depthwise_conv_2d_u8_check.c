/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of depthwise_conv_2d_u8 may rely on: depthwise_conv_2d_u8.h. */
#include "depthwise_conv_2d_u8.h"

#include "../shared/requant.h"
#include "../shared/rows.h"

static bool need_depthwise_conv_2d_u8(const struct mote_depthwise_conv_2d_u8 *p, uint32_t bytes[])
{
    uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1;

    bytes[0] = mote_bytes(p->in_ring, p->in_w, p->in_c);
    bytes[1] = mote_bytes(p->kernel_h, p->kernel_w, p->out_c);
    bytes[2] = (uint32_t)p->out_c * 4;
    bytes[3] = channels * 4;
    bytes[4] = channels;
    bytes[5] = mote_bytes(p->in_w, p->in_c, 1);
    bytes[6] = mote_bytes(p->out_ring, p->out_w, p->out_c);
    bytes[7] = mote_bytes(p->batch, p->out_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[6] <= INT32_MAX && p->lo <= p->hi &&
           (int64_t)p->in_c * p->depth_multiplier == p->out_c && mote_bytes(p->dilation_w, p->in_c, 1) <= INT32_MAX &&
           mote_window_fits(p->batch, p->in_h, p->out_h, p->kernel_h, p->stride_h, p->dilation_h) &&
           mote_window_fits(1, p->in_w, p->out_w, p->kernel_w, p->stride_w, p->dilation_w);
}

static bool trust_depthwise_conv_2d_u8(const struct mote_depthwise_conv_2d_u8 *p, const struct mote_block args[])
{
    return mote_shifts_in_range(args[4].data, p->per_channel ? p->out_c : 1);
}

MOTE_KERNEL_TRUST(depthwise_conv_2d_u8, MOTE_DEPTHWISE_CONV_2D_U8_PARAMS, MOTE_DEPTHWISE_CONV_2D_U8_ARGS);
