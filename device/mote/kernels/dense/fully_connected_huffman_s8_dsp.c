/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_huffman_s8 with additions of a word's bytes. Codes of a gap and a level that are short together are
 * looked up as one, as those of few levels are; a load is for as many pairs as it brings, two or three. */
#include "../shared/hot.h"

#include "fully_connected_huffman_s8_dsp.h"

#include "../shared/dsp.h"
#include "../shared/requant_dsp.h"

enum { JOINT_BITS = 8, SHORT_BITS = 12 }; /* of a pair: three, or two, are in a word's 25 bits */

static int32_t pair_bits(const struct mote_fully_connected_huffman_s8 *p) { return p->gap_bits + p->level_bits; }

static bool is_joint(const struct mote_fully_connected_huffman_s8 *p) { return pair_bits(p) <= JOINT_BITS; }

static bool is_short(const struct mote_fully_connected_huffman_s8 *p) { return pair_bits(p) <= SHORT_BITS; }

static uint32_t words_bytes(const struct mote_fully_connected_huffman_s8 *p)
{
    return is_joint(p) ? 4u << pair_bits(p) : is_short(p) ? 4u << p->level_bits : 0;
}

static uint32_t fit(const void *params, uint32_t *bytes)
{
    (void)bytes;
    return words_bytes(params);
}

#if MOTE_DSP
/* What a row is decoded with. Entries have a length in byte 0 and a gap in byte 1; words of levels and joint ones the
 * level above; where levels have no words, their entries have it in byte 1. */
struct codes {
    const uint32_t *words;
    const int16_t *gaps, *levels;
    const uint8_t *stream;
    int32_t shift, level_shift, count_shift; /* shift: of a joint word or a gap's entry */
    int32_t zero;
};

/* A row's pairs: how many are left, the next one's bit, where its input may be, the sum so far. */
struct pairs {
    uint32_t n, at;
    const int8_t *in;
    int32_t sum;
};

/* A word from bit `at` on. */
#define WORD(spare)                                                                                                    \
    "lsr %[word], %[at], #3\n"                                                                                         \
    "ldr %[word], [%[stream], %[word]]\n"                                                                              \
    "and %[" spare "], %[at], #7\n"                                                                                    \
    "rev %[word], %[word]\n"                                                                                           \
    "lsl %[word], %[word], %[" spare "]\n"
#define JOINT                                                                                                          \
    "lsr %[entry], %[word], %[shift]\n"                                                                                \
    "ldr %[entry], [%[words], %[entry], lsl #2]\n"                                                                     \
    "uxtab %[at], %[at], %[entry]\n"                                                                                   \
    "uxtab %[in], %[in], %[entry], ror #8\n"                                                                           \
    "ldrsb %[x], [%[in]], #1\n"                                                                                        \
    "lsl %[word], %[word], %[entry]\n"                                                                                 \
    "sub %[x], %[x], %[zero]\n"                                                                                        \
    "smlabt %[sum], %[x], %[entry], %[sum]\n"
#define GAP                                                                                                            \
    "lsr %[entry], %[word], %[shift]\n"                                                                                \
    "ldrh %[entry], [%[gaps], %[entry], lsl #1]\n"                                                                     \
    "lsl %[word], %[word], %[entry]\n"                                                                                 \
    "uxtab %[at], %[at], %[entry]\n"                                                                                   \
    "uxtab %[in], %[in], %[entry], ror #8\n"                                                                           \
    "lsr %[entry], %[word], %[level_shift]\n"
#define LEVEL                                                                                                          \
    "ldrsb %[x], [%[in]], #1\n"                                                                                        \
    "uxtab %[at], %[at], %[entry]\n"                                                                                   \
    "sub %[x], %[x], %[zero]\n"
#define SHORT_PAIR                                                                                                     \
    GAP "ldr %[entry], [%[levels], %[entry], lsl #2]\n" LEVEL "lsl %[word], %[word], %[entry]\n"                       \
        "smlabt %[sum], %[x], %[entry], %[sum]\n"
#define LONG_PAIR                                                                                                      \
    GAP "ldrsh %[entry], [%[levels], %[entry], lsl #1]\n" LEVEL "asr %[entry], %[entry], #8\n"                         \
        "mla %[sum], %[x], %[entry], %[sum]\n"
