/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized tensors and their operators. Operators of integers are read as the float ones that they stand for, between
 * DEQUANTIZE and QUANTIZE, and the pass `integers` makes them int8: one way for both spellings. A constant that is
 * dequantized becomes floats that remember their quantization (struct tensor). */
#include <math.h>

#include "host/import/onnx/ops.h"

/* ---- scales ---- */
static int32_t integer_at(const struct tensor *t, int64_t i)
{
    switch (t->type) {
    case TYPE_S8:
        return (int8_t)t->data[i];
    case TYPE_U8:
        return t->data[i];
    default:
        return (int32_t)const_int(t, i);
    }
}

static bool is_integer(enum mote_type type)
{
    return type == TYPE_S8 || type == TYPE_U8 || type == TYPE_S16 || type == TYPE_S32;
}

/* A zero point is of its numbers' type; of reals, it says which they become. */
static bool is_zero_of(enum mote_type zero, enum mote_type numbers)
{
    return is_integer(zero) && (zero == numbers || numbers == TYPE_F32);
}

/* The quantization, if it is known now; q->n is 0 where it is computed by the model. `zero` may be absent. */
static void read_quant(struct build *r, int32_t x, int32_t scale, int32_t zero, int64_t axis, struct quant *q)
{
    const struct tensor *t = tensor_at(r, x), *s = tensor_at(r, scale), *z = tensor_at(r, zero);
    float *scales;
    int32_t *zeros;

    *q = (struct quant){0};
    if (r->status != MOTE_OK || !s->data || (zero != TENSOR_ABSENT && !z->data))
        return;
    q->n = (int32_t)tensor_elements(s);
    q->axis = q->n > 1 ? axis_of(r, axis, t->rank) : 0;
    if (s->type != TYPE_F32 || (zero != TENSOR_ABSENT && !is_zero_of(z->type, t->type)))
        build_fail(r, MOTE_ERR_TYPE, "a scale of type %s, a zero point of type %s", type_name(s->type),
                   type_name(z->type));
    else if (q->n < 1 || (q->n > 1 && t->dims[q->axis] != q->n) ||
             (zero != TENSOR_ABSENT && tensor_elements(z) != q->n))
        build_fail(r, MOTE_ERR_SHAPE, "%d scales, %lld zero points", q->n, (long long)tensor_elements(z));
    if (r->status != MOTE_OK || !has_room(r, (int64_t)q->n * 16)) {
        q->n = 0;
        return;
    }
    scales = pool_copy(r->pool, s->data, (size_t)q->n * sizeof *scales);
    zeros = pool_array(r->pool, (size_t)q->n, sizeof *zeros);
    for (int32_t i = 0; i < q->n; i++) {
        zeros[i] = zero == TENSOR_ABSENT ? 0 : integer_at(z, i);
        if (!isfinite(scales[i]) || scales[i] <= 0)
            build_fail(r, MOTE_ERR_QUANT, "scale %d is %g: a scale is finite and above 0", i, (double)scales[i]);
    }
    q->scale = scales, q->zero = zeros;
}

/* A list along an axis of x, so that it broadcasts. */
static int32_t along(struct build *r, int32_t list, int32_t x, int64_t axis)
{
    int rank = tensor_at(r, x)->rank;
    int64_t dims[RANK_MAX] = {1, 1, 1, 1, 1, 1, 1, 1}, n = tensor_elements(tensor_at(r, list));

    if (n == 1)
        return reshape(r, list, 0, NULL);
    if (rank > 0)
        dims[axis_of(r, axis, rank)] = n;
    return reshape(r, list, rank, dims);
}

static int64_t channel_of(const struct tensor *t, const struct quant *q, int64_t i)
{
    int64_t below = 1;

    for (int d = q->axis + 1; d < t->rank && q->n > 1; d++)
        below *= t->dims[d];
    return i / below % q->n;
}

/* ---- to integers ---- */
static void range_of(enum mote_type type, float *low, float *high)
{
    *low = type == TYPE_U8 ? 0 : type == TYPE_S8 ? INT8_MIN : INT16_MIN;
    *high = type == TYPE_U8 ? UINT8_MAX : type == TYPE_S8 ? INT8_MAX : INT16_MAX;
}

