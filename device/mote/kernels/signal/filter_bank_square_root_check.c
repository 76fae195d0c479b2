/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of filter_bank_square_root may rely on: filter_bank_square_root.h. */
#include "filter_bank_square_root.h"

static bool need_filter_bank_square_root(const struct mote_filter_bank_square_root *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 8);
    bytes[1] = mote_bytes(p->bits_ring, 1, 4);
    bytes[2] = mote_bytes(p->out_ring, p->len, 4);
    bytes[3] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX;
}

MOTE_KERNEL(filter_bank_square_root, MOTE_FILTER_BANK_SQUARE_ROOT_PARAMS, MOTE_FILTER_BANK_SQUARE_ROOT_ARGS);
