/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of dequantize_s8_f32 may rely on: dequantize_s8_f32.h. */
#include "dequantize_s8_f32.h"

static bool need_dequantize_s8_f32(const struct mote_dequantize_s8_f32 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 1);
    bytes[1] = mote_bytes(p->out_ring, p->len, 4);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(dequantize_s8_f32, MOTE_DEQUANTIZE_S8_F32_PARAMS, MOTE_DEQUANTIZE_S8_F32_ARGS);
