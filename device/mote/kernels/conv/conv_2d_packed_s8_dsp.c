/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_packed_s8 with products of pairs of halfwords: the weights of four filters are pairs already, as products
 * with a word's even and odd bytes take them. The loop over pixels is assembly: compilers load weights one by one. */
#include "../shared/hot.h"

#include "conv_2d_packed_s8_dsp.h"

#include "../shared/requant_dsp.h"

#if MOTE_DSP
#include "conv_2d_packed_s8_filters.h"

/* A row of pixels and four plain filters (plain.h). The order is the assembly's. */
struct pixels {
    int32_t bias[MOTE_CONV_FILTERS];            /*  0 */
    const int16_t *weights;                     /* 16 */
    int32_t run, right, down;                   /* 20: bytes; from a run's end to the next one, and to the next row's */
    int32_t runs, rows;                         /* 32: of a row; rows */
    struct mote_plain plain[MOTE_CONV_FILTERS]; /* 40 */
    int32_t lo, hi;                             /* 88 */
    int8_t *out;                                /* 96 */
    int32_t out_c;                              /* 100 */
    const int8_t *in;                           /* 104 */
    int32_t step;                               /* 108 */
    const int8_t *end;                          /* 112: behind the pixels: one or more */
    uint32_t narrow;                            /* 116: the outputs' range is less than int8's */
    uint32_t saved;                             /* 120: r7, as compilers do not let assembly have it */
};

/* r1: inputs, lr: the run's end; r2: weights; r3, r12: pairs of inputs; r8 to r11: sums. On the stack are what is left
 * of runs and rows. */
#define FOUR(pair)                                                                                                     \
    "ldmia r2!, {r4, r5, r6, r7}\nsmlad r8, " pair ", r4, r8\nsmlad r9, " pair ", r5, r9\n"                            \
    "smlad r10, " pair ", r6, r10\nsmlad r11, " pair ", r7, r11\n"
#define TAPS       "ldr r3, [r1], #4\nsxtb16 r12, r3, ror #8\nsxtb16 r3, r3\n" FOUR("r3") FOUR("r12")
#define PIXEL      "1:\nldmia r0, {r8, r9, r10, r11}\nldrd r2, r3, [r0, #16]\nldr r1, [r0, #104]\n"
#define COUNT_BOTH "add lr, r1, r3\nldrd r3, r4, [r0, #32]\npush {r3, r4}\n"
#define RUN        "2:\n" TAPS "cmp r1, lr\nbne 2b\n"
#define NEXT_RUN                                                                                                       \
    "ldr r3, [sp]\nsubs r3, r3, #1\nbeq 3f\nstr r3, [sp]\nldrd r4, r5, [r0, #20]\nadd r1, r1, r5\nadd lr, r1, r4\n"    \
    "b 2b\n"
#define NEXT_ROW                                                                                                       \
    "3:\nldr r3, [sp, #4]\nsubs r3, r3, #1\nbeq 4f\nldr r4, [r0, #32]\nstrd r4, r3, [sp]\nldr r4, [r0, #20]\n"         \
    "ldr r5, [r0, #28]\nadd r1, r1, r5\nadd lr, r1, r4\nb 2b\n4:\nadd sp, sp, #8\n"
#define RESULT(r) "ldmia r1!, {r2, r3, r12}\n" MOTE_RESULT(r, "r2", "r3", "r12", "r4")
#define RESULTS   "add r1, r0, #40\n" RESULT("r8") RESULT("r9") RESULT("r10") RESULT("r11")
#define CLAMP(r)  "cmp " r ", r1\nit lt\nmovlt " r ", r1\ncmp " r ", r2\nit gt\nmovgt " r ", r2\n"
#define IF_NARROW "ldr r3, [r0, #116]\ncmp r3, #0\nbeq 5f\nldrd r1, r2, [r0, #88]\n"
#define CLAMPS    CLAMP("r8") CLAMP("r9") CLAMP("r10") CLAMP("r11")
#define PUT       "5:\nldrd r1, r2, [r0, #96]\nstrb r8, [r1]\nstrb r9, [r1, #1]\n"
#define PUT_MORE  "strb r10, [r1, #2]\nstrb r11, [r1, #3]\n"
#define NEXT      "add r1, r1, r2\nldrd r2, r3, [r0, #104]\nadd r2, r2, r3\nstr r1, [r0, #96]\nstr r2, [r0, #104]\n"
#define LOOP      "ldr r3, [r0, #112]\ncmp r2, r3\nbne 1b\n"

