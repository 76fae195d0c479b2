/* SPDX-License-Identifier: Apache-2.0 */
/* Portable transform: the definition of rfft_s16.h. The smallest parts are read in the order of reversed digits and
 * written side by side; all else happens in the output. */
#include "../shared/hot.h"

#include "rfft_s16.h"

#include "../shared/rows.h"

struct point {
    int32_t r, i;
};

/* Units of 2^-15, rounded. The sum is modulo 2^32: only turns that no host makes lead beyond 31 bits. */
static inline int32_t rounded(uint32_t sum) { return (int32_t)(sum + (UINT32_C(1) << 14)) >> 15; }

static inline int32_t product(int32_t x, int32_t y) { return rounded((uint32_t)x * (uint32_t)y); }

static inline struct point part(int32_t r, int32_t i, int32_t one_of)
{
    return (struct point){product(r, one_of), product(i, one_of)};
}

static inline struct point turned(struct point x, const MOTE_FLASH int16_t *turn)
{
    uint32_t r = (uint32_t)(int32_t)turn[0], i = (uint32_t)(int32_t)turn[1];

    return (struct point){rounded((uint32_t)x.r * r - (uint32_t)x.i * i),
                          rounded((uint32_t)x.r * i + (uint32_t)x.i * r)};
}

static inline void put(int16_t *at, int32_t r, int32_t i)
{
    at[0] = (int16_t)r;
    at[1] = (int16_t)i;
}

/* Four points become those of a spectrum, `apart` numbers of 16 bits from one to the next. */
static inline void join(struct point a, struct point b, struct point c, struct point d, int16_t *to, int32_t apart)
{
    struct point even = {a.r + c.r, a.i + c.i}, odd = {b.r + d.r, b.i + d.i};
    struct point difference = {a.r - c.r, a.i - c.i}, across = {b.r - d.r, b.i - d.i};

    put(to, even.r + odd.r, even.i + odd.i);
    put(to + apart, difference.r + across.i, difference.i - across.r);
    put(to + 2 * apart, even.r - odd.r, even.i - odd.i);
    put(to + 3 * apart, difference.r - across.i, difference.i + across.r);
}

#define ONE_OF_TWO  (INT16_MAX / 2)
#define ONE_OF_FOUR (INT16_MAX / 4)

/* ---- the smallest parts ---- */
/* Two samples as a point; there are `len`. */
static inline struct point sample(const int16_t *in, int32_t at, int32_t len, int32_t one_of)
{
    return part(at < len ? in[at] : 0, at + 1 < len ? in[at + 1] : 0, one_of);
}

/* Of the n / p parts, where the next begins: the number has its digits of base 4 the other way round. */
static inline int32_t next_start(int32_t start, int32_t digit)
{
    while (digit > 0 && (start & 3 * digit) == 3 * digit) {
        start -= 3 * digit;
        digit >>= 2;
    }
    return start + digit;
}

static void read_fours(const int16_t *in, int32_t len, int32_t n, int16_t *out)
{
    for (int32_t done = 0, start = 0; done < n; done += 4, start = next_start(start, n / 16)) {
        int32_t at = 2 * start, apart = n / 2;

        join(sample(in, at, len, ONE_OF_FOUR), sample(in, at + apart, len, ONE_OF_FOUR),
             sample(in, at + 2 * apart, len, ONE_OF_FOUR), sample(in, at + 3 * apart, len, ONE_OF_FOUR), out + 2 * done,
             2);
    }
}

static void read_twos(const int16_t *in, int32_t len, int32_t n, int16_t *out)
{
    for (int32_t done = 0, start = 0; done < n; done += 2, start = next_start(start, n / 8)) {
        struct point a = sample(in, 2 * start, len, ONE_OF_TWO), b = sample(in, 2 * start + n, len, ONE_OF_TWO);

        put(out + 2 * done, a.r + b.r, a.i + b.i);
        put(out + 2 * done + 2, a.r - b.r, a.i - b.i);
    }
}

/* ---- larger ones ---- */
static inline struct point part_at(const int16_t *at) { return part(at[0], at[1], ONE_OF_FOUR); }

/* Each four parts of m points become one. */
static void join_fours(int16_t *out, int32_t n, int32_t m, const MOTE_FLASH int16_t *turns)
{
    for (int32_t k = 0; k < m; k++, turns += 6)
        for (int16_t *at = out + 2 * k; at < out + 2 * n; at += 8 * m)
            join(part_at(at), turned(part_at(at + 2 * m), turns), turned(part_at(at + 4 * m), turns + 2),
                 turned(part_at(at + 6 * m), turns + 4), at, 2 * m);
}

/* The spectrum of n complex numbers becomes that of their 2n parts. */
static void split(int16_t *out, int32_t n, const MOTE_FLASH int16_t *turns)
{
    struct point zero = part(out[0], out[1], ONE_OF_TWO);

    put(out, zero.r + zero.i, 0);
    put(out + 2 * n, zero.r - zero.i, 0);
    for (int16_t *low = out + 2, *high = out + 2 * n - 2; low <= high; low += 2, high -= 2, turns += 2) {
        struct point a = part(low[0], low[1], ONE_OF_TWO), b = part(high[0], (int16_t) - (int32_t)high[1], ONE_OF_TWO);
        struct point sum = {a.r + b.r, a.i + b.i};
        struct point turn = turned((struct point){a.r - b.r, a.i - b.i}, turns);

        turn = (struct point){(int16_t)turn.r, (int16_t)turn.i};
        put(low, (sum.r + turn.r) >> 1, (sum.i + turn.i) >> 1);
        put(high, (sum.r - turn.r) >> 1, (turn.i - sum.i) >> 1);
    }
}

static void transform(const struct mote_rfft_s16 *p, const int16_t *in, const MOTE_FLASH int16_t *turns, int16_t *out)
{
    int32_t n = p->length / 2, m = mote_rfft_s16_smallest(n);

    if (m == 4)
        read_fours(in, p->in_len, n, out);
    else
        read_twos(in, p->in_len, n, out);
    for (; m < n; turns += 6 * m, m *= 4)
        join_fours(out, n, m, turns);
    split(out, n, turns);
}

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