/* Three of each word, then one or two. */
#define THRICE(one)                                                                                                    \
    "subs %[n], %[n], #3\n"                                                                                            \
    "blt 2f\n"                                                                                                         \
    "1:\n" WORD("entry") one one one "subs %[n], %[n], #3\n"                                                           \
                                     "bge 1b\n"                                                                        \
                                     "2:\n"                                                                            \
                                     "adds %[n], %[n], #3\n"                                                           \
                                     "beq 3f\n" WORD("entry") one "subs %[n], %[n], #1\n"                              \
                                                                  "beq 3f\n" one "3:\n"
/* Two of each word; of an odd number the first comes alone, where the second would. */
#define TWICE(one)                                                                                                     \
    "tst %[n], #1\n"                                                                                                   \
    "beq 1f\n" WORD("entry") "add %[n], %[n], #1\n"                                                                    \
                             "b 2f\n"                                                                                  \
                             "1:\n" WORD("entry") one "2:\n" one "subs %[n], %[n], #2\n"                               \
                                                      "bne 1b\n"
#define ONCE(one) "1:\n" WORD("entry") one "subs %[n], %[n], #1\nbne 1b\n"
#define PAIRS_OF(p, word, entry, x)                                                                                    \
    [n] "+r"((p)->n), [at] "+r"((p)->at), [in] "+r"((p)->in), [sum] "+r"((p)->sum), [word] "=&r"(word),                \
        [entry] "=&r"(entry), [x] "=&r"(x)

/* Not inline, as the next two: the registers are all theirs. */
static __attribute__((noinline)) void add_joint(const struct codes *c, struct pairs *pairs)
{
    struct pairs p = *pairs;
    uint32_t word, entry, x;

    __asm__ volatile(THRICE(JOINT)
                     : PAIRS_OF(&p, word, entry, x)
                     : [stream] "r"(c->stream), [words] "r"(c->words), [shift] "r"(c->shift), [zero] "r"(c->zero)
                     : "cc", "memory");
    pairs->at = p.at;
    pairs->sum = p.sum;
}

#define PAIR_TABLES(c, table)                                                                                          \
    [stream] "r"((c)->stream), [gaps] "r"((c)->gaps), [levels] "r"(table), [shift] "r"((c)->shift),                    \
        [level_shift] "r"((c)->level_shift), [zero] "r"((c)->zero)

static __attribute__((noinline)) void add_short(const struct codes *c, struct pairs *pairs)
{
    struct pairs p = *pairs;
    uint32_t word, entry, x;

    __asm__ volatile(TWICE(SHORT_PAIR) : PAIRS_OF(&p, word, entry, x) : PAIR_TABLES(c, c->words) : "cc", "memory");
    pairs->at = p.at;
    pairs->sum = p.sum;
}

static __attribute__((noinline)) void add_long(const struct codes *c, struct pairs *pairs)
{
    struct pairs p = *pairs;
    uint32_t word, entry, x;

    __asm__ volatile(ONCE(LONG_PAIR) : PAIRS_OF(&p, word, entry, x) : PAIR_TABLES(c, c->levels) : "cc", "memory");
    pairs->at = p.at;
    pairs->sum = p.sum;
}

/* ---- tables ---- */
/* For each word of `room` bits behind a gap's code what both say: `gap` is an entry without a level. */
static uint32_t *fill_levels(uint32_t *words, uint32_t gap, int32_t room, const uint8_t *lengths, int32_t bits)
{
    const uint8_t *value = lengths + bits;

    for (int32_t length = 1; length <= bits; length++)
        for (int32_t n = *lengths++; n > 0; n--) {
            const uint32_t entry = gap + (uint32_t)length + ((uint32_t)(int8_t)*value++ << 16);
            const uint32_t *end = words + (1 << (room - length));

            do
                *words++ = entry;
            while (words < end);
        }
    return words;
}

static const uint8_t *after_code(const uint8_t *lengths, int32_t bits)
{
    const uint8_t *after = lengths + bits;

    for (; bits > 0; bits--)
        after += *lengths++;
    return after;
}

/* Words of gaps whose codes are equally long differ in the gap alone. */
static uint32_t *fill_next(uint32_t *words, uint32_t n, uint32_t more)
{
    for (const uint32_t *end = words + n, *before = words - n; words < end;)
        *words++ = *before++ + more;
    return words;
}

