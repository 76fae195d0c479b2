/* SPDX-License-Identifier: Apache-2.0 */
/* The LSTM in int8 or 16x8, as the reference has it (docs/EXACT.md): weights with one scale a tensor, the hidden state
 * in the output's quantization, the cell state in 16 bits with a power of two as its scale. The GRU in int8: weights
 * with one scale a gate, the state in 16 bits of 2^-15. RECURRENT computes in float: its weights are rounded to
 * multiples of a scale of their row, which the plan stores in 8 bits (host/plan/hybrids.c). */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"
#include "host/passes/quantize.h"

#include <float.h>
#include <math.h>

#define GATES      4
#define WEIGHT_MAX 127
#define GATE_UNIT  (1.0f / 4096) /* of a gate's sum */

enum { X_WEIGHTS = 1, H_WEIGHTS = 5, BIAS = 12, HIDDEN = 18, CELL = 19 };
enum { GRU_GATES = 3, GRU_X_WEIGHTS = 1, GRU_H_WEIGHTS, GRU_X_BIAS, GRU_H_BIAS, GRU_HIDDEN };
enum { HYBRID_WEIGHTS = 1 };

/* Real zeros assigned, as imported networks begin, are zeros in any type. */
static bool is_zeros(const struct tensor *t)
{
    int64_t n = t->data ? tensor_bytes(t) : 0;

    for (int64_t i = 0; i < n; i++)
        if (t->data[i] != 0)
            return false;
    return n > 0;
}

static bool is_assignment(const struct op *op, int32_t state)
{
    return op->id == OP_ASSIGN_VARIABLE && op->out[0] == state;
}

/* Nobody but the operator touches the state, but for what begins it with zeros and what reads it behind. */
static bool is_own_state(const struct graph *g, const struct op *op, int input)
{
    const struct tensor *t = op_in(g, op, input);
    const int32_t state = op->in[input];
    int32_t others = 0;
    bool behind = false;

    if (!t || !t->state || t->initial || t->type != TYPE_F32)
        return false;
    for (int32_t i = 0; i < g->n_ops; i++) {
        behind |= &g->ops[i] == op;
        if (is_assignment(&g->ops[i], state) && (behind || !is_zeros(op_in(g, &g->ops[i], 0))))
            return false;
        others += behind && g->ops[i].id == OP_READ_VARIABLE && g->ops[i].in[0] == state;
    }
    return graph_uses(g, state) == 1 + others;
}

bool recurrent_has_s8(const struct graph *g, const struct op *op)
{
    if (op->id == OP_GRU)
        return is_own_state(g, op, GRU_HIDDEN);
    return is_own_state(g, op, HIDDEN) && is_own_state(g, op, CELL);
}

static enum mote_status want_constants(const struct graph *g, const struct op *op, int first, int n,
                                       const struct frame *at)
{
    for (int i = first; i < first + n; i++) {
        const struct tensor *t = op_in(g, op, i);

        if (!t || !t->data || t->type != TYPE_F32)
            return fail(at, MOTE_ERR_UNSUPPORTED, "input %d must be an f32 constant to be quantized", i);
        TRY(want_finite(g, op->in[i], at));
    }
    return MOTE_OK;
}

static float largest(const struct tensor *t)
{
    struct range r = range_of_constant(t);

    return fmaxf(-r.min, r.max);
}

/* A bias in units of its product: s32, or s64 beside activations of s16. */
static int32_t quantize_bias(struct model *m, struct graph *g, int32_t tensor, enum mote_type type, double product)
{
    struct tensor bias = g->tensors[tensor];
    int64_t n = tensor_elements(&bias);
    uint8_t *data = pool_array(m->pool, (size_t)n + 1, sizeof(int64_t));
    const size_t size = type == TYPE_S64 ? sizeof(int64_t) : sizeof(int32_t);

    for (int64_t i = 0; i < n; i++) {
        double code = (double)float_at(&bias, i) / product;
        uint64_t bits;

        assert(product > 0 && fabs(code) < (type == TYPE_S64 ? 0x1p62 : 0x1p31));
        bits = (uint64_t)llround(code);
        for (size_t b = 0; b < size; b++)
            data[(size_t)i * size + b] = (uint8_t)(bits >> 8 * b);
    }
    bias.type = type;
    bias.data = data;
    quant_set(m, &bias.quant, (float)product, 0);
    return graph_add_tensor(m, g, &bias);
}

