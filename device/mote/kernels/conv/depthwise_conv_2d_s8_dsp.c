/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 with products of pairs of halfwords. A kernel of 3 x 3 goes along a row of one channel: of each
 * column, the inputs of the upper two rows become a pair, which is multiplied with a pair of weights for each of the
 * outputs that see it, and the lowest one is multiplied alone. That and the loop over channels are assembly, as
 * compilers find no registers for it. Other kernels take four channels at a time, or one. */
#include "../shared/hot.h"

#include "depthwise_conv_2d_s8_dsp.h"

#include "../shared/requant_dsp.h"
#include "../shared/rows.h"

#if MOTE_DESCRIBE || MOTE_DSP
/* Of all the columns that the windows of a row see, the first and the last one only may be outside the image. */
static bool is_3x3(const struct mote_depthwise_conv_2d_s8 *p)
{
    return p->kernel_h == 3 && p->kernel_w == 3 && p->depth_multiplier == 1 && p->dilation_w == 1 && p->stride_w <= 2 &&
           p->pad_left <= 1 && (p->out_w - 1) * p->stride_w + 1 - p->pad_left < p->in_w;
}
#endif

static uint32_t fit(const void *params, uint32_t *bytes)
{
    (void)params;
    (void)bytes;
    return 0;
}

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_depthwise_conv_2d_s8 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = is_3x3(p) ? 9 : 1;
    shape[MOTE_COLUMNS] = p->kernel_h * p->kernel_w * p->out_c / shape[MOTE_ROWS];
}

static double instructions(const void *params, int32_t rows)
{
    const struct mote_depthwise_conv_2d_s8 *p = params;
    double clamp = p->lo > INT8_MIN || p->hi < INT8_MAX ? 6 : 0, taps = (double)p->kernel_h * p->kernel_w;
    double row = is_3x3(p) ? 60 + p->out_w * (p->stride_w == 1 ? 24.0 : 32.0) : p->out_w * (20 + 5 * taps);

    return 200 + 7.0 * p->out_c + rows * (100 + p->out_c * (row + clamp * p->out_w));
}
#endif

#if MOTE_DSP
/* Where a channel's inputs of a column are in three rows: in the first one, and how far from there in the others. */
struct column {
    const int8_t *at;
    int32_t next, last;
};

/* A row of 3 x 3 windows. Pointers are to the channels' ends; the assembly has the offsets. */
struct strip {
    struct column first;   /*   0: of the first window */
    struct column second;  /*  12: and, from there on, of all others */
    struct column last;    /*  24: but for this one */
    int32_t step;          /*  36: from a column to the next */
    const int8_t *limit;   /*  40: where the second column is when the last window comes, of this channel */
    int32_t bias;          /*  44: of this channel */
    int32_t half;          /*  48 */
    int32_t mult;          /*  52 */
    int32_t to;            /*  56: from the column that ends a window to its output */
    int32_t channel;       /*  60: from -n to -1 */
    const int8_t *w;       /*  64: the channel's weights */
    const int32_t *biases; /*  68 */
    const int32_t *mults;  /*  72 */
    const int8_t *shifts;  /*  76 */
    uint32_t each;         /*  80: all ones: a multiplier each; 0: one for all */
    int32_t middle;        /*  84: 2 * out_zero + 1 */
    const int8_t *limits;  /*  88 */
    int32_t last_to;       /*  92 */
    int32_t first_to;      /*  96: `to` of a channel's first window, where it changes */
    uint32_t r7;           /* 100: saved, as compilers do not let assembly have it */
};

/* ---- rows of 3 x 3 windows in assembly ----
 *
 * r0, r1, r2 sums of three windows; r3, r4 for a moment; r5, r6, r8 pairs of weights of the upper rows' columns; r9
 * those of the lowest row's first two, r10 of the last, in its upper half, and the shift to the right; r11, r12, lr a
 * column; r7 the strip. Loads stand behind loads, where they take one cycle. */
