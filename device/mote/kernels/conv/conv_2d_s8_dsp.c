/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with products of pairs of halfwords. What a filter sees of up to four output pixels is widened once, for
 * all filters, and lies side by side in scratch memory; filters go in pairs, whose weights lie side by side, too: a
 * word is widened to two inputs' weights of the one filter and of the other. Then two inputs of four pixels are 16
 * products by five loads, two widenings, and eight double products. The loops over filters are assembly: compilers find
 * no registers for them. */
#include "../shared/hot.h"

#include "conv_2d_s8_dsp.h"

#include "../shared/requant_dsp.h"
#include "../shared/rows.h"

enum { PIXELS = 4 };

#if MOTE_DESCRIBE || MOTE_DSP
/* Of so many pixels the next tile's: two tiles of three, or of three and two, are cheaper than one of four and the
 * rest. */
static inline int64_t tile_of(int64_t pixels)
{
    return pixels == 5 || pixels == 6 ? 3 : pixels < PIXELS ? pixels : PIXELS;
}
#endif

/* Words of four weights in a row of the kernel. */
static uint32_t row_words(const struct mote_conv_2d_s8 *p)
{
    uint32_t bytes = mote_bytes(p->kernel_w, p->filter_c, 1);

    return bytes / 4 + (bytes % 4 != 0);
}

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_conv_2d_s8 *p = params;
    uint32_t words = mote_bytes(p->kernel_h, (int32_t)row_words(p), 1);

    bytes[1] = words > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)words, p->out_c / 2 + p->out_c % 2, 8);
    return words > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)words, 32, 1);
}

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_conv_2d_s8 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = p->out_c * p->kernel_h;
    shape[MOTE_COLUMNS] = p->kernel_w * p->filter_c;
    shape[MOTE_EACH] = p->kernel_h;
}

/* All pairs of filters with a tile of so many pixels. */
static double of_tile(const struct mote_conv_2d_s8 *p, int64_t pixels, double words)
{
    static const double per_word[] = {0, 9.75, 14.75, 19.75, 29.25};
    double each = p->lo > INT8_MIN || p->hi < INT8_MAX ? 26 : 14;
    int32_t pairs = p->out_c / 2 + p->out_c % 2;

    return pairs * (40 + each * (double)pixels + per_word[pixels] * words);
}

static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_s8 *p = params;
    int64_t pixels = (int64_t)rows * p->out_w, full = pixels > 8 ? (pixels - 5) / 4 : 0, left = pixels - 4 * full, n;
    double words = (double)p->kernel_h * row_words(p), sum = (double)full * of_tile(p, 4, words);

    for (; left > 0; left -= n) {
        n = tile_of(left);
        sum += of_tile(p, n, words);
    }
    return 300 + 7.0 * p->out_c + (double)pixels * (40 + 9 * words) + sum;
}
#endif

#if MOTE_DSP
/* Up to four pixels and the pairs of filters that they meet. The pointers are to the filters' ends; the assembly has
 * the offsets. */
struct tile {
    int8_t *out[PIXELS];     /*  0 */
    const int32_t *mult;     /* 16 */
    const int8_t *shift;     /* 20 */
    const int32_t *bias;     /* 24 */
    int32_t at;              /* 28: the pair's first filter, from -n to -2 */
    const int8_t *weights;   /* 32: of the pair at `at` */
    uint32_t each;           /* 36: all ones: a multiplier each; 0: one for all */
    int32_t middle;          /* 40: 2 * out_zero + 1 */
    int32_t lo, hi;          /* 44, 48 */
    uint32_t narrow;         /* 52: the outputs' range is less than int8's */
    const mote_word *fours;  /* 56: the end of the inputs that are a multiple of four words */
    const mote_word *end;    /* 60: and of all */
    const mote_word *inputs; /* 64: [words][even, odd][pixels] */
    uint32_t r7;             /* 68: saved, as compilers do not let assembly have it */
};

