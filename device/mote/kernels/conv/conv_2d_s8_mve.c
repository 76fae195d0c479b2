/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with vectors of 16 products. What a filter sees of the input is put side by side first, once for all
 * filters of a group. Tiles of up to three output columns and two filters share what they load, in assembly that has
 * all registers; what eight filters make of three columns is requantized together. */
#include "conv_2d_s8_mve.h"

#include "../shared/mve.h"
#include "../shared/rows.h"

/* Columns that are put side by side at a time, if each is `len` bytes: filters' scales are loaded once for all. */
static int32_t block_of(uint32_t len) { return len > 85 ? 3 : len > 42 ? 6 : 12; }

enum { VECTOR = 16 }; /* bytes: so many may be written behind the last column */

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_conv_2d_s8 *p = params;
    uint32_t len = mote_bytes(p->kernel_h, p->kernel_w, p->filter_c);

    (void)bytes;
    if (p->kernel_h == 1 && p->kernel_w == 1)
        return 0;
    len = len > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)len, block_of(len), 1);
    return len > INT32_MAX ? UINT32_MAX : len + VECTOR;
}

#if MOTE_MVE
/* ---- what filters see ---- */
/* Kernel rows of n bytes that lie side by side in the image. */
static void collect_inside(const int8_t *const rows[], int32_t kernel_h, int32_t at, int32_t n, int8_t *seen)
{
    int32_t back = -(-n & (VECTOR - 1));
    const int8_t *a;
    int8x16_t v;

    __asm__ volatile("1: ldr %[a], [%[rows]], #4\n"
                     "dlstp.8 lr, %[n]\n"
                     "add %[a], %[a], %[at]\n"
                     "2: vldrb.8 %q[v], [%[a]], #16\n"
                     "vstrb.8 %q[v], [%[seen]], #16\n"
                     "letp lr, 2b\n"
                     "subs %[left], %[left], #1\n"
                     "add %[seen], %[seen], %[back]\n"
                     "bne 1b"
                     : [rows] "+r"(rows), [left] "+r"(kernel_h), [seen] "+r"(seen), [a] "=&r"(a), [v] "=&w"(v)
                     : [n] "r"(n), [at] "r"(at), [back] "r"(back)
                     : "lr", "cc", "memory");
}

/* Kernel rows of n <= 16 bytes, of which `inside` are in the image; each row is written as sixteen bytes, whose end the
 * next one covers. */
static MOTE_CHANGES_PREDICATE void collect_short(const int8_t *const rows[], int32_t kernel_h, int32_t at, int32_t n,
                                                 mve_pred16_t inside, int8_t zero, int8_t *seen)
{
    int8x16_t v, others = vdupq_n_s8(zero);
    const int8_t *a;

    __asm__ volatile("vmsr p0, %[inside]\n"
                     "dls lr, %[kernel_h]\n"
                     "1: ldr %[a], [%[rows]], #4\n"
                     "add %[a], %[a], %[at]\n"
                     "vpst\n"
                     "vldrbt.8 %q[v], [%[a]]\n"
                     "vpsel %q[v], %q[v], %q[others]\n"
                     "vstrb.8 %q[v], [%[seen]]\n"
                     "add %[seen], %[seen], %[n]\n"
                     "le lr, 1b"
                     : [rows] "+r"(rows), [seen] "+r"(seen), [a] "=&r"(a), [v] "=&w"(v)
                     : [kernel_h] "r"(kernel_h), [n] "r"(n), [at] "r"(at), [others] "w"(others), [inside] "r"(inside)
                     : "lr", "cc", "memory");
}

/* What the filters see of the input around output column x, from channel `group` on. */
static void collect(const struct mote_conv_2d_s8 *p, const int8_t *const rows[], const int8_t *zeros, int32_t x,
                    int32_t group, int8_t *seen)
{
    int32_t n = p->filter_c, all = p->kernel_w * n, right = p->in_w - x;
    bool dense = p->dilation_w == 1 && n == p->in_c;

    if (dense && all <= VECTOR) {
        uint32_t from = x >= 0 ? 0 : (uint32_t)(-x < p->kernel_w ? -x * n : all);
        uint32_t to = right <= 0 ? 0 : (uint32_t)(right < p->kernel_w ? right * n : all);

        collect_short(rows, p->kernel_h, x * n, all, vctp8q(to) & (mve_pred16_t)~vctp8q(from), *zeros, seen);
        return;
    }
    if (dense && x >= 0 && right >= p->kernel_w) {
        collect_inside(rows, p->kernel_h, x * n, all, seen);
        return;
    }
    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0, at = x; j < p->kernel_w; j++, at += p->dilation_w, seen += n)
            mote_move(at < 0 || at >= p->in_w ? zeros : rows[k] + at * p->in_c + group, n, seen);
}