/* A gate's weights on x, and its bias, which is added to that product. */
static void quantize_gate(struct model *m, struct graph *g, const struct op *op, int gate, enum mote_type type,
                          struct quant_s8 x, struct quant_s8 h, int32_t *inputs)
{
    const float room = type == TYPE_S16 ? 32768 : 1; /* of sums of 2^47, as the reference takes them */
    float on_x = weight_scale(largest(op_in(g, op, X_WEIGHTS + gate)), largest(op_in(g, op, BIAS + gate)) / room,
                              x.scale, GATE_UNIT);
    float on_h = weight_scale(largest(op_in(g, op, H_WEIGHTS + gate)), 0, h.scale, GATE_UNIT);

    inputs[BIAS + gate] = quantize_bias(m, g, op->in[BIAS + gate], type == TYPE_S16 ? TYPE_S64 : TYPE_S32,
                                        (double)x.scale * (double)on_x);
    inputs[X_WEIGHTS + gate] = quantize_constant(m, g, op->in[X_WEIGHTS + gate], (struct quant_s8){on_x, 0});
    inputs[H_WEIGHTS + gate] = quantize_constant(m, g, op->in[H_WEIGHTS + gate], (struct quant_s8){on_h, 0});
}

/* Twice what was seen at the ends of sequences, for what was in between, and at least 1. */
static float cell_scale(struct range seen)
{
    int power = 0;
    float limit = 2 * fmaxf(-seen.min, seen.max);

    while (power < 15 && ldexpf(1, power) < limit)
        power++;
    return ldexpf(1, power - 15);
}

/* A state's new type and quantization; what is assigned to it gets them, too. */
static void quantize_state(struct model *m, struct graph *g, int32_t state, enum mote_type type, struct quant_s8 q)
{
    g->tensors[state].type = type;
    quant_set(m, &g->tensors[state].quant, q.scale, q.zero);
    for (int32_t i = 0; i < g->n_ops; i++)
        if (is_assignment(&g->ops[i], state)) {
            struct tensor zeros = g->tensors[state];
            size_t bytes = (size_t)tensor_bytes(&zeros);

            zeros.state = false;
            zeros.name = "";
            zeros.data = memset(pool_alloc(m->pool, bytes), q.zero, bytes);
            g->ops[i].in[0] = graph_add_tensor(m, g, &zeros);
        }
}

static enum mote_status quantize_lstm(struct model *m, struct graph *g, const struct op *op, enum mote_type type,
                                      struct quant_s8 x, struct quant_s8 h, struct range cell, int32_t *inputs,
                                      const struct frame *at)
{
    TRY(want_constants(g, op, X_WEIGHTS, 2 * GATES, at));
    TRY(want_constants(g, op, BIAS, GATES, at));
    for (int gate = 0; gate < GATES; gate++)
        quantize_gate(m, g, op, gate, type, x, h, inputs);
    quantize_state(m, g, op->in[HIDDEN], type, h);
    quantize_state(m, g, op->in[CELL], TYPE_S16, (struct quant_s8){cell_scale(cell), 0});
    return MOTE_OK;
}

/* Of rows of a tensor, a gate's. */
static float largest_in(const struct tensor *t, int gate)
{
    const int64_t n = tensor_elements(t) / GRU_GATES;
    float most = 0;

    for (int64_t i = gate * n; i < (gate + 1) * n; i++)
        most = fmaxf(most, fabsf(float_at(t, i)));
    return most;
}

