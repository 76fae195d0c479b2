/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float convolution with weights of 8 bits: the definition of conv_2d_hybrid.h. */
#include "conv_2d_hybrid.h"

#include "../shared/weights_s8.h"

#define CONV_2D_PARAMS mote_conv_2d_hybrid
#define CONV_2D_ROW    mote_conv_2d_hybrid_row
#define CONV_2D        mote_conv_2d_hybrid
#include "conv_2d_floats.h"

static void run_conv_2d_hybrid(const struct mote_call *c)
{
    mote_conv_2d_hybrid(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->first, c->count);
}

MOTE_KERNEL_VERSION(conv_2d_hybrid, portable);
