/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_s8 with products of pairs of halfwords: a unit's four gates share the inputs, and their weights lie together.
 * From the weights to the gates it is assembly: compilers find no registers for that. */
#include "lstm_s8_dsp.h"

#include "../shared/quads_dsp.h"
#include "../shared/rows.h"
#include "lstm_s8_unit_dsp.h"

static uint32_t packed_bytes(int32_t units, int32_t columns)
{
    return mote_bytes(4 * units, (int32_t)mote_packed_align((uint32_t)columns, 4), 1);
}

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_lstm_s8 *p = params;

    bytes[1] = packed_bytes(p->units, p->in_len);
    bytes[2] = packed_bytes(p->units, p->units);
    return 0;
}

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_lstm_s8 *p = params;

    shape[MOTE_ROWS] = arg == 3 ? 2 * MOTE_GATES : MOTE_GATES * p->units;
    shape[MOTE_COLUMNS] = arg == 1 ? p->in_len : p->units;
}

/* Each call looks at all biases and at the table. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_lstm_s8 *p = params;

    return 1500 + 40.0 * p->units + rows * (100 + p->units * (250 + 5.0 * ((double)p->in_len + p->units)));
}
#endif

#if MOTE_DSP
/* Products of x or of h. */
struct part {
    const int8_t *in, *weights;
    const int8_t *in_4; /* the end of the inputs that are a multiple of 4 */
    uint32_t last;      /* the others */
    uint32_t has_last;  /* there are some */
    uint32_t skip;      /* bytes of code: where the first turn of the loop of 16 begins */
};

/* Units whose gates are computed; the assembly has the offsets. */
struct units {
    struct part x, h;                     /*  0, 24 */
    const int32_t *bias;                  /* 48 */
    const struct mote_lstm_scale *scales; /* 52: of x's products, then of h's */
    int16_t (*gates)[4];                  /* 56 */
    int32_t n;                            /* 60 */
    uint32_t x_gates[2];                  /* 64 */
    uint32_t r7;                          /* 72: saved, as compilers do not let assembly have it */
};

_Static_assert(sizeof(struct part) == 24 && sizeof(struct units) == 76 && offsetof(struct units, bias) == 48 &&
                   offsetof(struct units, n) == 60,
               "the offsets in the assembly");

/* Registers as quads_dsp.h has them. The loop of 16 inputs is entered where what is left is a multiple of 16. */
#define ENTER       "str r7, [r0, #72]\nmov r7, r0\n1:\n"
#define BIAS        "ldr r4, [r7, #48]\nldmia r4!, {r0, r1, r2, r3}\nstr r4, [r7, #48]\n"
#define FIRST(skip) "ldr r11, [r7, #" skip "]\nadd pc, r11\nnop\n"
#define QUADS(end)  "2:\n" MOTE_QUAD MOTE_QUAD MOTE_QUAD MOTE_QUAD "ldr r11, [r7, #" end "]\ncmp r12, r11\nbne.w 2b\n"
#define LAST(last)  "ldrd r4, r11, [r7, #" last "]\ncmp r11, #0\nbeq 3f\n" MOTE_QUAD_PRODUCTS "3:\n"
#define SUM(in, weights, end, last, skip)                                                                              \
    BIAS "ldrd r12, lr, [r7, #" in "]\n" FIRST(skip) QUADS(end) LAST(last) "str lr, [r7, #" weights                    \
                                                                           "]\nldr lr, [r7, #52]\n"
#define SCALE(r) "ldmia lr!, {r9, r10, r11}\n" MOTE_SCALED(r, "r9", "r10", "r11", "r6") "ssat " r ", #16, " r "\n"
#define PAIRS    "pkhbt r0, r0, r1, lsl #16\npkhbt r2, r2, r3, lsl #16\n"
#define SCALES   SCALE("r0") SCALE("r1") SCALE("r2") SCALE("r3") PAIRS
#define OF_X     SUM("0", "4", "8", "12", "20") SCALES "strd r0, r2, [r7, #64]\n"
#define OF_H     SUM("24", "28", "32", "36", "44") "add lr, lr, #48\n" SCALES
#define PUT      "ldrd r4, r5, [r7, #64]\nqadd16 r0, r0, r4\nqadd16 r2, r2, r5\n"
#define NEXT     "ldrd r4, r5, [r7, #56]\nstrd r0, r2, [r4], #8\nsubs r5, r5, #1\nstrd r4, r5, [r7, #56]\nbne 1b\n"
#define LEAVE    "ldr r7, [r7, #72]\n"

/* Bytes of code: of MOTE_QUAD, and of what comes behind four of them in the loop. */
enum { QUAD_BYTES = 80, NEXT_BYTES = 10 };

