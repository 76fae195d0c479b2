/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of add_sub may rely on: add_sub.h. */
#include "add_sub.h"

#include "../shared/operands_check.h"

MOTE_OPERANDS_CHECK(add_sub, MOTE_ADD_SUB_PARAMS, MOTE_ADD_SUB_ARGS, mote_add_sub_size(p), size,
                    size > 0 && p->lo <= p->hi && (size > 1 || (p->lo >= INT8_MIN && p->hi <= INT8_MAX)));
