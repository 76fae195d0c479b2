/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float depthwise convolution: the definition of depthwise_conv_2d_f32.h. */
#include "../shared/hot.h"

#include "depthwise_conv_2d_f32.h"

#include "../shared/weights_f32.h"

#define DEPTHWISE_CONV_2D_PARAMS mote_depthwise_conv_2d_f32
#define DEPTHWISE_CONV_2D_ROW    mote_depthwise_conv_2d_f32_row
#define DEPTHWISE_CONV_2D        mote_depthwise_conv_2d_f32
#include "depthwise_conv_2d_floats.h"

static void run_depthwise_conv_2d_f32(const struct mote_call *c)
{
    mote_depthwise_conv_2d_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(depthwise_conv_2d_f32, portable);