static __attribute__((noinline)) void put_pixels(struct pixels *pixels)
{
    register struct pixels *t __asm__("r0") = pixels;

    __asm__ volatile(
        "str r7, [r0, #120]\n" PIXEL COUNT_BOTH RUN NEXT_RUN NEXT_ROW RESULTS IF_NARROW CLAMPS PUT PUT_MORE NEXT LOOP
        "ldr r7, [r0, #120]\n"
        : "+r"(t)
        :
        : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

_Static_assert(offsetof(struct pixels, weights) == 16 && offsetof(struct pixels, run) == 20 &&
                   offsetof(struct pixels, runs) == 32 && offsetof(struct pixels, plain) == 40 &&
                   offsetof(struct pixels, lo) == 88 && offsetof(struct pixels, out) == 96 &&
                   offsetof(struct pixels, in) == 104 && offsetof(struct pixels, end) == 112 &&
                   offsetof(struct pixels, narrow) == 116 && offsetof(struct pixels, saved) == 120 &&
                   sizeof(struct mote_plain) == 12,
               "the offsets in the assembly");

/* n pixels of less than four filters: the outputs lie apart. */
static void put_few(struct pixels *t, int32_t n, int32_t filters, int8_t *out)
{
    int8_t four[MOTE_CONV_FILTERS];

    for (; n > 0; n--, out += t->out_c) {
        t->end = t->in + t->step;
        t->out = four;
        put_pixels(t);
        memcpy(out, four, (uint32_t)filters);
    }
}

static uint32_t look_up(const struct mote_conv_call *c, int32_t row, int32_t k) { return mote_conv_look_up(c, row, k); }

static void put_filters(const struct mote_conv_call *c, const struct mote_filters *f, const struct mote_pixels *x)
{
    const struct mote_conv_2d_packed_s8 *p = c->p;
    const bool one = c->run.runs == 1; /* a row: then rows are as runs of one */
    const int32_t run = 4 * c->run.fours;
    struct pixels t = {.weights = c->weights,
                       .run = run,
                       .right = (one ? c->down : c->right) - run,
                       .down = c->down - (c->run.runs - 1) * c->right - run,
                       .runs = one ? p->kernel_h : c->run.runs,
                       .rows = one ? 1 : p->kernel_h,
                       .lo = p->lo,
                       .hi = p->hi,
                       .out_c = p->out_c,
                       .step = x->step,
                       .narrow = p->lo > INT8_MIN || p->hi < INT8_MAX};

    if (!f->plain) {
        mote_conv_put_filters(c, f, x);
        return;
    }
    for (int32_t k = 0; k < MOTE_CONV_FILTERS; k++) {
        t.bias[k] = f->bias[k];
        t.plain[k] = mote_plain_of(f->mult[k], f->shift[k], p->out_zero);
    }
    for (int32_t r = 0; r < x->rows; r++) {
        t.in = x->in + r * x->down;
        if (f->n < MOTE_CONV_FILTERS) {
            put_few(&t, x->n, f->n, x->out + r * x->out_down);
            continue;
        }
        t.end = t.in + x->n * x->step;
        t.out = x->out + r * x->out_down;
        put_pixels(&t);
    }
}

MOTE_WEAK void mote_conv_2d_packed_s8_dsp(const struct mote_conv_2d_packed_s8 *p, const int8_t *in,
                                          const uint8_t *packed, const int8_t *levels, const uint8_t *bias,
                                          const int32_t *mult, const int8_t *shift, const int8_t *zeros, int8_t *out,
                                          int32_t *scratch, int32_t first, int32_t count)
{
    mote_conv_packed(p, in, packed, levels, bias, mult, shift, zeros, out, scratch, first, count);
}

static void run_conv_2d_packed_s8_dsp(const struct mote_call *c)
{
    mote_conv_2d_packed_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                               c->args[6], c->args[7], c->args[8], c->first, c->count);
}
#endif

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_packed_s8 *p = params;
    const struct mote_conv_window w = mote_conv_2d_packed_s8_window(p);
    const struct mote_conv_run r = mote_conv_2d_packed_s8_run(p);
    const int32_t groups = (p->out_c + 3) / 4, blocks = w.rows == 0 ? 1 : 1 + (rows - 1) / p->block;
    const double runs = (double)p->kernel_h * r.runs, copied = 0.5 * ((double)w.rows * w.columns) * p->in_c;

    return 300 + blocks * ((10.0 * r.n + 15) * runs * p->out_c + 200.0 * groups + copied) +
           (double)rows * p->out_w * groups * (runs * (8.0 + 15.0 * r.fours) + 52);
}
#endif

MOTE_KERNEL_CODE(conv_2d_packed_s8, dsp, .run = MOTE_IF_DSP(run_conv_2d_packed_s8_dsp),
                 MOTE_INSTRUCTIONS(instructions));
