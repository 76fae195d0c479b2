/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 for Armv6-M: a multiplication does two pixels, whose inputs lie in the halves of words. Two products of
 * each pixel are added before the sums of the halves are told apart, so that a halfword holds them whatever the inputs
 * and weights are. What filters see of a pair of pixels is collected once for all of them. A pixel without a neighbor
 * is summed by four filters at a time. */
#include "conv_2d_s8_m0.h"

#include "../shared/m0.h"
#include "../shared/rows.h"
#include "../shared/windows.h"

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_conv_2d_s8 *p = params;
    uint32_t len = mote_bytes(p->kernel_h, p->kernel_w, p->filter_c);

    (void)bytes;
    return len > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)len, 4, 1);
}

#if MOTE_ARMV6M
enum { PIXELS = 2, SUMS = 16 };

struct layer {
    const struct mote_conv_2d_s8 *p;
    const int8_t *weights, *zeros, *shift;
    const int32_t *bias, *mult;
    int32_t len; /* of a filter */
    bool divide; /* all filters do (plain.h) */
};

/* ---- what filters see ---- */
/* n inputs of a pixel; returns where the next ones go. */
typedef void *collect(void *to, const int8_t *from, int32_t n);

static void *collect_bytes(void *to, const int8_t *from, int32_t n)
{
    int8_t *byte = to;

    for (; n > 0; n--)
        *byte++ = *from++;
    return byte;
}

static void *collect_low(void *to, const int8_t *from, int32_t n)
{
    int32_t *word = to;

    for (; n >= 4; n -= 4, from += 4, word += 4) {
        word[0] = from[0];
        word[1] = from[1];
        word[2] = from[2];
        word[3] = from[3];
    }
    for (; n > 0; n--)
        *word++ = *from++;
    return word;
}

static void *collect_high(void *to, const int8_t *from, int32_t n)
{
    int32_t *word = to;

    for (; n >= 4; n -= 4, from += 4, word += 4) {
        word[0] += from[0] * (1 << 16);
        word[1] += from[1] * (1 << 16);
        word[2] += from[2] * (1 << 16);
        word[3] += from[3] * (1 << 16);
    }
    for (; n > 0; n--)
        *word++ += *from++ * (1 << 16);
    return word;
}

/* At input column x, from channel `group` on. */
static void collect_pixel(const struct layer *l, const int8_t *const rows[], int32_t x, int32_t group, collect *put,
                          void *to)
{
    const struct mote_conv_2d_s8 *p = l->p;
    struct mote_columns c = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);
    bool dense = p->kernel_w == 1 || (p->dilation_w == 1 && p->filter_c == p->in_c);
    int32_t inside = c.to - c.from, n = p->filter_c, runs = dense ? inside > 0 : inside;

    for (int32_t k = 0; k < p->kernel_h; k++) {
        const int8_t *in = rows[k] + c.at + group;

        for (int32_t j = 0; j < c.from; j++)
            to = put(to, l->zeros, n);
        for (int32_t j = 0; j < runs; j++, in += p->dilation_w * p->in_c)
            to = put(to, in, dense ? inside * n : n);
        for (int32_t j = c.to; j < p->kernel_w; j++)
            to = put(to, l->zeros, n);
    }
}

/* ---- filters of one pixel: n from o on ---- */
static void put(const struct layer *l, int32_t o, const uint32_t *sum, int32_t n, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t q = p->per_channel ? o : 0;
    struct mote_results r = {l->mult + q,    sum,         out + o, l->shift + q, p->lo, p->hi,
                             p->per_channel, p->out_zero, sum + n};

    mote_put_results(&r, l->divide);
}

static void put_fours(const struct layer *l, const struct mote_run *run, int32_t o, int32_t n, int8_t *out)
{
    for (int32_t part; n > 0; n -= part, o += part) {
        uint32_t sum[SUMS];
        struct mote_fours fours = {run, run + 1, l->weights + o * l->len, l->len, l->bias + o, sum, 0, 0};

        part = n < SUMS ? n : SUMS;
        fours.n = part / 4;
        mote_sum_fours(&fours);
        put(l, o, sum, part, out);
    }
}

static void put_filter(const struct layer *l, const int8_t *seen, int32_t o, int8_t *out)
{
    const int8_t *w = l->weights + o * l->len;
    uint32_t sum = (uint32_t)l->bias[o];

    for (int32_t i = 0; i < l->len; i++)
        sum += (uint32_t)(*seen++ * *w++);
    put(l, o, &sum, 1, out);
}

