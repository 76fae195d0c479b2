/* SPDX-License-Identifier: Apache-2.0 */
/* rfft_s16 with both parts of a complex number in one word, the real one low: a product is two instructions, a sum
 * one. All is modulo 2^16 in the portable version, too. */
#include "../shared/hot.h"

#include "rfft_s16_dsp.h"

#include "../shared/dsp.h"
#include "../shared/rows.h"

#if MOTE_DSP
typedef int32_t point;

#define HALF (INT32_C(1) << 14)

static inline point get(const int16_t *at)
{
    point x;

    __builtin_memcpy(&x, at, sizeof x);
    return x;
}

static inline void put(int16_t *at, point x) { __builtin_memcpy(at, &x, sizeof x); }

/* Of two sums with 15 bits behind the point, what is before it. */
static inline point whole(int32_t r, int32_t i)
{
    point x;

    __asm__("pkhtb %0, %1, %2, asr #15" : "=r"(x) : "r"((int32_t)((uint32_t)i << 1)), "r"(r));
    return x;
}

/* The numbers of r's lower half and i's upper one. */
static inline point halves(point r, point i)
{
    point x;

    __asm__("pkhbt %0, %1, %2" : "=r"(x) : "r"(r), "r"(i));
    return x;
}

#define PAIRS(name, instruction)                                                                                       \
    static inline point name(point a, point b)                                                                         \
    {                                                                                                                  \
        point x;                                                                                                       \
                                                                                                                       \
        __asm__(instruction " %0, %1, %2" : "=r"(x) : "r"(a), "r"(b));                                                 \
        return x;                                                                                                      \
    }
PAIRS(sum, "sadd16")
PAIRS(difference, "ssub16")
PAIRS(half_sum, "shadd16")
PAIRS(half_difference, "shsub16")
PAIRS(minus_i_times, "ssax") /* a - i b */
PAIRS(plus_i_times, "sasx")  /* a + i b */

static inline point part(point x, int32_t one_of)
{
    return whole(__smlabb(x, one_of, HALF), __smlatb(x, one_of, HALF));
}

static inline point part_at(const int16_t *at) { return part(get(at), MOTE_RFFT_ONE_OF_FOUR); }

static inline point turned(point x, const int16_t *turn)
{
    point t = get(turn);

    return whole(__smlsd(x, t, HALF), __smladx(x, t, HALF));
}

static inline void join(point a, point b, point c, point d, int16_t *to, int32_t apart)
{
    point even = sum(a, c), odd = sum(b, d), rest = difference(a, c), across = difference(b, d);

    put(to, sum(even, odd));
    put(to + apart, minus_i_times(rest, across));
    put(to + 2 * apart, difference(even, odd));
    put(to + 3 * apart, plus_i_times(rest, across));
}

static inline void join_two(point a, point b, int16_t *to)
{
    put(to, sum(a, b));
    put(to + 2, difference(a, b));
}

static inline point sample(const int16_t *in, int32_t at, int32_t len, int32_t one_of)
{
    point x = at + 1 < len ? get(in + at) : at < len ? (uint16_t)in[at] : 0;

    return part(x, one_of);
}

/* The second number of each two is conjugated before it is halved. */
static void split(int16_t *out, int32_t n, const int16_t *turns)
{
    point zero = part(get(out), MOTE_RFFT_ONE_OF_TWO);
    int32_t r = (int16_t)zero, i = zero >> 16;

    put(out, (uint16_t)(r + i));
    put(out + 2 * n, (uint16_t)(r - i));
    for (int16_t *low = out + 2, *high = out + 2 * n - 2; low <= high; low += 2, high -= 2, turns += 2) {
        point other = get(high), a = part(get(low), MOTE_RFFT_ONE_OF_TWO);
        point b = part(halves(other, difference(0, other)), MOTE_RFFT_ONE_OF_TWO);
        point s = sum(a, b), t = turned(difference(a, b), turns);

        put(low, half_sum(s, t));
        put(high, halves(half_difference(s, t), half_difference(t, s)));
    }
}

#include "rfft_s16_parts.h"

MOTE_WEAK void mote_rfft_s16_dsp(const struct mote_rfft_s16 *p, const int16_t *in, const int16_t *turns, int16_t *out,
                                 int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        transform(p, in + mote_ring(r, p->in_ring) * p->in_len, turns,
                  out + mote_ring(r, p->out_ring) * (p->length + 2));
}

static void run_rfft_s16(const struct mote_call *c)
{
    mote_rfft_s16_dsp(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(rfft_s16, dsp, .run = MOTE_IF_DSP(run_rfft_s16));
