/* SPDX-License-Identifier: Apache-2.0 */
/* A bias takes as many bits as lie between the least and the greatest. A multiplier is the 24 bits of its channel's
 * scale times a factor: by its 31 bits each channel says between which ones that must be. */
#include "host/coding/channels.h"

#include <float.h>
#include <math.h>

#include "mote/kernels/move/unpack_channels.h"

#define FACTOR_BITS 40

struct writer {
    uint8_t *data;
    uint64_t at;
};

static void put(struct writer *w, uint32_t x, int32_t bits)
{
    for (int32_t k = bits - 1; k >= 0; k--, w->at++)
        w->data[w->at / 8] |= (uint8_t)((x >> k & 1) << (7 - w->at % 8));
}

/* ---- multipliers ---- */
/* The first 24 bits of a normal float; 0 if it is none. */
static uint32_t mantissa_of(float scale)
{
    int exponent;

    return scale >= FLT_MIN && isfinite(scale) ? (uint32_t)ldexpf(frexpf(scale, &exponent), FLT_MANT_DIG) : 0;
}

struct factors {
    uint64_t least, most;
};

/* Those that make `mult` of the mantissa, if their products have as many bits as that of the one in between. */
static void narrow(struct factors *f, int32_t mult, uint32_t mantissa)
{
    const uint64_t middle = f->least + (f->most - f->least) / 2;
    const int shift = mantissa * middle >> 63 ? 33 : 32;
    const double from = ldexp((double)mult - 0.5, shift) / mantissa, to = ldexp((double)mult + 0.5, shift) / mantissa;

    f->least = from > (double)f->least ? (uint64_t)ceil(from) : f->least;
    f->most = to < (double)f->most ? (uint64_t)floor(to) : f->most;
}

/* The factor of all, 0 if there is none; the first one's product has so many bits. */
static uint64_t factor_of(const int32_t *mult, const float *scale, int32_t n, int32_t bits)
{
    const uint64_t guess = (uint64_t)llround(ldexp((double)mult[0], bits - 31) / mantissa_of(scale[0]));
    struct factors f = {guess - (guess >> 29), guess + (guess >> 29)};
    uint64_t factor;

    for (int32_t i = 0; i < n && f.least <= f.most; i++)
        narrow(&f, mult[i], mantissa_of(scale[i]));
    if (f.least > f.most)
        return 0;
    factor = f.least + (f.most - f.least) / 2;
    for (int32_t i = 0; i < n; i++)
        if (mote_unpack_mult(mantissa_of(scale[i]), factor) != mult[i])
            return 0;
    return factor >> (FACTOR_BITS - 1) == 1 ? factor : 0;
}

static uint64_t find_factor(const int32_t *mult, const float *scale, int32_t n)
{
    uint64_t factor;

    for (int32_t i = 0; i < n; i++)
        if (mult[i] < 1 << 30 || mantissa_of(scale[i]) == 0)
            return 0;
    factor = factor_of(mult, scale, n, 63);
    return factor > 0 ? factor : factor_of(mult, scale, n, 64);
}

/* ---- biases ---- */
struct biases_between {
    int32_t least, shift, bits;
};

static struct biases_between between(const int32_t *bias, int32_t n)
{
    struct biases_between b = {.least = INT32_MAX, .bits = 1};
    uint32_t all = 0;

    for (int32_t i = 0; i < n; i++)
        b.least = bias[i] < b.least ? bias[i] : b.least;
    for (int32_t i = 0; i < n; i++)
        all |= (uint32_t)bias[i] - (uint32_t)b.least;
    while (all > 0 && (all >> b.shift & 1) == 0)
        b.shift++;
    while (b.bits < 32 && all >> b.shift >> b.bits > 0)
        b.bits++;
    return b;
}

bool channels_pack(struct pool *pool, const int32_t *bias, const int32_t *mult, const float *scale, int32_t n,
                   struct channels *out)
{
    const uint64_t factor = find_factor(mult, scale, n);
    const struct biases_between b = between(bias, n);
    struct writer w = {0};

    if (factor == 0)
        return false;
    out->bias_bits = b.bits;
    out->bytes = MOTE_UNPACK_HEAD + (int32_t)(((int64_t)n * (b.bits + MOTE_SCALE_BITS) + 7) / 8);
    out->data = w.data = pool_array(pool, (size_t)out->bytes, 1);
    put(&w, (uint32_t)b.shift, 8);
    put(&w, (uint32_t)b.least, 32);
    put(&w, (uint32_t)(factor >> 32), 8);
    put(&w, (uint32_t)factor, 32);
    for (int32_t i = 0; i < n; i++)
        put(&w, ((uint32_t)bias[i] - (uint32_t)b.least) >> b.shift, b.bits);
    for (int32_t i = 0; i < n; i++)
        put(&w, mantissa_of(scale[i]), MOTE_SCALE_BITS);
    return true;
}