/* Weights that are quantized by the model, of any size. */
static int32_t quantized_const(struct build *r, int32_t x, enum mote_type type, const struct quant *q)
{
    const struct tensor t = *tensor_at(r, x);
    int64_t n = tensor_elements(&t);
    float low, high, real;
    int32_t out, value;
    uint8_t *data;

    if (!has_room(r, n))
        return TENSOR_ABSENT;
    range_of(type, &low, &high);
    data = pool_array(r->pool, (size_t)n, 1);
    for (int64_t i = 0; i < n; i++) {
        int64_t c = channel_of(&t, q, i);

        memcpy(&real, t.data + i * (int64_t)sizeof real, sizeof real);
        real = rintf(real / q->scale[c]) + (float)q->zero[c];
        value = (int32_t)fminf(fmaxf(real, low), high);
        data[i] = (uint8_t)value;
    }
    out = add_const(r, type, t.rank, t.dims, data);
    set_quant(r, out, q);
    return out;
}

/* By arithmetic, with scales that are computed or go along an axis. */
static int32_t rounded(struct build *r, int32_t x, int32_t scale, int32_t zero, int64_t axis, enum mote_type type)
{
    float low, high;

    range_of(type, &low, &high);
    x = emit_unary(r, OP_ROUND, emit_binary(r, OP_DIV, x, along(r, scale, x, axis)));
    if (zero != TENSOR_ABSENT)
        x = emit_binary(r, OP_ADD, x, along(r, cast(r, zero, TYPE_F32), x, axis));
    x = emit_binary(r, OP_MAXIMUM, x, add_float(r, low));
    return cast(r, emit_binary(r, OP_MINIMUM, x, add_float(r, high)), type);
}

static int32_t quantized(struct build *r, int32_t x, int32_t scale, int32_t zero, int64_t axis)
{
    enum mote_type type = zero == TENSOR_ABSENT ? TYPE_U8 : tensor_at(r, zero)->type;
    struct quant q;

    x = cast(r, x, TYPE_F32);
    read_quant(r, x, scale, zero, axis, &q);
    if (r->status == MOTE_OK && type != TYPE_S8 && type != TYPE_U8)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "to %s; int8 and uint8 are there", type_name(type));
    if (r->status == MOTE_OK && is_const(r, x) && q.n > 0)
        return quantized_const(r, x, type, &q);
    return q.n == 1 ? emit_quantized(r, OP_QUANTIZE, type, &q, x) : rounded(r, x, scale, zero, axis, type);
}

/* ---- to reals ---- */
/* uint8 is int8 with other zero points. Of int32 nothing needs to be remembered. */
static struct quant as_s8(struct build *r, enum mote_type type, const struct quant *q)
{
    int32_t *zeros = pool_copy(r->pool, q->zero, (size_t)q->n * sizeof *zeros);
    struct quant s8 = *q;

    if (type != TYPE_S8 && type != TYPE_U8)
        return (struct quant){0};
    for (int32_t i = 0; i < q->n && type == TYPE_U8; i++)
        zeros[i] += INT8_MIN;
    s8.zero = zeros;
    return s8;
}

static int32_t reals_of_const(struct build *r, int32_t x, const struct quant *q)
{
    const struct tensor t = *tensor_at(r, x);
    const struct quant memory = as_s8(r, t.type, q);
    int64_t n = tensor_elements(&t);
    float *data;
    int32_t out;

    if (!has_room(r, n < TENSOR_BYTES_MAX ? n * (int64_t)sizeof *data : -1))
        return TENSOR_ABSENT;
    data = pool_array(r->pool, (size_t)n, sizeof *data);
    for (int64_t i = 0; i < n; i++) {
        int64_t c = channel_of(&t, q, i);

        data[i] = (float)((int64_t)integer_at(&t, i) - q->zero[c]) * q->scale[c];
    }
    out = add_const(r, TYPE_F32, t.rank, t.dims, data);
    set_quant(r, out, &memory);
    return out;
}

/* Whether the stored numbers of x have that quantization; an input of the graph takes the one that its first reader
 * has. */
static bool has_quant(struct build *r, int32_t x, const struct quant *q)
{
    if (tensor_at(r, x)->quant.n == 0 && graph_producer(r->g, x) < 0)
        set_quant(r, x, q);
    return quant_equal(&tensor_at(r, x)->quant, q);
}

