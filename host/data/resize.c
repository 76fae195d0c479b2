/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures to other channels and sizes. Smaller: the mean of the area that a pixel covers (box); larger: bilinear
 * between pixel centers. Each axis for itself. */
#include <math.h>

#include "host/data/source.h"

/* Gray is ITU-R BT.601's luma in 16 bits, as Pillow computes it. */
static uint8_t luma(const uint8_t *p) { return (uint8_t)((p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 32768) >> 16); }

void picture_channels(struct pool *pool, struct picture *p, int32_t channels, bool swap)
{
    size_t pixels = (size_t)p->height * (size_t)p->width;
    uint8_t *to;

    assert((channels == 1 || channels == 3) && (p->channels == 1 || p->channels == 3));
    if (p->channels == 3 && swap)
        for (size_t i = 0; i < pixels; i++) {
            uint8_t red = p->data[3 * i];

            p->data[3 * i] = p->data[3 * i + 2];
            p->data[3 * i + 2] = red;
        }
    if (p->channels == channels)
        return;
    to = pool_array(pool, pixels, (size_t)channels);
    for (size_t i = 0; i < pixels; i++)
        if (channels == 1)
            to[i] = luma(p->data + 3 * i);
        else
            memset(to + 3 * i, p->data[i], 3);
    p->data = to;
    p->channels = channels;
}

/* Of one output position: the inputs from `first`, with their weights. */
struct taps {
    int32_t first, n;
    float *weight;
};

static void taps_box(struct taps *t, double from, double to, int32_t in)
{
    double sum = to - from;

    t->first = (int32_t)from;
    assert(sum > 0 && t->first >= 0 && t->first < in);
    for (t->n = 0; t->first + t->n < in && t->first + t->n < to; t->n++) {
        double begin = fmax(from, t->first + t->n), end = fmin(to, t->first + t->n + 1);

        t->weight[t->n] = (float)((end - begin) / sum);
    }
}

static void taps_linear(struct taps *t, double center, int32_t in)
{
    double at = fmin(fmax(center - 0.5, 0), in - 1);

    t->first = (int32_t)at;
    assert(t->first >= 0 && t->first < in);
    t->n = t->first + 1 < in ? 2 : 1;
    t->weight[0] = (float)(t->n == 2 ? 1 - (at - t->first) : 1);
    t->weight[1] = (float)(at - t->first);
}

static struct taps *taps_make(struct pool *pool, int32_t in, int32_t out)
{
    struct taps *taps = pool_array(pool, (size_t)out, sizeof *taps);
    double step = (double)in / out;

    assert(in > 0 && out > 0);
    for (int32_t i = 0; i < out; i++) {
        taps[i].weight = pool_array(pool, (size_t)step + 3, sizeof(float));
        if (step > 1)
            taps_box(&taps[i], i * step, (i + 1) * step, in);
        else
            taps_linear(&taps[i], (i + 0.5) * step, in);
    }
    return taps;
}

/* One axis: `n` lines of `in` positions of `inner` numbers, and there are `outer` such. */
static float *resample(struct pool *pool, const float *from, size_t outer, int32_t in, int32_t out, size_t inner)
{
    struct taps *taps = taps_make(pool, in, out);
    float *all = pool_array(pool, outer * (size_t)out * inner, sizeof *all), *to = all;

    for (size_t o = 0; o < outer; o++, from += (size_t)in * inner)
        for (int32_t i = 0; i < out; i++, to += inner)
            for (int32_t k = 0; k < taps[i].n; k++) {
                const float *line = from + (size_t)(taps[i].first + k) * inner;

                for (size_t x = 0; x < inner; x++)
                    to[x] += taps[i].weight[k] * line[x];
            }
    return all;
}

void picture_resize(struct pool *pool, struct picture *p, int32_t height, int32_t width)
{
    size_t channels = (size_t)p->channels, n = (size_t)p->height * (size_t)p->width * channels;
    float *reals;

    if (p->height == height && p->width == width)
        return;
    reals = pool_array(pool, n, sizeof *reals);
    for (size_t i = 0; i < n; i++)
        reals[i] = p->data[i];
    reals = resample(pool, reals, (size_t)p->height, p->width, width, channels);
    reals = resample(pool, reals, 1, p->height, height, (size_t)width * channels);
    n = (size_t)height * (size_t)width * channels;
    p->data = pool_alloc(pool, n);
    for (size_t i = 0; i < n; i++)
        p->data[i] = (uint8_t)fminf(fmaxf(reals[i] + 0.5F, 0), 255);
    p->height = height;
    p->width = width;
}
