/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 with vectors.
 *
 * Filters of few taps: columns of the input are transposed, sixteen channels at a time, so that a word is four rows of
 * a channel. A gather of up to four words is then all that a channel's filter sees, and a dot product with the filter,
 * which stays in a register, is the sum. Of a single output column, eight channels at a time without transposing.
 *
 * Other filters: eight channels at a time, whose products are 16 bits wide and become sums of 32, those of even
 * channels in one vector, of odd ones in another. The kernel's columns are clipped to the image; what the clipped ones
 * would have given, in_zero times their weights, is added in the image's border. Where several output channels have one
 * input channel, what their filters see is put side by side, and four of them are computed as a convolution's are. */
#include "../shared/hot.h"

#include "depthwise_conv_2d_s8_mve.h"

#include "../shared/mve.h"
#include "../shared/rows.h"

enum {
    CHANNELS = 16,            /* whose columns are transposed together */
    WORD = 4,                 /* rows */
    WORDS = 4,                /* of a filter, at most */
    COLUMN = CHANNELS * WORD, /* bytes */
    COLUMNS = 18,             /* transposed at a time, at most */
};

/* Words of four rows in a column of the kernel. */
static int32_t words_of(const struct mote_depthwise_conv_2d_s8 *p) { return (p->kernel_h + WORD - 1) / WORD; }

/* Columns from the kernel's first to its last. */
static int64_t window_of(const struct mote_depthwise_conv_2d_s8 *p)
{
    return (int64_t)(p->kernel_w - 1) * p->dilation_w + 1;
}

static bool is_short(const struct mote_depthwise_conv_2d_s8 *p)
{
    return p->depth_multiplier == 1 && p->kernel_w <= WORDS && words_of(p) * p->kernel_w <= WORDS &&
           words_of(p) * window_of(p) <= COLUMNS;
}

/* Output columns and rows whose input is transposed together, and the bytes of a row of it. */
struct block {
    int32_t n, rows, bytes;
};

static struct block block_of(const struct mote_depthwise_conv_2d_s8 *p)
{
    int32_t words = words_of(p), window = (int32_t)window_of(p), most = (COLUMNS / words - window) / p->stride_w + 1;
    int32_t n = most < p->out_w ? most : p->out_w, columns = ((n - 1) * p->stride_w + window) * words;
    int32_t rows = COLUMNS / columns, heights = MOTE_KERNEL_ROWS_MAX / p->kernel_h;

    rows = rows < heights ? rows : heights;
    if (p->batch == 1 && p->out_h < rows)
        rows = p->out_h;
    return (struct block){n, rows, columns * COLUMN};
}

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_depthwise_conv_2d_s8 *p = params;

    (void)bytes;
    if (is_short(p))
        return (uint32_t)(block_of(p).bytes * block_of(p).rows);
    return p->depth_multiplier > 1 ? (uint32_t)(p->kernel_h * p->kernel_w) : 0;
}

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_depthwise_conv_2d_s8 *p = params;
    int32_t taps = p->kernel_h * p->kernel_w;
    bool transposed = is_short(p) || p->depth_multiplier > 1;

    (void)arg;
    shape[MOTE_ROWS] = transposed ? taps : 1;
    shape[MOTE_COLUMNS] = transposed ? p->out_c : taps * p->out_c;
}
#endif

#if MOTE_MVE
/* What an output column sees: kernel columns from <= k < to, the first of them at `at` in each row. */
struct view {
    const struct mote_depthwise_conv_2d_s8 *p;
    const int8_t *const *rows;
    int32_t from, to, at, zero;
};

struct pairs {
    int32x4_t even, odd; /* channels */
};

/* Kernel columns before position 0, or from `n` on, of those that are `step` apart: a division where they are not side
 * by side. */
static int32_t columns_before(int32_t distance, int32_t step)
{
    return step == 1 ? distance : (distance + step - 1) / step;
}

static struct view look(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *const rows[], int32_t x, int32_t zero)
{
    int32_t n = p->kernel_w, step = p->dilation_w;
    struct view v = {p, rows, 0, n, 0, zero};

    if (x < 0)
        v.from = columns_before(-x, step);
    if (x + (n - 1) * step >= p->in_w)
        v.to = x < p->in_w ? columns_before(p->in_w - x, step) : 0;
    if (v.from >= v.to)
        v.from = v.to = 0;
    else
        v.at = (x + v.from * step) * p->in_c;
    return v;
}

static inline struct pairs add_products(struct pairs sum, int16x8_t a, int16x8_t b)
{
    sum.even = vaddq_s32(sum.even, vmullbq_int_s16(a, b));
    sum.odd = vaddq_s32(sum.odd, vmulltq_int_s16(a, b));
    return sum;
}