static void put_gates(struct units *units)
{
    register struct units *u __asm__("r0") = units;

    __asm__ volatile(ENTER OF_X OF_H PUT NEXT LEAVE
                     : "+r"(u)
                     :
                     : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

struct layer {
    const struct mote_lstm_s8 *p;
    const int8_t *x_weights, *h_weights;
    const int32_t *bias, *mult;
    const int8_t *shift;
    const uint16_t *table;
    struct mote_lstm_scale scales[2 * MOTE_GATES];
    struct mote_lstm_units units;
};

/* ---- what the arithmetic of halfwords is too narrow for ---- */
static uint32_t sum_slowly(const int8_t *x, int32_t n, const int8_t *w)
{
    uint32_t sum = 0;

    for (int32_t i = 0; i < n; i++)
        sum += (uint32_t)(x[i] * w[i / 4 * 16 + i % 4]);
    return sum;
}

static void put_slowly(const struct layer *l, const int8_t *x, const int8_t *hidden, int16_t *cell, int8_t *out)
{
    const struct mote_lstm_s8 *p = l->p;
    const int8_t *x_weights = l->x_weights, *h_weights = l->h_weights;
    const int32_t *bias = l->bias;

    for (int32_t u = 0; u < p->units; u++, bias += 2 * MOTE_GATES) {
        int32_t gate[MOTE_GATES];

        for (int32_t g = 0; g < MOTE_GATES; g++) {
            uint32_t x_sum = (uint32_t)bias[g] + sum_slowly(x, p->in_len, x_weights + 4 * g);
            uint32_t h_sum = (uint32_t)bias[MOTE_GATES + g] + sum_slowly(hidden, p->units, h_weights + 4 * g);

            gate[g] = mote_lstm_s8_gate(x_sum, h_sum, l->mult, l->shift, g);
        }
        out[u] = mote_lstm_s8_unit(p, l->table, gate, cell + u);
        x_weights += packed_bytes(1, p->in_len);
        h_weights += packed_bytes(1, p->units);
    }
}

/* ---- units ---- */
#define CHUNK 8 /* units whose gates are computed at a time */

static struct part part_of(const int8_t *in, int32_t n, const int8_t *weights)
{
    uint32_t skip = n < 4 ? 4 * QUAD_BYTES + NEXT_BYTES : (uint32_t)(-(n / 4) & 3) * QUAD_BYTES;
    int32_t rest = n % 4;

    return (struct part){in, weights, in + n - rest, mote_last_of(in + n - rest, rest), rest > 0, skip};
}

static void put_units(const struct layer *l, const int8_t *x, const int8_t *hidden, int16_t *cell, int8_t *out)
{
    const struct mote_lstm_s8 *p = l->p;
    int16_t gates[CHUNK][4];
    struct units units = {.x = part_of(x, p->in_len, l->x_weights),
                          .h = part_of(hidden, p->units, l->h_weights),
                          .bias = l->bias,
                          .scales = l->scales};

    for (int32_t done = 0, n; done < p->units; done += n) {
        n = p->units - done < CHUNK ? p->units - done : CHUNK;
        units.gates = gates;
        units.n = n;
        put_gates(&units);
        for (int32_t u = 0; u < n; u++)
            *out++ = mote_lstm_unit_dsp(&l->units, gates[u], cell++);
    }
}

/* ---- layers ---- */
/* Of all biases: whether they are below 2^29, eight at a time. */
static bool are_simple(const int32_t *bias, int32_t units)
{
    const uint32_t half = UINT32_C(1) << 29;
    uint32_t seen = 0;

    for (; units > 0; units--, bias += 2 * MOTE_GATES) {
        const uint32_t *b = (const uint32_t *)bias;

        seen |= (b[0] + half) | (b[1] + half) | (b[2] + half) | (b[3] + half);
        seen |= (b[4] + half) | (b[5] + half) | (b[6] + half) | (b[7] + half);
    }
    return seen < UINT32_C(1) << 30;
}

static bool set_scales(struct layer *l)
{
    const struct mote_lstm_s8 *p = l->p;

    if (p->in_len > MOTE_PLAIN_PRODUCTS || p->units > MOTE_PLAIN_PRODUCTS || !are_simple(l->bias, p->units) ||
        !mote_lstm_begin_units(&l->units, p, l->table))
        return false;
    for (int32_t i = 0; i < 2 * MOTE_GATES; i++) {
        if (!mote_lstm_is_simple(l->mult[i], l->shift[i]))
            return false;
        l->scales[i] = mote_lstm_scale_of(l->mult[i], l->shift[i]);
    }
    return true;
}

/* In a strange image they may overlap. */
static void keep(int8_t *hidden, const int8_t *out, int32_t n)
{
    for (; n >= 4; n -= 4, hidden += 4, out += 4) {
        uint32_t four = mote_four_of(out);

        __builtin_memcpy(hidden, &four, 4);
    }
    for (; n > 0; n--)
        *hidden++ = *out++;
}

MOTE_WEAK void mote_lstm_s8_dsp(const struct mote_lstm_s8 *p, const int8_t *x, const int8_t *x_weights,
                                const int8_t *h_weights, const int32_t *bias, const int32_t *mult, const int8_t *shift,
                                const uint16_t *table, int8_t *hidden, int16_t *cell, int8_t *out, int32_t first,
                                int32_t count)
{
    struct layer l = {.p = p,
                      .x_weights = x_weights,
                      .h_weights = h_weights,
                      .bias = bias,
                      .mult = mult,
                      .shift = shift,
                      .table = table};
    bool simple = set_scales(&l);

    for (int32_t r = first; r < first + count; r++) {
        int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;
        const int8_t *in = x + mote_ring(r, p->in_ring) * p->in_len;
        int8_t *h = hidden + state, *to = out + mote_ring(r, p->out_ring) * p->units;

        if (simple)
            put_units(&l, in, h, cell + state, to);
        else
            put_slowly(&l, in, h, cell + state, to);
        keep(h, to, p->units);
    }
}

static void run_lstm_s8_dsp(const struct mote_call *c)
{
    mote_lstm_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                     c->args[7], c->args[8], c->args[9], c->first, c->count);
}
#endif

static const uint16_t forms[] = {0,
                                 MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_GATES_4),
                                 MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_GATES_4),
                                 MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_TRANSPOSED),
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0};

MOTE_KERNEL_CODE(lstm_s8, dsp, .run = MOTE_IF_DSP(run_lstm_s8_dsp), .forms = forms, .fit = fit,
                 MOTE_SHAPE(shape) MOTE_INSTRUCTIONS(instructions));
