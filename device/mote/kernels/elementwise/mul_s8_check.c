/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of mul_s8 may rely on: mul_s8.h. */
#include "mul_s8.h"

#include "../shared/operands_check.h"

MOTE_OPERANDS_CHECK(mul_s8, MOTE_MUL_S8_PARAMS, MOTE_MUL_S8_ARGS, 1, size, p->lo <= p->hi);
