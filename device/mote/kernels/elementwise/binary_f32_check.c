/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of binary_f32 may rely on: binary_f32.h. */
#include "binary_f32.h"

#include "../shared/operands_check.h"

MOTE_OPERANDS_CHECK(binary_f32, MOTE_BINARY_F32_PARAMS, MOTE_BINARY_F32_ARGS, 4, size, true);
