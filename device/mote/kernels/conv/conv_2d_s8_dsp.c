/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with products of pairs of halfwords. What a filter sees of four output pixels is widened once, for all
 * filters, and lies side by side in scratch memory; then four inputs of each pixel and four weights are 16 products: a
 * load and two widenings of the weights, two loads of the inputs, eight double products. The loops over filters are
 * assembly: compilers find no registers for them. */
#include "conv_2d_s8_dsp.h"

#include "../shared/requant_dsp.h"
#include "../shared/rows.h"

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

    bytes[1] = words > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)words, p->out_c, 4);
    return words > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)words, 32, 1);
}

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_conv_2d_s8 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = p->out_c * p->kernel_h;
    shape[MOTE_COLUMNS] = p->kernel_w * p->filter_c;
}

/* Four pixels are a tile, and so are those that are left. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_s8 *p = params;
    double pixels = (double)rows * p->out_w, left = (double)((int64_t)rows * p->out_w % 4);
    double words = (double)p->kernel_h * row_words(p), filter = p->lo > INT8_MIN || p->hi < INT8_MAX ? 48 : 23;
    double full = filter + 24 + 13.5 * words, rest = filter + 6 * left + ((left > 2 ? 5.5 : 4.5) + 2 * left) * words;

    return 300 + 7.0 * p->out_c + pixels * (40 + 9 * words) +
           p->out_c * ((pixels - left) / 4 * full + (left > 0 ? rest : 0));
}
#endif

#if MOTE_DSP
enum { PIXELS = 4 };

/* Up to four pixels and the filters that they meet. The pointers are to the filters' ends; the assembly has the
 * offsets. */
struct tile {
    int8_t *out[PIXELS];     /*  0 */
    const mote_word *inputs; /* 16: [words][even, odd][pixels] */
    int32_t words;           /* 20: of a filter */
    const int32_t *mult;     /* 24 */
    const int8_t *shift;     /* 28 */
    const int32_t *bias;     /* 32 */
    int32_t at;              /* 36: the filter, from -n to -1 */
    const int8_t *weights;   /* 40: the first filter's */
    uint32_t each;           /* 44: all ones: a multiplier each; 0: one for all */
    int32_t middle;          /* 48: 2 * out_zero + 1 */
    int32_t lo, hi;          /* 52, 56 */
    uint32_t narrow;         /* 60: the outputs' range is less than int8's */
    uint32_t r7;             /* 64: saved, as compilers do not let assembly have it */
};

/* ---- filters in assembly ----
 *
 * r0 to r3 sums; r4, r5, r6, r8 pairs of inputs; r9 weights, r10 a pair of them; r11 and r12 where inputs and weights
 * are; r7 the tile. */
#define LOAD_1  "ldmia r11!, {r4, r5}\n" /* of one pixel or two, even and odd bytes at once */
#define LOAD_2  "ldmia r11!, {r4, r5, r6, r8}\n"
#define LOAD_3  "ldmia r11!, {r4, r5, r6}\n"
#define LOAD_4  "ldmia r11!, {r4, r5, r6, r8}\n"
#define ADD_1   "smlad r0, r4, r10, r0\n"
#define ADD_2   ADD_1 "smlad r1, r5, r10, r1\n"
#define ADD_3   ADD_2 "smlad r2, r6, r10, r2\n"
#define ADD_4   ADD_3 "smlad r3, r8, r10, r3\n"
#define MORE_1  ""
#define MORE_2  ""
#define MORE_3  LOAD_3
#define MORE_4  LOAD_4
#define EVEN_1  ADD_1
#define ODD_1   "smlad r0, r5, r10, r0\n"
#define EVEN_2  ADD_2
#define ODD_2   "smlad r0, r6, r10, r0\nsmlad r1, r8, r10, r1\n"
#define EVEN_3  ADD_3
#define ODD_3   ADD_3
#define EVEN_4  ADD_4
#define ODD_4   ADD_4
#define BIAS_1  ""
#define BIAS_2  "mov r1, r0\n"
#define BIAS_3  BIAS_2 "mov r2, r0\n"
#define BIAS_4  BIAS_3 "mov r3, r0\n"
#define PUT_1   "strb r0, [r4, r9]\n"
#define PUT_2   PUT_1 "strb r1, [r5, r9]\n"
#define PUT_3   PUT_2 "strb r2, [r6, r9]\n"
#define PUT_4   PUT_3 "strb r3, [r8, r9]\n"
#define WORD(n) "ldr r9, [r12], #4\n" LOAD_##n "sxtb16 r10, r9\n" EVEN_##n MORE_##n "sxtb16 r10, r9, ror #8\n" ODD_##n

