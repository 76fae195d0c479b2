/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of fully_connected_rows_f16 may rely on: fully_connected_rows_f16.h. */
#include "fully_connected_rows_f16.h"

#define NEED                 need_fully_connected_rows_f16
#define FULLY_CONNECTED_ROWS mote_fully_connected_rows_f16
#define WEIGHT_BYTES         2
#define SCALES               0
#include "fully_connected_rows_floats_check.h"

MOTE_KERNEL(fully_connected_rows_f16, MOTE_FULLY_CONNECTED_ROWS_F16_PARAMS, MOTE_FULLY_CONNECTED_ROWS_F16_ARGS);
