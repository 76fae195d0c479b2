/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of products of floats with AVX2. A lane is an output, whose weights lie beside those of the next outputs
 * (packed as transposed), so that each sum has the portable version's order, and nothing is fused: the results are the
 * same to the bit. */
#ifndef MOTE_FLOATS_AVX2_H
#define MOTE_FLOATS_AVX2_H

#include "floats.h"
#include "x86.h"

#if MOTE_X86
enum { MOTE_TILE_PIXELS = 4, MOTE_TILE_OUTPUTS = 16, MOTE_TILE = 64 }; /* of one pixel MOTE_TILE outputs */

MOTE_AVX2 MOTE_INLINE __m256i mote_first_lanes(int32_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/* Eight floats, or those of some lanes. */
MOTE_AVX2 MOTE_INLINE __m256 mote_get_floats(const float *at, bool some, __m256i lanes)
{
    return some ? _mm256_maskload_ps(at, lanes) : _mm256_loadu_ps(at);
}

MOTE_AVX2 MOTE_INLINE void mote_set_floats(float *at, bool some, __m256i lanes, __m256 floats)
{
    if (some)
        _mm256_maskstore_ps(at, lanes, floats);
    else
        _mm256_storeu_ps(at, floats);
}

/* What mote_add_dots() does, with numbers of pixels and of vectors of outputs that the compiler knows. */
MOTE_AVX2 MOTE_INLINE void mote_add_tile(const float *a, int32_t next, const float *w, int32_t step, int32_t n,
                                         int32_t pixels, int32_t vectors, bool some, __m256i lanes, float *sum)
{
    __m256 s[8], v[8];

    MOTE_UNROLL for (int32_t i = 0; i < pixels * vectors; i++) s[i] =
        mote_get_floats(sum + i / vectors * MOTE_TILE_OUTPUTS + i % vectors * 8, some, lanes);
    for (int32_t k = 0; k < n; k++, w += step) {
        MOTE_UNROLL for (int32_t j = 0; j < vectors; j++) v[j] = mote_get_floats(w + j * 8, some, lanes);
        MOTE_UNROLL for (int32_t i = 0; i < pixels * vectors; i++) s[i] =
            _mm256_add_ps(s[i], _mm256_mul_ps(_mm256_set1_ps(a[i / vectors * next + k]), v[i % vectors]));
    }
    MOTE_UNROLL for (int32_t i = 0; i < pixels * vectors; i++)
        mote_set_floats(sum + i / vectors * MOTE_TILE_OUTPUTS + i % vectors * 8, some, lanes, s[i]);
}

MOTE_AVX2 MOTE_INLINE void mote_add_pixels(const float *a, int32_t next, int32_t pixels, const float *w, int32_t step,
                                           int32_t n, int32_t vectors, bool some, __m256i lanes, float *sum)
{
    if (pixels == 4)
        mote_add_tile(a, next, w, step, n, 4, vectors, some, lanes, sum);
    else if (pixels == 3)
        mote_add_tile(a, next, w, step, n, 3, vectors, some, lanes, sum);
    else if (pixels == 2)
        mote_add_tile(a, next, w, step, n, 2, vectors, some, lanes, sum);
    else
        mote_add_tile(a, next, w, step, n, 1, vectors, some, lanes, sum);
}

/* How many of the outputs that are left go together. */
static inline int32_t mote_outputs_together(int32_t pixels, int32_t left)
{
    if (pixels == 1 && left >= MOTE_TILE)
        return MOTE_TILE;
    if (left >= MOTE_TILE_OUTPUTS)
        return MOTE_TILE_OUTPUTS;
    return left >= 8 ? 8 : left;
}

/* Adds n products to each sum of so many pixels, 1 to MOTE_TILE_PIXELS, whose inputs lie `next` apart, and so many
 * outputs, as mote_outputs_together() said, whose weights lie side by side and `step` before those of the next input.
 * Sums of a pixel lie side by side, those of the next one MOTE_TILE_OUTPUTS later. */
MOTE_AVX2 static inline void mote_add_dots(const float *a, int32_t next, int32_t pixels, const float *w, int32_t step,
                                           int32_t n, int32_t outputs, float *sum)
{
    const __m256i lanes = mote_first_lanes(outputs);

    if (outputs == MOTE_TILE)
        mote_add_tile(a, next, w, step, n, 1, 8, false, lanes, sum);
    else if (outputs == MOTE_TILE_OUTPUTS)
        mote_add_pixels(a, next, pixels, w, step, n, 2, false, lanes, sum);
    else
        mote_add_pixels(a, next, pixels, w, step, n, 1, outputs < 8, lanes, sum);
}

/* mote_clamp_f32(sum + bias, lo, hi) of eight outputs, or of some lanes. Of a NaN and another both limits give the
 * second. */
MOTE_AVX2 MOTE_INLINE void mote_put_eight(__m256 sum, const float *bias, bool some, __m256i lanes, float lo, float hi,
                                          float *out)
{
    __m256 x = _mm256_add_ps(sum, mote_get_floats(bias, some, lanes));

    x = _mm256_min_ps(_mm256_set1_ps(hi), _mm256_max_ps(_mm256_set1_ps(lo), x));
    mote_set_floats(out, some, lanes, x);
}

/* Of n outputs. */
MOTE_AVX2 static inline void mote_put_floats(const float *sum, const float *bias, int32_t n, float lo, float hi,
                                             float *out)
{
    const __m256i lanes = mote_first_lanes(n % 8);
    int32_t i = 0;

    for (; i + 8 <= n; i += 8)
        mote_put_eight(_mm256_loadu_ps(sum + i), bias + i, false, lanes, lo, hi, out + i);
    if (i < n)
        mote_put_eight(mote_get_floats(sum + i, true, lanes), bias + i, true, lanes, lo, hi, out + i);
}
#endif

#endif
