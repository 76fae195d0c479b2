/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of conv_2d_u8 may rely on: conv_2d_u8.h. */
#include "conv_2d_u8.h"

#include "../shared/requant.h"
#include "../shared/rows.h"

static bool need_conv_2d_u8(const struct mote_conv_2d_u8 *p, uint32_t bytes[])
{
    uint32_t kernel = mote_bytes(p->kernel_h, p->kernel_w, p->filter_c);
    uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1;

    bytes[0] = mote_bytes(p->in_ring, p->in_w, p->in_c);
    bytes[1] = kernel > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)kernel, p->out_c, 1);
    bytes[2] = (uint32_t)p->out_c * 4;
    bytes[3] = channels * 4;
    bytes[4] = channels;
    bytes[5] = mote_bytes(p->in_w, p->in_c, 1);
    bytes[6] = mote_bytes(p->out_ring, p->out_w, p->out_c);
    bytes[7] = mote_bytes(p->batch, p->out_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[6] <= INT32_MAX && p->lo <= p->hi &&
           mote_bytes(p->dilation_w, p->in_c, 1) <= INT32_MAX && p->in_c % p->filter_c == 0 &&
           p->out_c % (p->in_c / p->filter_c) == 0 &&
           mote_window_fits(p->batch, p->in_h, p->out_h, p->kernel_h, p->stride_h, p->dilation_h) &&
           mote_window_fits(1, p->in_w, p->out_w, p->kernel_w, p->stride_w, p->dilation_w);
}

static bool trust_conv_2d_u8(const struct mote_conv_2d_u8 *p, const struct mote_block args[])
{
    return mote_shifts_in_range(args[4].data, p->per_channel ? p->out_c : 1);
}

MOTE_KERNEL_TRUST(conv_2d_u8, MOTE_CONV_2D_U8_PARAMS, MOTE_CONV_2D_U8_ARGS);
