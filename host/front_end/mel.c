/* SPDX-License-Identifier: Apache-2.0 */
/* Filters on a mel scale, in double; what is stored is rounded to float, so that all machines have the same. */
#include "host/front_end/front_end.h"

#include <math.h>

/* Slaney's scale is straight up to 1000 Hz, and has 27 steps from there to 6400. */
#define STRAIGHT    (200.0 / 3)
#define STRAIGHT_HZ 1000.0
#define STEPS       27
#define STEPS_TO    6.4

static double mel_of(enum mel_scale kind, double hz)
{
    if (kind == MEL_HTK)
        return 1127 * log(1 + hz / 700);
    return hz < STRAIGHT_HZ ? hz / STRAIGHT : STRAIGHT_HZ / STRAIGHT + log(hz / STRAIGHT_HZ) * STEPS / log(STEPS_TO);
}

static double hz_of(enum mel_scale kind, double mel)
{
    if (kind == MEL_HTK)
        return 700 * (exp(mel / 1127) - 1);
    return mel < STRAIGHT_HZ / STRAIGHT ? mel * STRAIGHT
                                        : STRAIGHT_HZ * exp((mel - STRAIGHT_HZ / STRAIGHT) * log(STEPS_TO) / STEPS);
}

struct triangle {
    double low, top, high; /* HTK's in mel, Slaney's in Hz */
    double height;
};

static struct triangle triangle_of(enum mel_scale kind, double low, double high, int32_t channels, int32_t c)
{
    double from = mel_of(kind, low), step = (mel_of(kind, high) - from) / (channels + 1);
    struct triangle t = {from + c * step, from + (c + 1) * step, from + (c + 2) * step, 1};

    if (kind == MEL_HTK)
        return t;
    t = (struct triangle){hz_of(kind, t.low), hz_of(kind, t.top), hz_of(kind, t.high), 1};
    t.height = 2 / (t.high - t.low);
    return t;
}

static double weight_of(enum mel_scale kind, const struct triangle *t, double hz)
{
    double x = kind == MEL_HTK ? mel_of(kind, hz) : hz;
    double rising = (x - t->low) / (t->top - t->low), falling = (t->high - x) / (t->high - t->top);

    return t->height * (rising < falling ? rising : falling);
}

struct mel_bands mel_bands(struct pool *pool, enum mel_scale kind, int32_t channels, int32_t rate, int32_t spectrum,
                           double low, double high, double scale)
{
    const double hz = rate / 2.0 / (spectrum - 1);
    struct mel_bands b = {.weights = pool_array(pool, 2 * (size_t)spectrum, sizeof *b.weights),
                          .firsts = pool_array(pool, (size_t)channels, sizeof *b.firsts),
                          .widths = pool_array(pool, (size_t)channels, sizeof *b.widths)};

    for (int32_t c = 0; c < channels; c++) {
        const struct triangle t = triangle_of(kind, low, high, channels, c);

        for (int32_t i = kind == MEL_HTK; i < spectrum; i++) {
            double weight = weight_of(kind, &t, i * hz);

            if (weight <= 0)
                continue;
            b.firsts[c] = b.widths[c]++ == 0 ? i : b.firsts[c];
            assert(b.n_weights < 2 * spectrum); /* a frequency is in two triangles at most */
            b.weights[b.n_weights++] = (float)(scale * weight);
        }
    }
    return b;
}