/* Eight channels from o on, or what `lanes` says of them; each has its own input channel. */
static struct pairs sum_some(const struct view *v, const int8_t *w, int32_t o, mve_pred16_t lanes)
{
    const struct mote_depthwise_conv_2d_s8 *p = v->p;
    int32_t step = p->dilation_w * p->in_c, out_c = p->out_c, skip = (p->kernel_w - (v->to - v->from)) * out_c;
    struct pairs sum = {vdupq_n_s32(0), vdupq_n_s32(0)};

    w += v->from * out_c + o;
    for (int32_t k = 0; k < p->kernel_h; k++, w += skip) {
        const int8_t *a = v->rows[k] + v->at + o;

        for (int32_t n = v->to - v->from; n > 0; n--, a += step, w += out_c)
            sum = add_products(sum, vldrbq_z_s16(a, lanes), vldrbq_z_s16(w, lanes));
    }
    return sum;
}

/* Adds the products of n >= 1 taps of eight channels; `step` and `next` are bytes from one tap to the next. */
static inline struct pairs add_taps(const int8_t *a, int32_t step, const int8_t *b, int32_t next, int32_t n,
                                    struct pairs sum)
{
    int16x8_t u, v;
    int32x4_t w;

    __asm__(
        "dls lr, %[n]\n"
        "1: vldrb.s16 %q[u], [%[a]]\n"
        "vldrb.s16 %q[v], [%[b]]\n"
        "add %[a], %[a], %[step]\n"
        "vmullb.s16 %q[w], %q[u], %q[v]\n"
        "add %[b], %[b], %[next]\n"
        "vadd.i32 %q[even], %q[even], %q[w]\n"
        "vmullt.s16 %q[w], %q[u], %q[v]\n"
        "vadd.i32 %q[odd], %q[odd], %q[w]\n"
        "le lr, 1b"
        : [a] "+l"(a), [b] "+l"(b), [even] "+w"(sum.even), [odd] "+w"(sum.odd), [u] "=&w"(u), [v] "=&w"(v), [w] "=&w"(w)
        : [n] "r"(n), [step] "r"(step), [next] "r"(next)
        : "lr", "cc", "memory");
    return sum;
}

static struct pairs sum_eight(const struct view *v, const int8_t *w, int32_t o)
{
    const struct mote_depthwise_conv_2d_s8 *p = v->p;
    int32_t step = p->dilation_w * p->in_c, out_c = p->out_c, taps = v->to - v->from, row = p->kernel_w * out_c;
    const int8_t *const *rows = v->rows, *const *end = rows + p->kernel_h;
    struct pairs sum = {vdupq_n_s32(0), vdupq_n_s32(0)};

    w += v->from * out_c + o;
    o += v->at;
    for (; taps > 0 && rows < end; rows++, w += row)
        sum = add_taps(*rows + o, step, w, out_c, taps, sum);
    return sum;
}

/* The same of the columns outside the image, all of them in_zero. */
static struct pairs add_clipped(const struct view *v, const int8_t *w, int32_t o, mve_pred16_t lanes, struct pairs sum)
{
    const struct mote_depthwise_conv_2d_s8 *p = v->p;
    int16x8_t zero = vdupq_n_s16((int16_t)v->zero);
    int32_t out_c = p->out_c, skip = (v->to - v->from) * out_c;

    w += o;
    for (int32_t k = 0; k < p->kernel_h; k++) {
        for (int32_t n = v->from; n > 0; n--, w += out_c)
            sum = add_products(sum, zero, vldrbq_z_s16(w, lanes));
        w += skip;
        for (int32_t n = p->kernel_w - v->to; n > 0; n--, w += out_c)
            sum = add_products(sum, zero, vldrbq_z_s16(w, lanes));
    }
    return sum;
}

/* The scales of every other channel, n <= 4 of them. */
static inline struct mote_scale scale_of_every_other(const int32_t *bias, const int32_t *mult, const int8_t *shift,
                                                     int32_t per_channel, int32_t n)
{
    mve_pred16_t lanes = vctp32q((uint32_t)n);
    uint32x4_t at = vidupq_n_u32(0, 2);

    if (n == 4)
        return mote_scale_of(vldrwq_gather_shifted_offset_s32(bias, at),
                             per_channel ? vldrwq_gather_shifted_offset_s32(mult, at) : vdupq_n_s32(*mult),
                             per_channel ? vldrbq_gather_offset_s32(shift, at) : vdupq_n_s32(*shift));
    return mote_scale_of(vldrwq_gather_shifted_offset_z_s32(bias, at, lanes),
                         per_channel ? vldrwq_gather_shifted_offset_z_s32(mult, at, lanes) : vdupq_n_s32(*mult),
                         per_channel ? vldrbq_gather_offset_z_s32(shift, at, lanes) : vdupq_n_s32(*shift));
}

