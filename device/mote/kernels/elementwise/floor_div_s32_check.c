/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of floor_div_s32 may rely on: floor_div_s32.h. */
#include "floor_div_s32.h"

#include "../shared/operands_check.h"

MOTE_OPERANDS_CHECK(floor_div_s32, MOTE_FLOOR_DIV_S32_PARAMS, MOTE_FLOOR_DIV_S32_ARGS, 4, size, true);
