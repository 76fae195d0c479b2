/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float convolution with weights in half precision: the definition of conv_2d_f16.h. */
#include "conv_2d_f16.h"

#include "../shared/weights_f16.h"

#define CONV_2D_PARAMS mote_conv_2d_f16
#define CONV_2D_ROW    mote_conv_2d_f16_row
#define CONV_2D        mote_conv_2d_f16
#include "conv_2d_floats.h"

static void run_conv_2d_f16(const struct mote_call *c)
{
    mote_conv_2d_f16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(conv_2d_f16, portable);
