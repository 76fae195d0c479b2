/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of unpack_channels may rely on: unpack_channels.h. */
#include "unpack_channels.h"

static bool need_unpack_channels(const struct mote_unpack_channels *p, uint32_t bytes[])
{
    const uint32_t bits = (uint32_t)p->bias_bits + MOTE_SCALE_BITS;

    bytes[0] = MOTE_UNPACK_HEAD + (uint32_t)(((uint64_t)(uint32_t)p->n * bits + 7) / 8);
    bytes[1] = bytes[2] = mote_bytes(p->n, 4, 1);
    bytes[3] = 1;
    return bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(unpack_channels, MOTE_UNPACK_CHANNELS_PARAMS, MOTE_UNPACK_CHANNELS_ARGS);
