/* SPDX-License-Identifier: Apache-2.0 */
/* gru_s8 with products of pairs of halfwords: a unit's gates share the inputs, four at a time, where they read the same
 * ones. Rows of weights are whole words, zeros at their ends. */
#include "gru_s8_dsp.h"

#include "../shared/quads_dsp.h"
#include "../shared/rows.h"
#include "gru_s8_unit.h"

static uint32_t packed_bytes(int32_t units, int32_t columns)
{
    return mote_bytes(units, (int32_t)mote_packed_align((uint32_t)columns, 4), MOTE_GRU_GATES);
}

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_gru_s8 *p = params;

    bytes[1] = packed_bytes(p->units, p->in_len);
    bytes[2] = packed_bytes(p->units, p->units);
    return 0;
}

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_gru_s8 *p = params;

    shape[MOTE_ROWS] = MOTE_GRU_GATES * p->units;
    shape[MOTE_COLUMNS] = arg == 1 ? p->in_len : p->units;
}

static double instructions(const void *params, int32_t rows)
{
    const struct mote_gru_s8 *p = params;

    return 60 + rows * (60 + p->units * (400 + 5.4 * ((double)p->in_len + p->units)));
}
#endif

#if MOTE_DSP
/* What is multiplied with x, or with h. */
struct part {
    const int8_t *weights;
    size_t row, gate; /* bytes of weights from one to the next */
    const int32_t *bias, *mult;
    const int8_t *shift;
    int32_t n, units;
};

static struct part part_of(const struct mote_gru_s8 *p, const int8_t *weights, int32_t n, const int32_t *bias,
                           const int32_t *mult, const int8_t *shift)
{
    const size_t row = mote_packed_align((uint32_t)n, 4);

    return (struct part){weights, row, row * (size_t)p->units, bias, mult, shift, n, p->units};
}

static inline uint32_t weigh(uint32_t sum, int32_t even, int32_t odd, uint32_t weights)
{
    sum = (uint32_t)__smlad(even, mote_even_bytes(weights), (int32_t)sum);
    return (uint32_t)__smlad(odd, mote_odd_bytes(weights), (int32_t)sum);
}

static inline uint32_t four_at(const int8_t *weights) { return *(const mote_word *)(const void *)weights; }

static int32_t scaled(const struct part *of, uint32_t sum, int32_t gate)
{
    return mote_clamp16(mote_requant((int32_t)sum, of->mult[gate], of->shift[gate]));
}

/* A gate of a unit. */
static int32_t one(const struct part *of, const int8_t *in, int32_t gate, int32_t unit)
{
    const int32_t index = gate * of->units + unit, rest = of->n % 4;
    const int8_t *w = of->weights + (size_t)index * of->row, *end = in + (of->n - rest);
    uint32_t sum = (uint32_t)of->bias[index];

    for (; in != end; in += 4, w += 4) {
        const uint32_t x = mote_four_of(in);

        sum = weigh(sum, mote_even_bytes(x), mote_odd_bytes(x), four_at(w));
    }
    if (rest > 0) {
        const uint32_t x = mote_last_of(in, rest);

        sum = weigh(sum, mote_even_bytes(x), mote_odd_bytes(x), four_at(w));
    }
    return scaled(of, sum, gate);
}

/* All gates of a unit. */
static void three(const struct part *of, const int8_t *in, int32_t unit, int32_t gates[MOTE_GRU_GATES])
{
    const int32_t rest = of->n % 4;
    const int8_t *w0 = of->weights + (size_t)unit * of->row, *w1 = w0 + of->gate, *w2 = w1 + of->gate;
    const int8_t *end = in + (of->n - rest);
    const int32_t *bias = of->bias + unit;
    uint32_t s0 = (uint32_t)bias[0], s1 = (uint32_t)bias[of->units], s2 = (uint32_t)bias[2 * of->units];

    for (; in != end; in += 4, w0 += 4, w1 += 4, w2 += 4) {
        const uint32_t x = mote_four_of(in);
        const int32_t even = mote_even_bytes(x), odd = mote_odd_bytes(x);

        s0 = weigh(s0, even, odd, four_at(w0));
        s1 = weigh(s1, even, odd, four_at(w1));
        s2 = weigh(s2, even, odd, four_at(w2));
    }
    if (rest > 0) {
        const uint32_t x = mote_last_of(in, rest);
        const int32_t even = mote_even_bytes(x), odd = mote_odd_bytes(x);

        s0 = weigh(s0, even, odd, four_at(w0));
        s1 = weigh(s1, even, odd, four_at(w1));
        s2 = weigh(s2, even, odd, four_at(w2));
    }
    gates[MOTE_GRU_UPDATE] = scaled(of, s0, MOTE_GRU_UPDATE);
    gates[MOTE_GRU_RESET] = scaled(of, s1, MOTE_GRU_RESET);
    gates[MOTE_GRU_NEW] = scaled(of, s2, MOTE_GRU_NEW);
}

