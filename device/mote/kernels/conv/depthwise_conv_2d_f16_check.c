/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of depthwise_conv_2d_f16 may rely on: depthwise_conv_2d_f16.h. */
#include "depthwise_conv_2d_f16.h"

#define NEED              need_depthwise_conv_2d_f16
#define DEPTHWISE_CONV_2D mote_depthwise_conv_2d_f16
#define WEIGHT_BYTES      2
#define SCALES            0
#include "depthwise_conv_2d_floats_check.h"

MOTE_KERNEL(depthwise_conv_2d_f16, MOTE_DEPTHWISE_CONV_2D_F16_PARAMS, MOTE_DEPTHWISE_CONV_2D_F16_ARGS);