/* n <= 8 results, which are 16 bits wide on the way. */
static inline void put(struct pairs sum, int32_t n, const int32_t *bias, const int32_t *mult, const int8_t *shift,
                       const struct mote_clamp *c, mve_pred16_t lanes, int8_t *out)
{
    int32_t odd = n > 1, next = odd * c->per_channel;
    const struct mote_scale a = scale_of_every_other(bias, mult, shift, c->per_channel, (n + 1) / 2);
    const struct mote_scale b = scale_of_every_other(bias + odd, mult + next, shift + next, c->per_channel, n / 2);
    int16x8_t both = vmovnbq_s32(vdupq_n_s16(0), mote_requant_four(sum.even, &a, c));

    vstrbq_p_s16(out, vmovntq_s32(both, mote_requant_four(sum.odd, &b, c)), lanes);
}

/* An output column where each channel is for itself. */
static void put_each(const struct view *v, const int8_t *w, const int32_t *bias, const int32_t *mult,
                     const int8_t *shift, const struct mote_clamp *c, int8_t *out)
{
    bool clipped = v->to - v->from < v->p->kernel_w;
    int32_t o = 0, left = v->p->out_c, next = 8 * c->per_channel;

    for (; left >= 8; o += 8, left -= 8, bias += 8, mult += next, shift += next) {
        struct pairs sum = sum_eight(v, w, o);

        if (clipped)
            sum = add_clipped(v, w, o, vctp16q(8), sum);
        put(sum, 8, bias, mult, shift, c, vctp16q(8), out + o);
    }
    if (left > 0) {
        mve_pred16_t lanes = vctp16q((uint32_t)left);

        put(add_clipped(v, w, o, lanes, sum_some(v, w, o, lanes)), left, bias, mult, shift, c, lanes, out + o);
    }
}

/* What the filters of one input channel see, side by side. */
static void collect(const struct view *v, int32_t channel, int8_t *seen)
{
    const struct mote_depthwise_conv_2d_s8 *p = v->p;
    int32_t step = p->dilation_w * p->in_c, taps = v->to - v->from;

    for (int32_t k = 0; k < p->kernel_h; k++, seen += p->kernel_w) {
        const int8_t *a = v->rows[k] + v->at + channel;

        for (int32_t j = 0; j < p->kernel_w && taps < p->kernel_w; j++)
            seen[j] = (int8_t)v->zero;
        if (step == 1 && taps > 0)
            mote_move(a, taps, seen + v->from);
        for (int32_t j = v->from; j < v->to && step != 1; j++, a += step)
            seen[j] = *a;
    }
}

/* An output column of transposed weights: four outputs of an input channel at a time. */
static void put_several(const struct view *v, const int8_t *w, const int32_t *bias, const int32_t *mult,
                        const int8_t *shift, const struct mote_clamp *c, int8_t *out, int8_t *seen)
{
    int32_t depth = v->p->depth_multiplier, taps = v->p->kernel_h * v->p->kernel_w;

    for (int32_t channel = 0; channel < v->p->in_c; channel++) {
        collect(v, channel, seen);
        for (int32_t o = channel * depth, end = o + depth; o < end; o += 4) {
            int32_t q = c->per_channel ? o : 0, n = end - o < 4 ? end - o : 4;
            mve_pred16_t lanes = vctp32q((uint32_t)n);
            const struct mote_scale s = mote_scale_of_some(bias + o, mult + q, shift + q, c->per_channel, lanes);

            vstrbq_p_s32(out + o, mote_requant_four(mote_dot_four(seen, w + o * taps, taps, n - 1, taps), &s, c),
                         lanes);
        }
    }
}

/* ---- filters of few taps ---- */
/* Four channels at a time, of so many output columns and rows. The assembly has the offsets. */
struct quads {
    const int8_t *w;       /*   0: the first channel's filter */
    const int32_t *bias;   /*   4: of the four channels */
    const int32_t *mult;   /*   8 */
    const int8_t *shift;   /*  12 */
    int8_t *out;           /*  16 */
    uint32_t from;         /*  20: where the first output column's first word is */
    int32_t w4;            /*  24: bytes of a filter */
    int32_t w1, w2, w3;    /*  28: from one of the four filters to the next, where they may be fewer */
    int32_t step, next;    /*  40: bytes from an output column to the next one, and to what it sees */
    int32_t skip, past;    /*  48: the same from the end of a row to the next row */
    int32_t n, rows;       /*  56 */
    int32_t zero;          /*  64 */
    int32_t left;          /*  68: fours of channels */
    int32_t channels;      /*  72: of the four */
    uint32_t filled;       /*  76: weights of a vector; others are 0 */
    uint32_t r7;           /*  80: saved, as compilers do not let assembly have it */
    uint32_t taps[WORDS];  /*  84: where in a filter a vector's weights are, four of them side by side */
    uint32_t words[WORDS]; /* 100: bytes from the first word that an output column sees to all that it sees */
};

