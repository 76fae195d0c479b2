/* SPDX-License-Identifier: Apache-2.0 */
/* Portable transform of floats: the definition of rfft_f32.h, in the order of rfft_s16 without its scaling. The
 * smallest parts are read in the order of reversed digits and written side by side; all else happens in the output.
 * Products have statements of their own, so that they are rounded before they are added. */
#include "../shared/hot.h"

#include "rfft_f32.h"

#include "fft_order.h"
#include "../shared/rows.h"

typedef struct point {
    float r, i;
} point;

static inline point at(const float *x) { return (point){x[0], x[1]}; }

static inline void put(float *to, float r, float i)
{
    to[0] = r;
    to[1] = i;
}

static inline point turned(point x, point turn)
{
    float rr = x.r * turn.r, ii = x.i * turn.i, ri = x.r * turn.i, ir = x.i * turn.r;

    return (point){rr - ii, ri + ir};
}

/* Four points become those of a spectrum, `apart` floats from one to the next. */
static inline void join(point a, point b, point c, point d, float *to, int32_t apart)
{
    point even = {a.r + c.r, a.i + c.i}, odd = {b.r + d.r, b.i + d.i};
    point difference = {a.r - c.r, a.i - c.i}, across = {b.r - d.r, b.i - d.i};

    put(to, even.r + odd.r, even.i + odd.i);
    put(to + apart, difference.r + across.i, difference.i - across.r);
    put(to + 2 * apart, even.r - odd.r, even.i - odd.i);
    put(to + 3 * apart, difference.r - across.i, difference.i + across.r);
}

static inline point sample(const float *in, int32_t i, int32_t len)
{
    return (point){i < len ? in[i] : 0, i + 1 < len ? in[i + 1] : 0};
}

static void read_fours(const float *in, int32_t len, int32_t n, float *out)
{
    int32_t apart = n / 2;

    for (int32_t done = 0, start = 0; done < n; done += 4, start = next_start(start, n / 16)) {
        int32_t i = 2 * start;

        join(at(in + i), at(in + i + apart), at(in + i + 2 * apart), sample(in, i + 3 * apart, len), out + 2 * done, 2);
    }
}

/* Of a frame of which more is missing than the last quarter. */
static void read_short_fours(const float *in, int32_t len, int32_t n, float *out)
{
    int32_t apart = n / 2;

    for (int32_t done = 0, start = 0; done < n; done += 4, start = next_start(start, n / 16)) {
        int32_t i = 2 * start;

        join(sample(in, i, len), sample(in, i + apart, len), sample(in, i + 2 * apart, len),
             sample(in, i + 3 * apart, len), out + 2 * done, 2);
    }
}

static void read_twos(const float *in, int32_t len, int32_t n, float *out)
{
    for (int32_t done = 0, start = 0; done < n; done += 2, start = next_start(start, n / 8)) {
        point a = sample(in, 2 * start, len), b = sample(in, 2 * start + n, len);

        put(out + 2 * done, a.r + b.r, a.i + b.i);
        put(out + 2 * done + 2, a.r - b.r, a.i - b.i);
    }
}

/* Each four parts of m points become one. */
static void join_fours(float *out, int32_t n, int32_t m, const MOTE_FLASH float *turns)
{
    float *const end = out + 2 * n;

    for (int32_t k = 0; k < m; k++, turns += 6) {
        const point one = {turns[0], turns[1]}, two = {turns[2], turns[3]}, three = {turns[4], turns[5]};

        for (float *to = out + 2 * k; to < end; to += 8 * m)
            join(at(to), turned(at(to + 2 * m), one), turned(at(to + 4 * m), two), turned(at(to + 6 * m), three), to,
                 2 * m);
    }
}

/* The spectrum of n complex numbers becomes that of their 2n parts. */
static void split(float *out, int32_t n, const MOTE_FLASH float *turns)
{
    point zero = at(out);

    put(out, zero.r + zero.i, 0);
    put(out + 2 * n, zero.r - zero.i, 0);
    for (float *low = out + 2, *high = out + 2 * n - 2; low <= high; low += 2, high -= 2, turns += 2) {
        point a = at(low), b = at(high), sum = {a.r + b.r, a.i - b.i};
        point t = turned((point){a.r - b.r, a.i + b.i}, (point){turns[0], turns[1]});

        put(low, 0.5f * (sum.r + t.r), 0.5f * (sum.i + t.i));
        put(high, 0.5f * (sum.r - t.r), 0.5f * (t.i - sum.i));
    }
}

static void transform(const struct mote_rfft_f32 *p, const float *in, const MOTE_FLASH float *turns, float *out)
{
    int32_t n = p->length / 2, m = mote_fft_smallest(n);

    if (m == 2)
        read_twos(in, p->in_len, n, out);
    else if (p->in_len < p->length / 4 * 3)
        read_short_fours(in, p->in_len, n, out);
    else
        read_fours(in, p->in_len, n, out);
    for (; m < n; turns += 6 * m, m *= 4)
        join_fours(out, n, m, turns);
    split(out, n, turns);
}

MOTE_WEAK void mote_rfft_f32(const struct mote_rfft_f32 *p, const float *in, const MOTE_FLASH float *turns, float *out,
                             int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        transform(p, in + mote_ring(r, p->in_ring) * p->in_len, turns,
                  out + mote_ring(r, p->out_ring) * (p->length + 2));
}

static void run_rfft_f32(const struct mote_call *c)
{
    mote_rfft_f32(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(rfft_f32, portable);
