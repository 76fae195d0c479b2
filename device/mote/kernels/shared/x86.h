/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of x86. MOTE_X86 says whether the compiler knows them; a function that uses them says for which, MOTE_AVX2 or
 * MOTE_VNNI, and who calls it has asked the CPU. Then requantization (requant.h) of 8 and of 16 sums at once. */
#ifndef MOTE_X86_H
#define MOTE_X86_H

#if defined(__x86_64__)
#define MOTE_X86          1
#define MOTE_IF_X86(code) code
#define MOTE_AVX2         __attribute__((target("avx2")))
#define MOTE_VNNI         __attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define MOTE_INLINE       static inline __attribute__((always_inline))

/* Loops over registers, unrolled so that they are registers. */
#define MOTE_UNROLL _Pragma("GCC unroll 16")

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- requantization ----
 *
 * The doubling high multiplication comes from 64-bit products of even and of odd lanes. A right shift by n >= 1 that
 * rounds half away from zero: y = x - (x < 0), a = y >> (n - 1), result (a + 1) >> 1, which is a - (a >> 1). The
 * product that overflows, INT32_MIN for INT32_MAX, becomes right when 1 is subtracted; where n is 0 it is replaced. */
struct mote_scale_8 {
    __m256i mult, odd;   /* `odd`: the odd lanes where the even ones were */
    __m256i left, right; /* n - 1 */
    __m256i none;        /* all ones where n is 0 */
    bool down;           /* n >= 1 everywhere, so that no lane is shifted left */
};

struct mote_scale_16 {
    __m512i mult, odd, left, right;
    __mmask16 none;
    bool down;
};

/* One channel's multiplier and shift (each is 0), or those of n channels, one a lane. */
MOTE_AVX2 MOTE_INLINE struct mote_scale_8 mote_scale_8(const int32_t *mult, const int8_t *shift, bool each, int32_t n)
{
    struct mote_scale_8 s;
    __m256i by;

    if (!each) {
        s.mult = _mm256_set1_epi32(*mult);
        by = _mm256_set1_epi32(*shift);
    } else if (n >= 8) {
        s.mult = _mm256_loadu_si256((const __m256i *)(const void *)mult);
        by = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)shift));
    } else {
        int32_t m[8] = {0}, by_n[8] = {-1, -1, -1, -1, -1, -1, -1, -1};

        for (int32_t i = 0; i < n; i++) {
            m[i] = mult[i];
            by_n[i] = shift[i];
        }
        s.mult = _mm256_loadu_si256((const __m256i *)(const void *)m);
        by = _mm256_loadu_si256((const __m256i *)(const void *)by_n);
    }
    s.odd = _mm256_srli_epi64(s.mult, 32);
    s.none = _mm256_cmpgt_epi32(by, _mm256_set1_epi32(-1));
    s.left = _mm256_max_epi32(by, _mm256_setzero_si256());
    s.right = _mm256_sub_epi32(_mm256_set1_epi32(-1), by);
    s.down = _mm256_testz_si256(s.none, s.none);
    return s;
}

MOTE_AVX2 MOTE_INLINE __m256i mote_requant_8(__m256i sum, const struct mote_scale_8 *s)
{
    const __m256i half = _mm256_set1_epi64x(INT64_C(1) << 30);
    __m256i even, odd, x, y, result;

    if (!s->down)
        sum = _mm256_sllv_epi32(sum, s->left);
    even = _mm256_add_epi64(_mm256_mul_epi32(sum, s->mult), half);
    odd = _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(sum, 32), s->odd), half);
    x = _mm256_blend_epi32(_mm256_srli_epi64(even, 31), _mm256_slli_epi64(odd, 1), 0xaa);
    y = _mm256_srav_epi32(_mm256_add_epi32(x, _mm256_srai_epi32(x, 31)), s->right);
    result = _mm256_sub_epi32(y, _mm256_srai_epi32(y, 1));
    if (s->down)
        return result;
    x = _mm256_add_epi32(x, _mm256_cmpeq_epi32(x, _mm256_set1_epi32(INT32_MIN)));
    return _mm256_blendv_epi8(result, x, s->none);
}

/* Of the lanes in `which`. */
MOTE_VNNI MOTE_INLINE struct mote_scale_16 mote_scale_16(const int32_t *mult, const int8_t *shift, bool each,
                                                         __mmask16 which)
{
    struct mote_scale_16 s;
    __m512i by;

    if (each) {
        s.mult = _mm512_maskz_loadu_epi32(which, mult);
        by = _mm512_cvtepi8_epi32(_mm_mask_loadu_epi8(_mm_set1_epi8(-1), which, shift));
    } else {
        s.mult = _mm512_set1_epi32(*mult);
        by = _mm512_set1_epi32(*shift);
    }
    s.odd = _mm512_srli_epi64(s.mult, 32);
    s.none = _mm512_cmpgt_epi32_mask(by, _mm512_set1_epi32(-1));
    s.left = _mm512_max_epi32(by, _mm512_setzero_si512());
    s.right = _mm512_sub_epi32(_mm512_set1_epi32(-1), by);
    s.down = s.none == 0;
    return s;
}

