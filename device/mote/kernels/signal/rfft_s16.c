/* SPDX-License-Identifier: Apache-2.0 */
/* Portable transform: the definition of rfft_s16.h. The smallest parts are read in the order of reversed digits and
 * written side by side; all else happens in the output (rfft_s16_parts.h). */
#include "../shared/hot.h"

#include "rfft_s16.h"

#include "../shared/rows.h"

typedef struct point {
    int32_t r, i;
} point;

/* Units of 2^-15, rounded. The sum is modulo 2^32: only turns that no host makes lead beyond 31 bits. */
static inline int32_t rounded(uint32_t sum) { return (int32_t)(sum + (UINT32_C(1) << 14)) >> 15; }

static inline int32_t product(int32_t x, int32_t y) { return rounded((uint32_t)x * (uint32_t)y); }

static inline point part(int32_t r, int32_t i, int32_t one_of)
{
    return (point){product(r, one_of), product(i, one_of)};
}

static inline point turned(point x, const MOTE_FLASH int16_t *turn)
{
    uint32_t r = (uint32_t)(int32_t)turn[0], i = (uint32_t)(int32_t)turn[1];

    return (point){rounded((uint32_t)x.r * r - (uint32_t)x.i * i), rounded((uint32_t)x.r * i + (uint32_t)x.i * r)};
}

static inline void put(int16_t *at, int32_t r, int32_t i)
{
    at[0] = (int16_t)r;
    at[1] = (int16_t)i;
}

/* Four points become those of a spectrum, `apart` numbers of 16 bits from one to the next. */
static inline void join(point a, point b, point c, point d, int16_t *to, int32_t apart)
{
    point even = {a.r + c.r, a.i + c.i}, odd = {b.r + d.r, b.i + d.i};
    point difference = {a.r - c.r, a.i - c.i}, across = {b.r - d.r, b.i - d.i};

    put(to, even.r + odd.r, even.i + odd.i);
    put(to + apart, difference.r + across.i, difference.i - across.r);
    put(to + 2 * apart, even.r - odd.r, even.i - odd.i);
    put(to + 3 * apart, difference.r - across.i, difference.i + across.r);
}

static inline void join_two(point a, point b, int16_t *to)
{
    put(to, a.r + b.r, a.i + b.i);
    put(to + 2, a.r - b.r, a.i - b.i);
}

static inline point sample(const int16_t *in, int32_t at, int32_t len, int32_t one_of)
{
    return part(at < len ? in[at] : 0, at + 1 < len ? in[at + 1] : 0, one_of);
}

static inline point part_at(const int16_t *at) { return part(at[0], at[1], MOTE_RFFT_ONE_OF_FOUR); }

/* The spectrum of n complex numbers becomes that of their 2n parts. */
static void split(int16_t *out, int32_t n, const MOTE_FLASH int16_t *turns)
{
    point zero = part(out[0], out[1], MOTE_RFFT_ONE_OF_TWO);

    put(out, zero.r + zero.i, 0);
    put(out + 2 * n, zero.r - zero.i, 0);
    for (int16_t *low = out + 2, *high = out + 2 * n - 2; low <= high; low += 2, high -= 2, turns += 2) {
        point a = part(low[0], low[1], MOTE_RFFT_ONE_OF_TWO),
              b = part(high[0], (int16_t) - (int32_t)high[1], MOTE_RFFT_ONE_OF_TWO);
        point sum = {a.r + b.r, a.i + b.i};
        point turn = turned((point){a.r - b.r, a.i - b.i}, turns);

        turn = (point){(int16_t)turn.r, (int16_t)turn.i};
        put(low, (sum.r + turn.r) >> 1, (sum.i + turn.i) >> 1);
        put(high, (sum.r - turn.r) >> 1, (turn.i - sum.i) >> 1);
    }
}

#include "rfft_s16_parts.h"

MOTE_WEAK void mote_rfft_s16(const struct mote_rfft_s16 *p, const int16_t *in, const MOTE_FLASH int16_t *turns,
                             int16_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        transform(p, in + mote_ring(r, p->in_ring) * p->in_len, turns,
                  out + mote_ring(r, p->out_ring) * (p->length + 2));
}

static void run_rfft_s16(const struct mote_call *c)
{
    mote_rfft_s16(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(rfft_s16, portable);