/* What all strips of a call have. */
struct layer {
    const struct mote_depthwise_conv_2d_s8 *p;
    const int8_t *weights, *shift;
    const int32_t *bias, *mult;
    int8_t *scratch;
    struct block block;
    int32_t column; /* bytes of all words of a column */
    int8_t zero;    /* of the input */
};

static void look_at_words(const struct mote_depthwise_conv_2d_s8 *p, struct quads *t)
{
    uint32_t in_four = UINT32_C(0x03020100) * (uint32_t)p->kernel_w;
    int32_t j = 0, k = 0;

    t->w4 = p->kernel_h * p->kernel_w;
    t->zero = p->out_zero;
    t->filled = 0;
    for (int32_t i = 0; i < WORDS; i++) {
        int32_t rows = j == p->kernel_w ? 0 : p->kernel_h - k < WORD ? p->kernel_h - k : WORD;

        t->taps[i] = UINT32_C(0x01010101) * (uint32_t)(k * p->kernel_w + j) + in_four;
        t->filled |= ((1u << rows) - 1) << WORD * i;
        t->words[i] = rows == 0 ? 0 : (uint32_t)((j * p->dilation_w * words_of(p) + k / WORD) * COLUMN);
        k += WORD;
        if (k >= p->kernel_h && rows > 0) {
            k = 0;
            j++;
        }
    }
}

/* Sixteen channels of columns of up to four rows, transposed, for several output rows. The assembly has the offsets. */
struct columns {
    int32_t channels;          /*  0: the first of the sixteen, others are 0 */
    int8_t *to;                /*  4 */
    int32_t step, next;        /*  8: bytes from a column to the next one of the input, and of `to` */
    int32_t n;                 /* 16: columns of an output row */
    const int8_t *const *rows; /* 20: of the first output row */
    int32_t at;                /* 24: the first column in a row */
    int32_t output_rows;       /* 28 */
    int32_t past, rows_past;   /* 32: bytes from behind an output row to the next one, of `to` and `rows` */
};

/* r0 to r3 input, r4 output, r5 and r6 the steps, r8 columns, r9 rows, r10 where in them, r11 output rows, r12 all. */
#define TRANSPOSE(name, rows, load, add)                                                                               \
    static MOTE_CHANGES_PREDICATE void name(const struct columns *columns)                                             \
    {                                                                                                                  \
        register const struct columns *t __asm__("r12") = columns;                                                     \
                                                                                                                       \
        __asm__ volatile("ldm r12, {r3, r4, r5, r6, r8, r9, r10, r11}\n"                                               \
                         "vctp.8 r3\n"                                                                                 \
                         "vmov.i32 q3, #0\n"                                                                           \
                         "1: ldm r9!, " rows "\n"                                                                      \
                         "dls lr, r8\n"                                                                                \
                         "add r0, r0, r10\n"                                                                           \
                         "add r1, r1, r10\n"                                                                           \
                         "add r2, r2, r10\n" add("r10") "2:\n" load "vst40.8 {q0, q1, q2, q3}, [r4]\n"                 \
                                                        "vst41.8 {q0, q1, q2, q3}, [r4]\n"                             \
                                                        "vst42.8 {q0, q1, q2, q3}, [r4]\n"                             \
                                                        "vst43.8 {q0, q1, q2, q3}, [r4]\n"                             \
                                                        "add r0, r0, r5\n"                                             \
                                                        "add r1, r1, r5\n"                                             \
                                                        "add r2, r2, r5\n" add("r5") "add r4, r4, r6\n"                \
                                                                                     "le lr, 2b\n"                     \
                                                                                     "ldrd r0, r1, [r12, #32]\n"       \
                                                                                     "subs r11, r11, #1\n"             \
                                                                                     "add r4, r4, r0\n"                \
                                                                                     "add r9, r9, r1\n"                \
                                                                                     "bne 1b"                          \
                         : "+r"(t)                                                                                     \
                         :                                                                                             \
                         : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "lr", "q0", "q1", "q2", \
                           "q3", "cc", "memory");                                                                      \
    }

#define NO_FOURTH(r)  ""
#define THE_FOURTH(r) "add r3, r3, " r "\n"
#define LOAD_THREE    "vldrbt.8 q0, [r0]\nvldrbt.8 q1, [r1]\nvldrbt.8 q2, [r2]\n"