static int32_t reals(struct build *r, int32_t x, int32_t scale, int32_t zero, int64_t axis)
{
    enum mote_type type = tensor_at(r, x)->type;
    struct quant q, memory;

    read_quant(r, x, scale, zero, axis, &q);
    if (r->status == MOTE_OK && !is_integer(type))
        build_fail(r, MOTE_ERR_TYPE, "of %s; int8, uint8 and int32 are there", type_name(type));
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    if (is_const(r, x) && q.n > 0)
        return reals_of_const(r, x, &q);
    if (q.n == 1 && type != TYPE_S32 && has_quant(r, x, &q)) {
        memory = as_s8(r, type, &q);
        return emit_quantized(r, OP_DEQUANTIZE, TYPE_F32, &memory, x);
    }
    x = cast(r, x, TYPE_F32);
    if (zero != TENSOR_ABSENT)
        x = emit_binary(r, OP_SUB, x, along(r, cast(r, zero, TYPE_F32), x, axis));
    return emit_binary(r, OP_MUL, x, along(r, scale, x, axis));
}

/* ---- by themselves ---- */
static int64_t axis_attr(struct build *r)
{
    if (node_int(r, "block_size", 0) != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "quantization of blocks; scales of a tensor or an axis are there");
    return node_int(r, "axis", 1);
}

void onnx_quantize_linear(struct build *r)
{
    int64_t axis = axis_attr(r);

    node_out(r, 0, quantized(r, node_in(r, 0), node_in(r, 1), node_in_or(r, 2, TENSOR_ABSENT), axis));
}

void onnx_dequantize_linear(struct build *r)
{
    int64_t axis = axis_attr(r);

    node_out(r, 0, reals(r, node_in(r, 0), node_in(r, 1), node_in_or(r, 2, TENSOR_ABSENT), axis));
}

struct dynamic {
    int32_t x, scale, point;
};

/* The scale is that of the numbers from the least, or 0, to the largest, or 0. */
static struct dynamic dynamically(struct build *r, int32_t x)
{
    int32_t zero = add_float(r, 0), flat, low, high, scale, point;
    int64_t n = tensor_elements(tensor_at(r, x)), axis = 0;

    flat = reshape(r, x, 1, &n);
    high = emit_binary(r, OP_MAXIMUM, reduce(r, OP_REDUCE_MAX, flat, 1, &axis, false), zero);
    low = reduce(r, OP_REDUCE_MAX, emit_unary(r, OP_NEG, flat), 1, &axis, false); /* with the other sign */
    low = emit_binary(r, OP_MAXIMUM, low, zero);
    scale = emit_binary(r, OP_DIV, emit_binary(r, OP_ADD, high, low), add_float(r, 255));
    scale = emit(r, OP_SELECT_V2, NULL, TYPE_F32, 3,
                 (int32_t[]){emit(r, OP_EQUAL, NULL, TYPE_BOOL, 2, (int32_t[]){scale, zero}), add_float(r, 1), scale});
    point = rounded(r, low, scale, TENSOR_ABSENT, 0, TYPE_U8);
    return (struct dynamic){rounded(r, x, scale, point, 0, TYPE_U8), scale, point};
}

void onnx_dynamic_quantize_linear(struct build *r)
{
    const struct dynamic d = dynamically(r, node_in(r, 0));

    node_out(r, 0, d.x);
    node_out(r, 1, d.scale);
    node_out(r, 2, d.point);
}

/* An operator that picks bytes, or means of them, of one scale computes them as reals. */
bool node_as_reals(struct build *r, void (*function)(struct build *))
{
    const int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    struct quant memory;
    int32_t *in, y;

    if (r->status != MOTE_OK || (t.type != TYPE_S8 && t.type != TYPE_U8) || t.quant.n != 1 || t.data)
        return false;
    memory = as_s8(r, t.type, &t.quant);
    in = pool_copy(r->pool, onnx_of(r)->in, (size_t)onnx_of(r)->n_in * sizeof *in);
    in[0] = emit_quantized(r, OP_DEQUANTIZE, TYPE_F32, &memory, x);
    y = node_compute(r, function, onnx_of(r)->n_in, in);
    if (y != TENSOR_ABSENT)
        node_replace(r, y, emit_quantized(r, OP_QUANTIZE, t.type, &t.quant, y));
    return true;
}

