/* SPDX-License-Identifier: Apache-2.0 */
/* Networks of uint8, as converters made them before there was int8: each tensor becomes an int8 one of the same reals,
 * its bytes and its zero point 128 less. What the reference computes of uint8 is then, 128 less, what it computes of
 * int8; where it is not, the operator says so (struct op: uint8). Inputs and outputs of a graph stay uint8, with a
 * QUANTIZE between. Weights are brought as near to a zero point of 0 as their values let them. */
#include "host/graph/blocks.h"
#include "host/graph/op_info.h"
#include "host/graph/scales.h"
#include "host/import/import.h"

struct bytes_work {
    struct model *m;
    struct graph *g;
    int64_t *left; /* elements of constants that may still be made */
};

/* ---- which operators ---- */
/* Those whose arithmetic of uint8 is another one. */
static const enum op_id others[] = {
    OP_CONV_2D, OP_DEPTHWISE_CONV_2D, OP_TRANSPOSE_CONV, OP_AVERAGE_POOL_2D, OP_LOGISTIC, OP_TANH, OP_RESIZE_BILINEAR,
    OP_MUL,     OP_L2_NORMALIZATION};
/* Those whose is the same, besides what moves bytes. */
static const enum op_id same[] = {
    OP_ADD,        OP_SUB,        OP_FULLY_CONNECTED, OP_SOFTMAX,        OP_MEAN,    OP_SUM,        OP_RELU,
    OP_RELU6,      OP_LEAKY_RELU, OP_PRELU,           OP_HARD_SWISH,     OP_ARG_MAX, OP_ARG_MIN,    OP_EQUAL,
    OP_NOT_EQUAL,  OP_GREATER,    OP_GREATER_EQUAL,   OP_LESS,           OP_SHAPE,   OP_LESS_EQUAL, OP_QUANTIZE,
    OP_DEQUANTIZE, OP_CAST,       OP_READ_VARIABLE,   OP_ASSIGN_VARIABLE};

static bool is_among(enum op_id id, const enum op_id *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == id)
            return true;
    return false;
}

static bool is_byte(const struct tensor *t)
{
    return t->type == TYPE_U8 && t->quant.n == 1 && t->quant.zero[0] >= 0 && t->quant.zero[0] <= UINT8_MAX;
}

static bool touches_bytes(const struct graph *g, const struct op *op)
{
    for (int32_t k = 0; k < op->n_in; k++)
        if (op->in[k] != TENSOR_ABSENT && is_byte(&g->tensors[op->in[k]]))
            return true;
    for (int32_t k = 0; k < op->n_out; k++)
        if (is_byte(&g->tensors[op->out[k]]))
            return true;
    return false;
}

static bool has_other_scales(const struct graph *g, const struct op *op)
{
    for (int32_t k = 0; k < op->n_in; k++)
        if (op->in[k] != TENSOR_ABSENT && !quant_equal(&op_in(g, op, k)->quant, &op_out(g, op, 0)->quant))
            return true;
    return false;
}

/* Its inputs and outputs have one scale, but it looks at what the bytes are. */
static bool compares(const struct graph *g, const struct op *op)
{
    static const enum op_id ids[] = {OP_MAX_POOL_2D, OP_MAXIMUM, OP_MINIMUM, OP_REDUCE_MAX, OP_REDUCE_MIN, OP_RELU};

    return is_among(op->id, ids, COUNT(ids)) || (op->id == OP_CONCATENATION && has_other_scales(g, op));
}

/* It computes with bytes: does more than to move them and to change their type. */
static bool computes(const struct graph *g, const struct op *op)
{
    return op->id != OP_NOP && !op_is_mark(op->id) && op->id != OP_QUANTIZE && op->id != OP_DEQUANTIZE &&
           op->id != OP_CAST && op->id != OP_SHAPE && op->id != OP_READ_VARIABLE && op->id != OP_ASSIGN_VARIABLE &&
           (!op_keeps_values(op->id) || compares(g, op)) && touches_bytes(g, op);
}

static bool any_computes(const struct graph *g)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (computes(g, &g->ops[i]))
            return true;
    return false;
}

static enum mote_status check_ops(const struct graph *g, const struct frame *at)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct op *op = &g->ops[i];
        const struct frame here = frame_op(at, g, i);

        if (op->id == OP_NOP || !touches_bytes(g, op) || is_among(op->id, others, COUNT(others)) ||
            is_among(op->id, same, COUNT(same)) || op_is_mark(op->id) ||
            (op_keeps_values(op->id) && op->id != OP_ZEROS_LIKE))
            continue;
        return fail(
            &here, MOTE_ERR_UNSUPPORTED,
            "it has no form of uint8; convert the network with the int8 quantization of TensorFlow 2's converter");
    }
    return MOTE_OK;
}

