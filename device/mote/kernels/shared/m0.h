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

/* Plain channels (plain.h) of a layer, from their sums to results; the assembly has the offsets. */
struct mote_results {
    int32_t lo, hi;      /*  0 */
    int32_t step;        /*  8: 1, or 0: one multiplier for all */
    int32_t middle;      /* 12: 2 * zero point + 1 */
    const int32_t *mult; /* 16 */
    const int8_t *shift; /* 20 */
    const uint32_t *sum; /* 24 */
    int8_t *out;         /* 28 */
    const uint32_t *end; /* 32: of the sums */
    uint32_t r7;         /* 36 */
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

/* From 2 * sum = r1 and mult = r2: the upper half of their product + 2^31, in products of 16 bits; r0, r3, r4 lost. */
#define MOTE_M0_HIGH                                                                                                   \
    "lsls r0, r1, #17\nlsrs r0, r0, #16\nasrs r1, r1, #15\nuxth r3, r2\nasrs r2, r2, #16\nmovs r4, r0\n"               \
    "muls r4, r3, r4\nlsrs r4, r4, #16\nmuls r3, r1, r3\nmuls r0, r2, r0\nmuls r1, r2, r1\nuxth r2, r3\n"              \
    "adds r4, r4, r2\nuxth r2, r0\nadds r4, r4, r2\nasrs r3, r3, #16\nlsrs r0, r0, #16\nadds r1, r1, r3\n"             \
    "adds r1, r1, r0\nmovs r2, #1\nlsls r2, r2, #15\nadds r4, r4, r2\nlsrs r4, r4, #16\nadds r1, r1, r4\n"
#define MOTE_M0_BEGIN                                                                                                  \
    "mov lr, r0\nstr r7, [r0, #36]\nadds r0, #12\nldmia r0!, {r1, r2, r3, r4, r5}\nmov r8, r1\nmov r9, r2\n"           \
    "mov r10, r3\nmov r11, r4\nmov r12, r5\n1:\nmov r6, lr\nldr r5, [r6, #8]\n"
#define MOTE_M0_SHIFT  "mov r0, r10\nmovs r1, #0\nldrsb r7, [r0, r1]\nrsbs r7, r7, #0\nadd r10, r5\n"
#define MOTE_M0_MULT   "mov r0, r9\nldr r2, [r0]\nlsls r5, r5, #2\nadd r9, r5\n"
#define MOTE_M0_SUM    "mov r0, r11\nldmia r0!, {r1}\nmov r11, r0\n"
#define MOTE_M0_HALF   "asrs r5, r1, #31\nmov r0, r8\nlsls r0, r7\nasrs r0, r0, #1\nadds r5, r5, r0\n"
#define MOTE_M0_RESULT "adds r1, r1, r5\nasrs r1, r7\n"
#define MOTE_M0_CLAMP                                                                                                  \
    "ldr r2, [r6]\nldr r3, [r6, #4]\ncmp r1, r2\nbge 2f\nmov r1, r2\n2:\ncmp r1, r3\nble 3f\nmov r1, r3\n3:\n"
#define MOTE_M0_PUT "mov r0, r12\nstrb r1, [r0]\nadds r0, #1\nmov r12, r0\nldr r0, [r6, #32]\ncmp r0, r11\nbne 1b\n"

static inline void mote_put_plain(struct mote_results *results)
{
    register struct mote_results *r __asm__("r0") = results;

    __asm__ volatile(".syntax unified\n" MOTE_M0_BEGIN MOTE_M0_SHIFT MOTE_M0_MULT MOTE_M0_SUM MOTE_M0_HALF MOTE_M0_HIGH
                         MOTE_M0_RESULT MOTE_M0_CLAMP MOTE_M0_PUT "mov r0, lr\nldr r7, [r0, #36]\n"
                     : "+r"(r)
                     :
                     : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

/* Of one sum at least; `plain`: all channels of the layer are. */
static inline void mote_put_results(struct mote_results *r, bool plain)
{
    if (plain) {
        mote_put_plain(r);
        return;
    }
    for (; r->sum != r->end; r->mult += r->step, r->shift += r->step)
        *r->out++ = mote_requant_s8((int32_t)*r->sum++, *r->mult, *r->shift, r->middle >> 1, r->lo, r->hi);
}

#else
#define MOTE_ARMV6M          0
#define MOTE_IF_ARMV6M(code) NULL
#endif

#endif