#define ENTER    "str r7, [r0, #100]\nmov r7, r0\n"
#define LEAVE    "ldr r7, [r7, #100]\n"
#define CHANNEL  "1:\nldr r3, [r7, #60]\n"
#define FIRST_TO "ldr r4, [r7, #96]\nstr r4, [r7, #56]\n"
#define WEIGHTS                                                                                                        \
    "ldr r0, [r7, #64]\nldr r1, [r7, #68]\nldr r5, [r0], #9\nldr r1, [r1, r3, lsl #2]\nldr r9, [r0, #-5]\n"            \
    "ldrsb r10, [r0, #-1]\nstr r0, [r7, #64]\nstr r1, [r7, #44]\n"
#define MULT                                                                                                           \
    "ldr r0, [r7, #72]\nldr r1, [r7, #76]\nldr r2, [r7, #80]\nldr r4, [r7, #84]\nand r2, r2, r3\n"                     \
    "ldr r0, [r0, r2, lsl #2]\nldrsb r1, [r1, r2]\nrsb r1, r1, #0\nlsl r4, r4, r1\nasr r4, r4, #1\n"                   \
    "str r4, [r7, #48]\nstr r0, [r7, #52]\npkhbt r10, r1, r10, lsl #16\n"
#define WIDEN "sxtb16 r0, r5\nsxtb16 r1, r5, ror #8\nsxtb16 r2, r9\nsxtb16 r4, r9, ror #8\n"
#define PAIRS                                                                                                          \
    "pkhbt r5, r0, r1\npkhbt r6, r1, r2, lsl #16\nasr r0, r0, #16\npkhbt r8, r0, r4, lsl #16\n"                        \
    "pkhtb r9, r4, r2, asr #16\n"
#define FIRST                                                                                                          \
    "ldr r4, [r7, #88]\nldr r11, [r7]\nldr r12, [r7, #4]\nldr lr, [r7, #8]\nadd r4, r4, r3\nadd r11, r11, r3\n"        \
    "str r4, [r7, #40]\n"
#define SECOND "ldr r3, [r7, #60]\nldr r11, [r7, #12]\nldr r12, [r7, #16]\nldr lr, [r7, #20]\nadd r11, r11, r3\n"
#define LAST   "ldr r3, [r7, #60]\nldr r11, [r7, #24]\nldr r12, [r7, #28]\nldr lr, [r7, #32]\nadd r11, r11, r3\n"
#define LOADS  "ldrsb r3, [r11]\nldrsb r4, [r11, r12]\n"
#define PAIR   "pkhbt r3, r3, r4, lsl #16\n"
#define LOWER  "ldrsb r3, [r11, lr]\n"
#define NEW(r) "ldr " r ", [r7, #44]\n"
/* The pair of the upper rows in r3; before it, a new sum. */
#define UPPER        LOADS PAIR
#define UPPER_NEW(r) LOADS NEW(r) PAIR
/* And the lowest row in a sum's register that is free yet. */
#define ALL(l)        LOADS "ldrsb " l ", [r11, lr]\n" PAIR
#define ALL_NEW(l, r) LOADS "ldrsb " l ", [r11, lr]\n" NEW(r) PAIR

#define UPPER_1(r)    "smlad " r ", r3, r5, " r "\n"
#define UPPER_2(r)    "smlad " r ", r3, r6, " r "\n"
#define UPPER_3(r)    "smlad " r ", r3, r8, " r "\n"
#define LOWER_1(r, l) "smlabb " r ", " l ", r9, " r "\n"
#define LOWER_2(r, l) "smlabt " r ", " l ", r9, " r "\n"
#define LOWER_3(r, l) "smlabt " r ", " l ", r10, " r "\n"

/* The column is the third of `a`, the second of `b` and the first of `c`. */
#define COLUMN(a, b, c)                                                                                                \
    UPPER_NEW(c) UPPER_3(a) UPPER_2(b) UPPER_1(c) LOWER LOWER_3(a, "r3") LOWER_2(b, "r3") LOWER_1(c, "r3")
#define PRODUCT(r)                                                                                                     \
    "ldrd r3, r4, [r7, #48]\nadd r3, r3, " r ", asr #31\nadd " r ", " r ", " r "\nsmmlar " r ", " r ", r4, r3\n"
