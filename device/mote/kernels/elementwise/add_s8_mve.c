/* SPDX-License-Identifier: Apache-2.0 */
/* add_s8 with vectors of four elements of 32 bits; operands that lie side by side as the result does, in assembly. */
#include "add_s8_mve.h"

#include "../shared/broadcast.h"
#include "../shared/mve.h"

#if MOTE_MVE
/* ---- equal shapes ---- */
/* The assembly has the offsets. A shift's `half` is 1, or 0 if it is 0: what is below 0 is one less before it is
 * shifted then, so that half away from zero is half upwards. */
struct rows {
    const int8_t *a, *b;             /*  0 */
    int8_t *out;                     /*  8 */
    int32_t a_from, b_from;          /* 12: - zero point * 2^20 */
    int32_t a_mult, b_mult, mult;    /* 20 */
    int32_t a_half, b_half, half;    /* 32 */
    int32_t zero;                    /* 44 */
    int32_t n;                       /* 48 */
    int32_t one, lo, hi;             /* 52: 2^20 */
    int32_t a_shift, b_shift, shift; /* 64 */
};

/* r0 to r2 elements; r3 and r4 zero points, r5, r6 and r8 multipliers, r9 to r11 halves, r12 the result's zero point;
 * q2 is 2^20, q3 and q4 are the least and the greatest result, q5 to q7 shifts. */
static void add_rows(const struct rows *rows)
{
    register const struct rows *t __asm__("r12") = rows;

    __asm__ volatile("add r0, r12, #52\n"
                     "ldm r0, {r1, r2, r3, r4, r5, r6}\n"
                     "vdup.32 q2, r1\n"
                     "vdup.32 q3, r2\n"
                     "vdup.32 q4, r3\n"
                     "vdup.32 q5, r4\n"
                     "vdup.32 q6, r5\n"
                     "vdup.32 q7, r6\n"
                     "ldm r12, {r0, r1, r2, r3, r4, r5, r6, r8, r9, r10, r11, r12, lr}\n"
                     "dlstp.32 lr, lr\n"
                     "1: vldrb.s32 q0, [r0], #4\n"
                     "vldrb.s32 q1, [r1], #4\n"
                     "vmlas.s32 q0, q2, r3\n"
                     "vmlas.s32 q1, q2, r4\n"
                     "vqrdmulh.s32 q0, q0, r5\n"
                     "vqrdmulh.s32 q1, q1, r6\n"
                     "vqdmlah.s32 q0, q0, r9\n"
                     "vqdmlah.s32 q1, q1, r10\n"
                     "vrshl.s32 q0, q0, q5\n"
                     "vrshl.s32 q1, q1, q6\n"
                     "vadd.i32 q0, q0, q1\n"
                     "vqrdmulh.s32 q0, q0, r8\n"
                     "vqdmlah.s32 q0, q0, r11\n"
                     "vrshl.s32 q0, q0, q7\n"
                     "vadd.i32 q0, q0, r12\n"
                     "vmax.s32 q0, q0, q3\n"
                     "vmin.s32 q0, q0, q4\n"
                     "vstrb.32 q0, [r2], #4\n"
                     "letp lr, 1b"
                     : "+r"(t)
                     :
                     : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "lr", "q0", "q1", "q2", "q3",
                       "q4", "q5", "q6", "q7", "cc", "memory");
}

_Static_assert(sizeof(struct rows) == 76 && offsetof(struct rows, zero) == 44 && offsetof(struct rows, one) == 52,
               "the offsets in the assembly");

/* ---- others ---- */
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

    if (a_step == 1 && b_step == 1) {
        const int32_t one = INT32_C(1) << MOTE_ADD_S8_LEFT_SHIFT;
        const struct rows t = {.a = u,
                               .b = v,
                               .out = to,
                               .a_from = -p->a_zero * one,
                               .b_from = -p->b_zero * one,
                               .a_mult = p->a_mult,
                               .b_mult = p->b_mult,
                               .mult = p->out_mult,
                               .a_half = p->a_shift < 0,
                               .b_half = p->b_shift < 0,
                               .half = p->out_shift < 0,
                               .zero = p->out_zero,
                               .n = n,
                               .one = one,
                               .lo = p->lo,
                               .hi = p->hi,
                               .a_shift = p->a_shift,
                               .b_shift = p->b_shift,
                               .shift = p->out_shift};

        add_rows(&t);
        return;
    }
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
