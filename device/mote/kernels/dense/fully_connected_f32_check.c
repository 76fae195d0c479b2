/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of fully_connected_f32 may rely on: fully_connected_f32.h. */
#include "fully_connected_f32.h"

#define NEED            need_fully_connected_f32
#define FULLY_CONNECTED mote_fully_connected_f32
#define WEIGHT_BYTES    4
#define SCALES          0
#include "fully_connected_floats_check.h"

MOTE_KERNEL(fully_connected_f32, MOTE_FULLY_CONNECTED_F32_PARAMS, MOTE_FULLY_CONNECTED_F32_ARGS);
