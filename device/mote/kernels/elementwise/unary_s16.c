/* SPDX-License-Identifier: Apache-2.0 */
/* Portable functions of one int16: the definition of unary_s16.h. */
#include "unary_s16.h"

#include "../shared/inverse_sqrt.h"
#include "../shared/rows.h"

static int32_t absolute(const struct mote_unary_s16 *p, int32_t x)
{
    return mote_requant(x < 0 ? -x : x, p->mult, p->shift);
}

static int32_t inverse_root(const struct mote_unary_s16 *p, int32_t x)
{
    int32_t mult, shift;

    if (x <= 0)
        return INT16_MAX;
    mote_inverse_sqrt(x, &mult, &shift);
    return mote_requant(mote_requant(1, mult, shift + MOTE_RSQRT_FRACTION), p->mult, p->shift);
}

MOTE_WEAK void mote_unary_s16(const struct mote_unary_s16 *p, const int16_t *in, int16_t *out, int32_t first,
                              int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int16_t *from = in + mote_ring(r, p->in_ring) * p->len;
        int16_t *to = out + mote_ring(r, p->out_ring) * p->len;

        for (int32_t i = 0; i < p->len; i++)
            to[i] =
                (int16_t)mote_clamp(p->function == MOTE_UNARY_S16_ABS ? absolute(p, from[i]) : inverse_root(p, from[i]),
                                    INT16_MIN, INT16_MAX);
    }
}

static void run_unary_s16(const struct mote_call *c)
{
    mote_unary_s16(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(unary_s16, portable);
