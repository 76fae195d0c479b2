/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of add_s8 may rely on: add_s8.h. */
#include "add_s8.h"

#include "../shared/operands_check.h"

MOTE_OPERANDS_CHECK(add_s8, MOTE_ADD_S8_PARAMS, MOTE_ADD_S8_ARGS, 1, size, p->lo <= p->hi);