TRANSPOSE(transpose_three, "{r0, r1, r2}", "vpsttt\n" LOAD_THREE, NO_FOURTH)
TRANSPOSE(transpose_four, "{r0, r1, r2, r3}", "vpstttt\n" LOAD_THREE "vldrbt.8 q3, [r3]\n", THE_FOURTH)

_Static_assert(sizeof(struct columns) == 40 && offsetof(struct columns, step) == 8 &&
                   offsetof(struct columns, n) == 16 && offsetof(struct columns, at) == 24 &&
                   offsetof(struct columns, past) == 32,
               "the offsets in the assembly");

/* Columns of the input that are transposed for n output columns: `from` to `to` of them are inside the image, the first
 * of those is `x`. */
struct strip {
    int32_t n, columns, from, to, x;
};

static struct strip strip_at(const struct mote_depthwise_conv_2d_s8 *p, int32_t ox, int32_t n)
{
    int32_t x = ox * p->stride_w - p->pad_left, columns = (n - 1) * p->stride_w + (int32_t)window_of(p);
    int32_t from = x >= 0 ? 0 : -x < columns ? -x : columns, inside = p->in_w - x;
    int32_t to = inside >= columns ? columns : inside > from ? inside : from;

    return (struct strip){n, columns, from, to, x + from};
}

static void put_zeros(int8_t *to, int32_t bytes, int8_t zero)
{
    for (; bytes > 0; bytes -= 16, to += 16)
        vstrbq_s8(to, vdupq_n_s8(zero));
}

/* The columns outside the image, which are the same for all channels. */
static void put_outside(const struct layer *l, const struct strip *s, int32_t rows)
{
    int8_t *to = l->scratch;

    for (int32_t r = 0; r < rows; r++, to += l->block.bytes) {
        put_zeros(to, s->from * l->column, l->zero);
        put_zeros(to + s->to * l->column, (s->columns - s->to) * l->column, l->zero);
    }
}

/* A word beyond the kernel's rows has the next output row's, and weights that are 0. */
static void transpose(struct columns *t, const int8_t *const rows[], int32_t kernel_h, int8_t *to)
{
    t->rows = rows;
    t->to = to;
    for (int32_t rest = kernel_h; rest > 0; rest -= WORD, t->rows += WORD, t->to += COLUMN) {
        int32_t loaded = rest == 3 ? 3 : 4;

        t->rows_past = (kernel_h - loaded) * (int32_t)sizeof *rows;
        if (loaded == 3)
            transpose_three(t);
        else
            transpose_four(t);
    }
}

/* r0, r2, r4 and r6 are sums; q0 to q3 the filters, q4 where an output column's words are, q6 and q7 multipliers and
 * shifts. r1 output, r3 and r5 the steps, r7 rows, r8 biases, r9 1, r10 the zero point, r11 columns, r12 the quads. */
