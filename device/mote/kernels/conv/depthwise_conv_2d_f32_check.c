/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of depthwise_conv_2d_f32 may rely on: depthwise_conv_2d_f32.h. */
#include "depthwise_conv_2d_f32.h"

#define NEED              need_depthwise_conv_2d_f32
#define DEPTHWISE_CONV_2D mote_depthwise_conv_2d_f32
#define WEIGHT_BYTES      4
#define SCALES            0
#include "depthwise_conv_2d_floats_check.h"

MOTE_KERNEL(depthwise_conv_2d_f32, MOTE_DEPTHWISE_CONV_2D_F32_PARAMS, MOTE_DEPTHWISE_CONV_2D_F32_ARGS);
