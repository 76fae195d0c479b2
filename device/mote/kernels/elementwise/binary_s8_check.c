/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of binary_s8 may rely on: binary_s8.h. */
#include "binary_s8.h"

#include "../shared/operands_check.h"

MOTE_OPERANDS_CHECK(binary_s8, MOTE_BINARY_S8_PARAMS, MOTE_BINARY_S8_ARGS, 1, size, p->lo <= p->hi);
