/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of binary_s32 may rely on: binary_s32.h. */
#include "binary_s32.h"

#include "../shared/operands_check.h"

MOTE_OPERANDS_CHECK(binary_s32, MOTE_BINARY_S32_PARAMS, MOTE_BINARY_S32_ARGS, 4, size, true);
