/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of binary_s16 may rely on: binary_s16.h. */
#include "binary_s16.h"

#include "../shared/operands_check.h"

MOTE_OPERANDS_CHECK(binary_s16, MOTE_BINARY_S16_PARAMS, MOTE_BINARY_S16_ARGS, 2, size, p->lo <= p->hi);
