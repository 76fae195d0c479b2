/* SPDX-License-Identifier: Apache-2.0 */
/* Portable padding: the definition of pad.h. */
#include "pad.h"

#include "../../memory.h"
#include "../shared/rows.h"

/* The input row that output row r shows, -1 if it is padding. */
static int32_t input_row(const MOTE_FLASH int32_t *outer, int32_t rank, int32_t r)
{
    int32_t row = 0, step = 1;

    for (int32_t d = rank - 1; d >= 0; d--) {
        const MOTE_FLASH int32_t *o = outer + 3 * d;
        int32_t i = r % o[2] - o[1];

        if (i < 0 || i >= o[0])
            return -1;
        r /= o[2];
        row += i * step;
        step *= o[0];
    }
    return row;
}

static uint8_t *fill(uint8_t *out, const uint8_t *value, size_t size, size_t n)
{
    if (size == 1) {
        memset(out, *value, n);
        return out + n;
    }
    for (; n > 0; n--, out += size)
        memmove(out, value, size);
    return out;
}

MOTE_WEAK void mote_pad(const struct mote_pad *p, const void *in, const void *value, const MOTE_FLASH int32_t *outer,
                        void *out, int32_t first, int32_t count)
{
    size_t size = (size_t)p->size, in_bytes = (size_t)p->in_len * size, out_bytes = (size_t)p->out_len * size;

    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        uint8_t *to = (uint8_t *)out + (size_t)mote_ring(r, p->out_ring) * out_bytes;
        int32_t row = input_row(outer, p->rank, r);

        if (row < 0) {
            fill(to, value, size, (size_t)p->out_len);
            continue;
        }
        to = fill(to, value, size, (size_t)p->before);
        memmove(to, (const uint8_t *)in + (size_t)mote_ring(row, p->in_ring) * in_bytes, in_bytes);
        fill(to + in_bytes, value, size, (size_t)(p->out_len - p->before - p->in_len));
    }
}

static void run_pad(const struct mote_call *c)
{
    mote_pad(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(pad, portable);
