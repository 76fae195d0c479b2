/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of mul_s16 may rely on: mul_s16.h. */
#include "mul_s16.h"

#include "../shared/operands_check.h"

MOTE_OPERANDS_CHECK(mul_s16, MOTE_MUL_S16_PARAMS, MOTE_MUL_S16_ARGS, 2, size, p->lo <= p->hi);