/* Filters that are no four have some before them computed again, for nothing. */
static void put_pixel(const struct layer *l, const int8_t *seen, int32_t o, int32_t n, int8_t *out)
{
    const struct mote_run run = {seen + l->len, l->len};

    put_fours(l, &run, o, n / 4 * 4, out);
    if (n >= 4 && n % 4 > 0)
        put_fours(l, &run, o + n - 4, 4, out);
    for (int32_t i = 0; i < n && n < 4; i++)
        put_filter(l, seen, o + i, out);
}

/* ---- pairs of filters of two pixels ----
 *
 * A word of a pixel's input a and another's b is b * 2^16 + a: times a weight, twice, and added, it is B * 2^16 + A
 * with -32512 <= A, B <= 32768. Plus 2^15 - 1 - 2^16 its upper half is B - 1, in range, and what is below is A +
 * 2^15 - 1, not negative. So sums of whole words and of upper halves tell both. The assembly has the offsets. */
struct pairs {
    const int32_t *seen;    /*  0 */
    const int8_t *w;        /*  4 */
    int32_t len;            /*  8 */
    const int32_t *bias;    /* 12 */
    uint32_t *low, *high;   /* 16: the pixels' sums */
    int32_t n;              /* 24: pairs of filters, 1 at least */
    uint32_t words, uppers; /* 28: where sums of words and of upper halves begin */
    uint32_t r7;            /* 36: saved, as compilers do not let assembly have it */
};

/* r0 where the inputs are, r1 and r2 the weights' ends, r6 from -len to 0; r3 and r4 inputs, r5 and r7 products; r8 and
 * r10 sums of words, r9 and r11 of upper halves; r12 2^15 - 1 - 2^16, lr all. Where a filter ends, the next begins. The
 * loop does two times two inputs; it is entered where what is left is a multiple of that. */
#define ENTER "mov lr, r0\nstr r7, [r0, #36]\nmovs r1, #1\nlsls r1, r1, #15\nmvns r1, r1\nmov r12, r1\n"
#define PAIR                                                                                                           \
    "1:\nmov r7, lr\nldmia r7!, {r0, r1, r6}\nadds r1, r1, r6\nadds r2, r1, r6\nmov r7, lr\nstr r2, [r7, #4]\n"        \
    "ldr r3, [r7, #28]\nldr r4, [r7, #32]\nmov r8, r3\nmov r9, r4\nmov r10, r3\nmov r11, r4\n"
#define WHERE "rsbs r6, r6, #0\nmovs r4, #3\nands r4, r6\nbeq 2f\ncmp r4, #2\nbeq 4f\n"
#define ONE   FIRST("r3") "cmp r4, #3\nbeq 5f\nb 3f\n"
#define FIRST(inputs)                                                                                                  \
    "ldmia r0!, {" inputs "}\nldrsb r5, [r1, r6]\nmuls r5, r3, r5\nldrsb r7, [r2, r6]\nmuls r7, r3, r7\n"
#define TWO                                                                                                            \
    FIRST("r3, r4")                                                                                                    \
    "adds r6, #1\nldrsb r3, [r1, r6]\nmuls r3, r4, r3\nadds r5, r5, r3\nldrsb r3, [r2, r6]\nmuls r3, r4, r3\n"         \
    "adds r7, r7, r3\n"
#define TAKE                                                                                                           \
    "add r5, r12\nadd r8, r5\nasrs r5, r5, #16\nadd r9, r5\nadd r7, r12\nadd r10, r7\nasrs r7, r7, #16\nadd r11, r7\n" \
    "adds r6, #1\n"
#define LOOP "2:\n" TWO "3:\n" TAKE "4:\n" TWO "5:\n" TAKE "bne 2b\n"
#define APART(low, high, words, uppers, bias)                                                                          \
    "mov " low ", " words "\nmov " high ", " uppers "\nlsls r0, " high ", #16\nsubs " low ", " low ", r0\nadds " low   \
    ", " low ", " bias "\nadds " high ", " high ", " bias "\n"
#define BIAS "mov r7, lr\nldr r0, [r7, #12]\nldmia r0!, {r1, r2}\nstr r0, [r7, #12]\n"
#define PUT                                                                                                            \
    "ldr r0, [r7, #16]\nstmia r0!, {r3, r5}\nstr r0, [r7, #16]\nldr r0, [r7, #20]\nstmia r0!, {r4, r6}\n"              \
    "str r0, [r7, #20]\n"
