/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_rows_s8 with products of pairs of halfwords. */
#include "../shared/hot.h"

#include "fully_connected_rows_s8_dsp.h"

#include "../shared/folds.h"
#include "../shared/quads_dsp.h"
#include "../shared/requant_dsp.h"

static int32_t packed_columns(const struct mote_fully_connected_rows_s8 *p)
{
    return (int32_t)mote_packed_align((uint32_t)(p->in_h * p->in_len), 4);
}

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_fully_connected_rows_s8 *p = params;
    uint32_t columns = (uint32_t)packed_columns(p), rows = mote_packed_align((uint32_t)p->out_c, 4);

    bytes[1] = rows > INT32_MAX || columns > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)rows, (int32_t)columns, 1);
    return 0;
}

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_fully_connected_rows_s8 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = p->out_c;
    shape[MOTE_COLUMNS] = p->in_h * p->in_len;
}
#endif

#if MOTE_DSP
/* Four outputs at a time; the assembly has the offsets. */
struct fours {
    struct mote_quads quads;
    int32_t *sums;  /* 24 */
    uint32_t zero;  /* 28: to be taken from each sum */
    int32_t others; /* 32: bytes of weights of other inputs, from four outputs to the next */
    int32_t n;      /* 36: fours */
    uint32_t r7;    /* 40: saved, as compilers do not let assembly have it */
};

_Static_assert(sizeof(struct fours) == 44 && offsetof(struct fours, quads.last) == 12 &&
                   offsetof(struct fours, quads.weights) == 20 && offsetof(struct fours, sums) == 24 &&
                   offsetof(struct fours, others) == 32,
               "the offsets in the assembly");

/* Registers as quads_dsp.h has them. */
#define ENTER "str r7, [r0, #40]\nmov r7, r0\nldr lr, [r7, #20]\n"
#define FOUR  "1:\nldrd r4, r5, [r7, #24]\nldmia r4, {r0, r1, r2, r3}\n"
#define ZERO  "sub r0, r0, r5\nsub r1, r1, r5\nsub r2, r2, r5\nsub r3, r3, r5\n"
#define KEEP  "ldr r4, [r7, #24]\nstmia r4!, {r0, r1, r2, r3}\nstr r4, [r7, #24]\n"
#define NEXT  "ldrd r4, r5, [r7, #32]\nadd lr, lr, r4\nsubs r5, r5, #1\nstr r5, [r7, #36]\nbne 1b\n"
#define LEAVE "ldr r7, [r7, #40]\n"

static void add_fours(struct fours *fours)
{
    register struct fours *f __asm__("r0") = fours;

    __asm__ volatile(ENTER FOUR ZERO MOTE_QUADS KEEP NEXT LEAVE
                     : "+r"(f)
                     :
                     : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

/* n inputs from number `column` on that begin within a word of weights. */
static void add_slowly(const struct mote_fully_connected_rows_s8 *p, const int8_t *in, int32_t n, int32_t column,
                       const int8_t *weights, uint32_t zero, int32_t *sums)
{
    const int32_t columns = packed_columns(p);

    for (int32_t o = 0; o < p->out_c; o++) {
        const int8_t *w = weights + o / 4 * 4 * columns + column / 4 * 16 + o % 4 * 4 + column % 4;
        uint32_t sum = (uint32_t)sums[o] - zero;

        for (int32_t i = 0; i < n; i++)
            sum += (uint32_t)(in[i] * w[i]);
        sums[o] = (int32_t)sum;
    }
}

/* n inputs from number `column` on. */
static void add(const struct mote_fully_connected_rows_s8 *p, const int8_t *in, int32_t n, int32_t column,
                const int8_t *weights, int32_t *sums)
{
    uint32_t zero = p->weights_zero != 0 ? (uint32_t)p->weights_zero * mote_quads_total(in, n) : 0;
    int32_t before = (4 - column % 4) % 4, columns = packed_columns(p);
    struct fours f = {.sums = sums, .zero = zero, .n = p->out_c / 4 + (p->out_c % 4 != 0)};

    if (before > 0) {
        before = before < n ? before : n;
        add_slowly(p, in, before, column, weights, zero, sums);
        f.zero = 0;
        in += before;
        column += before;
        n -= before;
    }
    if (n == 0)
        return;
    f.quads = mote_quads_of(in, n, weights + column * 4);
    f.others = (columns - (n + 3) / 4 * 4) * 4;
    add_fours(&f);
}

/* Products with the weights' zero point are as large as those with the weights. */
static bool has_room(const struct mote_fully_connected_rows_s8 *p)
{
    return p->in_h * p->in_len <= (p->weights_zero != 0 ? MOTE_PLAIN_PRODUCTS / 2 : MOTE_PLAIN_PRODUCTS);
}

static void put(const struct mote_fully_connected_rows_s8 *p, const int32_t *sums, const int32_t *bias,
                const int32_t *mult, const int8_t *shift, int8_t *out)
{
    const bool room = has_room(p);

    for (int32_t o = 0; o < p->out_c; o++) {
        int32_t q = p->per_channel ? o : 0;
        int8_t x = room && mote_is_plain(bias[o], mult[q], shift[q])
                       ? mote_requant_plain(sums[o], mult[q], -shift[q], 2 * p->out_zero + 1)
                       : mote_requant_s8(sums[o], mult[q], shift[q], p->out_zero, INT8_MIN, INT8_MAX);

        out[o] = (int8_t)mote_clamp(x, p->lo, p->hi);
    }
}

MOTE_WEAK void mote_fully_connected_rows_s8_dsp(const struct mote_fully_connected_rows_s8 *p, const int8_t *in,
                                                const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                                const int8_t *shift, int32_t *sums, int8_t *out, int32_t first,
                                                int32_t count)
{
    struct mote_run run;

    for (; count > 0; count -= run.rows, first += run.rows) {
        run = mote_run_of(first, count, p->in_h, p->in_ring);
        for (int32_t o = 0; run.y == 0 && o < p->out_c; o++)
            sums[o] = bias[o];
        add(p, in + run.at * p->in_len, run.rows * p->in_len, run.y * p->in_len, weights, sums);
        if (run.ends)
            put(p, sums, bias, mult, shift, out);
    }
}

static void run_fully_connected_rows_s8_dsp(const struct mote_call *c)
{
    mote_fully_connected_rows_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                     c->args[6], c->first, c->count);
}
#endif

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_QUADS_4), 0, 0, 0, 0, 0};

MOTE_KERNEL_CODE(fully_connected_rows_s8, dsp, .run = MOTE_IF_DSP(run_fully_connected_rows_s8_dsp), .forms = forms,
                 .fit = fit, MOTE_SHAPE(shape));