#define QUADS(name, filters, enter, put)                                                                               \
    static MOTE_CHANGES_PREDICATE void name(struct quads *quads)                                                       \
    {                                                                                                                  \
        register struct quads *t __asm__("r12") = quads;                                                               \
                                                                                                                       \
        __asm__ volatile("str r7, [r12, #80]\n"                                                                        \
                         "ldr r0, [r12, #76]\n"                                                                        \
                         "ldr r10, [r12, #64]\n"                                                                       \
                         "mov r9, #1\n"                                                                                \
                         "vmsr p0, r0\n"                                                                               \
                         "1: ldm r12, {r0, r1, r2, r3, r4, r5, r6}\n"                                                  \
                         "vldrb.8 q4, [r12, #84]\n" filters "mov r8, r1\n"                                             \
                         "vpstttt\n"                                                                                   \
                         "vldrbt.u8 q0, [r0, q4]\n"                                                                    \
                         "vldrbt.u8 q1, [r7, q4]\n"                                                                    \
                         "vldrbt.u8 q2, [r11, q4]\n"                                                                   \
                         "vldrbt.u8 q3, [lr, q4]\n"                                                                    \
                         "add r0, lr, r6\n"                                                                            \
                         "vldrw.32 q4, [r12, #100]\n"                                                                  \
                         "add r1, r1, #16\n"                                                                           \
                         "vldrw.32 q6, [r2], #16\n"                                                                    \
                         "add r4, r4, #4\n"                                                                            \
                         "vldrb.s32 q7, [r3], #4\n"                                                                    \
                         "vadd.i32 q4, q4, r5\n"                                                                       \
                         "add r5, r5, #16\n"                                                                           \
                         "stm r12, {r0, r1, r2, r3, r4, r5}\n"                                                         \
                         "sub r1, r4, #4\n"                                                                            \
                         "ldrd r3, r5, [r12, #40]\n"                                                                   \
                         "ldrd r11, r7, [r12, #56]\n" enter "2: dls lr, r11\n"                                         \
                         "3: ldm r8, {r0, r2, r4, r6}\n"                                                               \
                         "vldrw.u32 q5, [q4, #0]\n"                                                                    \
                         "vmladava.s8 r0, q5, q0\n"                                                                    \
                         "vldrw.u32 q5, [q4, #4]\n"                                                                    \
                         "vmladava.s8 r2, q5, q1\n"                                                                    \
                         "vldrw.u32 q5, [q4, #8]\n"                                                                    \
                         "vmladava.s8 r4, q5, q2\n"                                                                    \
                         "vldrw.u32 q5, [q4, #12]\n"                                                                   \
                         "vmladava.s8 r6, q5, q3\n"                                                                    \
                         "vadd.i32 q4, q4, r5\n"                                                                       \
                         "vmov q5[2], q5[0], r0, r4\n"                                                                 \
                         "vmov q5[3], q5[1], r2, r6\n"                                                                 \
                         "vqrdmulh.s32 q5, q5, q6\n"                                                                   \
                         "vqdmlah.s32 q5, q5, r9\n"                                                                    \
                         "vrshl.s32 q5, q5, q7\n"                                                                      \
                         "vadd.i32 q5, q5, r10\n"                                                                      \
                         "vqmovnb.s32 q5, q5\n"                                                                        \
                         "vqmovnb.s16 q5, q5\n" put "add r1, r1, r3\n"                                                 \
                         "le lr, 3b\n"                                                                                 \
                         "ldrd r0, r2, [r12, #48]\n"                                                                   \
                         "subs r7, r7, #1\n"                                                                           \
                         "add r1, r1, r0\n"                                                                            \
                         "vadd.i32 q4, q4, r2\n"                                                                       \
                         "bne 2b\n"                                                                                    \
                         "ldr r0, [r12, #68]\n"                                                                        \
                         "subs r0, r0, #1\n"                                                                           \
                         "str r0, [r12, #68]\n"                                                                        \
                         "bne 1b\n"                                                                                    \
                         "ldr r7, [r12, #80]\n"                                                                        \
                         : "+r"(t)                                                                                     \
                         :                                                                                             \
                         : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "lr", "q0", "q1", "q2", \
                           "q3", "q4", "q5", "q6", "q7", "cc", "memory");                                              \
    }

QUADS(put_quads, "add r7, r0, r6\nadd r11, r7, r6\nadd lr, r11, r6\n", "", "vstrb.32 q5, [r1]\n")
QUADS(put_some, "ldrd r7, r11, [r12, #28]\nldr lr, [r12, #36]\nadd r7, r0, r7\nadd r11, r7, r11\nadd lr, r11, lr\n",
      "ldr r0, [r12, #72]\nvctp.32 r0\n", "vpst\nvstrbt.32 q5, [r1]\n")

_Static_assert(sizeof(struct quads) == 116 && offsetof(struct quads, bias) == 4 && offsetof(struct quads, out) == 16 &&
                   offsetof(struct quads, w4) == 24 && offsetof(struct quads, step) == 40 &&
                   offsetof(struct quads, skip) == 48 && offsetof(struct quads, n) == 56 &&
                   offsetof(struct quads, zero) == 64 && offsetof(struct quads, filled) == 76 &&
                   offsetof(struct quads, taps) == 84 && offsetof(struct quads, words) == 100,
               "the offsets in the assembly");

/* Four channels' scales, if there are not four with one each. */
struct scales {
    int32_t bias[4], mult[4];
    int8_t shift[4];
};

/* One to four channels from o on. */
static void put_with_own_scales(const struct layer *l, struct quads *t, int32_t o, int32_t channels)
{
    struct scales own = {0};

    for (int32_t i = 0; i < channels; i++) {
        int32_t q = l->p->per_channel ? o + i : 0;

        own.bias[i] = l->bias[o + i];
        own.mult[i] = l->mult[q];
        own.shift[i] = l->shift[q];
    }
    t->bias = own.bias;
    t->mult = own.mult;
    t->shift = own.shift;
    t->w1 = channels > 1 ? t->w4 : 0;
    t->w2 = channels > 2 ? t->w4 : 0;
    t->w3 = channels > 3 ? t->w4 : 0;
    t->channels = channels;
    t->left = 1;
    put_some(t);
}

/* So many channels, sixteen or fewer, from o on. */
static void put_channels(const struct layer *l, struct quads *t, int32_t o, int32_t channels)
{
    int32_t fours = l->p->per_channel ? channels / 4 : 0;

    t->from = (uint32_t)(uintptr_t)l->scratch;
    t->left = fours;
    if (fours > 0)
        put_quads(t);
    for (int32_t c = 4 * fours; c < channels; c += 4)
        put_with_own_scales(l, t, o + c, channels - c < 4 ? channels - c : 4);
}

