/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of transpose_conv_s16 may rely on: transpose_conv_s16.h. */
#include "transpose_conv_s16.h"

#include "../shared/wide.h"

static bool need_transpose_conv_s16(const struct mote_transpose_conv_s16 *p, uint32_t bytes[])
{
    uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1;

    bytes[2] = (uint32_t)p->out_c * 8;
    bytes[3] = channels * 4;
    bytes[4] = channels;
    return p->lo <= p->hi && MOTE_TRANSPOSE_CONV_NEED(p, bytes, 5, 2, 1);
}

static bool trust_transpose_conv_s16(const struct mote_transpose_conv_s16 *p, const struct mote_block args[])
{
    return mote_wide_shifts(args[4].data, p->per_channel ? p->out_c : 1, 1);
}

MOTE_KERNEL_TRUST(transpose_conv_s16, MOTE_TRANSPOSE_CONV_S16_PARAMS, MOTE_TRANSPOSE_CONV_S16_ARGS);
