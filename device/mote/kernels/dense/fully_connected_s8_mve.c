/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 with vectors of 16 products; four outputs share the inputs, in assembly where it knows how. */
#include "../shared/hot.h"

#include "fully_connected_s8_mve.h"

#include "../shared/mve.h"

#if MOTE_MVE
/* Four outputs at a time. The assembly has the offsets. */
struct fours {
    int32_t rewind;      /*  0: from the end of a row's last vector back to the row's end */
    const int8_t *in;    /*  4 */
    int32_t len;         /*  8: of a row */
    const int8_t *w;     /* 12: the first row, less `rewind` */
    const int32_t *bias; /* 16: of the first output */
    int8_t *out;         /* 20 */
    int32_t one, zero;   /* 24 */
    const int8_t *end;   /* 32: of the outputs */
    const int32_t *mult; /* 36: of all outputs, or of the next four */
    const int8_t *shift; /* 40 */
};

/* r0, r2, r4 and r6 are sums; r1 inputs, r3, r11, r8 and r9 weights, r10 biases, r5 output, r12 the fours. */
#define FOURS(name, once, each)                                                                                        \
    static void name(struct fours *fours)                                                                              \
    {                                                                                                                  \
        register struct fours *t __asm__("r12") = fours;                                                               \
                                                                                                                       \
        __asm__ volatile("ldrd r9, r10, [r12, #12]\n"                                                                  \
                         "ldr r5, [r12, #20]\n" once "1: ldm r12, {r0, r1, r2}\n"                                      \
                         "add r3, r9, r0\n"                                                                            \
                         "add r11, r3, r2\n"                                                                           \
                         "add r8, r11, r2\n"                                                                           \
                         "add r9, r8, r2\n"                                                                            \
                         "dlstp.8 lr, r2\n"                                                                            \
                         "ldm r10!, {r0, r2, r4, r6}\n"                                                                \
                         "2: vldrb.8 q0, [r1], #16\n"                                                                  \
                         "vldrb.8 q1, [r3], #16\n"                                                                     \
                         "vmladava.s8 r0, q0, q1\n"                                                                    \
                         "vldrb.8 q2, [r11], #16\n"                                                                    \
                         "vmladava.s8 r2, q0, q2\n"                                                                    \
                         "vldrb.8 q1, [r8], #16\n"                                                                     \
                         "vmladava.s8 r4, q0, q1\n"                                                                    \
                         "vldrb.8 q2, [r9], #16\n"                                                                     \
                         "vmladava.s8 r6, q0, q2\n"                                                                    \
                         "letp lr, 2b\n" each "vmov q0[2], q0[0], r0, r4\n"                                            \
                         "vmov q0[3], q0[1], r2, r6\n"                                                                 \
                         "ldrd r1, r3, [r12, #24]\n"                                                                   \
                         "ldr r8, [r12, #32]\n"                                                                        \
                         "vqrdmulh.s32 q0, q0, q3\n"                                                                   \
                         "vqdmlah.s32 q0, q0, r1\n"                                                                    \
                         "vrshl.s32 q0, q0, q4\n"                                                                      \
                         "vadd.i32 q0, q0, r3\n"                                                                       \
                         "vqmovnb.s32 q0, q0\n"                                                                        \
                         "vqmovnb.s16 q0, q0\n"                                                                        \
                         "vstrb.32 q0, [r5], #4\n"                                                                     \
                         "cmp r5, r8\n"                                                                                \
                         "bne 1b"                                                                                      \
                         : "+r"(t)                                                                                     \
                         :                                                                                             \
                         : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "lr", "q0", "q1", "q2", \
                           "q3", "q4", "cc", "memory");                                                                \
    }

FOURS(put_fours, "ldrd r0, r1, [r12, #36]\nldr r0, [r0]\nldrsb r1, [r1]\nvdup.32 q3, r0\nvdup.32 q4, r1\n", "")
FOURS(put_fours_each, "",
      "ldrd r1, r3, [r12, #36]\nvldrw.32 q3, [r1], #16\nvldrb.s32 q4, [r3], #4\nstrd r1, r3, [r12, #36]\n")

_Static_assert(sizeof(struct fours) == 44 && offsetof(struct fours, w) == 12 && offsetof(struct fours, one) == 24 &&
                   offsetof(struct fours, end) == 32 && offsetof(struct fours, mult) == 36,
               "the offsets in the assembly");

MOTE_WEAK void mote_fully_connected_s8_mve(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                           const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                           const int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    const struct mote_clamp c = {p->out_zero, p->lo, p->hi, p->per_channel};
    int32_t len = p->in_len, out_c = p->out_c, rewind = -(-len & 15);
    bool fast = p->weights_zero == 0 && mote_all_right(shift, c.per_channel ? out_c : 1);
    int32_t fours = fast ? out_c / 4 * 4 : 0;

    in += first * len;
    out += first * out_c;
    for (; count > 0; count--, in += len, out += out_c) {
        struct fours t = {rewind, in, len, weights - rewind, bias, out, 1, c.zero, out + fours, mult, shift};
        uint32_t zero = p->weights_zero ? (uint32_t)p->weights_zero * mote_total(in, len) : 0;

        if (fours > 0 && c.per_channel)
            put_fours_each(&t);
        else if (fours > 0)
            put_fours(&t);
        mote_clamp_bytes(out, fours, c.lo, c.hi);
        for (int32_t o = fours; o < out_c; o += 4) {
            int32_t q = c.per_channel ? o : 0, n = out_c - o < 4 ? out_c - o : 4;
            mve_pred16_t lanes = vctp32q((uint32_t)n);
            struct mote_scale s = mote_scale_of_some(bias + o, mult + q, shift + q, c.per_channel, lanes);
            int32x4_t sum = vsubq_n_s32(mote_dot_four(in, weights + o * len, len, n - 1, len), (int32_t)zero);

            vstrbq_p_s32(out + o, mote_requant_four(sum, &s, &c), lanes);
        }
    }
}

static void run_fully_connected_s8_mve(const struct mote_call *c)
{
    mote_fully_connected_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_s8, mve, .run = MOTE_IF_MVE(run_fully_connected_s8_mve));
