/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of conv_2d_hybrid may rely on: conv_2d_hybrid.h. */
#include "conv_2d_hybrid.h"

#define NEED         need_conv_2d_hybrid
#define CONV_2D      mote_conv_2d_hybrid
#define WEIGHT_BYTES 1
#define SCALES       1
#include "conv_2d_floats_check.h"

MOTE_KERNEL(conv_2d_hybrid, MOTE_CONV_2D_HYBRID_PARAMS, MOTE_CONV_2D_HYBRID_ARGS);
