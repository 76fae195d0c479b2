/* SPDX-License-Identifier: Apache-2.0 */
/* add_s8 with multiplications that round to the upper word. The operand with the larger scale is multiplied by 1/2 as
 * the host makes multipliers: that one is only shifted. Four elements at a time, in assembly, as compilers find no
 * registers for the numbers. */
#include "../shared/hot.h"

#include "add_s8_dsp.h"

#include "../shared/broadcast.h"
#include "../shared/requant_dsp.h"

#if MOTE_DSP
/* Four times `fours` elements; x is the operand that is halved. The assembly has the offsets. */
struct sum {
    int32_t half_zero;   /*  0: the zero point of x, * 2^19 */
    int32_t zero;        /*  4: of y, * 2^21 */
    int32_t mult;        /*  8: of y */
    int32_t half, right; /* 12 */
    int32_t out_mult;    /* 20 */
    int32_t out_half;    /* 24: (zero point of the result + 1/2) * 2^out_right */
    int32_t out_right;   /* 28 */
    const int8_t *x, *y; /* 32 */
    int8_t *out;         /* 40 */
    int32_t fours;       /* 44 */
    uint32_t r7;         /* 48: saved, as compilers do not let assembly have it */
};

/* r0 to r3 sums; r4, r5 for a moment; r6, r8, r9, r10 numbers; r11, r12, lr where x, y and the result are; r7 all. */
#define ENTER  "str r7, [r0, #48]\nmov r7, r0\nldrd r11, r12, [r7, #32]\nldr lr, [r7, #40]\n1:\nldr r6, [r7]\n"
#define X(r)   "ldrsb " r ", [r11], #1\nrsb " r ", r6, " r ", lsl #19\n"
#define FOR_Y  "ldrd r6, r8, [r7, #4]\nldrd r9, r10, [r7, #12]\n"
#define SEE_Y  "ldrsb r4, [r12], #1\nrsb r4, r6, r4, lsl #21\n"
#define Y(r)   SEE_Y "add r5, r9, r4, asr #31\nsmmlar r4, r4, r8, r5\nasr r4, r4, r10\nadd " r ", " r ", r4\n"
#define FOR_IT "ldrd r6, r8, [r7, #20]\nldr r9, [r7, #28]\n"
#define PUT(r) MOTE_RESULT(r, "r6", "r9", "r8", "r4") "strb " r ", [lr], #1\n"
#define NEXT   "ldr r4, [r7, #44]\nsubs r4, r4, #1\nstr r4, [r7, #44]\nbne 1b\n"
#define LEAVE  "ldr r7, [r7, #48]\n"
#define ALL(f) f("r0") f("r1") f("r2") f("r3")

static void add_fours(struct sum *sum)
{
    register struct sum *s __asm__("r0") = sum;

    __asm__ volatile(ENTER ALL(X) FOR_Y ALL(Y) FOR_IT ALL(PUT) NEXT LEAVE
                     : "+r"(s)
                     :
                     : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

_Static_assert(sizeof(struct sum) == 52 && offsetof(struct sum, zero) == 4 && offsetof(struct sum, half) == 12 &&
                   offsetof(struct sum, out_mult) == 20 && offsetof(struct sum, x) == 32 &&
                   offsetof(struct sum, fours) == 44,
               "the offsets in the assembly");

struct job {
    const struct mote_add_s8 *p;
    struct sum sum;
    bool swift; /* the assembly can do it */
    bool swap;  /* b is halved, not a */
};

static bool is_half(int32_t mult, int32_t shift) { return mult == INT32_C(1) << 30 && shift == 0; }

static struct job job_of(const struct mote_add_s8 *p)
{
    bool swap = !(is_half(p->a_mult, p->a_shift) && p->b_shift < 0);
    int32_t right = swap ? -p->a_shift : -p->b_shift;

    return (struct job){.p = p,
                        .sum = {.half_zero = (swap ? p->b_zero : p->a_zero) * (INT32_C(1) << 19),
                                .zero = (swap ? p->a_zero : p->b_zero) * (INT32_C(1) << 21),
                                .mult = swap ? p->a_mult : p->b_mult,
                                .half = (int32_t)((UINT32_C(1) << right) >> 1),
                                .right = right,
                                .out_mult = p->out_mult,
                                .out_half = (int32_t)((uint32_t)(2 * p->out_zero + 1) << -p->out_shift) >> 1,
                                .out_right = -p->out_shift},
                        .swift = mote_is_plain(0, p->out_mult, p->out_shift) &&
                                 (!swap || (is_half(p->b_mult, p->b_shift) && p->a_shift < 0)),
                        .swap = swap};
}

static int32_t operand(int32_t x, int32_t zero, int32_t mult, int32_t shift)
{
    return mote_rounding_divide(mote_doubling_high_mul((x - zero) * (INT32_C(1) << MOTE_ADD_S8_LEFT_SHIFT), mult),
                                -shift);
}

static void add_slowly(const struct mote_add_s8 *p, const int8_t *a, int32_t a_step, const int8_t *b, int32_t b_step,
                       int8_t *out, int32_t n)
{
    for (; n > 0; n--, a += a_step, b += b_step) {
        int32_t x = operand(*a, p->a_zero, p->a_mult, p->a_shift), y = operand(*b, p->b_zero, p->b_mult, p->b_shift);
        int32_t sum = mote_rounding_divide(mote_doubling_high_mul(x + y, p->out_mult), -p->out_shift);

        *out++ = (int8_t)mote_clamp(sum + p->out_zero, p->lo, p->hi);
    }
}

static void add(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out, int32_t n)
{
    const struct job *j = params;
    const int8_t *u = a, *v = b;
    int32_t fast = j->swift && a_step == 1 && b_step == 1 ? n / 4 * 4 : 0;
    int8_t *to = out;

    if (fast > 0) {
        struct sum sum = j->sum;

        sum.x = j->swap ? v : u;
        sum.y = j->swap ? u : v;
        sum.out = to;
        sum.fours = fast / 4;
        add_fours(&sum);
        for (int32_t i = 0; i < fast && (j->p->lo > INT8_MIN || j->p->hi < INT8_MAX); i++)
            to[i] = (int8_t)mote_clamp(to[i], j->p->lo, j->p->hi);
    }
    add_slowly(j->p, u + fast * a_step, a_step, v + fast * b_step, b_step, to + fast, n - fast);
}

MOTE_WEAK void mote_add_s8_dsp(const struct mote_add_s8 *p, const int8_t *a, const int8_t *b, const int32_t *shape,
                               int8_t *out, int32_t first, int32_t count)
{
    struct job j = job_of(p);

    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        mote_broadcast_row(add, &j, shape, p->rank, 1, a + mote_ring(r, p->a_ring) * p->a_len,
                           b + mote_ring(r, p->b_ring) * p->b_len, out + mote_ring(r, p->out_ring) * p->out_len);
}

static void run_add_s8_dsp(const struct mote_call *c)
{
    mote_add_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(add_s8, dsp, .run = MOTE_IF_DSP(run_add_s8_dsp));
