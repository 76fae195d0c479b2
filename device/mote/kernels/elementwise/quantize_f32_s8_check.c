/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of quantize_f32_s8 may rely on: quantize_f32_s8.h. */
#include "quantize_f32_s8.h"

static bool need_quantize_f32_s8(const struct mote_quantize_f32_s8 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 4);
    bytes[1] = mote_bytes(p->out_ring, p->len, 1);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(quantize_f32_s8, MOTE_QUANTIZE_F32_S8_PARAMS, MOTE_QUANTIZE_F32_S8_ARGS);