#define NARROW(r)   "asr " r ", " r ", r10\nssat " r ", #8, " r "\nstrb " r ", [r11, r4]\n"
#define PUT(r)      PRODUCT(r) "ldr r4, [r7, #56]\n" NARROW(r)
#define PUT_LAST    PRODUCT("r0") "ldr r4, [r7, #92]\nldr r3, [r7, #60]\n" NARROW("r0")
#define STEP        "ldr r3, [r7, #36]\nadd r11, r11, r3\n"
#define STEP_OR_END "ldrd r3, r4, [r7, #36]\nadd r11, r11, r3\ncmp r11, r4\n"
#define TO          "ldr r3, [r7, #36]\nsub r4, r4, r3\nstr r4, [r7, #56]\n"
#define NEXT        "adds r3, r3, #1\nstr r3, [r7, #60]\nbne 1b\n"

#define START  WEIGHTS MULT WIDEN PAIRS FIRST ALL_NEW("r1", "r0") UPPER_1("r0") LOWER_1("r0", "r1") SECOND
#define MIDDLE ALL("r1") UPPER_2("r0") LOWER_2("r0", "r1")
#define END    "5:\n" LAST ALL("r1") UPPER_3("r0") LOWER_3("r0", "r1") PUT_LAST NEXT LEAVE

/* Three windows at a time share the columns. */
#define SECOND_1                                                                                                       \
    ALL_NEW("r2", "r1") UPPER_2("r0") UPPER_1("r1") LOWER_2("r0", "r2") LOWER_1("r1", "r2") STEP_OR_END "beq 5f\n2:\n"
#define THIRD_1  COLUMN("r0", "r1", "r2") PUT("r0") STEP_OR_END "beq 3f\n"
#define FOURTH_1 COLUMN("r1", "r2", "r0") PUT("r1") STEP_OR_END "beq 4f\n"
#define FIFTH_1  COLUMN("r2", "r0", "r1") PUT("r2") STEP_OR_END "bne 2b\nb 5f\n"
#define ENDS_1   "3:\nmov r0, r1\nb 5f\n4:\nmov r0, r2\n"

/* At stride 2 a column is the third of a window and the first of the next. */
#define IF_ONE_2 "ldr r4, [r7, #40]\ncmp r11, r4\nbeq 4f\n2:\n"
#define THIRD_2  ALL_NEW("r2", "r1") UPPER_3("r0") UPPER_1("r1") LOWER_3("r0", "r2") LOWER_1("r1", "r2") PUT("r0") TO
#define ENDS_2   "mov r0, r1\n" STEP_OR_END "bne 2b\n4:\n"

