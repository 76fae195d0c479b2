/* SPDX-License-Identifier: Apache-2.0 */
/* The order of things in the inverse transforms (irfft_s16.h), which all types share. Who includes it has defined
 *
 *   number, point              what lies in memory, and a complex number {r, i} to compute with
 *   narrow(x)                  what of it fits numbers
 *   plus(a, b), minus(a, b)    sums; `narrow` comes later
 *   opposite(a)                of one of the two numbers
 *   halved(x), quartered(x)    divided by 2 and 4; of floats nothing is
 *   turned(x, turn)            times a rotation */
#ifndef MOTE_IRFFT_PARTS_H
#define MOTE_IRFFT_PARTS_H

#include "fft_order.h"

static inline point at(const number *x) { return (point){x[0], x[1]}; }

static inline void put(number *to, point x)
{
    x = narrow(x);
    to[0] = (number)x.r;
    to[1] = (number)x.i;
}

static inline point mirrored(point x) { return narrow((point){x.r, opposite(x.i)}); }

/* A quarter of a turn. */
static inline point across(point x) { return (point){opposite(x.i), x.r}; }

/* Number k of those whose transform is the samples. */
static point number_of(const number *in, int32_t k, int32_t n, const MOTE_FLASH number *turns)
{
    const bool high = k >= n / 2;
    const int32_t low = high ? n - k : k;

    if (k == 0) {
        const point first = {in[0], in[0]}, last = {in[2 * n], in[2 * n]};

        return halved(narrow((point){plus(first, last).r, minus(first, last).i}));
    }

    point a = halved(at(in + 2 * low)), b = halved(mirrored(at(in + 2 * (n - low))));
    point turn = narrow(turned(minus(a, b), turns + 2 * (low - 1)));

    return high ? mirrored(narrow(minus(plus(a, b), turn))) : narrow(plus(plus(a, b), turn));
}

/* Four points of a spectrum become those of samples, `apart` numbers from one to the next. */
static inline void join(point a, point b, point c, point d, number *to, int32_t apart)
{
    const point even = plus(a, c), odd = plus(b, d), difference = minus(a, c), turned_by_one = across(minus(b, d));

    put(to, plus(even, odd));
    put(to + apart, plus(difference, turned_by_one));
    put(to + 2 * apart, minus(even, odd));
    put(to + 3 * apart, minus(difference, turned_by_one));
}

static void read_fours(const number *in, int32_t n, const MOTE_FLASH number *turns, number *out)
{
    for (int32_t done = 0, start = 0; done < n; done += 4, start = next_start(start, n / 16)) {
        point x[4];

        for (int32_t i = 0; i < 4; i++)
            x[i] = quartered(number_of(in, start + i * (n / 4), n, turns));
        join(x[0], x[1], x[2], x[3], out + 2 * done, 2);
    }
}

static void read_twos(const number *in, int32_t n, const MOTE_FLASH number *turns, number *out)
{
    for (int32_t done = 0, start = 0; done < n; done += 2, start = next_start(start, n / 8)) {
        point a = halved(number_of(in, start, n, turns)), b = halved(number_of(in, start + n / 2, n, turns));

        put(out + 2 * done, plus(a, b));
        put(out + 2 * done + 2, minus(a, b));
    }
}

/* Each four parts of m points become one. */
static void join_fours(number *out, int32_t n, int32_t m, const MOTE_FLASH number *turns)
{
    for (int32_t k = 0; k < m; k++, turns += 6)
        for (number *to = out + 2 * k; to < out + 2 * n; to += 8 * m)
            join(quartered(at(to)), turned(quartered(at(to + 2 * m)), turns),
                 turned(quartered(at(to + 4 * m)), turns + 2), turned(quartered(at(to + 6 * m)), turns + 4), to, 2 * m);
}

static void transform(const number *in, int32_t length, const MOTE_FLASH number *turns, number *out)
{
    const int32_t n = length / 2;
    int32_t m = mote_fft_smallest(n);
    const MOTE_FLASH number *last = turns + 2 * (n - m);

    if (m == 4)
        read_fours(in, n, last, out);
    else
        read_twos(in, n, last, out);
    for (; m < n; turns += 6 * m, m *= 4)
        join_fours(out, n, m, turns);
}

#endif