/* ---- pairs of filters in assembly ----
 *
 * r5 to r8 sums of the first filter, r9 to r12 of the second, a pixel each; r2, r3 pairs of inputs; r4 weights, lr and
 * r4 again pairs of them; r0 and r1 where inputs and weights are. Fewer pixels leave registers for more inputs and
 * weights. The tile and the ends of its inputs are on the stack: all other registers are taken. */
#define ADD(sum, x, w)  "smlad " sum ", " x ", " w ", " sum "\n"
#define WIDEN_FIRST(w)  "sxtb16 lr, " w "\n"
#define WIDEN_SECOND(w) "sxtb16 " w ", " w ", ror #8\n"

/* Two inputs of each pixel; of one pixel, with the registers of its inputs and weights. */
#define HALF_1(w, x) WIDEN_FIRST(w) ADD("r5", x, "lr") WIDEN_SECOND(w) ADD("r9", x, w)
#define HALF_2(w, x, y)                                                                                                \
    WIDEN_FIRST(w) ADD("r5", x, "lr") ADD("r6", y, "lr") WIDEN_SECOND(w) ADD("r9", x, w) ADD("r10", y, w)
#define HALF_3(w)                                                                                                      \
    "ldmia r0!, {r2, r3, r8}\n" WIDEN_FIRST(w) ADD("r5", "r2", "lr") ADD("r6", "r3", "lr") ADD("r7", "r8", "lr")       \
        WIDEN_SECOND(w) ADD("r9", "r2", w) ADD("r10", "r3", w) ADD("r11", "r8", w)
#define HALF_4(n)                                                                                                      \
    "ldr r4, [r1, #4*" #n "]\nldr r2, [r0, #16*" #n "]\nldr r3, [r0, #16*" #n                                          \
    "+4]\n" HALF_2("r4", "r2", "r3") "ldrd r2, r3, [r0, #16*" #n "+8]\n" ADD("r7", "r2", "lr") ADD("r8", "r3", "lr")   \
        ADD("r11", "r2", "r4") ADD("r12", "r3", "r4")
#define WORDS_1                                                                                                        \
    "ldmia r1!, {r4, r6, r7, r8}\nldmia r0!, {r2, r3, r10, r11}\n" HALF_1("r4", "r2") HALF_1("r6", "r3")               \
        HALF_1("r7", "r10") HALF_1("r8", "r11")

#define WORD_1 "ldrd r4, r6, [r1], #8\nldrd r2, r3, [r0], #8\n" HALF_1("r4", "r2") HALF_1("r6", "r3")
#define WORD_2                                                                                                         \
    "ldrd r4, r12, [r1], #8\nldmia r0!, {r2, r3, r7, r8}\n" HALF_2("r4", "r2", "r3") HALF_2("r12", "r7", "r8")
#define WORD_3 "ldrd r4, r12, [r1], #8\n" HALF_3("r4") HALF_3("r12")
#define WORD_4 HALF_4(0) HALF_4(1) "adds r0, r0, #32\nadds r1, r1, #8\n"
#define FOUR_1 WORDS_1 WORDS_1
#define FOUR_2 WORD_2 WORD_2 WORD_2 WORD_2
#define FOUR_3 WORD_3 WORD_3 WORD_3 WORD_3
#define EIGHT  HALF_4(0) HALF_4(1) HALF_4(2) HALF_4(3) HALF_4(4) HALF_4(5) HALF_4(6) HALF_4(7)
#define FOUR_4 EIGHT "adds r0, r0, #128\nadds r1, r1, #32\n"
#define BIAS_1 ""
#define BIAS_2 "mov r6, r5\nmov r10, r9\n"
#define BIAS_3 BIAS_2 "mov r7, r5\nmov r11, r9\n"
#define BIAS_4 BIAS_3 "mov r8, r5\nmov r12, r9\n"