/* Output columns side by side, of one row or of several: n of them, whose filters see inputs `step` bytes apart, from
 * `seen` on. */
struct columns {
    const int8_t *seen;
    int32_t n, step;
};

/* What all calls of put_group() of a call have. */
struct layer {
    const struct mote_conv_2d_s8 *p;
    const int8_t *weights, *zeros, *shift;
    const int32_t *bias, *mult;
    bool right; /* all shifts are to the right */
};

/* ---- tiles ---- */
enum { FILTERS = 8 };

/* Up to eight filters and the columns that they meet. The assembly has the offsets. */
struct tiles {
    int32_t rewind;          /*   0: from the end of a filter's last vector back to the filter's end */
    const int8_t *x0;        /*   4: a tile's columns */
    const int32_t *last;     /*   8: the last pair's of `bias` */
    const int8_t *x1;        /*  12 */
    int32_t next;            /*  16: bytes from a pair's first filter to its second */
    const int8_t *x2;        /*  20 */
    int32_t len;             /*  24: of a filter */
    const int8_t *x;         /*  28: the next column */
    int32_t step;            /*  32: to the one after it */
    const int8_t *w;         /*  36: the filters, less `rewind` */
    int8_t *out;             /*  40 */
    int32_t out_step;        /*  44 */
    int32_t n;               /*  48: tiles of columns */
    int32_t zero, filters;   /*  52, 56 */
    int32_t lo, hi;          /*  60, 64 */
    const int32_t *mult;     /*  68: of eight filters */
    const int8_t *shift;     /*  72 */
    uint32_t r7;             /*  76: saved, as compilers do not let assembly have it */
    int32_t bias[FILTERS];   /*  80 */
    int32_t sum[3][FILTERS]; /* 112 */
};

/* A pair of filters and one column, two or three: sums in r0 and r2, r4 and r6, r8 and r10; columns in r1, r3, r5;
 * filters in r7 and r9; r11 is where the pair's biases are, and, 32 bytes on, each column's sums; r12 the tiles. */
#define ENTER                                                                                                          \
    "str r7, [r12, #76]\n"                                                                                             \
    "ldrd r0, r1, [r12, #68]\n"                                                                                        \
    "vld20.32 {q4, q5}, [r0]\n"                                                                                        \
    "vldrb.s16 q7, [r1]\n"                                                                                             \
    "vld21.32 {q4, q5}, [r0]\n"                                                                                        \
    "vmovlb.s16 q6, q7\n"                                                                                              \
    "vmovlt.s16 q7, q7\n"
#define COLUMNS(next)                                                                                                  \
    "1: ldrd r1, r2, [r12, #28]\n"                                                                                     \
    "ldr r9, [r12, #36]\n"                                                                                             \
    "add r3, r1, r2\n"                                                                                                 \
    "add r5, r3, r2\n"                                                                                                 \
    "add r4, r5, r2\n"                                                                                                 \
    "str r1, [r12, #4]\n"                                                                                              \
    "str r3, [r12, #12]\n"                                                                                             \
    "str r5, [r12, #20]\n"                                                                                             \
    "str " next ", [r12, #28]\n"                                                                                       \
    "add r11, r12, #72\n"
#define PAIR                                                                                                           \
    "2: ldm r12, {r0, r1, r2, r3, r4, r5, lr}\n"                                                                       \
    "add r7, r9, r0\n"                                                                                                 \
    "add r9, r7, r4\n"                                                                                                 \
    "ldrd r4, r6, [r11, #8]!\n"                                                                                        \
    "cmp r11, r2\n"                                                                                                    \
    "mov r0, r4\n"                                                                                                     \
    "mov r2, r6\n"
