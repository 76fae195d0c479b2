/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_packed_s8 with products of pairs of halfwords: two indices are looked up as one, in words of two
 * weights. Four outputs share the inputs, which become pairs less their zero point. */
#include "../shared/hot.h"

#include "fully_connected_packed_s8_dsp.h"

#include "../shared/requant_dsp.h"
#include "../shared/short_bias.h"

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_fully_connected_packed_s8 *p = params;
    const uint32_t columns = mote_packed_align((uint32_t)mote_packed_bytes(p->in_len, p->bits), 4);
    const uint32_t rows = mote_packed_align((uint32_t)p->out_c, 4);

    bytes[1] = rows > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)rows, (int32_t)columns, 1);
    return UINT32_C(4) << (2 * p->bits);
}

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_fully_connected_packed_s8 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = p->out_c;
    shape[MOTE_COLUMNS] = mote_packed_bytes(p->in_len, p->bits);
}
#endif

#if MOTE_DSP
struct job {
    const struct mote_fully_connected_packed_s8 *p;
    const uint8_t *packed; /* of four outputs */
    const uint32_t *words;
};

/* Pairs of levels, the first one in the lower half. */
static void make_words(uint32_t *words, const int8_t *levels, int32_t bits)
{
    const int32_t n = 1 << bits;

    for (int32_t high = 0; high < n; high++) {
        const uint32_t above = (uint32_t)levels[high] << 16;

        for (int32_t low = 0; low < n; low++)
            *words++ = above | (uint16_t)levels[low];
    }
}

/* 4 or 8 inputs less their zero point. */
static inline const int8_t *take_pairs(int32_t pairs[4], const int8_t *in, int32_t minus_zero, const int32_t n)
{
    _Pragma("GCC unroll 2") for (int32_t k = 0; k < n; k += 4, in += 4)
    {
        const uint32_t four = mote_four_of(in);
        const int32_t even = mote_add_even_bytes(minus_zero, four), odd = mote_add_odd_bytes(minus_zero, four);

        pairs[k / 2] = mote_lower_halves(even, odd);
        pairs[k / 2 + 1] = mote_upper_halves(even, odd);
    }
    return in;
}

/* Products of n pairs and the weights of a byte or two. */
static inline int32_t add_pairs(const int32_t pairs[4], const int32_t n, const uint8_t *packed, const uint32_t *words,
                                const int32_t bits, int32_t sum)
{
    const int32_t each = 4 / bits; /* pairs of a byte */

    _Pragma("GCC unroll 4") for (int32_t k = 0; k < n; k++)
    {
        const uint32_t pair = (uint32_t)packed[k / each] >> (k % each * 2 * bits) & ((1u << 2 * bits) - 1);

        sum = mote_add_products(pairs[k], (int32_t)words[pair], sum);
    }
    return sum;
}

/* Four rows' products with as many inputs as four bytes of each have weights for. The sums have names, as compilers
 * keep no array in registers. */
#define ROW(k)                                                                                                         \
    s##k = add_pairs(pairs, n / 2, packed + 4 * k + i, words, bits, s##k);                                             \
    MOTE_IN_ORDER();

