/* SPDX-License-Identifier: Apache-2.0 */
/* Portable transposition: the definition of transpose.h. The output is written in order; an odometer over the output's
 * dimensions moves through the input. */
#include "transpose.h"

#include "../../memory.h"

/* The innermost dimension: n chunks, `stride` bytes apart in the input. */
static uint8_t *gather(uint8_t *out, const uint8_t *in, int32_t n, int32_t stride, size_t chunk)
{
    if (chunk == 1) {
        for (int32_t i = 0; i < n; i++)
            *out++ = in[i * stride];
        return out;
    }
    for (int32_t i = 0; i < n; i++, out += chunk)
        memmove(out, in + i * stride, chunk);
    return out;
}

/* One row: all dimensions but the outermost. */
static void transpose_row(const struct mote_transpose *p, const uint8_t *in, const MOTE_FLASH int32_t *shape,
                          uint8_t *out)
{
    const MOTE_FLASH int32_t *inner = shape + 2 * (p->rank - 1);
    int32_t at[MOTE_RANK_MAX] = {0};

    for (;;) {
        int32_t d = p->rank - 2;

        out = gather(out, in, inner[0], inner[1], (size_t)p->chunk);
        for (; d >= 1 && at[d] == shape[2 * d] - 1; d--) {
            in -= at[d] * shape[2 * d + 1];
            at[d] = 0;
        }
        if (d < 1)
            return;
        at[d]++;
        in += shape[2 * d + 1];
    }
}

MOTE_WEAK void mote_transpose(const struct mote_transpose *p, const void *in, const MOTE_FLASH int32_t *shape,
                              void *out, int32_t first, int32_t count)
{
    size_t row_bytes = (size_t)(p->out_bytes / p->rows);

    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const uint8_t *from = (const uint8_t *)in + r * shape[1];
        uint8_t *to = (uint8_t *)out + (size_t)r * row_bytes;

        if (p->rank == 1)
            memmove(to, from, (size_t)p->chunk);
        else
            transpose_row(p, from, shape, to);
    }
}

static void run_transpose(const struct mote_call *c)
{
    mote_transpose(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(transpose, portable);