#define RESULT(r)  MOTE_RESULT(r, "r1", "r2", "r3", "r4")
#define FIRST_1    RESULT("r5")
#define FIRST_2    FIRST_1 RESULT("r6")
#define FIRST_3    FIRST_2 RESULT("r7")
#define FIRST_4    FIRST_3 RESULT("r8")
#define SECOND_1   RESULT("r9")
#define SECOND_2   SECOND_1 RESULT("r10")
#define SECOND_3   SECOND_2 RESULT("r11")
#define SECOND_4   SECOND_3 RESULT("r12")
#define CLAMP(r)   "cmp " r ", r1\nit lt\nmovlt " r ", r1\ncmp " r ", r2\nit gt\nmovgt " r ", r2\n"
#define CLAMP_1    CLAMP("r5") CLAMP("r9")
#define CLAMP_2    CLAMP_1 CLAMP("r6") CLAMP("r10")
#define CLAMP_3    CLAMP_2 CLAMP("r7") CLAMP("r11")
#define CLAMP_4    CLAMP_3 CLAMP("r8") CLAMP("r12")
#define OUTS_1     "ldr r1, [r0]\n"
#define OUTS_2     "ldrd r1, r2, [r0]\n"
#define OUTS_3     "ldmia r0, {r1, r2, r3}\n"
#define OUTS_4     "ldmia r0, {r1, r2, r3, r4}\n"
#define PUT_1      "strb r5, [r1, lr]\n"
#define PUT_2      PUT_1 "strb r6, [r2, lr]\n"
#define PUT_3      PUT_2 "strb r7, [r3, lr]\n"
#define PUT_4      PUT_3 "strb r8, [r4, lr]\n"
#define AND_1      "strb r9, [r1, lr]\n"
#define AND_2      AND_1 "strb r10, [r2, lr]\n"
#define AND_3      AND_2 "strb r11, [r3, lr]\n"
#define AND_4      AND_3 "strb r12, [r4, lr]\n"
#define ENTER      "str r7, [r0, #68]\nldrd r2, r3, [r0, #56]\npush {r0, r1, r2, r3}\n"
#define PAIR       "1:\nldrd r2, r3, [r0, #24]\nadd r2, r2, r3, lsl #2\nldrd r5, r9, [r2]\n"
#define POINTERS   "ldr r1, [r0, #32]\nldr r0, [r0, #64]\n"
#define UNTIL(end) "ldr r2, [sp, #" end "]\ncmp r0, r2\n"
#define FOURS(n)   UNTIL("8") "beq 3f\n2:\n" FOUR_##n UNTIL("8") "bne 2b\n3:\n"
#define ONES(n)    UNTIL("12") "beq 5f\n4:\n" WORD_##n UNTIL("12") "bne 4b\n5:\n"
#define WHICH      "ldr r0, [sp]\nstr r1, [r0, #32]\nldr lr, [r0, #28]\n"
#define SCALE      "ldrd r1, r2, [r0, #16]\nldrd r4, r3, [r0, #36]\nand r4, r4, lr\n" ROUNDING
#define ROUNDING   "ldr r1, [r1, r4, lsl #2]\nldrsb r2, [r2, r4]\nrsbs r2, r2, #0\nlsls r3, r3, r2\nasrs r3, r3, #1\n"
#define IF_NARROW  "ldr r1, [r0, #52]\ncmp r1, #0\nbeq 6f\nldrd r1, r2, [r0, #44]\n"
#define OUTPUTS(n) "6:\n" OUTS_##n "subs lr, lr, #1\n" PUT_##n "adds lr, lr, #1\n" AND_##n
#define NEXT       "adds lr, lr, #1\nstr lr, [r0, #28]\nbne 1b\n"
#define LEAVE      "add sp, sp, #16\nldr r7, [r0, #68]\n"

