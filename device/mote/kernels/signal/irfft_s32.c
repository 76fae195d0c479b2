/* SPDX-License-Identifier: Apache-2.0 */
/* Portable inverse transform of 32 bits: the definition of irfft_s32.h, in the order of irfft_parts.h. */
#include "../shared/hot.h"

#include "irfft_s32.h"

#include "../shared/rows.h"

typedef int32_t number;
typedef struct point {
    int32_t r, i;
} point;

static inline int64_t product(int32_t x, int32_t y) { return (int64_t)x * y; }

/* Units of 2^-31, rounded. The sum is modulo 2^64: only turns that no host makes lead beyond 63 bits. */
static inline int32_t rounded(uint64_t sum) { return (int32_t)((int64_t)(sum + (UINT64_C(1) << 30)) >> 31); }

static inline int32_t sum_of(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

static inline int32_t difference_of(int32_t a, int32_t b) { return (int32_t)((uint32_t)a - (uint32_t)b); }

static inline point narrow(point x) { return x; }

static inline point plus(point a, point b) { return (point){sum_of(a.r, b.r), sum_of(a.i, b.i)}; }

static inline point minus(point a, point b) { return (point){difference_of(a.r, b.r), difference_of(a.i, b.i)}; }

static inline int32_t opposite(int32_t a) { return difference_of(0, a); }

static inline point part(point x, int32_t one_of)
{
    return (point){rounded((uint64_t)product(x.r, one_of)), rounded((uint64_t)product(x.i, one_of))};
}

static inline point halved(point x) { return part(x, INT32_MAX / 2); }

static inline point quartered(point x) { return part(x, INT32_MAX / 4); }

static inline point turned(point x, const MOTE_FLASH int32_t *turn)
{
    int32_t r = turn[0], i = turn[1];

    return (point){rounded((uint64_t)product(x.r, r) - (uint64_t)product(x.i, i)),
                   rounded((uint64_t)product(x.r, i) + (uint64_t)product(x.i, r))};
}

#include "irfft_parts.h"

MOTE_WEAK void mote_irfft_s32(const struct mote_irfft_s32 *p, const int32_t *in, const MOTE_FLASH int32_t *turns,
                              int32_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        transform(in + mote_ring(r, p->in_ring) * (p->length + 2), p->length, turns,
                  out + mote_ring(r, p->out_ring) * p->length);
}

static void run_irfft_s32(const struct mote_call *c)
{
    mote_irfft_s32(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(irfft_s32, portable);