/* The weights on x or h, whose scale is `in`, and the bias that is added to that product: a scale a gate. */
static void quantize_products(struct model *m, struct graph *g, const struct op *op, int weights, int bias, float in,
                              int32_t *inputs)
{
    struct tensor w = *op_in(g, op, weights), b = *op_in(g, op, bias);
    const int64_t rows = w.dims[0], columns = w.dims[1];
    float *scale = pool_array(m->pool, (size_t)rows, sizeof *scale);
    float *product = pool_array(m->pool, (size_t)rows, sizeof *product);
    int8_t *codes = pool_array(m->pool, (size_t)(rows * columns), sizeof *codes);
    int32_t *biases = pool_array(m->pool, (size_t)rows, sizeof *biases);

    for (int64_t r = 0; r < rows; r++) {
        const int gate = (int)(r / (rows / GRU_GATES));
        double real;

        scale[r] = weight_scale(largest_in(&w, gate), largest_in(&b, gate), in, GATE_UNIT);
        product[r] = fmaxf(in * scale[r], FLT_MIN);
        for (int64_t i = 0; i < columns; i++)
            codes[r * columns + i] = (int8_t)lround((double)float_at(&w, r * columns + i) / (double)scale[r]);
        real = (double)float_at(&b, r) / ((double)in * (double)scale[r]);
        assert(fabs(real) < 0x1p31);
        biases[r] = (int32_t)llround(real);
    }
    w.type = TYPE_S8;
    w.data = (const uint8_t *)codes;
    w.quant = (struct quant){(int32_t)rows, 0, scale, pool_array(m->pool, (size_t)rows, sizeof(int32_t))};
    b.type = TYPE_S32;
    b.data = (const uint8_t *)biases;
    b.quant = (struct quant){(int32_t)rows, 0, product, w.quant.zero};
    inputs[weights] = graph_add_tensor(m, g, &w);
    inputs[bias] = graph_add_tensor(m, g, &b);
}

static enum mote_status quantize_gru(struct model *m, struct graph *g, const struct op *op, struct quant_s8 x,
                                     struct quant_s8 h, int32_t *inputs, const struct frame *at)
{
    TRY(want_constants(g, op, GRU_X_WEIGHTS, 4, at));
    quantize_products(m, g, op, GRU_X_WEIGHTS, GRU_X_BIAS, x.scale, inputs);
    quantize_products(m, g, op, GRU_H_WEIGHTS, GRU_H_BIAS, h.scale, inputs);
    quantize_state(m, g, op->in[GRU_HIDDEN], TYPE_S16, (struct quant_s8){0x1p-15f, 0});
    return MOTE_OK;
}

/* ---- RECURRENT, which stays float ---- */
static int32_t round_rows(struct model *m, struct graph *g, int32_t tensor)
{
    struct tensor t = g->tensors[tensor];
    const int64_t rows = t.dims[0], columns = t.dims[1];
    float *data = pool_array(m->pool, (size_t)(rows * columns), sizeof *data);

    for (int64_t r = 0; r < rows; r++) {
        float most = 0, scale;

        for (int64_t i = r * columns; i < (r + 1) * columns; i++)
            most = fmaxf(most, fabsf(float_at(&t, i)));
        scale = fmaxf(most / WEIGHT_MAX, FLT_MIN);
        for (int64_t i = r * columns; i < (r + 1) * columns; i++)
            data[i] = (float)lround((double)float_at(&t, i) / (double)scale) * scale;
    }
    t.data = (const uint8_t *)data;
    return graph_add_tensor(m, g, &t);
}

bool recurrent_has_hybrid(const struct op *op) { return op->id == OP_RECURRENT; }

enum mote_status quantize_hybrid(struct model *m, struct graph *g, const struct op *op, int32_t *inputs,
                                 const struct frame *at)
{
    TRY(want_constants(g, op, HYBRID_WEIGHTS, 2, at));
    for (int i = HYBRID_WEIGHTS; i < HYBRID_WEIGHTS + 2; i++)
        inputs[i] = round_rows(m, g, op->in[i]);
    return MOTE_OK;
}

int32_t recurrent_hidden(const struct op *op)
{
    return op->in[op->id == OP_GRU || op->id == OP_RECURRENT ? GRU_HIDDEN : HIDDEN];
}

int32_t recurrent_cell(const struct op *op) { return op->in[op->id == OP_GRU ? GRU_HIDDEN : CELL]; }

enum mote_status quantize_recurrent(struct model *m, struct graph *g, const struct op *op, enum mote_type type,
                                    struct quant_s8 x, struct quant_s8 h, struct range cell, int32_t *inputs,
                                    const struct frame *at)
{
    assert(type == TYPE_S8 || op->id != OP_GRU); /* which has no 16x8 form */
    return op->id == OP_GRU ? quantize_gru(m, g, op, x, h, inputs, at)
                            : quantize_lstm(m, g, op, type, x, h, cell, inputs, at);
}