static inline void add_rows(const struct job *j, const int8_t *in, int32_t left, const int32_t bits, int32_t sums[4])
{
    const int32_t each = 32 / bits, n = bits == 1 ? 8 : 4, minus_zero = (int32_t)mote_twice(-j->p->in_zero);
    const uint8_t *packed = j->packed;
    const uint32_t *words = j->words;
    int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];

    for (; left >= each; left -= each, packed += 16) {
        _Pragma("GCC unroll 4") for (int32_t i = 0; i < 4; i += n * bits / 8)
        {
            int32_t pairs[4];

            in = take_pairs(pairs, in, minus_zero, n);
            ROW(0) ROW(1) ROW(2) ROW(3)
        }
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

static __attribute__((noinline)) void add_1(const struct job *j, const int8_t *in, int32_t n, int32_t sums[4])
{
    add_rows(j, in, n, 1, sums);
}

static __attribute__((noinline)) void add_2(const struct job *j, const int8_t *in, int32_t n, int32_t sums[4])
{
    add_rows(j, in, n, 2, sums);
}

static __attribute__((noinline)) void add_4(const struct job *j, const int8_t *in, int32_t n, int32_t sums[4])
{
    add_rows(j, in, n, 4, sums);
}

static void add(const struct job *j, const int8_t *in, int32_t n, int32_t sums[4])
{
    switch (j->p->bits) {
    case 1:
        add_1(j, in, n, sums);
        break;
    case 2:
        add_2(j, in, n, sums);
        break;
    default:
        add_4(j, in, n, sums);
        break;
    }
}

/* Of all inputs: the last ones are copied, with some behind them that are 0. */
static void add_all(const struct job *j, const int8_t *in, int32_t sums[4])
{
    const struct mote_fully_connected_packed_s8 *p = j->p;
    const int32_t each = 32 / p->bits, last = p->in_len % each;
    int8_t rest[32];

    add(j, in, p->in_len, sums);
    if (last == 0)
        return;
    for (int32_t i = 0; i < each; i++)
        rest[i] = i < last ? in[p->in_len - last + i] : (int8_t)p->in_zero;
    add(&(struct job){p, j->packed + 16 * (p->in_len / each), j->words}, rest, each, sums);
}

/* Not inline: rarely wanted. */
static __attribute__((noinline)) int8_t put_slowly(const struct mote_fully_connected_packed_s8 *p, int32_t sum,
                                                   int32_t mult, int32_t shift)
{
    return mote_requant_s8(sum, mult, shift, p->out_zero, p->lo, p->hi);
}

/* Sums that requantization of plain channels has room for. */
static bool has_room(const struct mote_fully_connected_packed_s8 *p)
{
    return p->in_len <= 1 << 14 && 8 * p->bias_bytes + p->bias_shift <= 30;
}

static int8_t put(const struct mote_fully_connected_packed_s8 *p, int32_t sum, int32_t mult, int32_t shift)
{
    if (!has_room(p) || !mote_is_plain(0, mult, shift))
        return put_slowly(p, sum, mult, shift);
    return (int8_t)mote_clamp(mote_requant_plain(sum, mult, -shift, 2 * p->out_zero + 1), p->lo, p->hi);
}

MOTE_WEAK void mote_fully_connected_packed_s8_dsp(const struct mote_fully_connected_packed_s8 *p, const int8_t *in,
                                                  const uint8_t *packed, const int8_t *levels, const uint8_t *bias,
                                                  const int32_t *mult, const int8_t *shift, int8_t *out,
                                                  uint32_t *words, int32_t first, int32_t count)
{
    const uint32_t bytes = mote_packed_align((uint32_t)mote_packed_bytes(p->in_len, p->bits), 4);
    struct job j = {.p = p, .words = words};

    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    make_words(words, levels, p->bits);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len) {
        j.packed = packed;
        for (int32_t o = 0; o < p->out_c; o += 4, j.packed += 4 * bytes) {
            const int32_t n = p->out_c - o < 4 ? p->out_c - o : 4;
            int32_t sums[4] = {0};

            for (int32_t k = 0; k < n; k++)
                sums[k] = (int32_t)mote_short_bias(bias + (o + k) * p->bias_bytes, p->bias_bytes, p->bias_shift);
            add_all(&j, in, sums);
            for (int32_t k = 0; k < n; k++) {
                const int32_t q = p->per_channel ? o + k : 0;

                *out++ = put(p, sums[k], mult[q], shift[q]);
            }
        }
    }
}

static void run_fully_connected_packed_s8_dsp(const struct mote_call *c)
{
    mote_fully_connected_packed_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4],
                                       c->args[5], c->args[6], c->args[7], c->first, c->count);
}
#endif

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_QUADS_4), 0, 0, 0, 0, 0};

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_fully_connected_packed_s8 *p = params;

    return 100 + 6.0 * (1 << (2 * p->bits)) + rows * (double)p->out_c * (2.1 * p->in_len + 45);
}
#endif

MOTE_KERNEL_CODE(fully_connected_packed_s8, dsp, .run = MOTE_IF_DSP(run_fully_connected_packed_s8_dsp), .forms = forms,
                 .fit = fit, MOTE_SCRATCH MOTE_SHAPE(shape) MOTE_INSTRUCTIONS(instructions));
