/* SPDX-License-Identifier: Apache-2.0 */
/* Products for Armv6-M (Cortex-M0, M0+), which multiplies low registers, adds to high ones, and loads signed bytes by
 * two registers. MOTE_ARMV6M says whether the compiler's core is one. */
#ifndef MOTE_M0_H
#define MOTE_M0_H

#include "plain.h"

/* Inputs that lie together: the end of n > 0 of them. */
struct mote_run {
    const int8_t *end;
    int32_t n;
};

/* Rows of weights, four at a time, that see the same inputs, run by run; the assembly has the offsets. */
struct mote_fours {
    const struct mote_run *run, *end; /*  0: one at least */
    const int8_t *w;                  /*  8 */
    int32_t len;                      /* 12: of a row */
    const int32_t *bias;              /* 16 */
    uint32_t *sum;                    /* 20 */
    int32_t n;                        /* 24: fours, 1 at least */
    uint32_t r7;                      /* 28: saved, as compilers do not let assembly have it */
};

/* From sums of a layer's channels to its results; the assembly has the offsets. */
struct mote_results {
    const int32_t *mult; /*  0 */
    const uint32_t *sum; /*  4 */
    int8_t *out;         /*  8 */
    const int8_t *shift; /* 12 */
    int32_t lo, hi;      /* 16 */
    int32_t step;        /* 24: 1, or 0: one multiplier for all */
    int32_t zero;        /* 28 */
    const uint32_t *end; /* 32: of the sums */
};

/* mote_requant_short() in products of 16 bits. */
static inline int32_t mote_requant_m0(int32_t sum, const struct mote_plain *q)
{
    int32_t a = 2 * sum, a_high = a >> 16, mult_high = q->mult >> 16;
    uint32_t a_low = (uint16_t)a, mult_low = (uint16_t)q->mult, low = a_low * mult_low;
    uint32_t one = a_low * (uint32_t)mult_high, other = (uint32_t)a_high * mult_low;
    uint32_t rest = (low >> 16) + (uint16_t)one + (uint16_t)other + (1 << 15);
    int32_t high = a_high * mult_high + (int32_t)(one >> 16) + ((int32_t)other >> 16) + (int32_t)(rest >> 16);

    return (high + q->half + (sum >> 31)) >> q->right;
}

#if defined(__ARM_ARCH_6M__)
#define MOTE_ARMV6M          1
#define MOTE_IF_ARMV6M(code) code

/* r0 the inputs' end, r1 to r4 the weights' ends, r5 from -n to 0, r6 an input, r7 a weight and for a moment; r8 to r11
 * sums; r12 the next run, lr all. Where four rows end, the next four begin. */
#define MOTE_M0_ENTER "mov lr, r0\nstr r7, [r0, #28]\nldr r4, [r0, #8]\n"
#define MOTE_M0_BIAS                                                                                                   \
    "1:\nmov r6, lr\nldr r0, [r6, #16]\nldmia r0!, {r1, r2, r3, r5}\nstr r0, [r6, #16]\nmov r8, r1\nmov r9, r2\n"      \
    "mov r10, r3\nmov r11, r5\n"
#define MOTE_M0_WEIGHTS                                                                                                \
    "ldr r5, [r6, #12]\nmovs r1, r4\nadds r2, r1, r5\nadds r3, r2, r5\nadds r4, r3, r5\nldr r6, [r6]\n"
#define MOTE_M0_RUN                                                                                                    \
    "2:\nldmia r6!, {r0, r5}\nmov r12, r6\nadds r1, r1, r5\nadds r2, r2, r5\nadds r3, r3, r5\nadds r4, r4, r5\n"       \
    "rsbs r5, r5, #0\n"
#define MOTE_M0_WEIGH(w, sum) "ldrsb r7, [" w ", r5]\nmuls r7, r6, r7\nadd " sum ", r7\n"
#define MOTE_M0_INPUT                                                                                                  \
    "ldrsb r6, [r0, r5]\n" MOTE_M0_WEIGH("r1", "r8") MOTE_M0_WEIGH("r2", "r9") MOTE_M0_WEIGH("r3", "r10")              \
        MOTE_M0_WEIGH("r4", "r11") "adds r5, #1\n"
#define MOTE_M0_TWO MOTE_M0_INPUT MOTE_M0_INPUT
#define MOTE_M0_INPUTS                                                                                                 \
    "3:\nmovs r7, #7\ntst r5, r7\nbeq 4f\n" MOTE_M0_INPUT                                                              \
    "b 3b\n4:\ncmp r5, #0\nbeq 6f\n5:\n" MOTE_M0_TWO MOTE_M0_TWO MOTE_M0_TWO MOTE_M0_TWO "bne 5b\n6:\n"