/* ---- tensors ---- */
static enum mote_status charge(struct bytes_work *w, int32_t tensor, const struct frame *at)
{
    const int64_t n = tensor_elements(&w->g->tensors[tensor]);
    const struct frame here = frame_tensor(at, w->g, tensor);

    if (n > *w->left)
        return fail(&here, MOTE_ERR_MEMORY, "too many constants of uint8, or too often the same bytes");
    *w->left -= n;
    return MOTE_OK;
}

static const uint8_t *less(struct pool *pool, const uint8_t *data, int64_t n, int32_t by)
{
    uint8_t *out = pool_alloc(pool, (size_t)n);

    for (int64_t i = 0; i < n; i++)
        out[i] = (uint8_t)(data[i] - by);
    return out;
}

/* An int8 tensor of the same reals: bytes and zero point are `by` less, from 0 to 255. */
static enum mote_status become_s8(struct bytes_work *w, int32_t tensor, int32_t by, const struct frame *at)
{
    struct tensor *t = &w->g->tensors[tensor];

    if (t->data || t->initial)
        TRY(charge(w, tensor, at));
    t->type = TYPE_S8;
    quant_set(w->m, &t->quant, t->quant.scale[0], t->quant.zero[0] - by);
    if (t->data)
        t->data = less(w->m->pool, t->data, tensor_elements(t), by);
    if (t->initial)
        t->initial = less(w->m->pool, t->initial, tensor_elements(t), by);
    return MOTE_OK;
}

/* What to subtract of weights so that they fit, and their zero point is as near to 0 as can be. */
static int32_t offset_of(const struct tensor *t)
{
    int32_t least = UINT8_MAX, most = 0, zero = t->quant.zero[0];

    for (int64_t i = 0; i < tensor_elements(t); i++) {
        least = t->data[i] < least ? t->data[i] : least;
        most = t->data[i] > most ? t->data[i] : most;
    }
    zero = zero < most - INT8_MAX ? most - INT8_MAX : zero;
    return zero > least - INT8_MIN ? least - INT8_MIN : zero;
}

static bool is_read_once(const struct graph *g, int32_t tensor)
{
    return graph_uses(g, tensor) == 1 && !graph_is_output(g, tensor);
}

static enum mote_status convert_weights(struct bytes_work *w, const struct frame *at)
{
    for (int32_t i = 0; i < w->g->n_ops; i++) {
        const struct op *op = &w->g->ops[i];
        const struct linear_inputs *l = op->id == OP_NOP ? NULL : op_info[op->id].is->linear;
        const struct tensor *t = l ? op_in(w->g, op, l->weights) : NULL;

        if (t && t->data && is_byte(t) && tensor_elements(t) > 0 && is_read_once(w->g, op->in[l->weights]))
            TRY(become_s8(w, op->in[l->weights], offset_of(t), at));
    }
    return MOTE_OK;
}

/* ---- between uint8 and int8 ---- */
/* So many operators and tensors more are a model still. */
static enum mote_status want_ops(const struct bytes_work *w, int32_t n, const struct frame *at)
{
    if (n > GRAPH_OPS_MAX - w->g->n_ops || n > GRAPH_TENSORS_MAX - w->g->n_tensors)
        return fail(at, MOTE_ERR_MEMORY, "in int8 the network of uint8 has more than %d operators or %d tensors",
                    GRAPH_OPS_MAX, GRAPH_TENSORS_MAX);
    return MOTE_OK;
}

static void insert_quantize(struct bytes_work *w, int32_t i, int32_t from, int32_t to)
{
    struct graph *g = w->g;
    struct op op = *graph_add_op(w->m, g, OP_QUANTIZE, 1, &from, 1, &to);

    op.source = -1;
    memmove(g->ops + i + 1, g->ops + i, (size_t)(g->n_ops - 1 - i) * sizeof *g->ops);
    g->ops[i] = op;
}

/* A tensor as another one is, without a name or data. */
static int32_t add_like(struct bytes_work *w, int32_t tensor)
{
    struct tensor t = w->g->tensors[tensor];

    t.name = "";
    t.source = -1;
    t.data = t.initial = NULL;
    t.state = false;
    return graph_add_tensor(w->m, w->g, &t);
}

static void redirect(struct graph *g, int32_t from, int32_t to, bool made)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        for (int32_t k = 0; k < g->ops[i].n_in; k++)
            g->ops[i].in[k] = g->ops[i].in[k] == from ? to : g->ops[i].in[k];
        for (int32_t k = 0; k < g->ops[i].n_out && made; k++)
            g->ops[i].out[k] = g->ops[i].out[k] == from ? to : g->ops[i].out[k];
    }
}

/* Operators that ends and CASTs bring, at most. */
static int32_t count_borders(const struct graph *g)
{
    int32_t n = g->n_inputs + g->n_outputs;

    for (int32_t i = 0; i < g->n_ops; i++)
        n += g->ops[i].id == OP_CAST ? 2 : 0;
    return n;
}