#define LOOP "dlstp.8 lr, lr\n3: "
#define ADD_1                                                                                                          \
    "vldrb.8 q0, [r7], #16\n"                                                                                          \
    "vldrb.8 q2, [r1], #16\n"                                                                                          \
    "vmladava.s8 r0, q2, q0\n"                                                                                         \
    "vldrb.8 q1, [r9], #16\n"                                                                                          \
    "vmladava.s8 r2, q2, q1\n"
#define ADD_2                                                                                                          \
    "vldrb.8 q3, [r3], #16\n"                                                                                          \
    "vmladava.s8 r4, q3, q0\n"                                                                                         \
    "vmladava.s8 r6, q3, q1\n"
#define ADD_3                                                                                                          \
    "vldrb.8 q2, [r5], #16\n"                                                                                          \
    "vmladava.s8 r8, q2, q0\n"                                                                                         \
    "vmladava.s8 r10, q2, q1\n"
#define NEXT_VECTORS "letp lr, 3b\n"
#define PUT_1        "strd r0, r2, [r11, #32]\n"
#define PUT_2        "strd r4, r6, [r11, #64]\n"
#define PUT_3        "strd r8, r10, [r11, #96]\n"
#define NEXT_PAIR    "bne 2b\n"
#define REQUANTIZE(n)                                                                                                  \
    "ldrd r1, r2, [r12, #40]\n"                                                                                        \
    "ldrd r3, r4, [r12, #60]\n"                                                                                        \
    "ldrd r5, r6, [r12, #52]\n"                                                                                        \
    "vdup.16 q2, r3\n"                                                                                                 \
    "vdup.16 q3, r4\n"                                                                                                 \
    "vctp.16 r6\n"                                                                                                     \
    "mov r0, #1\n"                                                                                                     \
    "mov r3, #" n "\n"                                                                                                 \
    "add r4, r12, #112\n"                                                                                              \
    "dls lr, r3\n"                                                                                                     \
    "4: vld20.32 {q0, q1}, [r4]\n"                                                                                     \
    "vld21.32 {q0, q1}, [r4]!\n"                                                                                       \
    "vqrdmulh.s32 q0, q0, q4\n"                                                                                        \
    "vqrdmulh.s32 q1, q1, q5\n"                                                                                        \
    "vqdmlah.s32 q0, q0, r0\n"                                                                                         \
    "vqdmlah.s32 q1, q1, r0\n"                                                                                         \
    "vrshl.s32 q0, q0, q6\n"                                                                                           \
    "vrshl.s32 q1, q1, q7\n"                                                                                           \
    "vqmovnb.s32 q0, q0\n"                                                                                             \
    "vqmovnt.s32 q0, q1\n"                                                                                             \
    "vqadd.s16 q0, q0, r5\n"                                                                                           \
    "vmax.s16 q0, q0, q2\n"                                                                                            \
    "vmin.s16 q0, q0, q3\n"                                                                                            \
    "vpst\n"                                                                                                           \
    "vstrbt.16 q0, [r1]\n"                                                                                             \
    "add r1, r1, r2\n"                                                                                                 \
    "le lr, 4b\n"                                                                                                      \
    "str r1, [r12, #40]\n"
#define NEXT_COLUMNS                                                                                                   \
    "ldr r3, [r12, #48]\n"                                                                                             \
    "subs r3, r3, #1\n"                                                                                                \
    "str r3, [r12, #48]\n"                                                                                             \
    "bne 1b\n"                                                                                                         \
    "ldr r7, [r12, #76]\n"

#define TILES(n, code)                                                                                                 \
    static MOTE_CHANGES_PREDICATE void put_tiles_##n(struct tiles *tiles)                                              \
    {                                                                                                                  \
        register struct tiles *t __asm__("r12") = tiles;                                                               \
                                                                                                                       \
        __asm__ volatile(code                                                                                          \
                         : "+r"(t)                                                                                     \
                         :                                                                                             \
                         : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "lr", "q0", "q1", "q2", \
                           "q3", "q4", "q5", "q6", "q7", "cc", "memory");                                              \
    }

