/* SPDX-License-Identifier: Apache-2.0 */
/* The micro frontend's tables. Its library computes them in float, and so does this: a function of the C library is
 * rounded from double, so that all machines have the same tables. */
#include "host/front_end/front_end.h"

#include <math.h>

/* volatile: rounded to float, whatever the compiler's options. */
static float f32(double x)
{
    volatile float y = (float)x;

    return y;
}

static float add(float a, float b) { return f32((double)a + (double)b); }
static float times(float a, float b) { return f32((double)a * (double)b); }
static float over(float a, float b) { return f32((double)a / (double)b); }

/* As a fixed-point number, rounded. */
static int16_t fixed(float x, int bits) { return (int16_t)floorf(add(ldexpf(x, bits), 0.5f)); }

#define WINDOW_BITS 12
#define WEIGHT_BITS 12

void micro_window(int16_t *window, int32_t n)
{
    float turn = over(times((float)M_PI, 2), (float)n);

    for (int32_t i = 0; i < n; i++) {
        float x = f32(cos((double)times(turn, (float)i + 0.5f)));

        window[i] = fixed(add(0.5f, -times(0.5f, x)), WINDOW_BITS);
    }
}

/* ---- log(1 + x), as fdlibm's log1pf computes it in float, whose last bit weights depend on ---- */
#define LN_2_HIGH 0x1.62e3p-1f
#define LN_2_LOW  0x1.2fefa2p-17f
#define ROOT_2    0x1.6a09eep+0f

/* 2 atanh(s) = 2 s + s R(s^2) */
static float remainder_of(float z)
{
    static const float terms[] = {0x1.2f112ep-3f, 0x1.39a09ep-3f, 0x1.74664ap-3f, 0x1.c71c52p-3f,
                                  0x1.24924ap-2f, 0x1.99999ap-2f, 0x1.555556p-1f};
    float sum = terms[0];

    for (size_t i = 1; i < COUNT(terms); i++)
        sum = add(terms[i], times(z, sum));
    return times(z, sum);
}

/* x >= 2^-15: 1 + x = 2^k (1 + f), and c is what 1 + x lost when it was rounded. */
static float log_of_one_and(float x)
{
    float f = x, c = 0, half, s, rest, ks;
    int k = 0;

    if (x >= 0x1.a827aep-2f) { /* the square root of 2, less 1 */
        float one_and = add(1, x), u = 2 * frexpf(one_and, &k);

        k--;
        c = over(k > 0 ? add(1, -add(one_and, -x)) : add(x, -add(one_and, -1)), one_and);
        if (u >= ROOT_2) {
            u /= 2;
            k++;
        }
        f = add(u, -1);
    }
    half = times(times(0.5f, f), f);
    s = over(f, add(2, f));
    rest = times(s, add(half, remainder_of(times(s, s))));
    if (k == 0)
        return add(f, -add(half, -rest));
    ks = (float)k;
    return add(times(ks, LN_2_HIGH), -add(add(half, -add(rest, add(times(ks, LN_2_LOW), c))), -f));
}

static float mel(float hz) { return times(1127, log_of_one_and(over(hz, 700))); }

/* ---- filters ---- */
struct scale {
    float low, spacing; /* in mel */
    float hz;           /* from one frequency of the spectrum to the next */
};

/* Where channel c ends, and c + 1 begins to fall. */
static float center(const struct scale *s, int32_t c)
{
    return c < 0 ? s->low : add(s->low, times(s->spacing, (float)(c + 1)));
}

static float mel_of(const struct scale *s, int32_t frequency) { return mel(times((float)frequency, s->hz)); }

static void put_weight(struct micro_filters *f, float weight)
{
    f->weights[f->n_weights] = fixed(weight, WEIGHT_BITS);
    f->unweights[f->n_weights++] = fixed(add(1, -weight), WEIGHT_BITS);
}

struct micro_filters micro_filters(struct pool *pool, int32_t channels, int32_t rate, int32_t spectrum, float lower,
                                   float upper)
{
    size_t n = (size_t)channels + 1, bytes = n * sizeof(int16_t), most = (size_t)spectrum * sizeof(int16_t);
    struct scale s = {.low = mel(lower), .hz = over(times(0.5f, (float)rate), (float)(spectrum - 1))};
    struct micro_filters f = {
        .start = (int32_t)add(1.5f, over(lower, s.hz)), /* never 0 Hz */
        .weights = pool_alloc(pool, most),
        .unweights = pool_alloc(pool, most),
        .frequencies = pool_alloc(pool, bytes),
        .starts = pool_alloc(pool, bytes),
        .widths = pool_alloc(pool, bytes),
    };

    s.spacing = over(add(mel(upper), -s.low), (float)n);
    f.end = f.start;
    for (int32_t c = 0; c <= channels; c++) {
        float end = center(&s, c), width = add(end, -center(&s, c - 1));

        f.frequencies[c] = (int16_t)f.end;
        f.starts[c] = (int16_t)f.n_weights;
        for (; f.end < spectrum - 1 && mel_of(&s, f.end) <= end; f.end++)
            put_weight(&f, over(add(end, -mel_of(&s, f.end)), width));
        f.widths[c] = (int16_t)(f.n_weights - f.starts[c]);
    }
    return f;
}

/* ---- gains ---- */
#define STRENGTH  0.95f
#define OFFSET    80.0f
#define GAIN_BITS 21
#define BITS      32 /* of the noise's numbers */

static int16_t gain(int32_t input_bits, uint32_t noise)
{
    float base = add(ldexpf((float)noise, -input_bits), OFFSET);
    float y = ldexpf(f32(pow((double)base, -(double)STRENGTH)), GAIN_BITS);

    return y > INT16_MAX ? INT16_MAX : (int16_t)add(y, 0.5f);
}

/* The parabolas through the ends and the middle of each interval. */
void micro_gains(int16_t gains[PCAN_GAINS], int32_t input_bits)
{
    memset(gains, 0, PCAN_GAINS * sizeof *gains);
    gains[0] = gain(input_bits, 0);
    gains[1] = gain(input_bits, 1);
    for (int32_t bits = 2; bits <= BITS; bits++) {
        uint32_t from = UINT32_C(1) << (bits - 1), to = bits == BITS ? UINT32_MAX : 2 * from;
        int32_t y = gain(input_bits, from), half = gain(input_bits, from + from / 2) - y,
                all = gain(input_bits, to) - y;
        int16_t *put = gains + 4 * bits - 6;

        put[0] = (int16_t)y;
        put[1] = (int16_t)(4 * half - all);
        put[2] = (int16_t)(all - (4 * half - all));
    }
}
