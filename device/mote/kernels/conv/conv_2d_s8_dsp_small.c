/* SPDX-License-Identifier: Apache-2.0 */
/* The way of the portable version, but inputs that lie side by side are taken four at a time: two words of two int16
 * each, which four filters share. */
#include "conv_2d_s8_dsp_small.h"

#include "../shared/outputs_dsp.h"
#include "../shared/rows.h"

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_s8 *p = params;
    int32_t fours = p->out_c / 4 + p->out_c % 4;
    double run = 50 + 6.25 * p->kernel_w * p->filter_c, four = 4 * 38 + 90 + p->kernel_h * run;

    return 150 + (double)rows * (150 + p->out_w * (50 + fours * four));
}
#endif

#if MOTE_DSP
/* Four filters and what they see next; the assembly has the offsets. One that is alone is summed four times. */
struct filters {
    const int8_t *w;     /*  0: of the first filter */
    const int8_t *in;    /*  4 */
    int32_t next;        /*  8: from a filter to the next */
    int32_t fourth;      /* 12: from the first to the fourth */
    int32_t sum[4];      /* 16 */
    const int8_t *fours; /* 32: where w is behind the words of four */
    int32_t odd;         /* 36: their number is, so that the loop begins in its middle */
};

_Static_assert(offsetof(struct filters, sum) == 16 && offsetof(struct filters, fours) == 32,
               "the offsets in the assembly");

/* r1 weights, r2 inputs; r3 and r4 from there to the other filters; r5, r6, r8, r9 sums; r10 and r11 bytes 0 and 2, 1
 * and 3 of four inputs; r12 and lr weights. Compilers find no registers for it. */
#define ADD_FOUR(sum, weights)                                                                                         \
    "ldr r12, [r1" weights "\nsxtb16 lr, r12\nsmlad " sum ", r10, lr, " sum "\n"                                       \
    "sxtb16 r12, r12, ror #8\nsmlad " sum ", r11, r12, " sum "\n"
#define ADD_FOURS                                                                                                      \
    "ldr r11, [r2], #4\nsxtb16 r10, r11\nsxtb16 r11, r11, ror #8\n" ADD_FOUR("r6", ", r3]")                            \
        ADD_FOUR("r8", ", r3, lsl #1]") ADD_FOUR("r9", ", r4]") ADD_FOUR("r5", "], #4")

static inline void add_fours(struct filters *filters)
{
    register struct filters *f __asm__("r0") = filters;

    __asm__ volatile("ldmia r0, {r1, r2, r3, r4, r5, r6, r8, r9}\nldr lr, [r0, #36]\ncmp lr, #0\nbne 2f\n"
                     "1:\n" ADD_FOURS "2:\n" ADD_FOURS "ldr lr, [r0, #32]\ncmp r1, lr\nbne 1b\n"
                     "stmia r0, {r1, r2, r3, r4, r5, r6, r8, r9}\n"
                     : "+r"(f)
                     :
                     : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

static inline void add_rest(struct filters *f, int32_t n)
{
    const int32_t next = f->next, third = 2 * next, fourth = f->fourth;
    int32_t s0 = f->sum[0], s1 = f->sum[1], s2 = f->sum[2], s3 = f->sum[3];
    const int8_t *w = f->w, *in = f->in;

    if (n == 0)
        return;
    do {
        const int32_t one = (uint16_t)*in++; /* and 0 */

        s0 = mote_add_products(one, w[0], s0);
        s1 = mote_add_products(one, w[next], s1);
        s2 = mote_add_products(one, w[third], s2);
        s3 = mote_add_products(one, w[fourth], s3);
        w++;
    } while (--n > 0);
    f->w = w;
    f->sum[0] = s0;
    f->sum[1] = s1;
    f->sum[2] = s2;
    f->sum[3] = s3;
}

/* n inputs that lie side by side. */
static __attribute__((noinline)) void add_run(struct filters *f, const int8_t *in, int32_t n)
{
    f->in = in;
    f->fours = f->w + (n & -4);
    f->odd = n & 4;
    if (n >= 4)
        add_fours(f);
    add_rest(f, n & 3);
}

/* What filters see at an input column. */
struct window {
    const struct mote_conv_2d_s8 *p;
    const int8_t *const *rows;
    const int8_t *zeros;
    int32_t x, at; /* the column, and where it is in a row */
    bool dense;    /* pixels lie side by side, but for those outside the image */
    int32_t whole; /* bytes of each kernel row, if none is outside; 0 */
};

static struct window window_of(const struct mote_conv_2d_s8 *p, const int8_t *const rows[], const int8_t *zeros,
                               int32_t x)
{
    const bool dense = p->dilation_w == 1 && p->filter_c == p->in_c;
    const bool whole = dense && x >= 0 && x + p->kernel_w <= p->in_w;

    return (struct window){p, rows, zeros, x, x * p->in_c, dense, whole ? p->kernel_w * p->filter_c : 0};
}

static void add_clipped_row(const struct window *v, const int8_t *row, int32_t group, struct filters *f)
{
    const struct mote_conv_2d_s8 *p = v->p;

    for (int32_t left = p->kernel_w, x = v->x, n; left > 0; left -= n, x += n * p->dilation_w) {
        const bool inside = (uint32_t)x < (uint32_t)p->in_w;

        n = !inside || !v->dense ? 1 : left < p->in_w - x ? left : p->in_w - x;
        add_run(f, inside ? row + x * p->in_c + group : v->zeros, n * p->filter_c);
    }
}

static void add_window(const struct window *v, int32_t group, struct filters *f)
{
    for (int32_t k = 0; k < v->p->kernel_h; k++)
        if (v->whole > 0)
            add_run(f, v->rows[k] + v->at, v->whole);
        else
            add_clipped_row(v, v->rows[k], group, f);
}

static void put_pixel(const struct window *v, const struct mote_outputs *outputs, const int8_t *weights, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = v->p;
    const int32_t filter = p->kernel_h * p->kernel_w * p->filter_c, each = p->out_c / (p->in_c / p->filter_c);
    struct filters f;

    f.w = weights;
    for (int32_t o = 0, left = each, group = 0, n; o < p->out_c; o += n, left -= n) {
        if (left == 0) {
            left = each;
            group += p->filter_c;
        }
        n = left < 4 ? 1 : 4;
        f.next = n == 4 ? filter : 0;
        f.fourth = 3 * f.next;
        f.sum[0] = f.sum[1] = f.sum[2] = f.sum[3] = 0;
        add_window(v, group, &f);
        f.w += (n - 1) * filter;
        mote_put_outputs(outputs, o, n, f.sum, out);
    }
}

MOTE_WEAK void mote_conv_2d_s8_dsp_small(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                         const int32_t *bias, const int32_t *mult, const int8_t *shift,
                                         const int8_t *zeros, int8_t *out, int32_t first, int32_t count)
{
    const struct mote_outputs outputs = {bias, mult, shift, p->per_channel, p->out_zero, p->lo, p->hi};
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, r % p->out_h * p->stride_h - p->pad_top, p->dilation_h,
                     p->in_h, p->in_w * p->in_c, p->in_ring);
        for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c) {
            const struct window v = window_of(p, rows, zeros, x);

            put_pixel(&v, &outputs, weights, to);
        }
    }
}

static void run_conv_2d_s8_dsp_small(const struct mote_call *c)
{
    mote_conv_2d_s8_dsp_small(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                              c->args[6], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, dsp_small, .run = MOTE_IF_DSP(run_conv_2d_s8_dsp_small), MOTE_INSTRUCTIONS(instructions));
