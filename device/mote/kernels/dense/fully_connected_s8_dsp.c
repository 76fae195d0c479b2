/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 with products of pairs of halfwords. Four inputs and the same four weights of four outputs are 16
 * products: a load and two widenings of the inputs, a load of the weights, eight widenings, eight double products. The
 * loops are assembly: compilers find no registers for them. */
#include "fully_connected_s8_dsp.h"

#include "../shared/quads_dsp.h"
#include "../shared/requant_dsp.h"

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_fully_connected_s8 *p = params;
    uint32_t columns = mote_packed_align((uint32_t)p->in_len, 4), rows = mote_packed_align((uint32_t)p->out_c, 4);

    bytes[1] = rows > INT32_MAX || columns > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)rows, (int32_t)columns, 1);
    return 0;
}

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_fully_connected_s8 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = p->out_c;
    shape[MOTE_COLUMNS] = p->in_len;
}
#endif

#if MOTE_DSP
/* Four outputs at a time; the assembly has the offsets. */
struct fours {
    struct mote_quads quads;
    const int32_t *bias; /* 24 */
    uint32_t zero;       /* 28: to be taken from each sum */
    const int32_t *mult; /* 32 */
    const int8_t *shift; /* 36 */
    int32_t step;        /* 40: 1, or 0: one multiplier for all */
    int32_t middle;      /* 44: 2 * out_zero + 1 */
    int8_t *out;         /* 48 */
    int32_t n;           /* 52: fours */
    uint32_t r7;         /* 56: saved, as compilers do not let assembly have it */
};

/* Registers as quads_dsp.h has them. */
#define ENTER   "str r7, [r0, #56]\nmov r7, r0\nldr lr, [r7, #20]\n"
#define FOUR    "1:\nldrd r4, r5, [r7, #24]\nldmia r4!, {r0, r1, r2, r3}\nstr r4, [r7, #24]\n"
#define ZERO    "sub r0, r0, r5\nsub r1, r1, r5\nsub r2, r2, r5\nsub r3, r3, r5\n"
#define FOR_OUT "str lr, [r7, #20]\nldrd r4, r5, [r7, #32]\nldr r8, [r7, #40]\nldrd r12, lr, [r7, #44]\n"
#define MULT    "ldr r9, [r4]\nadd r4, r4, r8, lsl #2\nldrsb r10, [r5]\nadd r5, r5, r8\nrsb r10, r10, #0\n"
#define HALF    "lsl r11, r12, r10\nasr r11, r11, #1\n"
#define OUT(r)  MOTE_RESULT(r, "r9", "r10", "r11", "r6") "strb " r ", [lr], #1\n"
#define IF_EACH "cmp r8, #0\nbeq 7f\n" MULT HALF "7:\n"
#define OUTS    MULT HALF OUT("r0") IF_EACH OUT("r1") IF_EACH OUT("r2") IF_EACH OUT("r3")
#define KEEP    "strd r4, r5, [r7, #32]\nstr lr, [r7, #48]\nldr lr, [r7, #20]\n"
#define NEXT    KEEP "ldr r4, [r7, #52]\nsubs r4, r4, #1\nstr r4, [r7, #52]\nbne 1b\n"
#define LEAVE   "ldr r7, [r7, #56]\n"