MOTE_VNNI MOTE_INLINE __m512i mote_requant_16(__m512i sum, const struct mote_scale_16 *s)
{
    const __m512i half = _mm512_set1_epi64(INT64_C(1) << 30), worst = _mm512_set1_epi32(INT32_MIN);
    __m512i even, odd, x, y, result;

    if (!s->down)
        sum = _mm512_sllv_epi32(sum, s->left);
    even = _mm512_add_epi64(_mm512_mul_epi32(sum, s->mult), half);
    odd = _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(sum, 32), s->odd), half);
    x = _mm512_mask_mov_epi32(_mm512_srli_epi64(even, 31), 0xaaaa, _mm512_slli_epi64(odd, 1));
    y = _mm512_srav_epi32(_mm512_add_epi32(x, _mm512_srai_epi32(x, 31)), s->right);
    result = _mm512_sub_epi32(y, _mm512_srai_epi32(y, 1));
    if (s->down)
        return result;
    x = _mm512_mask_mov_epi32(x, _mm512_cmpeq_epi32_mask(x, worst), _mm512_set1_epi32(INT32_MAX));
    return _mm512_mask_mov_epi32(result, s->none, x);
}

/* ---- to bytes ---- */
/* clamp(x + zero), modulo 2^32 in between; saturation comes before the clamp, whose limits are int8. */
MOTE_VNNI MOTE_INLINE __m128i mote_narrow_16(__m512i x, int32_t zero, int32_t lo, int32_t hi)
{
    __m128i bytes = _mm512_cvtsepi32_epi8(_mm512_add_epi32(x, _mm512_set1_epi32(zero)));

    return _mm_min_epi8(_mm_max_epi8(bytes, _mm_set1_epi8((int8_t)lo)), _mm_set1_epi8((int8_t)hi));
}

/* Eight bytes, twice. */
MOTE_AVX2 MOTE_INLINE __m128i mote_narrow_8(__m256i x, int32_t zero, int32_t lo, int32_t hi)
{
    __m256i sum = _mm256_add_epi32(x, _mm256_set1_epi32(zero));
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    __m128i bytes = _mm_packs_epi16(words, words);

    return _mm_min_epi8(_mm_max_epi8(bytes, _mm_set1_epi8((int8_t)lo)), _mm_set1_epi8((int8_t)hi));
}

/* ---- moving bytes ---- */

/* n bytes, in pieces that may overlap; returns where they end. */
static inline int8_t *mote_copy_some(int8_t *to, const int8_t *from, int32_t n)
{
    int8_t *end = to + n;

    if (n >= 16) {
        for (; n > 16; n -= 16, to += 16, from += 16)
            _mm_storeu_si128((__m128i *)(void *)to, _mm_loadu_si128((const __m128i *)(const void *)from));
        _mm_storeu_si128((__m128i *)(void *)(to + n - 16),
                         _mm_loadu_si128((const __m128i *)(const void *)(from + n - 16)));
    } else if (n >= 8) {
        __builtin_memcpy(to, from, 8);
        __builtin_memcpy(end - 8, from + n - 8, 8);
    } else if (n >= 4) {
        __builtin_memcpy(to, from, 4);
        __builtin_memcpy(end - 4, from + n - 4, 4);
    } else {
        for (; n > 0; n--)
            *to++ = *from++;
    }
    return end;
}

/* ---- the first n lanes ---- */
MOTE_VNNI MOTE_INLINE __mmask16 mote_lanes_16(int32_t n) { return (__mmask16)(n >= 16 ? 0xffff : (1 << n) - 1); }

MOTE_AVX2 MOTE_INLINE __m256i mote_load_8(const int32_t *at, int32_t n)
{
    int32_t eight[8] = {0};

    if (n >= 8)
        return _mm256_loadu_si256((const __m256i *)(const void *)at);
    for (int32_t i = 0; i < n; i++)
        eight[i] = at[i];
    return _mm256_loadu_si256((const __m256i *)(const void *)eight);
}

/* Bytes as numbers of 32 bits. */
MOTE_AVX2 MOTE_INLINE __m256i mote_widen_8(const int8_t *at, int32_t n)
{
    int8_t eight[8] = {0};

    if (n >= 8)
        return _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)at));
    mote_copy_some(eight, at, n);
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)eight));
}

MOTE_AVX2 MOTE_INLINE void mote_put_8(__m128i bytes, int32_t n, int8_t *to)
{
    int8_t some[16];

    if (n >= 8) {
        _mm_storel_epi64((__m128i *)(void *)to, bytes);
        return;
    }
    _mm_storeu_si128((__m128i *)(void *)some, bytes);
    for (int32_t i = 0; i < n; i++)
        to[i] = some[i];
}

#else
#define MOTE_X86          0
#define MOTE_IF_X86(code) NULL
#endif

#endif
