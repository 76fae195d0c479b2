/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of unary_math_f32 may rely on: unary_math_f32.h. */
#include "unary_math_f32.h"

static bool need_unary_math_f32(const struct mote_unary_math_f32 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 4);
    bytes[1] = mote_bytes(p->out_ring, p->len, 4);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(unary_math_f32, MOTE_UNARY_MATH_F32_PARAMS, MOTE_UNARY_MATH_F32_ARGS);
