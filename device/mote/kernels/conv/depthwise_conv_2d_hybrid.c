/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float depthwise convolution with weights of 8 bits: the definition of depthwise_conv_2d_hybrid.h. */
#include "../shared/hot.h"

#include "depthwise_conv_2d_hybrid.h"

#include "../shared/weights_s8.h"

#define DEPTHWISE_CONV_2D_PARAMS mote_depthwise_conv_2d_hybrid
#define DEPTHWISE_CONV_2D_ROW    mote_depthwise_conv_2d_hybrid_row
#define DEPTHWISE_CONV_2D        mote_depthwise_conv_2d_hybrid
#include "depthwise_conv_2d_floats.h"

static void run_depthwise_conv_2d_hybrid(const struct mote_call *c)
{
    mote_depthwise_conv_2d_hybrid(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->first,
                                  c->count);
}

MOTE_KERNEL_VERSION(depthwise_conv_2d_hybrid, portable);
