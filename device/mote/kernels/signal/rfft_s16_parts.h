/* SPDX-License-Identifier: Apache-2.0 */
/* The order of things in rfft_s16, which its versions share. Who includes it has defined what a complex number is:
 *
 *   point                                    its type
 *   sample(in, at, len, one_of)              in[at] and in[at + 1], 0 from len on, times one_of / 2^15, rounded
 *   part_at(at)                              what is at `at`, times MOTE_RFFT_ONE_OF_FOUR / 2^15
 *   turned(x, turn)                          times a rotation
 *   join(a, b, c, d, to, apart), join_two(a, b, to)
 *                                            parts become a spectrum, `apart` numbers of 16 bits from one to the next
 *   split(out, n, turns)                     the last step */
#ifndef MOTE_RFFT_S16_PARTS_H
#define MOTE_RFFT_S16_PARTS_H

#include "fft_order.h"

static void read_fours(const int16_t *in, int32_t len, int32_t n, int16_t *out)
{
    for (int32_t done = 0, start = 0; done < n; done += 4, start = next_start(start, n / 16)) {
        int32_t at = 2 * start, apart = n / 2;

        join(sample(in, at, len, MOTE_RFFT_ONE_OF_FOUR), sample(in, at + apart, len, MOTE_RFFT_ONE_OF_FOUR),
             sample(in, at + 2 * apart, len, MOTE_RFFT_ONE_OF_FOUR),
             sample(in, at + 3 * apart, len, MOTE_RFFT_ONE_OF_FOUR), out + 2 * done, 2);
    }
}

static void read_twos(const int16_t *in, int32_t len, int32_t n, int16_t *out)
{
    for (int32_t done = 0, start = 0; done < n; done += 2, start = next_start(start, n / 8))
        join_two(sample(in, 2 * start, len, MOTE_RFFT_ONE_OF_TWO), sample(in, 2 * start + n, len, MOTE_RFFT_ONE_OF_TWO),
                 out + 2 * done);
}

/* Each four parts of m points become one. */
static void join_fours(int16_t *out, int32_t n, int32_t m, const MOTE_FLASH int16_t *turns)
{
    for (int32_t k = 0; k < m; k++, turns += 6)
        for (int16_t *at = out + 2 * k; at < out + 2 * n; at += 8 * m)
            join(part_at(at), turned(part_at(at + 2 * m), turns), turned(part_at(at + 4 * m), turns + 2),
                 turned(part_at(at + 6 * m), turns + 4), at, 2 * m);
}

static void transform(const struct mote_rfft_s16 *p, const int16_t *in, const MOTE_FLASH int16_t *turns, int16_t *out)
{
    int32_t n = p->length / 2, m = mote_fft_smallest(n);

    if (m == 4)
        read_fours(in, p->in_len, n, out);
    else
        read_twos(in, p->in_len, n, out);
    for (; m < n; turns += 6 * m, m *= 4)
        join_fours(out, n, m, turns);
    split(out, n, turns);
}

#endif