static void put_fours(struct fours *fours)
{
    register struct fours *f __asm__("r0") = fours;

    __asm__ volatile(ENTER FOUR ZERO MOTE_QUADS FOR_OUT OUTS NEXT LEAVE
                     : "+r"(f)
                     :
                     : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

_Static_assert(sizeof(struct fours) == 60 && offsetof(struct fours, quads.last) == 12 &&
                   offsetof(struct fours, quads.weights) == 20 && offsetof(struct fours, bias) == 24 &&
                   offsetof(struct fours, mult) == 32 && offsetof(struct fours, step) == 40 &&
                   offsetof(struct fours, middle) == 44 && offsetof(struct fours, n) == 52,
               "the offsets in the assembly");

struct job {
    const struct mote_fully_connected_s8 *p;
    const int8_t *weights;
    const int32_t *bias, *mult;
    const int8_t *shift;
    bool plain; /* all outputs are */
};

/* Products with the weights' zero point are as large as those with the weights. */
static bool has_room(const struct mote_fully_connected_s8 *p)
{
    return p->in_len <= (p->weights_zero != 0 ? MOTE_PLAIN_PRODUCTS / 2 : MOTE_PLAIN_PRODUCTS);
}

static bool is_plain(const struct job *j, int32_t o)
{
    int32_t q = j->p->per_channel ? o : 0;

    return has_room(j->p) && mote_is_plain(j->bias[o], j->mult[q], j->shift[q]);
}

/* An output that the assembly's arithmetic is too narrow for. */
static int8_t put_slowly(const struct job *j, const int8_t *in, uint32_t zero, int32_t o)
{
    const struct mote_fully_connected_s8 *p = j->p;
    int32_t words = (p->in_len / 4 + (p->in_len % 4 != 0)) * 16, q = p->per_channel ? o : 0;
    const int8_t *w = j->weights + o / 4 * words + o % 4 * 4;
    uint32_t sum = (uint32_t)j->bias[o] - zero;

    for (int32_t i = 0; i < p->in_len; i++)
        sum += (uint32_t)(in[i] * w[i / 4 * 16 + i % 4]);
    return mote_requant_s8((int32_t)sum, j->mult[q], j->shift[q], p->out_zero, INT8_MIN, INT8_MAX);
}

/* The last outputs, if they are no four: of numbers that are there for four. */
static void put_rest(const struct job *j, struct fours f, int32_t n)
{
    int32_t bias[4] = {0}, mult[4] = {0};
    int8_t shift[4] = {0}, out[4], *to = f.out;

    for (int32_t i = 0; i < n; i++) {
        bias[i] = f.bias[i];
        mult[i] = f.mult[j->p->per_channel ? i : 0];
        shift[i] = f.shift[j->p->per_channel ? i : 0];
    }
    f.bias = bias;
    f.mult = mult;
    f.shift = shift;
    f.step = 1;
    f.out = out;
    f.n = 1;
    put_fours(&f);
    for (int32_t i = 0; i < n; i++)
        to[i] = out[i];
}

static void put_row(const struct job *j, const int8_t *in, int8_t *out)
{
    const struct mote_fully_connected_s8 *p = j->p;
    struct fours f = {.quads = mote_quads_of(in, p->in_len, j->weights),
                      .bias = j->bias,
                      .zero = p->weights_zero != 0 ? (uint32_t)p->weights_zero * mote_quads_total(in, p->in_len) : 0,
                      .mult = j->mult,
                      .shift = j->shift,
                      .step = p->per_channel,
                      .middle = 2 * p->out_zero + 1,
                      .out = out,
                      .n = p->out_c / 4};

    if (f.n > 0)
        put_fours(&f);
    if (p->out_c % 4 > 0)
        put_rest(j, f, p->out_c % 4);
    for (int32_t o = 0; o < p->out_c && !j->plain; o++)
        if (!is_plain(j, o))
            out[o] = put_slowly(j, in, f.zero, o);
    for (int32_t o = 0; o < p->out_c && (p->lo > INT8_MIN || p->hi < INT8_MAX); o++)
        out[o] = (int8_t)mote_clamp(out[o], p->lo, p->hi);
}

MOTE_WEAK void mote_fully_connected_s8_dsp(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                           const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                           const int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    struct job j = {p, weights, bias, mult, shift, false};

    j.plain = has_room(p) && mote_all_plain_dsp(bias, mult, shift, p->out_c, p->per_channel);
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len, out += p->out_c)
        put_row(&j, in, out);
}

static void run_fully_connected_s8_dsp(const struct mote_call *c)
{
    mote_fully_connected_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                c->first, c->count);
}
#endif

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_QUADS_4), 0, 0, 0, 0};

MOTE_KERNEL_CODE(fully_connected_s8, dsp, .run = MOTE_IF_DSP(run_fully_connected_s8_dsp), .forms = forms, .fit = fit,
                 MOTE_SHAPE(shape));