#define RESULT(r)  MOTE_RESULT(r, "r4", "r5", "r6", "r10")
#define RESULT_1   RESULT("r0")
#define RESULT_2   RESULT_1 RESULT("r1")
#define RESULT_3   RESULT_2 RESULT("r2")
#define RESULT_4   RESULT_3 RESULT("r3")
#define CLAMP(r)   "cmp " r ", r4\nit lt\nmovlt " r ", r4\ncmp " r ", r5\nit gt\nmovgt " r ", r5\n"
#define CLAMP_ALL  "ldrd r4, r5, [r7, #52]\n" CLAMP("r0") CLAMP("r1") CLAMP("r2") CLAMP("r3")
#define ENTER      "str r7, [r0, #64]\nmov r7, r0\nldr r12, [r7, #40]\n"
#define FILTER     "1:\nldrd r9, r10, [r7, #32]\nldr r0, [r9, r10, lsl #2]\nldrd r11, lr, [r7, #16]\n"
#define FOURS      "subs lr, lr, #4\nblo 3f\n2:\n"
#define NEXT_FOUR  "subs lr, lr, #4\nbhs 2b\n3:\n"
#define ONES       "adds lr, lr, #4\nbeq 5f\n4:\n"
#define NEXT_ONE   "subs lr, lr, #1\nbne 4b\n5:\n"
#define WHICH      "ldr r9, [r7, #36]\nldrd r10, r6, [r7, #44]\nand r10, r10, r9\n"
#define MULTIPLIER "ldrd r4, r5, [r7, #24]\nldr r4, [r4, r10, lsl #2]\nldrsb r5, [r5, r10]\n"
#define ROUNDING   "rsb r5, r5, #0\nlsl r6, r6, r5\nasr r6, r6, #1\n"
#define IF_NARROW  "ldr r8, [r7, #60]\ncmp r8, #0\nbeq 6f\n"
#define OUTPUTS    "6:\nldmia r7, {r4, r5, r6, r8}\n"
#define NEXT       "adds r9, r9, #1\nstr r9, [r7, #36]\nbne 1b\n"
#define LEAVE      "ldr r7, [r7, #64]\n"