TILES(1, ENTER COLUMNS("r3") PAIR LOOP ADD_1 NEXT_VECTORS PUT_1 NEXT_PAIR REQUANTIZE("1") NEXT_COLUMNS)
TILES(2, ENTER COLUMNS("r5") PAIR LOOP ADD_1 ADD_2 NEXT_VECTORS PUT_1 PUT_2 NEXT_PAIR REQUANTIZE("2") NEXT_COLUMNS)
TILES(3, ENTER COLUMNS("r4") PAIR
      "mov r8, r4\nmov r10, r6\n" LOOP ADD_1 ADD_2 ADD_3 NEXT_VECTORS PUT_1 PUT_2 PUT_3 NEXT_PAIR REQUANTIZE("3")
          NEXT_COLUMNS)

_Static_assert(sizeof(struct tiles) == 208 && offsetof(struct tiles, x) == 28 && offsetof(struct tiles, w) == 36 &&
                   offsetof(struct tiles, out) == 40 && offsetof(struct tiles, n) == 48 &&
                   offsetof(struct tiles, lo) == 60 && offsetof(struct tiles, mult) == 68 &&
                   offsetof(struct tiles, bias) == 80 && offsetof(struct tiles, sum) == 112,
               "the offsets in the assembly");

/* Biases, multipliers and shifts of filters from o on: eight of them or n. Where the filters are not eight with a
 * multiplier each, multipliers and shifts are put into `own`. */
struct scales {
    int32_t mult[FILTERS];
    int8_t shift[FILTERS];
};

static void take_scales(struct tiles *t, const struct layer *l, int32_t o, int32_t n, struct scales *own)
{
    int32_t each = l->p->per_channel;

    t->mult = l->mult + o * each;
    t->shift = l->shift + o * each;
    if (n == FILTERS && each) {
        vstrwq_s32(t->bias, vldrwq_s32(l->bias + o));
        vstrwq_s32(t->bias + 4, vldrwq_s32(l->bias + o + 4));
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        t->bias[i] = l->bias[o + i];
        own->mult[i] = t->mult[i * each];
        own->shift[i] = t->shift[i * each];
    }
    t->mult = own->mult;
    t->shift = own->shift;
}

/* Filters from o on, eight of them or n, an even number or one: a single filter is a pair with itself. */
static void put_filters(struct tiles *t, const struct layer *l, struct columns columns, int32_t o, int32_t n,
                        int8_t *out)
{
    int32_t three = columns.n / 3, rest = columns.n - 3 * three;
    struct scales own;

    take_scales(t, l, o, n, &own);
    t->next = n > 1 ? t->len : 0;
    t->x = columns.seen;
    t->w = l->weights + o * t->len - t->rewind;
    t->out = out + o;
    t->filters = n;
    t->last = t->bias + (n - 1) / 2 * 2;
    t->n = three;
    if (three > 0)
        put_tiles_3(t);
    t->n = 1;
    if (rest == 2)
        put_tiles_2(t);
    if (rest == 1)
        put_tiles_1(t);
}

/* ---- sums one after the other, for shifts to the left ---- */
static void put_filters_slowly(const struct layer *l, struct columns columns, int32_t o, int32_t n, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    const struct mote_clamp c = {p->out_zero, p->lo, p->hi, p->per_channel};
    int32_t len = p->kernel_h * p->kernel_w * p->filter_c, q = c.per_channel ? o : 0;
    mve_pred16_t lanes = vctp32q((uint32_t)n);
    const struct mote_scale s = mote_scale_of_some(l->bias + o, l->mult + q, l->shift + q, c.per_channel, lanes);
    const int8_t *x = columns.seen, *w = l->weights + o * len;

    for (int32_t left = columns.n; left > 0; left--, x += columns.step, out += p->out_c)
        vstrbq_p_s32(out + o, mote_requant_four(mote_dot_four(x, w, len, n - 1, len), &s, &c), lanes);
}

/* The filters of a group. */
static void put_group(const struct layer *l, struct columns columns, int32_t group, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t len = p->kernel_h * p->kernel_w * p->filter_c, n = p->out_c / (p->in_c / p->filter_c);
    struct tiles t;

    if (columns.n == 0)
        return;
    t.len = len;
    t.rewind = -(-len & 15);
    t.step = columns.step;
    t.out_step = p->out_c;
    t.zero = p->out_zero;
    t.lo = p->lo;
    t.hi = p->hi;
    for (int32_t o = group * n, end = o + n; o < end; o += n) {
        int32_t left = end - o;

        n = !l->right ? (left < 4 ? left : 4) : left >= FILTERS ? FILTERS : left > 1 ? left / 2 * 2 : 1;
        if (l->right)
            put_filters(&t, l, columns, o, n, out);
        else
            put_filters_slowly(l, columns, o, n, out);
    }
}