static void fill_joint(uint32_t *words, const struct mote_fully_connected_huffman_s8 *p, const uint8_t *gaps,
                       const uint8_t *levels)
{
    const int32_t room = pair_bits(p);
    const uint8_t *gap = gaps + p->gap_bits;

    if (p->gap_bits == 0)
        fill_levels(words, 0, room, levels, p->level_bits);
    for (int32_t length = 1; length <= p->gap_bits; length++) {
        int32_t n = *gaps++;

        if (n > 0)
            words =
                fill_levels(words, (uint32_t)length + ((uint32_t)*gap++ << 8), room - length, levels, p->level_bits);
        for (; n > 1; n--, gap++)
            words = fill_next(words, 1u << (room - length), ((uint32_t)gap[0] - gap[-1]) << 8);
    }
}

/* Returns what follows both codes. */
static const uint8_t *fill_tables(const struct mote_fully_connected_huffman_s8 *p, const uint8_t *coded,
                                  int16_t *tables, uint32_t *words)
{
    const uint8_t *levels;

    if (is_joint(p)) {
        levels = after_code(coded, p->gap_bits);
        fill_joint(words, p, coded, levels);
    } else {
        levels = mote_huffman_table(tables, coded, p->gap_bits);
        if (!is_short(p))
            return mote_huffman_table(tables + mote_huffman_entries(p->gap_bits), levels, p->level_bits);
        fill_levels(words, 0, p->level_bits, levels, p->level_bits);
    }
    return after_code(levels, p->level_bits);
}

/* ---- a row ---- */
/* The inputs that have a weight: eight by eight, as long as none can be behind the last. Each is written, and what
 * comes next takes the place of one without a weight. */
static void pick(const int8_t *in, const uint8_t *map, int8_t *some, const int8_t *end)
{
    uint32_t bits, x;

#define NEXT "ldrsb %3, [%0], #1\nlsls %2, %2, #1\nstrb %3, [%1]\nadc %1, %1, #0\n"
    for (; end - some >= 8; map++) {
        bits = (uint32_t)*map << 24;
        __asm__ volatile(NEXT NEXT NEXT NEXT NEXT NEXT NEXT NEXT
                         : "+r"(in), "+r"(some), "+r"(bits), "=&r"(x)
                         :
                         : "cc", "memory");
    }
    for (bits = 0; some < end; in++, bits <<= 1) {
        if ((bits & 0xff) == 0)
            bits = (uint32_t)*map++ << 1 | 1; /* the 1 says when the next byte is due */
        *some = *in;
        some += bits >> 8 & 1;
    }
}

/* A layer's outputs from these on. */
struct outputs {
    const uint8_t *bias;
    const int32_t *mult;
    const int8_t *shift;
    int8_t *out;
};

/* How many pairs the row has that begins at bit `at`, which moves behind that. */
static inline uint32_t begin_row(const struct codes *c, struct pairs *pairs)
{
    const uint32_t word = mote_huffman_word(c->stream, pairs->at++);

    if (word >> 31 == 0)
        return 0;
    pairs->at += 32u - (uint32_t)c->count_shift;
    return word << 1 >> c->count_shift;
}

/* Not inline: rarely wanted. */
static __attribute__((noinline)) int8_t put_slowly(const struct mote_fully_connected_huffman_s8 *p, int32_t sum,
                                                   int32_t mult, int32_t shift)
{
    return mote_requant_s8(sum, mult, shift, p->out_zero, p->lo, p->hi);
}

typedef void add_fn(const struct codes *c, struct pairs *pairs);

/* No row has more pairs than columns, and an input less its zero has nine bits. */
static bool has_room(const struct mote_fully_connected_huffman_s8 *p) { return p->columns <= MOTE_PLAIN_PRODUCTS / 2; }