#define FILTERS(n)                                                                                                     \
    static void filters_##n(struct tile *tile)                                                                         \
    {                                                                                                                  \
        register struct tile *t __asm__("r0") = tile;                                                                  \
                                                                                                                       \
        __asm__ volatile(                                                                                              \
            ENTER FILTER BIAS_##n FOURS WORD(n) WORD(n) WORD(n) WORD(n) NEXT_FOUR ONES WORD(n)                         \
                NEXT_ONE WHICH MULTIPLIER ROUNDING RESULT_##n IF_NARROW CLAMP_ALL OUTPUTS PUT_##n NEXT LEAVE           \
            : "+r"(t)                                                                                                  \
            :                                                                                                          \
            : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");              \
    }

FILTERS(1)
FILTERS(2)
FILTERS(3)
FILTERS(4)

_Static_assert(sizeof(struct tile) == 68 && offsetof(struct tile, inputs) == 16 && offsetof(struct tile, mult) == 24 &&
                   offsetof(struct tile, bias) == 32 && offsetof(struct tile, weights) == 40 &&
                   offsetof(struct tile, each) == 44 && offsetof(struct tile, lo) == 52 &&
                   offsetof(struct tile, narrow) == 60,
               "the offsets in the assembly");

/* ---- filters in C: those that the assembly's arithmetic is too narrow for ---- */
static bool is_plain(const struct tile *t, int32_t at)
{
    int32_t q = at & (int32_t)t->each;

    return t->words <= MOTE_PLAIN_PRODUCTS / 4 && mote_is_plain(t->bias[at], t->mult[q], t->shift[q]);
}

static void filter_slowly(const struct tile *t, int32_t at, const mote_word *w, int32_t pixels)
{
    int32_t q = at & (int32_t)t->each;

    for (int32_t k = 0; k < pixels; k++) {
        const mote_word *x = t->inputs + k;
        int32_t sum = t->bias[at];

        for (int32_t i = 0; i < t->words; i++, x += 2 * pixels) {
            sum = mote_add_products((int32_t)x[0], mote_even_bytes(w[i]), sum);
            sum = mote_add_products((int32_t)x[pixels], mote_odd_bytes(w[i]), sum);
        }
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
/* A call's filters of one group. */
struct filters {
    struct tile tile;
    int32_t n;
    bool plain; /* all */
};

static void run_filters(struct tile *t, int32_t pixels)
{
    static void (*const run[])(struct tile *) = {NULL, filters_1, filters_2, filters_3, filters_4};

    run[pixels](t);
}

static void run_tile(struct filters *f, int32_t pixels)
{
    struct tile *t = &f->tile;
    const int8_t *w = t->weights;

    t->at = -f->n;
    run_filters(t, pixels);
    for (int32_t at = -f->n; at < 0 && !f->plain; at++, w += t->words * 4)
        if (!is_plain(t, at))
            filter_slowly(t, at, (const void *)w, pixels);
}

static struct filters filters_of(const struct mote_conv_2d_s8 *p, const int8_t *weights, const int32_t *bias,
                                 const int32_t *mult, const int8_t *shift, int32_t from, int32_t n)
{
    int32_t words = p->kernel_h * (int32_t)row_words(p), end = from + n, q = p->per_channel ? end : 0;

    return (struct filters){.n = n,
                            .tile = {.words = words,
                                     .mult = mult + q,
                                     .shift = shift + q,
                                     .bias = bias + end,
                                     .weights = weights + from * words * 4,
                                     .each = p->per_channel ? UINT32_MAX : 0,
                                     .middle = 2 * p->out_zero + 1,
                                     .lo = p->lo,
                                     .hi = p->hi,
                                     .narrow = p->lo > INT8_MIN || p->hi < INT8_MAX}};
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
        int32_t have = 0, pixels = 0, end = (group + 1) * n;

        f = filters_of(p, weights, bias, mult, shift, group * n, n);
        f.plain = plain;
        f.tile.inputs = scratch;
        for (int32_t r = first; r < first + count; r++) {
            int32_t x = -p->pad_left, left = first + count - 1 - r;
            int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c + end;

            mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, r % p->out_h * p->stride_h - p->pad_top,
                         p->dilation_h, p->in_h, p->in_w * p->in_c, p->in_ring);
            for (int32_t ox = 0; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c) {
                if (have == 0) {
                    pixels = p->out_w - ox + (left < PIXELS ? left : PIXELS) * p->out_w;
                    pixels = pixels < PIXELS ? pixels : PIXELS;
                }
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

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_WORDS_4), 0, 0, 0, 0, 0};

MOTE_KERNEL_CODE(conv_2d_s8, dsp, .run = MOTE_IF_DSP(run_conv_2d_s8_dsp), .forms = forms, .fit = fit,
                 MOTE_SHAPE(shape) MOTE_INSTRUCTIONS(instructions));
