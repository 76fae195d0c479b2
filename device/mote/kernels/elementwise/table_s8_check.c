/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of table_s8 may rely on: table_s8.h. */
#include "table_s8.h"

static bool need_table_s8(const struct mote_table_s8 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 1);
    bytes[1] = 256;
    bytes[2] = mote_bytes(p->out_ring, p->len, 1);
    bytes[3] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[2] <= INT32_MAX;
}

MOTE_KERNEL(table_s8, MOTE_TABLE_S8_PARAMS, MOTE_TABLE_S8_ARGS);
