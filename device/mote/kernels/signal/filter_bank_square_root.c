/* SPDX-License-Identifier: Apache-2.0 */
/* Portable roots: the definition of filter_bank_square_root.h. The upper half of a root's bits come one by one, in 32
 * bits, the lower half by one division (P. Zimmermann, Karatsuba Square Root, INRIA RR-3805, 1999). */
#include "../shared/hot.h"

#include "filter_bank_square_root.h"

#include "../shared/bits.h"
#include "../shared/rows.h"
#include "../shared/s64.h"

/* The root, rounded down; x becomes what is left of it. */
static inline uint32_t root_of_32(uint32_t *x)
{
    uint32_t root = 0, left = *x;

    /* left | 1 has a bit: NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
    for (uint32_t bit = UINT32_C(1) << ((mote_bit_length(left | 1) - 1) & ~1); bit != 0; bit >>= 2) {
        if (left >= root + bit) {
            left -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    *x = left;
    return root;
}

/* x >= 2^32. It is shifted up by an even number of bits until one of its two highest is set; of its root's 32 bits half
 * as many are too many then. */
static inline uint32_t root_of_64(uint64_t x)
{
    int32_t up = (32 - mote_bit_length((uint32_t)(x >> 32))) & ~1;
    uint64_t all = x << up;
    uint32_t left = (uint32_t)(all >> 32), high = root_of_32(&left);
    /* The highest bits are there, so that high >= 2^15: NOLINTNEXTLINE(clang-analyzer-core.DivideZero) */
    uint32_t low = ((left << 15) + ((uint32_t)all >> 17)) / high; /* left <= 2 high: no more than 32 bits */
    uint32_t root = high << 16 | (low < 0xFFFF ? low : 0xFFFF);   /* at most 1 too many */

    return (root - ((uint64_t)root * root > all)) >> (up / 2);
}

static inline uint32_t rounded_root(uint64_t x)
{
    uint32_t left = (uint32_t)x, root;

    if (x >> 32 == 0) {
        root = root_of_32(&left);
        return root + (left > root && root != 0xFFFF);
    }
    root = root_of_64(x);
    return root + (x - (uint64_t)root * root > root && root != UINT32_MAX);
}

MOTE_WEAK void mote_filter_bank_square_root(const struct mote_filter_bank_square_root *p, const uint64_t *in,
                                            const int32_t *bits, uint32_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const uint64_t *from = in + mote_ring(r, p->in_ring) * p->len;
        uint32_t *to = out + mote_ring(r, p->out_ring) * p->len;
        int32_t down = bits[mote_ring(r, p->bits_ring)] & 31;

        for (int32_t c = 0; c < p->len; c++)
            to[c] = rounded_root(mote_u64(from, c)) >> down;
    }
}

static void run_filter_bank_square_root(const struct mote_call *c)
{
    mote_filter_bank_square_root(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(filter_bank_square_root, portable);
