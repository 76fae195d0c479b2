/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of Armv8.1-M (MVE, "Helium"). MOTE_MVE says whether the compiler has them. */
#ifndef MOTE_MVE_H
#define MOTE_MVE_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 1)
#define MOTE_MVE          1
#define MOTE_IF_MVE(code) code

#include <arm_mve.h>

/* A function with assembly that changes the vectors' predicate: compilers know that calls do, but not of assembly. */
#define MOTE_CHANGES_PREDICATE __attribute__((noinline))

/* n >= 1 bytes to where nothing overlaps. */
static inline void mote_move(const int8_t *from, int32_t n, int8_t *to)
{
    int8x16_t v;

    __asm__ volatile("dlstp.8 lr, %[n]\n"
                     "1: vldrb.8 %q[v], [%[from]], #16\n"
                     "vstrb.8 %q[v], [%[to]], #16\n"
                     "letp lr, 1b"
                     : [from] "+r"(from), [to] "+r"(to), [v] "=&w"(v)
                     : [n] "r"(n)
                     : "lr", "cc", "memory");
}

/* The sums, modulo 2^32, of the products of n >= 1 values with those at w, w + step, w + 2 * step and w + 3 * step; of
 * what is beyond w + last * step again those. 16 products an instruction; the loop's last turn leaves out what is
 * beyond n. */
static inline int32x4_t mote_dot_four(const int8_t *x, const int8_t *w, int32_t step, int32_t last, int32_t n)
{
    const int8_t *w1 = last > 0 ? w + step : w, *w2 = last > 1 ? w1 + step : w1, *w3 = last > 2 ? w2 + step : w2;
    int32_t a = 0, b = 0, c = 0, d = 0;
    int8x16_t u, v;

    __asm__("dlstp.8 lr, %[n]\n"
            "1: vldrb.8 %q[u], [%[x]], #16\n"
            "vldrb.8 %q[v], [%[w]], #16\n"
            "vmladava.s8 %[a], %q[u], %q[v]\n"
            "vldrb.8 %q[v], [%[w1]], #16\n"
            "vmladava.s8 %[b], %q[u], %q[v]\n"
            "vldrb.8 %q[v], [%[w2]], #16\n"
            "vmladava.s8 %[c], %q[u], %q[v]\n"
            "vldrb.8 %q[v], [%[w3]], #16\n"
            "vmladava.s8 %[d], %q[u], %q[v]\n"
            "letp lr, 1b"
            : [a] "+Te"(a), [b] "+Te"(b), [c] "+Te"(c), [d] "+Te"(d), [x] "+r"(x), [w] "+r"(w), [w1] "+r"(w1),
              [w2] "+r"(w2), [w3] "+r"(w3), [u] "=&w"(u), [v] "=&w"(v)
            : [n] "r"(n)
            : "lr", "cc", "memory");
    return (int32x4_t){a, b, c, d};
}

/* The sum of n values, modulo 2^32. */
static inline uint32_t mote_total(const int8_t *x, int32_t n)
{
    int32_t sum = 0;

    for (; n > 0; n -= 16, x += 16) {
        mve_pred16_t p = vctp8q((uint32_t)n);

        sum = vaddvaq_p_s8(sum, vldrbq_z_s8(x, p), p);
    }
    return (uint32_t)sum;
}

/* ---- from sums to results ---- */
struct mote_clamp {
    int32_t zero, lo, hi;
    int32_t per_channel; /* of mult and shift: 0 or 1 */
};

/* What four channels add to their sums, and what they are multiplied with and shifted by, to the left and the right. */
struct mote_scale {
    int32x4_t bias, mult, left, right;
};

static inline struct mote_scale mote_scale_of(int32x4_t bias, int32x4_t mult, int32x4_t shift)
{
    int32x4_t none = vdupq_n_s32(0);

    return (struct mote_scale){bias, mult, vmaxq_s32(shift, none), vminq_s32(shift, none)};
}

/* Of four channels side by side. */
static inline struct mote_scale mote_scale_at(const int32_t *bias, const int32_t *mult, const int8_t *shift,
                                              int32_t per_channel)
{
    return mote_scale_of(vldrwq_s32(bias), per_channel ? vldrwq_s32(mult) : vdupq_n_s32(*mult),
                         per_channel ? vldrbq_s32(shift) : vdupq_n_s32(*shift));
}

/* Of those of `lanes`. */
static inline struct mote_scale mote_scale_of_some(const int32_t *bias, const int32_t *mult, const int8_t *shift,
                                                   int32_t per_channel, mve_pred16_t lanes)
{
    return mote_scale_of(vldrwq_z_s32(bias, lanes), per_channel ? vldrwq_z_s32(mult, lanes) : vdupq_n_s32(*mult),
                         per_channel ? vldrbq_z_s32(shift, lanes) : vdupq_n_s32(*shift));
}

/* mote_rounding_divide() of four by 2^-shift, -31 <= shift <= 0; none of x is INT32_MIN. The instruction rounds half
 * upwards: below 0, one less is half away from zero. */
static inline int32x4_t mote_shift_right_four(int32x4_t x, int32x4_t shift)
{
    return vrshlq_s32(vqaddq_s32(x, vshrq_n_s32(vandq_s32(x, shift), 31)), shift);
}

/* All of n >= 1 shifts are to the right: then requantization needs fewer instructions. */
static inline bool mote_all_right(const int8_t *shift, int32_t n)
{
    int32_t max = INT8_MIN;
    int8x16_t v;

    __asm__("dlstp.8 lr, %[n]\n"
            "1: vldrb.8 %q[v], [%[shift]], #16\n"
            "vmaxv.s8 %[max], %q[v]\n"
            "letp lr, 1b"
            : [max] "+r"(max), [shift] "+r"(shift), [v] "=&w"(v)
            : [n] "r"(n)
            : "lr", "cc", "memory");
    return (int8_t)max < 0;
}

static inline int32x4_t mote_clamp_four(int32x4_t x, const struct mote_clamp *c)
{
    return vminq_s32(vmaxq_s32(vaddq_n_s32(x, c->zero), vdupq_n_s32(c->lo)), vdupq_n_s32(c->hi));
}

/* mote_requant_s8() of four sums. */
static inline int32x4_t mote_requant_four(int32x4_t sum, const struct mote_scale *s, const struct mote_clamp *c)
{
    int32x4_t x = vqrdmulhq_s32(vshlq_s32(vaddq_s32(sum, s->bias), s->left), s->mult);

    return mote_clamp_four(mote_shift_right_four(x, s->right), c);
}

/* n results that saturated as bytes; few layers have a range that is smaller. */
static inline void mote_clamp_bytes(int8_t *x, int32_t n, int32_t lo, int32_t hi)
{
    if (lo == INT8_MIN && hi == INT8_MAX)
        return;
    for (; n > 0; n -= 16, x += 16) {
        mve_pred16_t lanes = vctp8q((uint32_t)n);
        int8x16_t v = vmaxq_s8(vldrbq_z_s8(x, lanes), vdupq_n_s8((int8_t)lo));

        vstrbq_p_s8(x, vminq_s8(v, vdupq_n_s8((int8_t)hi)), lanes);
    }
}

#else
#define MOTE_MVE          0
#define MOTE_IF_MVE(code) NULL
#endif

#endif
