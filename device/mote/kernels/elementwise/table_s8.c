/* SPDX-License-Identifier: Apache-2.0 */
/* Portable lookup: the definition of table_s8.h. */
#include "../shared/hot.h"

#include "table_s8.h"

#include "../shared/rows.h"

MOTE_WEAK void mote_table_s8(const struct mote_table_s8 *p, const int8_t *in, const MOTE_FLASH int8_t *table,
                             int8_t *out, int32_t first, int32_t count)
{
    int32_t len = p->len;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int8_t *from = in + mote_ring(r, p->in_ring) * len;
        int8_t *to = out + mote_ring(r, p->out_ring) * len;

        for (int32_t i = 0; i < len; i++)
            to[i] = table[(uint8_t)from[i]];
    }
}

static void run_table_s8(const struct mote_call *c)
{
    mote_table_s8(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(table_s8, portable);