#define STRIP(name, text)                                                                                              \
    static void name(struct strip *strip)                                                                              \
    {                                                                                                                  \
        register struct strip *s __asm__("r0") = strip;                                                                \
                                                                                                                       \
        __asm__ volatile(text                                                                                          \
                         : "+r"(s)                                                                                     \
                         :                                                                                             \
                         : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory"); \
    }

STRIP(strip_by_1, ENTER CHANNEL START SECOND_1 THIRD_1 FOURTH_1 FIFTH_1 ENDS_1 END)
STRIP(strip_by_2, ENTER CHANNEL FIRST_TO START IF_ONE_2 MIDDLE STEP THIRD_2 ENDS_2 MIDDLE END)

_Static_assert(sizeof(struct strip) == 104 && offsetof(struct strip, second) == 12 &&
                   offsetof(struct strip, last) == 24 && offsetof(struct strip, step) == 36 &&
                   offsetof(struct strip, bias) == 44 && offsetof(struct strip, to) == 56 &&
                   offsetof(struct strip, w) == 64 && offsetof(struct strip, mults) == 72 &&
                   offsetof(struct strip, each) == 80 && offsetof(struct strip, limits) == 88 &&
                   offsetof(struct strip, first_to) == 96,
               "the offsets in the assembly");

/* ---- any windows ---- */
enum { TAPS = 64 }; /* that are seen at a time */

struct job {
    const struct mote_depthwise_conv_2d_s8 *p;
    const int8_t *const *rows;
    const int8_t *w, *zeros;
    const int32_t *bias, *mult;
    const int8_t *shift;
    int32_t channel, step; /* from a channel's weight to the next one's, from a tap's to the next */
    int32_t n;             /* taps */
    const int8_t **taps;   /* [TAPS]: where the inputs of those from `from` on begin, in the window at column x */
    int32_t x, from;       /* from -1: of none */
};

static void look(struct job *j, int32_t x, int32_t from, int32_t n)
{
    const struct mote_depthwise_conv_2d_s8 *p = j->p;
    int32_t k = from / p->kernel_w, i = from % p->kernel_w;

    for (int32_t t = 0; t < n; t++) {
        int32_t at = x + i * p->dilation_w;

        j->taps[t] = at >= 0 && at < p->in_w ? j->rows[k] + at * p->in_c : j->zeros;
        if (++i == p->kernel_w) {
            i = 0;
            k++;
        }
    }
    j->x = x;
    j->from = from;
}

/* How many taps are seen. */
static inline int32_t see(struct job *j, int32_t x, int32_t from)
{
    int32_t n = j->n - from < TAPS ? j->n - from : TAPS;

    if (j->x != x || j->from != from)
        look(j, x, from, n);
    return n;
}

/* Channel o of the window at column x. */
static int32_t sum_one(struct job *j, int32_t x, int32_t o)
{
    const int8_t *w = j->w + o * j->channel;
    int32_t sum = j->bias[o], i = o / j->p->depth_multiplier;

    for (int32_t from = 0; from < j->n; from += TAPS) {
        const int8_t *const *tap = j->taps;

        for (int32_t n = see(j, x, from); n > 0; n--, w += j->step)
            sum = __smlabb((*tap++)[i], *w, sum);
    }
    return sum;
}

/* Four channels from o on, whose weights are side by side: their inputs are too, or all are one. */
static inline void sum_four(struct job *j, int32_t x, int32_t o, bool one, int32_t sum[4])
{
    const int8_t *w = j->w + o;
    int32_t s0 = j->bias[o], s1 = j->bias[o + 1], s2 = j->bias[o + 2], s3 = j->bias[o + 3], step = j->step;
    int32_t i = one ? o / j->p->depth_multiplier : o;

    for (int32_t from = 0; from < j->n; from += TAPS) {
        const int8_t *const *tap = j->taps;
        int32_t n = see(j, x, from);

        do {
            const int8_t *a = *tap++ + i;
            uint32_t inputs = one ? mote_twice(*a) : mote_four_of(a), weights = mote_four_of(w);
            int32_t even = one ? (int32_t)inputs : mote_even_bytes(inputs), w_even = mote_even_bytes(weights);
            int32_t odd = one ? (int32_t)inputs : mote_odd_bytes(inputs), w_odd = mote_odd_bytes(weights);

            s0 = __smlabb(even, w_even, s0);
            s1 = __smlabb(odd, w_odd, s1);
            s2 = __smlatt(even, w_even, s2);
            s3 = __smlatt(odd, w_odd, s3);
            w += step;
        } while (--n > 0);
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

/* Of plain channels, and within int8: mend() does the rest. */
static void put(const struct job *j, int32_t o, const int32_t *sum, int32_t n, int8_t *out)
{
    int32_t each = j->p->per_channel, middle = 2 * j->p->out_zero + 1;
    const int32_t *mult = j->mult + o * each;
    const int8_t *shift = j->shift + o * each;

    for (; n > 0; n--, mult += each, shift += each)
        *out++ = mote_requant_plain(*sum++, *mult, -*shift, middle);
}

static void window(struct job *j, int32_t x, int8_t *out)
{
    int32_t depth = j->p->depth_multiplier, out_c = j->p->out_c, o = 0, sum[4];

    if (depth == 1)
        for (; o <= out_c - 4; o += 4) {
            sum_four(j, x, o, false, sum);
            put(j, o, sum, 4, out + o);
        }
    else if (depth % 4 == 0)
        for (; o < out_c; o += 4) {
            sum_four(j, x, o, true, sum);
            put(j, o, sum, 4, out + o);
        }
    for (; o < out_c; o++) {
        sum[0] = sum_one(j, x, o);
        put(j, o, sum, 1, out + o);
    }
}

/* ---- rows ---- */
static int32_t distance(const int8_t *from, const int8_t *to) { return (int32_t)((uintptr_t)to - (uintptr_t)from); }

static struct column column_of(const struct job *j, int32_t x)
{
    const int8_t *a = j->zeros, *b = j->zeros, *c = j->zeros;

    if (x >= 0 && x < j->p->in_w) {
        a = j->rows[0] + x * j->p->in_c;
        b = j->rows[1] + x * j->p->in_c;
        c = j->rows[2] + x * j->p->in_c;
    }
    return (struct column){a + j->p->in_c, distance(a, b), distance(a, c)};
}

static void row_of_3x3(const struct job *j, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = j->p;
    int32_t n = p->out_c, q = p->per_channel ? n : 0, step = p->in_c, last = (p->out_w - 1) * p->stride_w;
    struct strip s = {.first = column_of(j, -p->pad_left),
                      .second = column_of(j, 1 - p->pad_left),
                      .last = column_of(j, last + 2 - p->pad_left),
                      .step = step,
                      .channel = -n,
                      .w = j->w,
                      .biases = j->bias + n,
                      .mults = j->mult + q,
                      .shifts = j->shift + q,
                      .each = p->per_channel ? UINT32_MAX : 0,
                      .middle = 2 * p->out_zero + 1};

    s.to = s.first_to = distance(s.second.at + step, out + n);
    s.last_to = distance(s.last.at, out + p->out_w * n);
    if (p->stride_w == 1) {
        s.limits = s.second.at + p->out_w * step;
        strip_by_1(&s);
    } else {
        s.limits = s.second.at + last * step;
        strip_by_2(&s);
    }
}

static bool is_plain(const struct job *j, int32_t o)
{
    int32_t q = j->p->per_channel ? o : 0;

    return j->n <= MOTE_PLAIN_PRODUCTS && mote_is_plain(j->bias[o], j->mult[q], j->shift[q]);
}

/* What was too fast for some channels. */
static void mend(struct job *j, int8_t *out, bool plain)
{
    const struct mote_depthwise_conv_2d_s8 *p = j->p;

    for (int32_t o = 0; o < p->out_c && !plain; o++) {
        int32_t q = p->per_channel ? o : 0;

        for (int32_t i = 0; i < p->out_w && !is_plain(j, o); i++)
            out[i * p->out_c + o] = mote_requant_s8(sum_one(j, i * p->stride_w - p->pad_left, o), j->mult[q],
                                                    j->shift[q], p->out_zero, INT8_MIN, INT8_MAX);
    }
    if (p->lo > INT8_MIN || p->hi < INT8_MAX)
        for (int32_t i = 0; i < p->out_w * p->out_c; i++)
            out[i] = (int8_t)mote_clamp(out[i], p->lo, p->hi);
}

MOTE_WEAK void mote_depthwise_conv_2d_s8_dsp(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
                                             const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                             const int8_t *shift, const int8_t *zeros, int8_t *out, int32_t first,
                                             int32_t count)
{
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX], *taps[TAPS];
    bool swift = is_3x3(p), plain;
    struct job j = {.p = p,
                    .rows = rows,
                    .w = weights,
                    .zeros = zeros,
                    .bias = bias,
                    .mult = mult,
                    .shift = shift,
                    .channel = swift ? 9 : 1,
                    .step = swift ? 1 : p->out_c,
                    .n = p->kernel_h * p->kernel_w,
                    .taps = taps};

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    plain = j.n <= MOTE_PLAIN_PRODUCTS && mote_all_plain_dsp(bias, mult, shift, p->out_c, p->per_channel);
    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        j.from = -1;
        if (swift)
            row_of_3x3(&j, to);
        for (int32_t i = 0; i < p->out_w && !swift; i++)
            window(&j, i * p->stride_w - p->pad_left, to + i * p->out_c);
        mend(&j, to, plain);
    }
}

static void run_depthwise_conv_2d_s8_dsp(const struct mote_call *c)
{
    mote_depthwise_conv_2d_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                  c->args[6], c->first, c->count);
}
#endif

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_CHANNELS), 0, 0, 0, 0, 0};

MOTE_KERNEL_CODE(depthwise_conv_2d_s8, dsp, .run = MOTE_IF_DSP(run_depthwise_conv_2d_s8_dsp), .forms = forms,
                 .fit = fit, MOTE_SHAPE(shape) MOTE_INSTRUCTIONS(instructions));
