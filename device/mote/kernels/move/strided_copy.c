/* SPDX-License-Identifier: Apache-2.0 */
/* Portable strided copy: the definition of strided_copy.h. An odometer over the dimensions moves two positions. */
#include "strided_copy.h"

#include "../../memory.h"

struct dimension {
    int32_t n, in_stride, out_stride;
};

/* The innermost dimension. memmove of a constant size is a load and a store. Positions are numbers, not pointers: after
 * the last chunk they may be outside, where a pointer must not be. */
static void move(const uint8_t *in, int32_t from, uint8_t *out, int32_t to, struct dimension d, int32_t chunk)
{
    for (int32_t i = 0; i < d.n; i++) {
        const uint8_t *a = in + from + i * d.in_stride;
        uint8_t *b = out + to + i * d.out_stride;

        switch (chunk) {
        case 1:
            *b = *a;
            break;
        case 2:
            memmove(b, a, 2);
            break;
        case 4:
            memmove(b, a, 4);
            break;
        default:
            memmove(b, a, (size_t)chunk);
            break;
        }
    }
}

/* One row: all dimensions but the outermost. */
static void move_row(const struct mote_strided_copy *p, const uint8_t *in, int32_t from,
                     const MOTE_FLASH int32_t *shape, uint8_t *out, int32_t to)
{
    struct dimension inner = {1, 0, 0};
    int32_t at[MOTE_RANK_MAX] = {0};

    if (p->rank > 1) {
        const MOTE_FLASH int32_t *last = shape + 3 * (p->rank - 1);

        inner = (struct dimension){last[0], last[1], last[2]};
    }
    for (;;) {
        int32_t d = p->rank - 2;

        move(in, from, out, to, inner, p->chunk);
        for (; d >= 1 && at[d] == shape[3 * d] - 1; d--) {
            from -= at[d] * shape[3 * d + 1];
            to -= at[d] * shape[3 * d + 2];
            at[d] = 0;
        }
        if (d < 1)
            return;
        at[d]++;
        from += shape[3 * d + 1];
        to += shape[3 * d + 2];
    }
}

MOTE_WEAK void mote_strided_copy(const struct mote_strided_copy *p, const void *in, const MOTE_FLASH int32_t *shape,
                                 void *out, int32_t first, int32_t count)
{
    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        move_row(p, in, p->in_at + r * shape[1], shape, out, p->out_at + r * shape[2]);
}

static void run_strided_copy(const struct mote_call *c)
{
    mote_strided_copy(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(strided_copy, portable);
