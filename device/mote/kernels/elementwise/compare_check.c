/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of compare may rely on: compare.h. */
#include "compare.h"

#include "../shared/operands_check.h"

MOTE_OPERANDS_CHECK(compare, MOTE_COMPARE_PARAMS, MOTE_COMPARE_ARGS, mote_compare_size(p->type), 1,
                    size > 0 && (p->function < MOTE_COMPARE_AND || p->type == MOTE_ARG_BOOL));
