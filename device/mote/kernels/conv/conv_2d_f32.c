/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float convolution: the definition of conv_2d_f32.h. */
#include "conv_2d_f32.h"

#include "../shared/weights_f32.h"

#define CONV_2D_PARAMS mote_conv_2d_f32
#define CONV_2D_ROW    mote_conv_2d_f32_row
#define CONV_2D        mote_conv_2d_f32
#include "conv_2d_floats.h"

static void run_conv_2d_f32(const struct mote_call *c)
{
    mote_conv_2d_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(conv_2d_f32, portable);