/* ---- operators of integers ---- */
/* Input i with the scale and the zero point behind it. */
static int32_t reals_in(struct build *r, int i, int64_t axis)
{
    return reals(r, node_in(r, i), node_in(r, i + 1), node_in_or(r, i + 2, TENSOR_ABSENT), axis);
}

/* As `function` of `n` inputs of reals; the output's scale and zero point are inputs i and i + 1. */
static void as_reals(struct build *r, void (*function)(struct build *), int n, int32_t *in, int i)
{
    int32_t y = node_compute(r, function, n, in);

    if (y != TENSOR_ABSENT)
        node_replace(r, y, quantized(r, y, node_in(r, i), node_in_or(r, i + 1, TENSOR_ABSENT), 1));
}

/* A bias has the scale of the products. */
static int32_t bias_in(struct build *r, int i, int32_t a_scale, int32_t b_scale)
{
    int32_t scale = emit_binary(r, OP_MUL, along(r, a_scale, a_scale, 0), along(r, b_scale, b_scale, 0));

    return node_has(r, i) ? emit_binary(r, OP_MUL, cast(r, onnx_of(r)->in[i], TYPE_F32), scale) : TENSOR_ABSENT;
}

/* ---- channels last, as com.microsoft may have them ---- */
static bool is_last(struct build *r) { return node_int(r, "channels_last", 0) != 0; }

static int32_t to_planes(struct build *r, int32_t x)
{
    const int rank = tensor_at(r, x)->rank;

    if (r->status == MOTE_OK && rank < 3)
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions", rank);
    return transpose_move(r, x, rank - 1, 1);
}

static int32_t from_planes(struct build *r, int32_t x) { return transpose_move(r, x, 1, tensor_at(r, x)->rank - 1); }

/* As as_reals(), of images whose channels are last. */
static void as_planes(struct build *r, void (*function)(struct build *), int n, int32_t *in, int i)
{
    int32_t y;

    in[0] = to_planes(r, in[0]);
    y = node_compute(r, function, n, in);
    if (y != TENSOR_ABSENT)
        node_replace(r, y, quantized(r, from_planes(r, y), node_in(r, i), node_in_or(r, i + 1, TENSOR_ABSENT), 1));
}

void onnx_qlinear_conv(struct build *r)
{
    int32_t x = reals_in(r, 0, 1), w = reals_in(r, 3, 0), bias = bias_in(r, 8, node_in(r, 1), node_in(r, 4));

    (is_last(r) ? as_planes : as_reals)(r, onnx_conv, bias == TENSOR_ABSENT ? 2 : 3, (int32_t[]){x, w, bias}, 6);
}

void onnx_qlinear_matmul(struct build *r)
{
    int32_t a = reals_in(r, 0, -2), b = reals_in(r, 3, -1);

    as_reals(r, onnx_matmul, 2, (int32_t[]){a, b}, 6);
}

/* The sums themselves, which floats hold exactly up to 2^24. */
static void sums(struct build *r, void (*function)(struct build *), int64_t a_axis, int64_t b_axis)
{
    int32_t one = add_float(r, 1), in[2], y;

    in[0] = reals(r, node_in(r, 0), one, node_in_or(r, 2, TENSOR_ABSENT), a_axis);
    in[1] = reals(r, node_in(r, 1), one, node_in_or(r, 3, TENSOR_ABSENT), b_axis);
    y = node_compute(r, function, 2, in);
    if (y != TENSOR_ABSENT)
        node_replace(r, y, cast(r, y, TYPE_S32));
}

void onnx_matmul_integer(struct build *r) { sums(r, onnx_matmul, -2, -1); }

void onnx_conv_integer(struct build *r) { sums(r, onnx_conv, 1, 0); }

/* ---- com.microsoft ---- */
static void of_one(struct build *r, void (*function)(struct build *))
{
    int32_t x = reals_in(r, 0, 1);

    (is_last(r) ? as_planes : as_reals)(r, function, 1, &x, 3);
}

static void of_two(struct build *r, void (*function)(struct build *))
{
    int32_t a = reals_in(r, 0, 1), b = reals_in(r, 3, 1);

    as_reals(r, function, 2, (int32_t[]){a, b}, 6);
}

