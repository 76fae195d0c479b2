/* SPDX-License-Identifier: Apache-2.0 */
/* add_s8 with vectors of four elements of 32 bits. */
#include "add_s8_mve.h"

#include "../shared/broadcast.h"
#include "../shared/mve.h"

#if MOTE_MVE
static int32x4_t scaled(int32x4_t x, int32_t mult, int32_t shift)
{
    return mote_shift_right_four(vqrdmulhq_n_s32(x, mult), vdupq_n_s32(shift));
}

static int32x4_t operand(const int8_t *from, int32_t step, int32_t zero, mve_pred16_t lanes)
{
    uint32x4_t at = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t)step);
    int32x4_t x = step == 1 ? vldrbq_z_s32(from, lanes) : vldrbq_gather_offset_z_s32(from, at, lanes);

    return vshlq_n_s32(vsubq_n_s32(x, zero), MOTE_ADD_S8_LEFT_SHIFT);
}

static void add(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const struct mote_add_s8 *p = params;
    const struct mote_clamp c = {p->out_zero, p->lo, p->hi, 0};
    const int8_t *u = a, *v = b;
    int8_t *to = out;

    for (; n > 0; n -= 4, u += 4 * a_step, v += 4 * b_step, to += 4) {
        mve_pred16_t lanes = vctp32q((uint32_t)n);
        int32x4_t x = scaled(operand(u, a_step, p->a_zero, lanes), p->a_mult, p->a_shift);
        int32x4_t y = scaled(operand(v, b_step, p->b_zero, lanes), p->b_mult, p->b_shift);

        vstrbq_p_s32(to, mote_clamp_four(scaled(vaddq_s32(x, y), p->out_mult, p->out_shift), &c), lanes);
    }
}

MOTE_WEAK void mote_add_s8_mve(const struct mote_add_s8 *p, const int8_t *a, const int8_t *b, const int32_t *shape,
                               int8_t *out, int32_t first, int32_t count)
{
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(add, p, shape, p->rank, 1, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_add_s8_mve(const struct mote_call *c)
{
    mote_add_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(add_s8, mve, .run = MOTE_IF_MVE(run_add_s8_mve));
