/* SPDX-License-Identifier: Apache-2.0 */
/* The LSTM in int8, as the reference has it (docs/EXACT.md): weights with one scale a tensor, the hidden state in the
 * output's quantization, the cell state in 16 bits with a power of two as its scale. */
#include "host/graph/op_info.h"
#include "host/passes/quantize.h"

#include <math.h>

#define GATES     4
#define GATE_UNIT (1.0f / 4096) /* of a gate's sum */

enum { X_WEIGHTS = 1, H_WEIGHTS = 5, BIAS = 12, HIDDEN = 18, CELL = 19 };

static bool is_own_state(const struct graph *g, const struct op *op, int input)
{
    const struct tensor *t = op_in(g, op, input);

    return t && t->state && !t->initial && t->type == TYPE_F32 && graph_uses(g, op->in[input]) == 1;
}

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

static bool begins_at_zero(const struct graph *g, int32_t state)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (is_assignment(&g->ops[i], state) && !is_zeros(op_in(g, &g->ops[i], 0)))
            return false;
    return true;
}

bool lstm_has_s8(const struct graph *g, const struct op *op)
{
    return is_own_state(g, op, HIDDEN) && is_own_state(g, op, CELL) && begins_at_zero(g, op->in[HIDDEN]) &&
           begins_at_zero(g, op->in[CELL]);
}

static enum mote_status want_constants(const struct graph *g, const struct op *op, const struct frame *at)
{
    static const int all[] = {X_WEIGHTS, H_WEIGHTS, BIAS};

    for (size_t i = 0; i < COUNT(all); i++)
        for (int k = 0; k < GATES; k++) {
            const struct tensor *t = op_in(g, op, all[i] + k);

            if (!t || !t->data || t->type != TYPE_F32)
                return fail(at, MOTE_ERR_UNSUPPORTED, "input %d must be an f32 constant to be quantized", all[i] + k);
            TRY(want_finite(g, op->in[all[i] + k], at));
        }
    return MOTE_OK;
}

static float largest(const struct tensor *t)
{
    struct range r = range_of_constant(t);

    return fmaxf(-r.min, r.max);
}

/* A gate's weights on x, and its bias, which is added to that product. */
static void quantize_gate(struct model *m, struct graph *g, const struct op *op, int gate, struct quant_s8 x,
                          struct quant_s8 h, int32_t *inputs)
{
    const struct tensor *b = op_in(g, op, BIAS + gate);
    struct tensor bias = *b;
    int64_t n = tensor_elements(b);
    int32_t *data = pool_array(m->pool, (size_t)n + 1, sizeof *data);
    float on_x = weight_scale(largest(op_in(g, op, X_WEIGHTS + gate)), largest(b), x.scale, GATE_UNIT);
    float on_h = weight_scale(largest(op_in(g, op, H_WEIGHTS + gate)), 0, h.scale, GATE_UNIT);
    double product = (double)x.scale * (double)on_x;

    for (int64_t i = 0; i < n; i++) {
        float real;

        memcpy(&real, b->data + (size_t)i * sizeof real, sizeof real);
        assert(product > 0 && fabs((double)real / product) < 0x1p31);
        data[i] = (int32_t)llround((double)real / product);
    }
    bias.type = TYPE_S32;
    bias.data = (const uint8_t *)data;
    quant_set(m, &bias.quant, (float)product, 0);
    inputs[BIAS + gate] = graph_add_tensor(m, g, &bias);
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

enum mote_status quantize_lstm(struct model *m, struct graph *g, const struct op *op, struct quant_s8 x,
                               struct quant_s8 h, struct range cell, int32_t *inputs, const struct frame *at)
{
    TRY(want_constants(g, op, at));
    for (int gate = 0; gate < GATES; gate++)
        quantize_gate(m, g, op, gate, x, h, inputs);
    quantize_state(m, g, op->in[HIDDEN], TYPE_S8, h);
    quantize_state(m, g, op->in[CELL], TYPE_S16, (struct quant_s8){cell_scale(cell), 0});
    return MOTE_OK;
}
