/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of transpose_conv_f32 may rely on: transpose_conv_f32.h. */
#include "transpose_conv_f32.h"

static bool need_transpose_conv_f32(const struct mote_transpose_conv_f32 *p, uint32_t bytes[])
{
    bytes[2] = (uint32_t)p->out_c * 4;
    return MOTE_TRANSPOSE_CONV_NEED(p, bytes, 3, 4, 4);
}

MOTE_KERNEL(transpose_conv_f32, MOTE_TRANSPOSE_CONV_F32_PARAMS, MOTE_TRANSPOSE_CONV_F32_ARGS);
