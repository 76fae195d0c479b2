/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of filter_bank_log may rely on: filter_bank_log.h. */
#include "filter_bank_log.h"

static bool need_filter_bank_log(const struct mote_filter_bank_log *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 4);
    bytes[1] = MOTE_FILTER_BANK_LOG_TABLE * 2;
    bytes[2] = mote_bytes(p->out_ring, p->len, 2);
    bytes[3] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[2] <= INT32_MAX;
}

MOTE_KERNEL(filter_bank_log, MOTE_FILTER_BANK_LOG_PARAMS, MOTE_FILTER_BANK_LOG_ARGS);
