/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of depthwise_conv_2d_f32, _f16 and _hybrid share, which say what NEED, DEPTHWISE_CONV_2D and
 * WEIGHT_BYTES are, and SCALES, the number of arguments that hold them. */
#ifndef MOTE_DEPTHWISE_CONV_2D_FLOATS_CHECK_H
#define MOTE_DEPTHWISE_CONV_2D_FLOATS_CHECK_H

#include "../shared/rows.h"

static bool NEED(const struct DEPTHWISE_CONV_2D *p, uint32_t bytes[])
{
    uint32_t in_row = mote_bytes(p->in_w, p->in_c, 4), out_row = mote_bytes(p->out_w, p->out_c, 4);
    uint32_t kernel = mote_bytes(p->kernel_h, p->kernel_w, WEIGHT_BYTES);

    if (in_row > INT32_MAX || out_row > INT32_MAX)
        return false;
    bytes[0] = mote_bytes(p->in_ring, (int32_t)in_row, 1);
    bytes[1] = mote_bytes((int32_t)kernel, p->out_c, 1);
    bytes[2] = (uint32_t)p->out_c * 4;
    bytes[SCALES + 2] = bytes[2];
    bytes[SCALES + 3] = mote_bytes(p->out_ring, (int32_t)out_row, 1);
    bytes[SCALES + 4] = mote_bytes(p->batch, p->out_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[SCALES + 3] <= INT32_MAX &&
           (int64_t)p->in_c * p->depth_multiplier == p->out_c && mote_bytes(p->dilation_w, p->in_c, 1) <= INT32_MAX &&
           mote_window_fits(p->batch, p->in_h, p->out_h, p->kernel_h, p->stride_h, p->dilation_h) &&
           mote_window_fits(1, p->in_w, p->out_w, p->kernel_w, p->stride_w, p->dilation_w);
}

#endif