void onnx_qlinear_add(struct build *r) { of_two(r, onnx_add); }

void onnx_qlinear_mul(struct build *r) { of_two(r, onnx_mul); }

void onnx_qlinear_sigmoid(struct build *r) { of_one(r, onnx_sigmoid); }

void onnx_qlinear_leaky_relu(struct build *r) { of_one(r, onnx_leaky_relu); }

void onnx_qlinear_average_pool(struct build *r) { of_one(r, onnx_average_pool); }

void onnx_qlinear_global_average_pool(struct build *r) { of_one(r, onnx_global_average_pool); }

void onnx_qlinear_reduce_mean(struct build *r) { of_one(r, onnx_reduce_mean); }

void onnx_qlinear_where(struct build *r)
{
    int32_t condition = node_in(r, 0), a = reals_in(r, 1, 1), b = reals_in(r, 4, 1);

    as_reals(r, onnx_where, 3, (int32_t[]){condition, a, b}, 7);
}

void onnx_nhwc_max_pool(struct build *r)
{
    const int32_t x = to_planes(r, node_in(r, 0)), y = node_compute(r, onnx_max_pool, 1, &x);

    if (y != TENSOR_ABSENT)
        node_replace(r, y, from_planes(r, y));
}

/* ---- products of integers that are reals at once ---- */
static void product(struct build *r, int32_t a, int32_t b, int bias)
{
    const int32_t y = node_compute(r, onnx_matmul, 2, (int32_t[]){a, b});

    if (y != TENSOR_ABSENT && node_has(r, bias))
        node_replace(r, y, emit_binary(r, OP_ADD, y, onnx_of(r)->in[bias]));
}

/* Inputs: a, b, their scales, their zero points, a bias. */
void onnx_matmul_integer_to_float(struct build *r)
{
    const int32_t a = reals(r, node_in(r, 0), node_in(r, 2), node_in_or(r, 4, TENSOR_ABSENT), -2);

    product(r, a, reals(r, node_in(r, 1), node_in(r, 3), node_in_or(r, 5, TENSOR_ABSENT), -1), 6);
}

/* Inputs: a of floats, b, its scale and zero point, a bias. */
void onnx_dynamic_quantize_matmul(struct build *r)
{
    const struct dynamic d = dynamically(r, node_in(r, 0));
    const int32_t a = reals(r, d.x, d.scale, d.point, 0);

    product(r, a, reals(r, node_in(r, 1), node_in(r, 2), node_in_or(r, 3, TENSOR_ABSENT), -1), 4);
}

/* It says itself of which opset its axes are. */
void onnx_qlinear_softmax(struct build *r)
{
    int64_t opset = onnx_of(r)->opset;

    onnx_of(r)->opset = node_int(r, "opset", opset);
    of_one(r, onnx_softmax);
    onnx_of(r)->opset = opset;
}

/* The output's scale and zero point come first, then three inputs a tensor. */
void onnx_qlinear_concat(struct build *r)
{
    int n = (onnx_of(r)->n_in - 2) / 3;
    int32_t *in;

    if (n < 1 || onnx_of(r)->n_in != 2 + 3 * n) {
        build_fail(r, MOTE_ERR_FORMAT, "%d inputs, not 2 and 3 a tensor", onnx_of(r)->n_in);
        return;
    }
    in = pool_array(r->pool, (size_t)n, sizeof *in);
    for (int i = 0; i < n; i++)
        in[i] = reals_in(r, 2 + 3 * i, 1);
    as_reals(r, onnx_concat, n, in, 0);
}

/* The bias is in units of the products, alpha times; without a scale the output is real. */
void onnx_qgemm(struct build *r)
{
    int32_t a = reals_in(r, 0, 0), b = reals_in(r, 3, node_int(r, "transB", 0) ? 0 : 1);
    int32_t bias = bias_in(r, 6, node_in(r, 1), node_in(r, 4)), in[] = {a, b, bias};
    int n = bias == TENSOR_ABSENT ? 2 : 3;

    if (bias != TENSOR_ABSENT)
        in[2] = emit_binary(r, OP_MUL, bias, add_float(r, node_float(r, "alpha", 1)));
    if (node_has(r, 7))
        as_reals(r, onnx_gemm, n, in, 7);
    else
        node_compute(r, onnx_gemm, n, in);
}