/* Ends stay what they are, for callers; `keep` marks them. */
static void part_ends(struct bytes_work *w, bool *keep)
{
    struct graph *g = w->g;

    for (int32_t i = 0; i < g->n_inputs; i++) {
        int32_t end = g->inputs[i], inner;

        if (!is_byte(&g->tensors[end]) || keep[end])
            continue;
        keep[end] = true;
        inner = add_like(w, end);
        redirect(g, end, inner, false);
        insert_quantize(w, 0, end, inner);
    }
    for (int32_t i = 0; i < g->n_outputs; i++) {
        int32_t end = g->outputs[i], inner;

        if (!is_byte(&g->tensors[end]) || keep[end] || graph_producer(g, end) < 0)
            continue;
        keep[end] = true;
        inner = add_like(w, end);
        redirect(g, end, inner, true);
        insert_quantize(w, g->n_ops, inner, end);
    }
}

/* CAST takes bytes as numbers: it reads and makes those of uint8. Whether they are there is found before. */
static void part_casts(struct bytes_work *w, const bool *keep, int32_t n_keep)
{
    for (int32_t i = 0; i < w->g->n_ops; i++) {
        int32_t in, out, inner;

        if (w->g->ops[i].id != OP_CAST)
            continue;
        in = w->g->ops[i].in[0];
        out = w->g->ops[i].out[0];
        if (is_byte(&w->g->tensors[out]) && !(out < n_keep && keep[out])) {
            inner = add_like(w, out);
            w->g->ops[i].out[0] = inner;
            insert_quantize(w, i + 1, inner, out);
        }
        if (is_byte(&w->g->tensors[in]) && !(in < n_keep && keep[in])) {
            inner = add_like(w, in);
            w->g->ops[i].in[0] = inner;
            insert_quantize(w, i++, in, inner);
        }
    }
}

/* What CASTs read and make, which part_casts() has put beside them. */
static bool is_casts(const struct graph *g, int32_t tensor)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_CAST && (g->ops[i].in[0] == tensor || g->ops[i].out[0] == tensor))
            return true;
    return false;
}

/* ---- operators ---- */
/* Inputs of other scales are brought to the output's. */
static void rescale_inputs(struct bytes_work *w, int32_t *i)
{
    for (int32_t k = 0; k < w->g->ops[*i].n_in; k++) {
        int32_t in = w->g->ops[*i].in[k], out = w->g->ops[*i].out[0], rescaled;

        if (in == TENSOR_ABSENT || w->g->tensors[in].type != TYPE_S8 ||
            quant_equal(&w->g->tensors[in].quant, &w->g->tensors[out].quant))
            continue;
        rescaled = add_like(w, in);
        quant_set(w->m, &w->g->tensors[rescaled].quant, w->g->tensors[out].quant.scale[0],
                  w->g->tensors[out].quant.zero[0]);
        w->g->ops[*i].in[k] = rescaled;
        insert_quantize(w, *i, in, rescaled);
        w->g->ops[(*i)++].uint8 = true;
    }
}

static void mark_ops(struct graph *g)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_CONCATENATION) /* only to a scale that is there */
            g->ops[i].uint8 = is_byte(op_out(g, &g->ops[i], 0));
        else if (is_among(g->ops[i].id, others, COUNT(others)))
            g->ops[i].uint8 |= touches_bytes(g, &g->ops[i]);
}

static enum mote_status rescale_ops(struct bytes_work *w, const struct frame *at)
{
    for (int32_t i = 0; i < w->g->n_ops; i++)
        if (w->g->ops[i].id == OP_CONCATENATION && w->g->ops[i].uint8) {
            TRY(want_ops(w, w->g->ops[i].n_in, at));
            rescale_inputs(w, &i);
            w->g->ops[i].uint8 = false;
        }
    return MOTE_OK;
}

static enum mote_status convert(struct bytes_work *w, const struct frame *at)
{
    int32_t n_keep = w->g->n_tensors;
    bool *keep = pool_array(w->m->pool, (size_t)n_keep + 1, sizeof *keep);

    TRY(check_ops(w->g, at));
    TRY(want_ops(w, count_borders(w->g), at));
    mark_ops(w->g);
    TRY(convert_weights(w, at));
    part_ends(w, keep);
    part_casts(w, keep, n_keep);
    for (int32_t t = 0; t < w->g->n_tensors; t++)
        if (is_byte(&w->g->tensors[t]) && !(t < n_keep && keep[t]) && !is_casts(w->g, t))
            TRY(become_s8(w, t, -INT8_MIN, at));
    return rescale_ops(w, at);
}

enum mote_status import_bytes(struct model *m, int64_t limit, const struct frame *at)
{
    for (int32_t i = 0; i < m->n_graphs; i++) {
        struct bytes_work w = {m, &m->graphs[i], &limit};

        if (any_computes(w.g))
            TRY(convert(&w, at));
    }
    return MOTE_OK;
}