/* How quads go through all channels of a strip of several rows. */
static void look_at_strip(const struct layer *l, const struct strip *s, int32_t rows, int8_t *out, struct quads *t)
{
    const struct mote_depthwise_conv_2d_s8 *p = l->p;
    int32_t row = p->out_w * p->out_c, next = l->column * p->stride_w;

    t->w = l->weights;
    t->bias = l->bias;
    t->mult = l->mult;
    t->shift = l->shift;
    t->out = out;
    t->n = s->n;
    t->rows = rows;
    t->step = p->out_c;
    t->next = next;
    t->skip = row - s->n * p->out_c;
    t->past = l->block.bytes - s->n * next;
    if (s->n == 1) { /* then rows are columns */
        t->n = rows;
        t->rows = 1;
        t->step = row;
        t->next = l->block.bytes;
    }
}

/* Output rows that lie one behind the other, each with pointers to its input rows. */
static void put_rows(const struct layer *l, struct quads *t, const int8_t *const rows[], int32_t n, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = l->p;

    for (int32_t ox = 0; ox < p->out_w; ox += l->block.n) {
        const struct strip s = strip_at(p, ox, p->out_w - ox < l->block.n ? p->out_w - ox : l->block.n);

        int32_t inside = s.to - s.from, skip = l->block.bytes - inside * l->column;
        struct columns c = {CHANNELS, NULL, p->in_c, l->column, inside, NULL, s.x * p->in_c, n, skip, 0};

        put_outside(l, &s, n);
        look_at_strip(l, &s, n, out + ox * p->out_c, t);
        for (int32_t o = 0; o < p->out_c; o += CHANNELS, c.at += CHANNELS) {
            if (p->out_c - o < CHANNELS)
                c.channels = p->out_c - o;
            if (inside > 0)
                transpose(&c, rows, p->kernel_h, l->scratch + s.from * l->column);
            put_channels(l, t, o, c.channels);
        }
    }
    mote_clamp_bytes(out, n * p->out_w * p->out_c, p->lo, p->hi);
}

/* One output column, of which nothing is seen twice: eight channels at a time, whose products are 16 bits wide. The
 * assembly has the offsets. */
struct alone {
    const int8_t *w;            /*  0: r1 */
    int32_t one;                /*  4: r2 */
    const int32_t *bias, *mult; /*  8: r3, r4 */
    const int8_t *shift;        /* 16: r5 */
    int8_t *out;                /* 20: r6 */
    int32_t n_taps;             /* 24: r8 */
    int32_t o;                  /* 28: r10, the channel */
    int32_t zero;               /* 32: r11 */
    const int8_t *const *taps;  /* 36: what they see, from the first channel on */
    int32_t skip;               /* 40: bytes of seven filters */
    int32_t left;               /* 44: eights of channels */
    uint16_t filters[8];        /* 48: bytes from the first filter to each of the eight */
};

_Static_assert(sizeof(struct alone) == 64 && offsetof(struct alone, taps) == 36 &&
                   offsetof(struct alone, filters) == 48,
               "the offsets in the assembly");

/* Sums of even channels in q0, of odd ones in q1. */
static void put_eights(struct alone *alone)
{
    register struct alone *t __asm__("r12") = alone;

    __asm__ volatile("ldm r12, {r1, r2, r3, r4, r5, r6, r8, r10, r11}\n"
                     "vldrh.16 q4, [r12, #48]\n"
                     "1: vld20.32 {q0, q1}, [r3]\n"
                     "vld21.32 {q0, q1}, [r3]!\n"
                     "ldr r9, [r12, #36]\n"
                     "dls lr, r8\n"
                     "2: ldr r0, [r9], #4\n"
                     "vldrb.s16 q3, [r1, q4]\n"
                     "add r0, r0, r10\n"
                     "add r1, r1, #1\n"
                     "vldrb.s16 q2, [r0]\n"
                     "vmullb.s16 q5, q2, q3\n"
                     "vadd.i32 q0, q0, q5\n"
                     "vmullt.s16 q5, q2, q3\n"
                     "vadd.i32 q1, q1, q5\n"
                     "le lr, 2b\n"
                     "vld20.32 {q2, q3}, [r4]\n"
                     "vld21.32 {q2, q3}, [r4]!\n"
                     "vldrb.s16 q6, [r5], #8\n"
                     "vqrdmulh.s32 q0, q0, q2\n"
                     "vqrdmulh.s32 q1, q1, q3\n"
                     "vmovlb.s16 q5, q6\n"
                     "vmovlt.s16 q6, q6\n"
                     "vqdmlah.s32 q0, q0, r2\n"
                     "vqdmlah.s32 q1, q1, r2\n"
                     "vrshl.s32 q0, q0, q5\n"
                     "vrshl.s32 q1, q1, q6\n"
                     "vqmovnb.s32 q0, q0\n"
                     "vqmovnt.s32 q0, q1\n"
                     "vqadd.s16 q0, q0, r11\n"
                     "vqmovnb.s16 q0, q0\n"
                     "vstrb.16 q0, [r6], #8\n"
                     "ldrd r0, r9, [r12, #40]\n"
                     "add r10, r10, #8\n"
                     "add r1, r1, r0\n"
                     "subs r9, r9, #1\n"
                     "str r9, [r12, #44]\n"
                     "bne 1b"
                     : "+r"(t)
                     :
                     : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "lr", "q0", "q1", "q2", "q3",
                       "q4", "q5", "q6", "cc", "memory");
}

