/* SPDX-License-Identifier: Apache-2.0 */
/* Portable inverse transform of 16 bits: the definition of irfft_s16.h, in the order of irfft_parts.h. */
#include "../shared/hot.h"

#include "irfft_s16.h"

#include "../shared/rows.h"

typedef int16_t number;
typedef struct point {
    int32_t r, i;
} point;

/* Units of 2^-15, rounded. The sum is modulo 2^32: only turns that no host makes lead beyond 31 bits. */
static inline int32_t rounded(uint32_t sum) { return (int32_t)(sum + (UINT32_C(1) << 14)) >> 15; }

static inline point narrow(point x) { return (point){(int16_t)x.r, (int16_t)x.i}; }

static inline point plus(point a, point b) { return (point){a.r + b.r, a.i + b.i}; }

static inline point minus(point a, point b) { return (point){a.r - b.r, a.i - b.i}; }

static inline int32_t opposite(int32_t a) { return -a; }

static inline point part(point x, int32_t one_of)
{
    return (point){rounded((uint32_t)x.r * (uint32_t)one_of), rounded((uint32_t)x.i * (uint32_t)one_of)};
}

static inline point halved(point x) { return part(x, INT16_MAX / 2); }

static inline point quartered(point x) { return part(x, INT16_MAX / 4); }

static inline point turned(point x, const MOTE_FLASH int16_t *turn)
{
    uint32_t r = (uint32_t)(int32_t)turn[0], i = (uint32_t)(int32_t)turn[1];

    return (point){rounded((uint32_t)x.r * r - (uint32_t)x.i * i), rounded((uint32_t)x.r * i + (uint32_t)x.i * r)};
}

#include "irfft_parts.h"

MOTE_WEAK void mote_irfft_s16(const struct mote_irfft_s16 *p, const int16_t *in, const MOTE_FLASH int16_t *turns,
                              int16_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        transform(in + mote_ring(r, p->in_ring) * (p->length + 2), p->length, turns,
                  out + mote_ring(r, p->out_ring) * p->length);
}

static void run_irfft_s16(const struct mote_call *c)
{
    mote_irfft_s16(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(irfft_s16, portable);
