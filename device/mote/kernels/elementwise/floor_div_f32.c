/* SPDX-License-Identifier: Apache-2.0 */
/* Portable floored division: the definition of floor_div_f32.h. */
#include "floor_div_f32.h"

#include "../shared/broadcast.h"
#include "../shared/remainder.h"

static void pair(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const int32_t function = ((const struct mote_floor_div_f32 *)params)->function;
    const float *u = a, *v = b;
    float *to = out;

    for (int32_t i = 0; i < n; i++, u += a_step, v += b_step)
        to[i] = function == MOTE_FLOOR_MOD ? mote_floored_remainder(*u, *v) : mote_floored_quotient(*u, *v);
}

MOTE_WEAK void mote_floor_div_f32(const struct mote_floor_div_f32 *p, const float *a, const float *b,
                                  const MOTE_FLASH int32_t *shape, float *out, int32_t first, int32_t count)
{
    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(pair, p, shape, p->rank, sizeof *out, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_floor_div_f32(const struct mote_call *c)
{
    mote_floor_div_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(floor_div_f32, portable);
