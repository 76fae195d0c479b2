/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of depthwise_conv_2d_hybrid may rely on: depthwise_conv_2d_hybrid.h. */
#include "depthwise_conv_2d_hybrid.h"

#define NEED              need_depthwise_conv_2d_hybrid
#define DEPTHWISE_CONV_2D mote_depthwise_conv_2d_hybrid
#define WEIGHT_BYTES      1
#define SCALES            1
#include "depthwise_conv_2d_floats_check.h"

MOTE_KERNEL(depthwise_conv_2d_hybrid, MOTE_DEPTHWISE_CONV_2D_HYBRID_PARAMS, MOTE_DEPTHWISE_CONV_2D_HYBRID_ARGS);
