/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of transpose_conv_s8 may rely on: transpose_conv_s8.h. */
#include "transpose_conv_s8.h"

#include "../shared/requant.h"

static bool need_transpose_conv_s8(const struct mote_transpose_conv_s8 *p, uint32_t bytes[])
{
    uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1;

    bytes[2] = (uint32_t)p->out_c * 4;
    bytes[3] = channels * 4;
    bytes[4] = channels;
    return p->lo <= p->hi && MOTE_TRANSPOSE_CONV_NEED(p, bytes, 5, 1, 1);
}

static bool trust_transpose_conv_s8(const struct mote_transpose_conv_s8 *p, const struct mote_block args[])
{
    return mote_shifts_in_range(args[4].data, p->per_channel ? p->out_c : 1);
}

MOTE_KERNEL_TRUST(transpose_conv_s8, MOTE_TRANSPOSE_CONV_S8_PARAMS, MOTE_TRANSPOSE_CONV_S8_ARGS);
