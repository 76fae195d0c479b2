/* SPDX-License-Identifier: Apache-2.0 */
/* Portable inverse transform of floats: the definition of irfft_f32.h, in the order of irfft_parts.h. Products have
 * statements of their own, so that they are rounded before they are added. */
#include "../shared/hot.h"

#include "irfft_f32.h"

#include "../shared/rows.h"

typedef float number;
typedef struct point {
    float r, i;
} point;

static inline point narrow(point x) { return x; }

static inline point plus(point a, point b) { return (point){a.r + b.r, a.i + b.i}; }

static inline point minus(point a, point b) { return (point){a.r - b.r, a.i - b.i}; }

static inline float opposite(float a) { return -a; }

static inline point halved(point x) { return x; }

static inline point quartered(point x) { return x; }

static inline point turned(point x, const MOTE_FLASH float *turn)
{
    float r = turn[0], i = turn[1];
    float rr = x.r * r, ii = x.i * i, ri = x.r * i, ir = x.i * r;

    return (point){rr - ii, ri + ir};
}

#include "irfft_parts.h"

MOTE_WEAK void mote_irfft_f32(const struct mote_irfft_f32 *p, const float *in, const MOTE_FLASH float *turns,
                              float *out, int32_t first, int32_t count)
{
    const float one_of = 1.0f / (float)p->length; /* a power of two: exact */

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        float *to = out + mote_ring(r, p->out_ring) * p->length;

        transform(in + mote_ring(r, p->in_ring) * (p->length + 2), p->length, turns, to);
        for (int32_t i = 0; i < p->length; i++)
            to[i] *= one_of;
    }
}

static void run_irfft_f32(const struct mote_call *c)
{
    mote_irfft_f32(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(irfft_f32, portable);