static void put_alone(const struct layer *l, const int8_t *const rows[], const int8_t *zeros, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = l->p;
    int32_t n = p->kernel_h * p->kernel_w, x = -p->pad_left, i = 0;
    const int8_t *taps[WORDS * WORD];
    struct alone t = {l->weights, 1,           l->bias, l->mult, l->shift,     out, n,
                      0,          p->out_zero, taps,    7 * n,   p->out_c / 8, {0}};

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0, at = x; j < p->kernel_w; j++, at += p->dilation_w)
            taps[i++] = at < 0 || at >= p->in_w ? zeros : rows[k] + at * p->in_c;
    vstrhq_u16(t.filters, vmulq_n_u16(vidupq_n_u16(0, 1), (uint16_t)n));
    put_eights(&t);
    mote_clamp_bytes(out, p->out_c, p->lo, p->hi);
}

static void put_short(const struct layer *l, const int8_t *in, const int8_t *zeros, int8_t *out, int32_t first,
                      int32_t count)
{
    const struct mote_depthwise_conv_2d_s8 *p = l->p;
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX + WORD - 1];
    bool alone = count == 1 && p->out_w == 1 && p->per_channel && p->out_c % 8 == 0;
    struct quads t;

    if (!alone)
        look_at_words(p, &t);
    for (int32_t r = first, end = first + count, n; r < end; r += n) {
        int32_t at = mote_ring(r, p->out_ring);

        for (n = 0; r + n < end && n < l->block.rows && at + n < p->out_ring; n++) {
            int32_t y = (r + n) % p->out_h * p->stride_h - p->pad_top;

            mote_rows_s8(rows + n * p->kernel_h, p->kernel_h, in, zeros, (r + n) / p->out_h, y, p->dilation_h, p->in_h,
                         p->in_w * p->in_c, p->in_ring);
        }
        for (int32_t k = 0; k < WORD - 1; k++)
            rows[n * p->kernel_h + k] = zeros;
        if (alone)
            put_alone(l, rows, zeros, out + at * p->out_c);
        else
            put_rows(l, &t, rows, n, out + at * p->out_w * p->out_c);
    }
}

MOTE_WEAK void mote_depthwise_conv_2d_s8_mve(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
                                             const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                             const int8_t *shift, const int8_t *zeros, int8_t *out, void *scratch,
                                             int32_t first, int32_t count)
{
    const struct mote_clamp c = {p->out_zero, p->lo, p->hi, p->per_channel};
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    bool few_taps = is_short(p), is_packed = p->depth_multiplier > 1 || few_taps;

    if (few_taps && mote_all_right(shift, p->per_channel ? p->out_c : 1)) {
        const struct layer l = {p, weights, shift, bias, mult, scratch, block_of(p), words_of(p) * COLUMN, zeros[0]};

        put_short(&l, in, zeros, out, first, count);
        return;
    }
    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c) {
            struct view v = look(p, rows, x, zeros[0]);

            if (is_packed)
                put_several(&v, weights, bias, mult, shift, &c, to, scratch);
            else
                put_each(&v, weights, bias, mult, shift, &c, to);
        }
    }
}

static void run_depthwise_conv_2d_s8_mve(const struct mote_call *c)
{
    mote_depthwise_conv_2d_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                  c->args[6], c->args[7], c->first, c->count);
}
#endif

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_TRANSPOSED), 0, 0, 0, 0, 0};

MOTE_KERNEL_CODE(depthwise_conv_2d_s8, mve, .run = MOTE_IF_MVE(run_depthwise_conv_2d_s8_mve), .forms = forms,
                 .fit = fit, MOTE_SHAPE(shape) MOTE_SCRATCH);