#define NEXT "ldr r0, [r7, #24]\nsubs r0, #1\nstr r0, [r7, #24]\nbeq 6f\nb 1b\n6:\nldr r7, [r7, #36]\n"

static void sum_pairs(struct pairs *pairs)
{
    register struct pairs *p __asm__("r0") = pairs;

    __asm__ volatile(".syntax unified\n" ENTER PAIR WHERE ONE LOOP BIAS APART("r3", "r4", "r8", "r9", "r1")
                         APART("r5", "r6", "r10", "r11", "r2") PUT NEXT
                     : "+r"(p)
                     :
                     : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

/* n filters from o on, an even number. */
static void put_pairs(const struct layer *l, const int32_t *seen, int32_t o, int32_t n, int8_t *const out[PIXELS])
{
    uint32_t blocks = (uint32_t)(l->len / 2 + l->len % 2);

    for (int32_t part; n > 0; n -= part, o += part) {
        uint32_t sum[PIXELS][SUMS];
        struct pairs pairs = {seen,   l->weights + o * l->len,
                              l->len, l->bias + o,
                              sum[0], sum[1],
                              0,      (blocks << 16) - 32767 * blocks,
                              blocks, 0};

        part = n < SUMS ? n : SUMS;
        pairs.n = part / 2;
        sum_pairs(&pairs);
        put(l, o, sum[0], part, out[0]);
        put(l, o, sum[1], part, out[1]);
    }
}

/* ---- tiles: the pixels of a call, one after the other ---- */
struct tile {
    int32_t pixels, have;
    int8_t *out[PIXELS];
};

/* Of an odd number of filters the one before the last is computed again, for nothing. */
static void put_tile(const struct layer *l, const struct tile *t, const void *seen, int32_t o, int32_t n)
{
    if (t->pixels == 1) {
        put_pixel(l, seen, o, n, t->out[0]);
        return;
    }
    put_pairs(l, seen, o, n / 2 * 2, t->out);
    if (n % 2 > 0)
        put_pairs(l, seen, o + n - 2, 2, t->out);
}

MOTE_WEAK void mote_conv_2d_s8_m0(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                  const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                  int8_t *out, void *scratch, int32_t first, int32_t count)
{
    const struct layer l = {p,
                            weights,
                            zeros,
                            shift,
                            bias,
                            mult,
                            p->kernel_h * p->kernel_w * p->filter_c,
                            mote_all_divide(mult, shift, p->per_channel ? p->out_c : 1)};
    int32_t groups = p->in_c / p->filter_c, n = p->out_c / groups;
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    struct tile t = {0, 0, {NULL, NULL}};

    for (int32_t g = 0; g < groups; g++)
        for (int32_t r = first; r < first + count; r++) {
            int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

            mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, r % p->out_h * p->stride_h - p->pad_top,
                         p->dilation_h, p->in_h, p->in_w * p->in_c, p->in_ring);
            for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c) {
                if (t.have == 0)
                    t.pixels = n == 1 || (ox == p->out_w - 1 && r == first + count - 1) ? 1 : PIXELS;
                t.out[t.have] = to;
                collect_pixel(&l, rows, x, g * p->filter_c,
                              t.pixels == 1 ? collect_bytes
                              : t.have == 0 ? collect_low
                                            : collect_high,
                              scratch);
                if (++t.have < t.pixels)
                    continue;
                put_tile(&l, &t, scratch, g * n, n);
                t.have = 0;
            }
        }
}

static void run_conv_2d_s8_m0(const struct mote_call *c)
{
    mote_conv_2d_s8_m0(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                       c->args[7], c->first, c->count);
}
#endif

#if MOTE_DESCRIBE
/* Pixels go in pairs; one that is left takes more than half of what a pair takes. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_s8 *p = params;
    int64_t pixels = (int64_t)rows * p->out_w, pairs = pixels / 2;
    double len = (double)p->kernel_h * p->kernel_w * p->filter_c, pair = 104 + 5.4 * len, alone = 52 + 3.6 * len;

    return 300 + 8.0 * p->out_c + (double)pixels * (100 + 6 * len) +
           p->out_c * ((double)pairs * pair + (double)(pixels % 2) * alone);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, m0, .run = MOTE_IF_ARMV6M(run_conv_2d_s8_m0), .fit = fit, MOTE_INSTRUCTIONS(instructions));
