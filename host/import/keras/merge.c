/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of several inputs, and Python's operators on tensors. */
#include "host/import/keras/keras.h"

/* An input of fewer dimensions has 1 behind the batch for those that are missing. */
static int32_t input_of_rank(struct build *r, int i, int rank)
{
    int32_t x = layer_in(r, i);
    const struct tensor t = *tensor_at(r, x);
    int64_t dims[RANK_MAX];

    if (r->status != MOTE_OK || t.rank == 0 || t.rank == rank || t.data)
        return x;
    for (int d = 0; d < rank; d++)
        dims[d] = d == 0 ? t.dims[0] : d <= rank - t.rank ? 1 : t.dims[d - (rank - t.rank)];
    return reshape(r, x, rank, dims);
}

static int largest_rank(struct build *r)
{
    int rank = 0;

    for (int i = 0; i < keras_of(r)->n_in; i++)
        rank = tensor_at(r, layer_in(r, i))->rank > rank ? tensor_at(r, layer_in(r, i))->rank : rank;
    return rank;
}

static int32_t merged(struct build *r, enum op_id id)
{
    int rank = largest_rank(r);
    int32_t x = input_of_rank(r, 0, rank);

    if (r->status == MOTE_OK && keras_of(r)->n_in < 2)
        build_fail(r, MOTE_ERR_FORMAT, "one input, where two or more are wanted");
    for (int i = 1; i < keras_of(r)->n_in && r->status == MOTE_OK; i++)
        x = emit_binary(r, id, x, input_of_rank(r, i, rank));
    return x;
}

void keras_add(struct build *r) { layer_out(r, merged(r, OP_ADD)); }

void keras_subtract(struct build *r) { layer_out(r, merged(r, OP_SUB)); }

void keras_multiply(struct build *r) { layer_out(r, merged(r, OP_MUL)); }

void keras_divide(struct build *r) { layer_out(r, merged(r, OP_DIV)); }

void keras_average(struct build *r) { layer_out(r, times(r, merged(r, OP_ADD), 1 / (float)keras_of(r)->n_in)); }

void keras_maximum(struct build *r) { layer_out(r, merged(r, OP_MAXIMUM)); }

void keras_minimum(struct build *r) { layer_out(r, merged(r, OP_MINIMUM)); }

void keras_concatenate(struct build *r)
{
    int rank = largest_rank(r), axis = axis_of(r, setting_int(r, "axis", -1), rank);

    if (r->status == MOTE_OK)
        layer_out(r, concat(r, axis, keras_of(r)->n_in, keras_of(r)->in));
}

/* ---- operators and functions that a functional model calls on tensors ---- */
static const struct operation {
    const char *name;
    enum op_id id;
    int n_in;
} operations[] = {
    {"__operators__.add", OP_ADD, 2}, {"math.add", OP_ADD, 2},        {"add", OP_ADD, 2},
    {"math.subtract", OP_SUB, 2},     {"subtract", OP_SUB, 2},        {"math.multiply", OP_MUL, 2},
    {"multiply", OP_MUL, 2},          {"math.truediv", OP_DIV, 2},    {"math.divide", OP_DIV, 2},
    {"math.maximum", OP_MAXIMUM, 2},  {"maximum", OP_MAXIMUM, 2},     {"math.minimum", OP_MINIMUM, 2},
    {"minimum", OP_MINIMUM, 2},       {"nn.relu", OP_RELU, 1},        {"nn.relu6", OP_RELU6, 1},
    {"math.sigmoid", OP_LOGISTIC, 1}, {"nn.sigmoid", OP_LOGISTIC, 1}, {"math.tanh", OP_TANH, 1},
    {"nn.tanh", OP_TANH, 1},          {"math.abs", OP_ABS, 1},        {"math.exp", OP_EXP, 1},
    {"math.log", OP_LOG, 1},          {"math.sqrt", OP_SQRT, 1},      {"math.rsqrt", OP_RSQRT, 1},
    {"math.square", OP_SQUARE, 1},    {"math.negative", OP_NEG, 1},   {"nn.softmax", OP_SOFTMAX, 1},
};

/* x + y is add of x and, by the name y, of y. Constants come last, as Python's x and y say which is which. */
void keras_tf_operation(struct build *r)
{
    const char *name = setting_string(r, "function", "");
    const struct operation *o = NULL;

    for (size_t i = 0; i < COUNT(operations); i++)
        if (strcmp(operations[i].name, name) == 0)
            o = &operations[i];
    if (!o) {
        build_fail(
            r, MOTE_ERR_UNSUPPORTED,
            "the function tf.%s, which Mote does not read; write it with layers (such as Add, Multiply, Rescaling)",
            printable(r->pool, name));
        return;
    }
    if (keras_of(r)->n_in != o->n_in)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "tf.%s of %d numbers or tensors, not of %d", name, (int)keras_of(r)->n_in,
                   o->n_in);
    if (r->status != MOTE_OK)
        return;
    if (o->id == OP_SOFTMAX)
        layer_out(r, softmax_last(r, OP_SOFTMAX, layer_in(r, 0)));
    else
        layer_out(r, o->n_in == 1 ? emit_unary(r, o->id, layer_in(r, 0)) : merged(r, o->id));
}
