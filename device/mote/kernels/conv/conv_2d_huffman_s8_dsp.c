/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_huffman_s8 with products of halfwords: levels lie in pairs, as these take them, and the inputs of four pixels
 * that lie `step` apart are four loads from four registers. The loop over four pixels at a time is assembly: compilers
 * find no registers for it. */
#include "../shared/hot.h"

#include "conv_2d_huffman_s8_dsp.h"

#include "../shared/requant_dsp.h"

#if MOTE_DSP
#include "conv_2d_huffman_s8_filters.h"

/* The order is the assembly's. */
struct tile {
    int32_t bias[MOTE_CONV_PIXELS]; /* the same */
    const struct mote_taps *list, *end;
    int32_t mult, right, half, narrow; /* of a plain channel (requant_dsp.h); narrow: not all of int8 */
    int32_t lo, hi;
    int8_t *out;
    int32_t out_c;
    int32_t step;
    const int8_t *last; /* behind the pixels, which are whole tiles: one or more */
    int32_t odd;        /* pairs of taps */
    uint32_t saved[2];
};

/* r4 … r7: pixels; r8 … r11: sums; r0: the list, r12: its end. */
#define PRODUCT(in, at, sum, product) "ldrsb lr, [" in ", " at "]\n" product " " sum ", lr, r3, " sum "\n"
#define PRODUCTS(at, product)                                                                                          \
    PRODUCT("r4", at, "r8", product)                                                                                   \
    PRODUCT("r5", at, "r9", product) PRODUCT("r6", at, "r10", product) PRODUCT("r7", at, "r11", product)
#define TAPS      "ldmia r0!, {r1, r2, r3}\n" PRODUCTS("r1", "smlabb") PRODUCTS("r2", "smlabt")
#define RESULT(r) MOTE_RESULT(r, "r1", "r2", "r3", "lr")
#define CLAMP(r)  "cmp " r ", r1\nit lt\nmovlt " r ", r1\ncmp " r ", r2\nit gt\nmovgt " r ", r2\n"
#define ENTER     "str r7, [r0, #68]\npush {r0}\nmov r4, r1\nldr r3, [r0, #56]\n"
#define TILE      "1:\nadd r5, r4, r3\nadd r6, r5, r3\nadd r7, r6, r3\nldmia r0, {r8, r9, r10, r11}\n"
#define LIST      "ldr r1, [r0, #64]\nldrd r0, r12, [r0, #16]\ncmp r1, #0\nbne 3f\n"
#define FOURS     "2:\n" TAPS "3:\n" TAPS "cmp r0, r12\nbne 2b\n"
#define RESULTS                                                                                                        \
    "ldr r0, [sp]\nldrd r1, r2, [r0, #24]\nldrd r3, r12, [r0, #32]\n" RESULT("r8") RESULT("r9") RESULT("r10")          \
        RESULT("r11")
#define IF_NARROW "cmp r12, #0\nbeq 4f\nldrd r1, r2, [r0, #40]\n"
#define CLAMPS    CLAMP("r8") CLAMP("r9") CLAMP("r10") CLAMP("r11")
#define PUT       "strb r8, [r1]\nstrb r9, [r1, r2]\nadd r1, r1, r2, lsl #1\nstrb r10, [r1]\nstrb r11, [r1, r2]\n"
#define OUTPUTS   "4:\nldrd r1, r2, [r0, #48]\n" PUT "add r1, r1, r2, lsl #1\nstr r1, [r0, #48]\n"
#define NEXT      "ldrd r3, r1, [r0, #56]\nadd r4, r7, r3\ncmp r4, r1\nbne 1b\n"
#define LEAVE     "add sp, sp, #4\nldr r7, [r0, #68]\n"

