/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float pooling: the definition of pool_2d_f32.h. Windows are cut to the image before the loops; four channels
 * go together. */
#include "pool_2d_f32.h"

#include "../shared/floats.h"
#include "../shared/rows.h"
#include "../shared/windows.h"

/* The sum or the greatest of channel 0 of a window, when `a` is its first column in row 0 of the ring. */
static float gather(const struct mote_pool_2d_f32 *p, const float *a, struct mote_span y, int32_t columns)
{
    float sum = 0.0f, greatest = -MOTE_FLOAT_MAX;

    for (int32_t k = y.from, n = y.count; n > 0; n--) {
        const float *b = a + k * p->in_w * p->channels;

        for (int32_t j = 0; j < columns; j++) {
            float value = b[j * p->channels];

            if (p->average)
                sum += value;
            else
                greatest = greatest < value ? value : greatest;
        }
        k = k + 1 < p->in_ring ? k + 1 : 0;
    }
    return p->average ? sum : greatest;
}

/* Of four channels side by side. */
static void gather_four(const struct mote_pool_2d_f32 *p, const float *a, struct mote_span y, int32_t columns,
                        float value[4])
{
    const float start = p->average ? 0.0f : -MOTE_FLOAT_MAX;
    float v0 = start, v1 = start, v2 = start, v3 = start;

    for (int32_t k = y.from, n = y.count; n > 0; n--) {
        const float *b = a + k * p->in_w * p->channels;

        for (int32_t j = columns; j > 0; j--, b += p->channels) {
            if (p->average) {
                v0 += b[0];
                v1 += b[1];
                v2 += b[2];
                v3 += b[3];
            } else {
                v0 = v0 < b[0] ? b[0] : v0;
                v1 = v1 < b[1] ? b[1] : v1;
                v2 = v2 < b[2] ? b[2] : v2;
                v3 = v3 < b[3] ? b[3] : v3;
            }
        }
        k = k + 1 < p->in_ring ? k + 1 : 0;
    }
    value[0] = v0;
    value[1] = v1;
    value[2] = v2;
    value[3] = v3;
}

static void pool_row(const struct mote_pool_2d_f32 *p, const float *in, struct mote_span y, float *out)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);

    for (int32_t ox = 0; ox < p->out_w; ox++) {
        struct mote_span x = mote_window_cut(ox * p->stride_w - p->pad_left, p->kernel_w, p->in_w);
        const float *a = in + x.from * p->channels;
        const float number = (float)y.count * (float)x.count;

        for (int32_t c = 0, n; c < p->channels; c += n) {
            float value[4];

            n = p->channels - c < 4 ? 1 : 4;
            if (n == 4)
                gather_four(p, a + c, y, x.count, value);
            else
                value[0] = gather(p, a + c, y, x.count);
            for (int32_t i = 0; i < n; i++)
                *out++ = mote_clamp_f32(p->average ? value[i] / number : value[i], lo, hi);
        }
    }
}

MOTE_WEAK void mote_pool_2d_f32(const struct mote_pool_2d_f32 *p, const float *in, float *out, int32_t first,
                                int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        struct mote_span y = mote_window_cut(r % p->out_h * p->stride_h - p->pad_top, p->kernel_h, p->in_h);

        y.from = mote_ring(r / p->out_h * p->in_h + y.from, p->in_ring);
        pool_row(p, in, y, out + mote_ring(r, p->out_ring) * p->out_w * p->channels);
    }
}

static void run_pool_2d_f32(const struct mote_call *c)
{
    mote_pool_2d_f32(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(pool_2d_f32, portable);
