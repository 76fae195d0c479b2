/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic that goes element by element, with broadcasting. */
#include "host/import/onnx/ops.h"

static void unary(struct onnx *r, enum op_id id) { node_out(r, 0, emit_unary(r, id, node_in(r, 0))); }

void onnx_abs(struct onnx *r) { unary(r, OP_ABS); }

void onnx_exp(struct onnx *r) { unary(r, OP_EXP); }

void onnx_sqrt(struct onnx *r) { unary(r, OP_SQRT); }

void onnx_neg(struct onnx *r) { unary(r, OP_NEG); }

void onnx_log(struct onnx *r) { unary(r, OP_LOG); }

void onnx_sin(struct onnx *r) { unary(r, OP_SIN); }

void onnx_cos(struct onnx *r) { unary(r, OP_COS); }

void onnx_ceil(struct onnx *r) { unary(r, OP_CEIL); }

void onnx_floor(struct onnx *r) { unary(r, OP_FLOOR); }

void onnx_round(struct onnx *r) { unary(r, OP_ROUND); }

void onnx_reciprocal(struct onnx *r) { node_out(r, 0, emit_binary(r, OP_DIV, add_float(r, 1), node_in(r, 0))); }

void onnx_tan(struct onnx *r)
{
    int32_t x = node_in(r, 0);

    node_out(r, 0, emit_binary(r, OP_DIV, emit_unary(r, OP_SIN, x), emit_unary(r, OP_COS, x)));
}

/* ---- hyperbolic functions and their inverses, by exp and log ---- */
static int32_t plus(struct onnx *r, int32_t x, float term) { return emit_binary(r, OP_ADD, x, add_float(r, term)); }

static int32_t times(struct onnx *r, int32_t x, float factor)
{
    return emit_binary(r, OP_MUL, x, add_float(r, factor));
}

/* (exp(x) ± exp(-x)) / 2 */
static void exponentials(struct onnx *r, enum op_id id)
{
    int32_t x = node_in(r, 0), other = emit_unary(r, OP_EXP, emit_unary(r, OP_NEG, x));

    node_out(r, 0, times(r, emit_binary(r, id, emit_unary(r, OP_EXP, x), other), 0.5f));
}

void onnx_sinh(struct onnx *r) { exponentials(r, OP_SUB); }

void onnx_cosh(struct onnx *r) { exponentials(r, OP_ADD); }

/* log(|x| + sqrt(x² ± 1)) */
static int32_t area(struct onnx *r, int32_t x, float one)
{
    int32_t root = emit_unary(r, OP_SQRT, plus(r, emit_unary(r, OP_SQUARE, x), one));

    return emit_unary(r, OP_LOG, emit_binary(r, OP_ADD, emit_unary(r, OP_ABS, x), root));
}

void onnx_acosh(struct onnx *r) { node_out(r, 0, area(r, node_in(r, 0), -1)); }

/* With the sign of x. */
void onnx_asinh(struct onnx *r)
{
    int32_t x = node_in(r, 0), y = area(r, x, 1);
    int32_t below = emit(r, OP_LESS, NULL, TYPE_BOOL, 2, (int32_t[]){x, add_float(r, 0)});

    node_out(r, 0, emit(r, OP_SELECT_V2, NULL, TYPE_F32, 3, (int32_t[]){below, emit_unary(r, OP_NEG, y), y}));
}

/* log((1 + x) / (1 - x)) / 2 */
void onnx_atanh(struct onnx *r)
{
    int32_t x = node_in(r, 0), below = emit_binary(r, OP_SUB, add_float(r, 1), x);

    node_out(r, 0, times(r, emit_unary(r, OP_LOG, emit_binary(r, OP_DIV, plus(r, x, 1), below)), 0.5f));
}

/* Powers that are squares, roots … by these; others of positive numbers by exp and log. */
void onnx_pow(struct onnx *r)
{
    int32_t x = node_in(r, 0), y = node_in(r, 1);
    const struct tensor t = *tensor_at(r, y);
    float power = is_const(r, y) && t.type == TYPE_F32 && tensor_elements(&t) == 1 ? const_float(r, y, "power") : 0;

    if (is_const(r, y) && t.type == TYPE_S32 && tensor_elements(&t) == 1)
        power = (float)const_int(&t, 0);
    if (power == 1)
        node_out(r, 0, x);
    else if (power == 2)
        node_out(r, 0, emit_unary(r, OP_SQUARE, x));
    else if (power == 3)
        node_out(r, 0, emit_binary(r, OP_MUL, emit_unary(r, OP_SQUARE, x), x));
    else if (power == 0.5f)
        node_out(r, 0, emit_unary(r, OP_SQRT, x));
    else if (power == -0.5f)
        node_out(r, 0, emit_unary(r, OP_RSQRT, x));
    else if (power == -1)
        node_out(r, 0, emit_binary(r, OP_DIV, add_float(r, 1), x));
    else
        node_out(r, 0,
                 emit_unary(r, OP_EXP,
                            emit_binary(r, OP_MUL, emit_unary(r, OP_LOG, cast(r, x, TYPE_F32)), cast(r, y, TYPE_F32))));
}

/* ---- two operands ---- */
/* Before opset 7 the second operand's dimensions are some of the first's in a row, from `axis` on, or the last ones. */
static int32_t old_operand(struct onnx *r, int32_t a, int32_t b)
{
    int rank = tensor_at(r, a)->rank;
    const struct tensor t = *tensor_at(r, b);
    int64_t axis = node_int(r, "axis", rank - t.rank), dims[RANK_MAX];
    int n = t.rank;

    if (r->status != MOTE_OK || node_int(r, "broadcast", 0) == 0)
        return b;
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 0 || axis + n > rank) {
        onnx_fail(r, MOTE_ERR_VALUE, "axis %lld for operands of %d and %d dimensions", (long long)axis, rank, n);
        return b;
    }
    memcpy(dims, t.dims, sizeof dims);
    while (axis + n < rank)
        dims[n++] = 1;
    return reshape(r, b, n, dims);
}

static void binary(struct onnx *r, enum op_id id)
{
    int32_t a = node_in(r, 0), b = node_in(r, 1);

    if (r->opset < 7)
        b = old_operand(r, a, b);
    node_out(r, 0, emit_binary(r, id, a, b));
}

void onnx_add(struct onnx *r) { binary(r, OP_ADD); }

void onnx_sub(struct onnx *r) { binary(r, OP_SUB); }

void onnx_mul(struct onnx *r) { binary(r, OP_MUL); }

void onnx_div(struct onnx *r) { binary(r, OP_DIV); }

/* ---- any number of operands ---- */
static int32_t chain(struct onnx *r, enum op_id id)
{
    int32_t x = node_in(r, 0);

    for (int i = 1; i < r->n_in; i++)
        x = emit_binary(r, id, x, node_in(r, i));
    return x;
}

void onnx_min(struct onnx *r) { node_out(r, 0, chain(r, OP_MINIMUM)); }

void onnx_max(struct onnx *r) { node_out(r, 0, chain(r, OP_MAXIMUM)); }

void onnx_sum(struct onnx *r) { node_out(r, 0, chain(r, OP_ADD)); }

void onnx_mean(struct onnx *r)
{
    node_out(r, 0, emit_binary(r, OP_MUL, chain(r, OP_ADD), add_float(r, 1.0f / (float)r->n_in)));
}