/* A row of filters of 1 x 1, which read the input where it is: left of the picture, on it, right of it. */
static void put_plain_row(const struct layer *l, const int8_t *row, int32_t group, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t from = (p->pad_left + p->stride_w - 1) / p->stride_w, to = (p->in_w - 1 + p->pad_left) / p->stride_w + 1;

    from = from < p->out_w ? from : p->out_w;
    to = to < from ? from : to < p->out_w ? to : p->out_w;
    put_group(l, (struct columns){l->zeros, from, 0}, group, out);
    if (from < to) {
        const int8_t *seen = row + (from * p->stride_w - p->pad_left) * p->in_c + group * p->filter_c;
        int32_t step = to - from > 1 ? p->stride_w * p->in_c : 0; /* which is in the row */

        put_group(l, (struct columns){seen, to - from, step}, group, out + from * p->out_c);
    }
    put_group(l, (struct columns){l->zeros, p->out_w - to, 0}, group, out + to * p->out_c);
}

/* Filters of 1 x 1 that see the pixels one after the other, as they lie, whatever the rows are. */
static bool is_pointwise(const struct mote_conv_2d_s8 *p)
{
    return p->kernel_h == 1 && p->kernel_w == 1 && p->stride_h == 1 && p->stride_w == 1 && p->pad_top == 0 &&
           p->pad_left == 0 && p->out_w == p->in_w && p->out_h == p->in_h && p->in_ring >= p->batch * p->in_h &&
           p->out_ring >= p->batch * p->out_h;
}

/* What columns see is put side by side, a block of columns at a time, of several rows where the output's lie one behind
 * the other. */
static void put_collected(const struct layer *l, const int8_t *in, int32_t group, int8_t *out, int8_t *scratch,
                          int32_t first, int32_t count)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t len = p->kernel_h * p->kernel_w * p->filter_c, block = block_of((uint32_t)len);
    struct columns c = {scratch, 0, len};
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    int8_t *start = out;

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, l->zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c) {
            if (c.n == block || to != start + c.n * p->out_c) {
                put_group(l, c, group, start);
                c.n = 0;
            }
            if (c.n == 0)
                start = to;
            collect(p, rows, l->zeros, x, group * p->filter_c, scratch + c.n++ * len);
        }
    }
    put_group(l, c, group, start);
}

MOTE_WEAK void mote_conv_2d_s8_mve(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                   const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                   int8_t *out, void *scratch, int32_t first, int32_t count)
{
    const struct layer l = {p, weights, zeros, shift, bias, mult, mote_all_right(shift, p->per_channel ? p->out_c : 1)};
    int32_t row = p->in_w * p->in_c, out_row = p->out_w * p->out_c;

    for (int32_t g = 0; g < p->in_c / p->filter_c; g++)
        if (is_pointwise(p)) {
            put_group(&l, (struct columns){in + first * row + g * p->filter_c, count * p->out_w, p->in_c}, g,
                      out + first * out_row);
        } else if (p->kernel_h > 1 || p->kernel_w > 1) {
            put_collected(&l, in, g, out, scratch, first, count);
        } else {
            for (int32_t r = first; r < first + count; r++) {
                const int8_t *at;

                mote_rows_s8(&at, 1, in, zeros, r / p->out_h, r % p->out_h * p->stride_h - p->pad_top, 1, p->in_h, row,
                             p->in_ring);
                put_plain_row(&l, at, g, out + mote_ring(r, p->out_ring) * out_row);
            }
        }
}

static void run_conv_2d_s8_mve(const struct mote_call *c)
{
    const struct mote_conv_2d_s8 *p = c->params;
    bool plain = p->kernel_h == 1 && p->kernel_w == 1;

    mote_conv_2d_s8_mve(p, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                        plain ? NULL : c->args[7], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, mve, .run = MOTE_IF_MVE(run_conv_2d_s8_mve), .fit = fit, MOTE_SCRATCH);