static void put_row(const struct mote_fully_connected_huffman_s8 *p, const struct codes *c, add_fn *add,
                    const int8_t *in, struct outputs to)
{
    const int32_t middle = 2 * p->out_zero + 1, each = p->per_channel;
    const bool narrow = p->lo > INT8_MIN || p->hi < INT8_MAX;
    const int8_t *const end = to.out + p->out_c;
    struct pairs pairs = {.in = in};
    int32_t mult = *to.mult, shift = *to.shift;
    bool plain = has_room(p) && mote_is_plain(0, mult, shift);

    for (; to.out < end; to.bias += p->bias_bytes) {
        const int32_t bias = (int32_t)mote_short_bias(to.bias, p->bias_bytes, p->bias_shift);

        pairs.sum = bias;
        pairs.n = begin_row(c, &pairs);
        if (pairs.n > 0)
            add(c, &pairs);
        if (each) {
            mult = *to.mult++;
            shift = *to.shift++;
            plain = has_room(p) && mote_is_plain(0, mult, shift);
        }
        if (!plain || !mote_is_plain(bias, 0, -1))
            *to.out++ = put_slowly(p, pairs.sum, mult, shift);
        else if (narrow)
            *to.out++ = (int8_t)mote_clamp(mote_requant_plain(pairs.sum, mult, -shift, middle), p->lo, p->hi);
        else
            *to.out++ = mote_requant_plain(pairs.sum, mult, -shift, middle);
    }
}

/* Whether what is written, n outputs or the inputs that have a weight, would change what codes say. */
static bool overlaps(const struct mote_fully_connected_huffman_s8 *p, const int16_t *tables, const uint32_t *words,
                     const int8_t *out, uint32_t n)
{
    const uint32_t entries = mote_fully_connected_huffman_s8_entries(p), bytes = words_bytes(p);
    const int8_t *some = (const int8_t *)tables + entries;

    return mote_huffman_overlap(tables, entries, out, n) || (bytes > 0 && mote_huffman_overlap(words, bytes, out, n)) ||
           (bytes > 0 && p->columns < p->in_len && mote_huffman_overlap(words, bytes, some, (uint32_t)p->columns));
}

MOTE_WEAK void mote_fully_connected_huffman_s8_dsp(const struct mote_fully_connected_huffman_s8 *p, const int8_t *in,
                                                   const uint8_t *coded, const uint8_t *bias, const int32_t *mult,
                                                   const int8_t *shift, int8_t *out, int16_t *tables, uint32_t *words,
                                                   int32_t first, int32_t count)
{
    const bool all = p->columns == p->in_len;
    int8_t *some = (int8_t *)tables + mote_fully_connected_huffman_s8_entries(p);
    struct codes codes = {.words = words,
                          .gaps = tables,
                          .levels = tables + mote_huffman_entries(p->gap_bits),
                          .shift = is_joint(p) ? 32 - pair_bits(p) : mote_huffman_shift(p->gap_bits),
                          .level_shift = 32 - p->level_bits,
                          .count_shift = 32 - p->count_bits,
                          .zero = p->in_zero};
    const uint8_t *map;

    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    if (overlaps(p, tables, words, out, (uint32_t)(count * p->out_c)))
        return;
    map = fill_tables(p, coded, tables, words);
    codes.stream = all ? map : map + ((uint32_t)p->in_len + 7) / 8;
    for (; count > 0; count--, in += p->in_len, out += p->out_c) {
        if (!all)
            pick(in, map, some, some + p->columns);
        put_row(p, &codes,
                is_joint(p)   ? add_joint
                : is_short(p) ? add_short
                              : add_long,
                all ? in : some, (struct outputs){bias, mult, shift, out});
    }
}

static void run_fully_connected_huffman_s8_dsp(const struct mote_call *c)
{
    mote_fully_connected_huffman_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4],
                                        c->args[5], c->args[6], c->args[7], c->first, c->count);
}
#endif

#if MOTE_DESCRIBE
/* A call fills the tables; a pair takes about a byte. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_fully_connected_huffman_s8 *p = params;
    const double pair = is_joint(p) ? 10.4 : is_short(p) ? 15 : 18;
    const double entries = is_joint(p) ? words_bytes(p) / 3.0 : mote_fully_connected_huffman_s8_entries(p) / 2.0;

    return 300 + 5 * entries + rows * (pair * p->coded_bytes + 5.0 * p->in_len + 60.0 * p->out_c);
}
#endif

MOTE_KERNEL_CODE(fully_connected_huffman_s8, dsp, .run = MOTE_IF_DSP(run_fully_connected_huffman_s8_dsp), .fit = fit,
                 MOTE_SCRATCH MOTE_INSTRUCTIONS(instructions));