#define FILTERS(n)                                                                                                     \
    static __attribute__((noinline)) void filters_##n(struct tile *tile)                                               \
    {                                                                                                                  \
        register struct tile *t __asm__("r0") = tile;                                                                  \
                                                                                                                       \
        __asm__ volatile(ENTER PAIR BIAS_##n POINTERS FOURS(n) ONES(n) WHICH SCALE FIRST_##n                           \
                         "adds lr, lr, #1\n" SCALE SECOND_##n IF_NARROW CLAMP_##n OUTPUTS(n) NEXT LEAVE                \
                         : "+r"(t)                                                                                     \
                         :                                                                                             \
                         : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory"); \
    }

FILTERS(1)
FILTERS(2)
FILTERS(3)
FILTERS(4)

_Static_assert(sizeof(struct tile) == 72 && offsetof(struct tile, mult) == 16 && offsetof(struct tile, bias) == 24 &&
                   offsetof(struct tile, weights) == 32 && offsetof(struct tile, each) == 36 &&
                   offsetof(struct tile, lo) == 44 && offsetof(struct tile, narrow) == 52 &&
                   offsetof(struct tile, fours) == 56 && offsetof(struct tile, inputs) == 64,
               "the offsets in the assembly");

/* A call's filters of one group. */
struct filters {
    struct tile tile;      /* with the ends of those that are whole pairs */
    const int8_t *weights; /* of all groups */
    int32_t words;         /* of a filter */
    int32_t first, end;    /* of the group */
    bool plain;            /* all */
};

/* The whole pairs of a group: others belong to the next group, or to none. */
static int32_t first_pair(const struct filters *f) { return f->first + f->first % 2; }
static int32_t last_pair(const struct filters *f) { return f->end - f->end % 2; }

static const int8_t *weights_of(const struct filters *f, int32_t filter)
{
    return f->weights + filter / 2 * f->words * 8;
}

/* ---- filters in C: those that the assembly's arithmetic is too narrow for ---- */
static bool is_plain(const struct filters *f, int32_t at)
{
    const struct tile *t = &f->tile;
    int32_t q = at & (int32_t)t->each;

    return f->words <= MOTE_PLAIN_PRODUCTS / 4 && mote_is_plain(t->bias[at], t->mult[q], t->shift[q]);
}

static int32_t weights_in(mote_word pairs, int32_t second)
{
    return second ? mote_odd_bytes(pairs) : mote_even_bytes(pairs);
}

static void filter_slowly(const struct filters *f, int32_t filter, int32_t pixels)
{
    const struct tile *t = &f->tile;
    const mote_word *w = (const void *)weights_of(f, filter);
    int32_t at = filter - last_pair(f), q = at & (int32_t)t->each;

    for (int32_t k = 0; k < pixels; k++) {
        const mote_word *x = t->inputs + k;
        int32_t sum = t->bias[at];

        for (int32_t i = 0; i < 2 * f->words; i++, x += pixels)
            sum = mote_add_products((int32_t)*x, weights_in(w[i], filter % 2), sum);
        t->out[k][at] = mote_requant_s8(sum, t->mult[q], t->shift[q], t->middle >> 1, t->lo, t->hi);
    }
}

/* ---- inputs ---- */
enum { ROW = 64 }; /* bytes that are put together before they are widened */

struct inputs {
    mote_word *to;  /* of one pixel */
    int32_t pixels; /* of the tile */
    uint32_t some;  /* the first bytes of a word */
    int32_t n;      /* how many */
};

static inline void put_word(struct inputs *to, uint32_t four)
{
    to->to[0] = (uint32_t)mote_even_bytes(four);
    to->to[to->pixels] = (uint32_t)mote_odd_bytes(four);
    to->to += 2 * to->pixels;
}

static void put_byte(struct inputs *to, int8_t x)
{
    to->some |= (uint32_t)(uint8_t)x << 8 * to->n;
    if (++to->n == 4) {
        put_word(to, to->some);
        to->some = 0;
        to->n = 0;
    }
}

/* Zeros behind the last byte: so are the weights. */
static void end_row(struct inputs *to)
{
    if (to->n > 0)
        put_word(to, to->some);
    to->some = 0;
    to->n = 0;
}

static void put_bytes(struct inputs *to, const int8_t *in, int32_t n)
{
    for (; to->n == 0 && n >= 4; n -= 4, in += 4)
        put_word(to, mote_four_of(in));
    for (; n > 0; n--)
        put_byte(to, *in++);
}

/* A row of the kernel whose inputs are side by side; returns where the next one goes. */
static inline mote_word *put_row(mote_word *to, int32_t pixels, const int8_t *in, int32_t n)
{
    uint32_t some = 0;

    for (; n >= 4; n -= 4, in += 4, to += 2 * pixels) {
        uint32_t four = mote_four_of(in);

        to[0] = (uint32_t)mote_even_bytes(four);
        to[pixels] = (uint32_t)mote_odd_bytes(four);
    }
    if (n == 0)
        return to;
    for (int32_t i = 0; i < n; i++)
        some |= (uint32_t)(uint8_t)in[i] << 8 * i;
    to[0] = (uint32_t)mote_even_bytes(some);
    to[pixels] = (uint32_t)mote_odd_bytes(some);
    return to + 2 * pixels;
}

/* Kernel rows of `n` bytes that lie side by side but for what is outside the image, left or right of it. */
static void put_clipped(const struct mote_conv_2d_s8 *p, const int8_t *const rows[], int8_t zero, int32_t x, int32_t n,
                        struct inputs to)
{
    int32_t at = x * p->in_c, from = at < 0 ? -at : 0, end = p->in_w > x ? p->in_w * p->in_c - at : 0;
    int8_t row[ROW];

    from = from < n ? from : n;
    end = end < from ? from : end < n ? end : n;
    for (int32_t i = 0; i < n; i++)
        row[i] = zero;
    for (int32_t k = 0; k < p->kernel_h; k++) {
        const int8_t *in = rows[k];

        for (int32_t i = from; i < end; i++)
            row[i] = in[at + i];
        to.to = put_row(to.to, to.pixels, row, n);
    }
}

/* What a filter sees at input column x, from channel `group` on. */
static void put_pixel(const struct mote_conv_2d_s8 *p, const int8_t *const rows[], const int8_t *zeros, int32_t x,
                      int32_t group, struct inputs to)
{
    int32_t n = p->kernel_w * p->filter_c, kernel_h = p->kernel_h;
    bool dense = p->kernel_w == 1 || (p->dilation_w == 1 && p->filter_c == p->in_c);

    if (dense && x >= 0 && x + p->kernel_w <= p->in_w) {
        int32_t at = x * p->in_c + group;

        for (int32_t k = 0; k < kernel_h; k++)
            to.to = put_row(to.to, to.pixels, rows[k] + at, n);
        return;
    }
    if (dense && p->filter_c == p->in_c && n <= ROW && x > -ROW && x < p->in_w + ROW) {
        put_clipped(p, rows, *zeros, x, n, to);
        return;
    }
    for (int32_t k = 0; k < kernel_h; k++) {
        for (int32_t j = 0, at = x; j < p->kernel_w; j++, at += p->dilation_w)
            put_bytes(&to, at >= 0 && at < p->in_w ? rows[k] + at * p->in_c + group : zeros, p->filter_c);
        end_row(&to);
    }
}

/* ---- tiles ---- */
static void all_pairs(struct tile *t, int32_t pixels)
{
    switch (pixels) {
    case 1:
        filters_1(t);
        break;
    case 2:
        filters_2(t);
        break;
    case 3:
        filters_3(t);
        break;
    default:
        filters_4(t);
        break;
    }
}

/* A filter whose pair is not whole, as if its neighbor were another of the kind. */
static void filter_alone(const struct filters *f, int32_t filter, int32_t pixels)
{
    const struct tile *all = &f->tile;
    int32_t at = filter - last_pair(f), q = at & (int32_t)all->each;
    int32_t bias[] = {all->bias[at], all->bias[at]}, mult[] = {all->mult[q], all->mult[q]};
    int8_t shift[] = {all->shift[q], all->shift[q]}, out[PIXELS][2];
    struct tile t = *all;

    for (int32_t k = 0; k < pixels; k++)
        t.out[k] = out[k] + 2;
    t.mult = mult + 2;
    t.shift = shift + 2;
    t.bias = bias + 2;
    t.at = -2;
    t.weights = weights_of(f, filter);
    t.each = UINT32_MAX;
    all_pairs(&t, pixels);
    for (int32_t k = 0; k < pixels; k++)
        all->out[k][at] = out[k][filter % 2];
}

static void run_tile(struct filters *f, int32_t pixels)
{
    struct tile *t = &f->tile;

    t->fours = t->inputs + f->words / 4 * 8 * pixels;
    t->end = t->inputs + f->words * 2 * pixels;
    t->at = first_pair(f) - last_pair(f);
    t->weights = weights_of(f, first_pair(f));
    if (t->at < 0)
        all_pairs(t, pixels);
    if (f->first % 2 > 0)
        filter_alone(f, f->first, pixels);
    if (f->end % 2 > 0)
        filter_alone(f, f->end - 1, pixels);
    for (int32_t i = f->first; i < f->end && !f->plain; i++)
        if (!is_plain(f, i - last_pair(f)))
            filter_slowly(f, i, pixels);
}

static struct filters filters_of(const struct mote_conv_2d_s8 *p, const int8_t *weights, const int32_t *bias,
                                 const int32_t *mult, const int8_t *shift, int32_t first, int32_t n)
{
    struct filters f = {
        .weights = weights, .words = p->kernel_h * (int32_t)row_words(p), .first = first, .end = first + n};
    int32_t end = last_pair(&f), q = p->per_channel ? end : 0;

    f.tile = (struct tile){.mult = mult + q,
                           .shift = shift + q,
                           .bias = bias + end,
                           .each = p->per_channel ? UINT32_MAX : 0,
                           .middle = 2 * p->out_zero + 1,
                           .lo = p->lo,
                           .hi = p->hi,
                           .narrow = p->lo > INT8_MIN || p->hi < INT8_MAX};
    return f;
}

MOTE_WEAK void mote_conv_2d_s8_dsp(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                   const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                   int8_t *out, void *scratch, int32_t first, int32_t count)
{
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    int32_t groups = p->in_c / p->filter_c, n = p->out_c / groups;
    struct filters f;
    bool plain;

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    plain = p->kernel_h * (int32_t)row_words(p) <= MOTE_PLAIN_PRODUCTS / 4 &&
            mote_all_plain_dsp(bias, mult, shift, p->out_c, p->per_channel);
    for (int32_t group = 0; group < groups; group++) {
        int32_t have = 0, pixels = 0;

        f = filters_of(p, weights, bias, mult, shift, group * n, n);
        f.plain = plain;
        f.tile.inputs = scratch;
        for (int32_t r = first; r < first + count; r++) {
            int32_t x = -p->pad_left, left = first + count - 1 - r;
            int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c + last_pair(&f);

            mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, r % p->out_h * p->stride_h - p->pad_top,
                         p->dilation_h, p->in_h, p->in_w * p->in_c, p->in_ring);
            for (int32_t ox = 0; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c) {
                if (have == 0)
                    pixels = (int32_t)tile_of(p->out_w - ox + (int64_t)left * p->out_w);
                f.tile.out[have] = to;
                put_pixel(p, rows, zeros, x, group * p->filter_c,
                          (struct inputs){.to = (mote_word *)scratch + have, .pixels = pixels});
                if (++have == pixels) {
                    run_tile(&f, pixels);
                    have = 0;
                }
            }
        }
    }
}

static void run_conv_2d_s8_dsp(const struct mote_call *c)
{
    mote_conv_2d_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                        c->args[7], c->first, c->count);
}
#endif

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_PAIRS_4), 0, 0, 0, 0, 0};

MOTE_KERNEL_CODE(conv_2d_s8, dsp, .run = MOTE_IF_DSP(run_conv_2d_s8_dsp), .forms = forms, .fit = fit,
                 MOTE_SHAPE(shape) MOTE_INSTRUCTIONS(instructions));
