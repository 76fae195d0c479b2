/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of add_n_s8 may rely on: add_n_s8.h. */
#include "add_n_s8.h"

static bool need_add_n_s8(const struct mote_add_n_s8 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->n, p->len, 1);
    bytes[1] = (uint32_t)p->len;
    bytes[2] = (uint32_t)p->len;
    return bytes[0] <= INT32_MAX;
}

MOTE_KERNEL(add_n_s8, MOTE_ADD_N_S8_PARAMS, MOTE_ADD_N_S8_ARGS);
