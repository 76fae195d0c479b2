/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of fully_connected_hybrid may rely on: fully_connected_hybrid.h. */
#include "fully_connected_hybrid.h"

#define NEED            need_fully_connected_hybrid
#define FULLY_CONNECTED mote_fully_connected_hybrid
#define WEIGHT_BYTES    1
#define SCALES          1
#include "fully_connected_floats_check.h"

MOTE_KERNEL(fully_connected_hybrid, MOTE_FULLY_CONNECTED_HYBRID_PARAMS, MOTE_FULLY_CONNECTED_HYBRID_ARGS);
