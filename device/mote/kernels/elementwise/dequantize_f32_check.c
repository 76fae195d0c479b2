/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of dequantize_f32 may rely on: dequantize_f32.h. */
#include "dequantize_f32.h"

#include "../shared/integers.h"

static bool need_dequantize_f32(const struct mote_dequantize_f32 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, mote_integer_size(p->in_type));
    bytes[1] = mote_bytes(p->out_ring, p->len, 4);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(dequantize_f32, MOTE_DEQUANTIZE_F32_PARAMS, MOTE_DEQUANTIZE_F32_ARGS);
