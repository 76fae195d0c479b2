/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of bands_f32 may rely on: bands_f32.h. */
#include "bands_f32.h"

static bool need_bands_f32(const struct mote_bands_f32 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 4);
    bytes[1] = mote_bytes(p->weights, 1, 4);
    bytes[2] = mote_bytes(p->channels, 2, 2);
    bytes[3] = mote_bytes(p->out_ring, p->channels, 4);
    bytes[4] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

static bool trust_bands_f32(const struct mote_bands_f32 *p, const struct mote_block args[])
{
    const uint16_t *spans = args[2].data;
    uint32_t weights = 0;

    for (int32_t c = 0; c < p->channels; c++) {
        if ((uint32_t)spans[2 * c] + spans[2 * c + 1] > (uint32_t)p->len)
            return false;
        weights += spans[2 * c + 1];
    }
    return weights == (uint32_t)p->weights;
}

MOTE_KERNEL_TRUST(bands_f32, MOTE_BANDS_F32_PARAMS, MOTE_BANDS_F32_ARGS);
