/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of conv_2d_f32 may rely on: conv_2d_f32.h. */
#include "conv_2d_f32.h"

#define NEED         need_conv_2d_f32
#define CONV_2D      mote_conv_2d_f32
#define WEIGHT_BYTES 4
#define SCALES       0
#include "conv_2d_floats_check.h"

MOTE_KERNEL(conv_2d_f32, MOTE_CONV_2D_F32_PARAMS, MOTE_CONV_2D_F32_ARGS);
