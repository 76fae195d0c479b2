/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of fft_auto_scale may rely on: fft_auto_scale.h. */
#include "fft_auto_scale.h"

static bool need_fft_auto_scale(const struct mote_fft_auto_scale *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 2);
    bytes[1] = mote_bytes(p->out_ring, p->len, 2);
    bytes[2] = mote_bytes(p->bits_ring, 1, 4);
    bytes[3] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX;
}

MOTE_KERNEL(fft_auto_scale, MOTE_FFT_AUTO_SCALE_PARAMS, MOTE_FFT_AUTO_SCALE_ARGS);
