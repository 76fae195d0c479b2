/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of arg_max may rely on: arg_max.h. */
#include "arg_max.h"

static bool need_arg_max(const struct mote_arg_max *p, uint32_t bytes[])
{
    uint32_t row = mote_bytes(p->len, p->inner, p->type == MOTE_ARG_S8 ? 1 : 4);

    bytes[0] = row > INT32_MAX ? UINT32_MAX : mote_bytes(p->rows, (int32_t)row, 1);
    bytes[1] = mote_bytes(p->rows, p->inner, 4);
    bytes[2] = (uint32_t)p->rows;
    return (p->type == MOTE_ARG_S8 || p->type == MOTE_ARG_F32) && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(arg_max, MOTE_ARG_MAX_PARAMS, MOTE_ARG_MAX_ARGS);
