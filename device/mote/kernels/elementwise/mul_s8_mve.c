/* SPDX-License-Identifier: Apache-2.0 */
/* mul_s8 with vectors of four elements of 32 bits. */
#include "mul_s8_mve.h"

#include "../shared/broadcast.h"
#include "../shared/mve.h"

#if MOTE_MVE
static int32x4_t centered(const int8_t *from, int32_t step, int32_t zero, mve_pred16_t lanes)
{
    uint32x4_t at = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t)step);

    return vsubq_n_s32(step == 1 ? vldrbq_z_s32(from, lanes) : vldrbq_gather_offset_z_s32(from, at, lanes), zero);
}

struct results {
    struct mote_scale scale;
    struct mote_clamp clamp;
};

static void put(const struct results *r, int32x4_t x, int32x4_t y, mve_pred16_t lanes, int8_t *to)
{
    vstrbq_p_s32(to, mote_requant_four(vmulq_s32(x, y), &r->scale, &r->clamp), lanes);
}

static void mul(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const struct mote_mul_s8 p = *(const struct mote_mul_s8 *)params; /* a copy: storing bytes cannot change it */
    const struct results r = {mote_scale_of(vdupq_n_s32(0), vdupq_n_s32(p.mult), vdupq_n_s32(p.shift)),
                              {p.out_zero, p.lo, p.hi, 0}};
    const int8_t *u = a, *v = b;
    int8_t *to = out;

    for (; n >= 4 && a_step == 1 && b_step == 1; n -= 4, u += 4, v += 4, to += 4)
        put(&r, vsubq_n_s32(vldrbq_s32(u), p.a_zero), vsubq_n_s32(vldrbq_s32(v), p.b_zero), 0xffff, to);
    for (; n > 0; n -= 4, u += 4 * a_step, v += 4 * b_step, to += 4) {
        mve_pred16_t lanes = vctp32q((uint32_t)n);

        put(&r, centered(u, a_step, p.a_zero, lanes), centered(v, b_step, p.b_zero, lanes), lanes, to);
    }
}

MOTE_WEAK void mote_mul_s8_mve(const struct mote_mul_s8 *p, const int8_t *a, const int8_t *b, const int32_t *shape,
                               int8_t *out, int32_t first, int32_t count)
{
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(mul, p, shape, p->rank, 1, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_mul_s8_mve(const struct mote_call *c)
{
    mote_mul_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(mul_s8, mve, .run = MOTE_IF_MVE(run_mul_s8_mve));