#define MOTE_M0_NEXT_RUN "mov r7, lr\nmov r6, r12\nldr r5, [r7, #4]\ncmp r5, r6\nbeq 7f\nb 2b\n7:\n"
#define MOTE_M0_SUMS                                                                                                   \
    "ldr r0, [r7, #20]\nmov r1, r8\nmov r2, r9\nmov r3, r10\nmov r5, r11\nstmia r0!, {r1, r2, r3, r5}\n"               \
    "str r0, [r7, #20]\n"
#define MOTE_M0_NEXT "ldr r0, [r7, #24]\nsubs r0, #1\nstr r0, [r7, #24]\nbeq 8f\nb 1b\n8:\nldr r7, [r7, #28]\n"

static inline void mote_sum_fours(struct mote_fours *fours)
{
    register struct mote_fours *f __asm__("r0") = fours;

    __asm__ volatile(".syntax unified\n" MOTE_M0_ENTER MOTE_M0_BIAS MOTE_M0_WEIGHTS MOTE_M0_RUN MOTE_M0_INPUTS
                         MOTE_M0_NEXT_RUN MOTE_M0_SUMS MOTE_M0_NEXT
                     : "+r"(f)
                     :
                     : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

/* Sums below 2^23 need no product of more than 32 bits: the multiplier goes byte by byte, from the lowest on, and what
 * is shifted out is not needed any more. A shift that rounds takes in the last bit that it shifts out. r0 where the
 * multiplier is, r1 a sum, r2 the product, r3 for a moment, r4 a sum's sign, r5 to r7 where sum, result and shift are;
 * r8 to r12 lo, hi, step, zero, end; lr four steps. */
#define MOTE_M0_BEGIN                                                                                                  \
    "push {r0, r7}\nmovs r1, r0\nadds r1, #16\nldmia r1!, {r2, r3, r4, r5, r6}\nmov r8, r2\nmov r9, r3\n"              \
    "mov r10, r4\nmov r11, r5\nmov r12, r6\nlsls r4, r4, #2\nmov lr, r4\nldmia r0, {r0, r5, r6, r7}\n"
#define MOTE_M0_SUM     "1:\nldr r1, [r5]\nasrs r4, r1, #23\nadds r3, r4, #1\ncmp r3, #1\nbhi 4f\n"
#define MOTE_M0_BYTE(i) "asrs r2, r2, #8\nldrb r3, [r0, #" #i "]\nmuls r3, r1, r3\nadds r2, r2, r3\n"
#define MOTE_M0_PRODUCT                                                                                                \
    "ldrb r2, [r0]\nmuls r2, r1, r2\n" MOTE_M0_BYTE(1) MOTE_M0_BYTE(2) MOTE_M0_BYTE(3) "asrs r2, r2, #7\nadcs r2, "    \
                                                                                       "r4\n"
#define MOTE_M0_RESULT "ldrb r3, [r7]\nrsbs r3, r3, #0\nasrs r2, r3\nmov r1, r11\nadcs r2, r1\n"
#define MOTE_M0_CLAMP  "cmp r2, r8\nbge 2f\nmov r2, r8\n2:\ncmp r2, r9\nble 3f\nmov r2, r9\n3:\n"
#define MOTE_M0_PUT    "strb r2, [r6]\nadds r6, #1\nadds r5, #4\nadd r0, lr\nadd r7, r10\ncmp r5, r12\nbne 1b\n"
#define MOTE_M0_STOP   "4:\npop {r1, r2}\nstmia r1!, {r0, r5, r6, r7}\nmov r7, r2\n"

/* Up to a sum that is too large; of channels that mote_all_divide() says yes to. */
static __attribute__((noinline)) void mote_put_small(struct mote_results *results)
{
    register struct mote_results *r __asm__("r0") = results;

    __asm__ volatile(".syntax unified\n" MOTE_M0_BEGIN MOTE_M0_SUM MOTE_M0_PRODUCT MOTE_M0_RESULT MOTE_M0_CLAMP
                         MOTE_M0_PUT MOTE_M0_STOP
                     : "+r"(r)
                     :
                     : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

/* Of one sum at least; `divide`: mote_all_divide() of the layer. */
static inline void mote_put_results(struct mote_results *r, bool divide)
{
    while (r->sum != r->end) {
        if (divide)
            mote_put_small(r);
        if (r->sum == r->end)
            return;
        *r->out++ = mote_requant_s8((int32_t)*r->sum++, *r->mult, *r->shift, r->zero, r->lo, r->hi);
        r->mult += r->step;
        r->shift += r->step;
    }
}

#else
#define MOTE_ARMV6M          0
#define MOTE_IF_ARMV6M(code) NULL
#endif

#endif