struct layer {
    const struct mote_gru_s8 *p;
    struct part x, h;
    const uint16_t *table;
};

static void units_after(const struct layer *l, const int8_t *x, int16_t *hidden, const int8_t *before)
{
    for (int32_t u = 0; u < l->p->units; u++) {
        int32_t a[MOTE_GRU_GATES], b[MOTE_GRU_GATES], r;

        three(&l->x, x, u, a);
        three(&l->h, before, u, b);
        r = mote_gate_sigmoid(l->table, mote_clamp16(a[MOTE_GRU_RESET] + b[MOTE_GRU_RESET]));
        b[MOTE_GRU_NEW] = mote_gru_half(r * b[MOTE_GRU_NEW]);
        hidden[u] = mote_gru_s8_unit(l->table, mote_clamp16(a[MOTE_GRU_UPDATE] + b[MOTE_GRU_UPDATE]),
                                     mote_clamp16(a[MOTE_GRU_NEW] + b[MOTE_GRU_NEW]), hidden[u]);
    }
}

static void units_before(const struct layer *l, const int8_t *x, int16_t *hidden, const int8_t *before, int8_t *out)
{
    const int32_t units = l->p->units;

    for (int32_t u = 0; u < units; u++) {
        const int32_t sum = one(&l->x, x, MOTE_GRU_RESET, u) + one(&l->h, before, MOTE_GRU_RESET, u);

        out[u] = mote_gru_s8_out(l->p, mote_gru_half(mote_gate_sigmoid(l->table, mote_clamp16(sum)) * hidden[u]));
    }
    for (int32_t u = 0; u < units; u++) {
        const int32_t update = one(&l->x, x, MOTE_GRU_UPDATE, u) + one(&l->h, before, MOTE_GRU_UPDATE, u);
        const int32_t fresh = one(&l->x, x, MOTE_GRU_NEW, u) + one(&l->h, out, MOTE_GRU_NEW, u);

        hidden[u] = mote_gru_s8_unit(l->table, mote_clamp16(update), mote_clamp16(fresh), hidden[u]);
    }
}

static void put_row(const struct layer *l, const int8_t *x, int16_t *hidden, int8_t *before, int8_t *out)
{
    for (int32_t u = 0; u < l->p->units; u++)
        before[u] = mote_gru_s8_out(l->p, hidden[u]);
    if (l->p->reset_after)
        units_after(l, x, hidden, before);
    else
        units_before(l, x, hidden, before, out);
    for (int32_t u = 0; u < l->p->units; u++)
        out[u] = mote_gru_s8_out(l->p, hidden[u]);
}

MOTE_WEAK void mote_gru_s8_dsp(const struct mote_gru_s8 *p, const int8_t *x, const int8_t *x_weights,
                               const int8_t *h_weights, const int32_t *bias, const int32_t *mult, const int8_t *shift,
                               const uint16_t *table, int16_t *hidden, int8_t *before, int8_t *out, int32_t first,
                               int32_t count)
{
    const struct layer l = {p, part_of(p, x_weights, p->in_len, bias, mult, shift),
                            part_of(p, h_weights, p->units, bias + MOTE_GRU_GATES * p->units, mult + MOTE_GRU_GATES,
                                    shift + MOTE_GRU_GATES),
                            table};

    for (int32_t r = first; r < first + count; r++) {
        const int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;

        put_row(&l, x + mote_ring(r, p->in_ring) * p->in_len, hidden + state, before,
                out + mote_ring(r, p->out_ring) * p->units);
    }
}

static void run_gru_s8_dsp(const struct mote_call *c)
{
    mote_gru_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                    c->args[7], c->args[8], c->args[9], c->first, c->count);
}
#endif

static const uint16_t forms[] = {0,
                                 MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_WORDS_4),
                                 MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_WORDS_4),
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0};

MOTE_KERNEL_CODE(gru_s8, dsp, .run = MOTE_IF_DSP(run_gru_s8_dsp), .forms = forms, .fit = fit,
                 MOTE_SHAPE(shape) MOTE_INSTRUCTIONS(instructions));
