/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of conv_2d_f16 may rely on: conv_2d_f16.h. */
#include "conv_2d_f16.h"

#define NEED         need_conv_2d_f16
#define CONV_2D      mote_conv_2d_f16
#define WEIGHT_BYTES 2
#define SCALES       0
#include "conv_2d_floats_check.h"

MOTE_KERNEL(conv_2d_f16, MOTE_CONV_2D_F16_PARAMS, MOTE_CONV_2D_F16_ARGS);