static __attribute__((noinline)) void put_tiles(struct tile *tile, const int8_t *first)
{
    register struct tile *t __asm__("r0") = tile;
    register const int8_t *in __asm__("r1") = first;

    __asm__ volatile(ENTER TILE LIST FOURS RESULTS IF_NARROW CLAMPS OUTPUTS NEXT LEAVE
                     : "+r"(t), "+r"(in)
                     :
                     : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

_Static_assert(sizeof(struct tile) == 76 && offsetof(struct tile, list) == 16 && offsetof(struct tile, mult) == 24 &&
                   offsetof(struct tile, lo) == 40 && offsetof(struct tile, out) == 48 &&
                   offsetof(struct tile, step) == 56 && offsetof(struct tile, odd) == 64 &&
                   offsetof(struct tile, saved) == 68 && sizeof(struct mote_taps) == 12,
               "the offsets in the assembly");

/* Of pixels that are no multiple of four some of the last four come twice. */
static void put_row(struct tile *t, int32_t n, const int8_t *in, int8_t *out)
{
    const int32_t rest = n % MOTE_CONV_PIXELS, last = n - MOTE_CONV_PIXELS;

    t->out = out;
    t->last = in + (n - rest) * t->step;
    put_tiles(t, in);
    if (rest == 0)
        return;
    t->out = out + last * t->out_c;
    t->last = in + n * t->step;
    put_tiles(t, in + last * t->step);
}

static void put_filter(const struct mote_conv_2d_huffman_s8 *p, const struct mote_filter *f,
                       const struct mote_pixels *x)
{
    struct tile t = {.bias = {f->bias, f->bias, f->bias, f->bias},
                     .list = f->list,
                     .end = f->end,
                     .mult = f->mult,
                     .right = -f->shift,
                     .narrow = p->lo > INT8_MIN || p->hi < INT8_MAX,
                     .lo = p->lo,
                     .hi = p->hi,
                     .out_c = p->out_c,
                     .step = x->step,
                     .odd = (f->end - f->list) % 2};

    if (x->n < MOTE_CONV_PIXELS || f->end - f->list > MOTE_PLAIN_PRODUCTS / 2 ||
        !mote_is_plain(f->bias, f->mult, f->shift)) {
        mote_conv_put_filter(p, f, x);
        return;
    }
    t.half = (int32_t)((uint32_t)(2 * p->out_zero + 1) << t.right) >> 1;
    for (int32_t r = 0; r < x->rows; r++)
        put_row(&t, x->n, x->in + r * x->down, x->out + r * x->out_down);
}

MOTE_WEAK void mote_conv_2d_huffman_s8_dsp(const struct mote_conv_2d_huffman_s8 *p, const int8_t *in,
                                           const uint8_t *coded, const uint8_t *bias, const int32_t *mult,
                                           const int8_t *shift, const int8_t *zeros, int8_t *out, int32_t *scratch,
                                           int32_t first, int32_t count)
{
    mote_conv_huffman(p, in, coded, bias, mult, shift, zeros, out, scratch, first, count);
}

static void run_conv_2d_huffman_s8_dsp(const struct mote_call *c)
{
    mote_conv_2d_huffman_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                c->args[6], c->args[7], c->first, c->count);
}
#endif

#if MOTE_DESCRIBE
/* A weight takes about a byte. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_huffman_s8 *p = params;
    const struct mote_conv_window w = mote_conv_2d_huffman_s8_window(p);
    const int32_t blocks = w.rows == 0 ? 1 : 1 + (rows - 1) / p->block, tiles = (p->out_w + 3) / 4;
    const double tables = 5.0 * ((1 << p->gap_bits) + (1 << p->level_bits)) + 6.0 * p->columns;
    const double copied = 0.5 * ((double)w.rows * w.columns) * p->in_c;

    return 300 + tables + blocks * (23.0 * p->coded_bytes + 60.0 * p->out_c + copied) +
           (double)rows * (tiles * (9.0 * p->coded_bytes + 45.0 * p->out_c) + 40.0 * p->out_c);
}
#endif

MOTE_KERNEL_CODE(conv_2d_huffman_s8, dsp, .run = MOTE_IF_DSP(run_conv_2d_huffman_s8_dsp),
                 MOTE_INSTRUCTIONS(instructions));
