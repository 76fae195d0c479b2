/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic that goes element by element, with broadcasting. */
#include <math.h>

#include "host/import/onnx/ops.h"
#include "host/import/power.h"

static void unary(struct build *r, enum op_id id) { node_out(r, 0, emit_unary(r, id, node_in(r, 0))); }

/* Of integers by arithmetic. */
static int32_t negative(struct build *r, int32_t x)
{
    enum mote_type type = tensor_at(r, x)->type;

    if (type == TYPE_F32)
        return emit_unary(r, OP_NEG, x);
    return cast(r, emit_binary(r, OP_SUB, add_zero(r, TYPE_S32), cast(r, x, TYPE_S32)), type);
}

void onnx_abs(struct build *r)
{
    int32_t x = node_in(r, 0);
    enum mote_type type = tensor_at(r, x)->type;

    if (type == TYPE_F32)
        x = emit_unary(r, OP_ABS, x);
    else
        x = cast(r, emit_binary(r, OP_MAXIMUM, cast(r, x, TYPE_S32), cast(r, negative(r, x), TYPE_S32)), type);
    node_out(r, 0, x);
}

void onnx_exp(struct build *r) { unary(r, OP_EXP); }

void onnx_sqrt(struct build *r) { unary(r, OP_SQRT); }

void onnx_neg(struct build *r) { node_out(r, 0, negative(r, node_in(r, 0))); }

void onnx_log(struct build *r) { unary(r, OP_LOG); }

void onnx_sin(struct build *r) { unary(r, OP_SIN); }

void onnx_cos(struct build *r) { unary(r, OP_COS); }

void onnx_ceil(struct build *r) { unary(r, OP_CEIL); }

void onnx_floor(struct build *r) { unary(r, OP_FLOOR); }

void onnx_round(struct build *r) { unary(r, OP_ROUND); }

void onnx_erf(struct build *r) { unary(r, OP_ERF); }

void onnx_atan(struct build *r) { unary(r, OP_ATAN); }

void onnx_reciprocal(struct build *r) { node_out(r, 0, emit_binary(r, OP_DIV, add_float(r, 1), node_in(r, 0))); }

void onnx_tan(struct build *r)
{
    int32_t x = node_in(r, 0);

    node_out(r, 0, emit_binary(r, OP_DIV, emit_unary(r, OP_SIN, x), emit_unary(r, OP_COS, x)));
}

/* ---- hyperbolic functions and their inverses, by exp and log ---- */
static int32_t plus(struct build *r, int32_t x, float term) { return emit_binary(r, OP_ADD, x, add_float(r, term)); }

static int32_t times(struct build *r, int32_t x, float factor)
{
    return emit_binary(r, OP_MUL, x, add_float(r, factor));
}

/* atan(x / sqrt((1 - x)(1 + x))) */
static int32_t arc_sine(struct build *r, int32_t x)
{
    int32_t below = emit_binary(r, OP_SUB, add_float(r, 1), x), square = emit_binary(r, OP_MUL, below, plus(r, x, 1));

    return emit_unary(r, OP_ATAN, emit_binary(r, OP_DIV, x, emit_unary(r, OP_SQRT, square)));
}

void onnx_asin(struct build *r) { node_out(r, 0, arc_sine(r, node_in(r, 0))); }

void onnx_acos(struct build *r)
{
    node_out(r, 0, emit_binary(r, OP_SUB, add_float(r, 1.57079633f), arc_sine(r, node_in(r, 0))));
}

/* (exp(x) ± exp(-x)) / 2 */
static void exponentials(struct build *r, enum op_id id)
{
    int32_t x = node_in(r, 0), other = emit_unary(r, OP_EXP, emit_unary(r, OP_NEG, x));

    node_out(r, 0, times(r, emit_binary(r, id, emit_unary(r, OP_EXP, x), other), 0.5f));
}

void onnx_sinh(struct build *r) { exponentials(r, OP_SUB); }

void onnx_cosh(struct build *r) { exponentials(r, OP_ADD); }

/* log(|x| + sqrt(x² ± 1)) */
static int32_t area(struct build *r, int32_t x, float one)
{
    int32_t root = emit_unary(r, OP_SQRT, plus(r, emit_unary(r, OP_SQUARE, x), one));

    return emit_unary(r, OP_LOG, emit_binary(r, OP_ADD, emit_unary(r, OP_ABS, x), root));
}

void onnx_acosh(struct build *r) { node_out(r, 0, area(r, node_in(r, 0), -1)); }

/* With the sign of x. */
void onnx_asinh(struct build *r)
{
    int32_t x = node_in(r, 0), y = area(r, x, 1);
    int32_t below = emit(r, OP_LESS, NULL, TYPE_BOOL, 2, (int32_t[]){x, add_float(r, 0)});

    node_out(r, 0, emit(r, OP_SELECT_V2, NULL, TYPE_F32, 3, (int32_t[]){below, emit_unary(r, OP_NEG, y), y}));
}

/* log((1 + x) / (1 - x)) / 2 */
void onnx_atanh(struct build *r)
{
    int32_t x = node_in(r, 0), below = emit_binary(r, OP_SUB, add_float(r, 1), x);

    node_out(r, 0, times(r, emit_unary(r, OP_LOG, emit_binary(r, OP_DIV, plus(r, x, 1), below)), 0.5f));
}

/* ---- two operands ---- */
/* Small integers are computed as int32, whose lowest bits are theirs. */
static int32_t arithmetic(struct build *r, enum op_id id, int32_t a, int32_t b)
{
    enum mote_type type = tensor_at(r, a)->type;

    if (type == TYPE_F32 || type == TYPE_S32)
        return emit_binary(r, id, a, b);
    return cast(r, emit_binary(r, id, cast(r, a, TYPE_S32), cast(r, b, TYPE_S32)), type);
}

/* Before opset 7 the second operand's dimensions are some of the first's in a row, from `axis` on, or the last ones. */
static int32_t old_operand(struct build *r, int32_t a, int32_t b)
{
    int rank = tensor_at(r, a)->rank;
    const struct tensor t = *tensor_at(r, b);
    int64_t axis = node_int(r, "axis", rank - t.rank), dims[RANK_MAX];
    int n = t.rank;

    if (r->status != MOTE_OK || node_int(r, "broadcast", 0) == 0)
        return b;
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 0 || axis + n > rank) {
        build_fail(r, MOTE_ERR_VALUE, "axis %lld for operands of %d and %d dimensions", (long long)axis, rank, n);
        return b;
    }
    memcpy(dims, t.dims, sizeof dims);
    while (axis + n < rank)
        dims[n++] = 1;
    return reshape(r, b, n, dims);
}

static void binary(struct build *r, enum op_id id)
{
    int32_t a = node_in(r, 0), b = node_in(r, 1);

    if (onnx_of(r)->opset < 7)
        b = old_operand(r, a, b);
    node_out(r, 0, arithmetic(r, id, a, b));
}

void onnx_add(struct build *r) { binary(r, OP_ADD); }

void onnx_sub(struct build *r) { binary(r, OP_SUB); }

void onnx_mul(struct build *r) { binary(r, OP_MUL); }

void onnx_div(struct build *r) { binary(r, OP_DIV); }

/* ---- any number of operands ---- */
static int32_t chain(struct build *r, enum op_id id)
{
    int32_t x = node_in(r, 0);

    for (int i = 1; i < onnx_of(r)->n_in; i++)
        x = arithmetic(r, id, x, node_in(r, i));
    return x;
}

void onnx_min(struct build *r) { node_out(r, 0, chain(r, OP_MINIMUM)); }

void onnx_max(struct build *r) { node_out(r, 0, chain(r, OP_MAXIMUM)); }

void onnx_sum(struct build *r) { node_out(r, 0, chain(r, OP_ADD)); }

void onnx_mean(struct build *r)
{
    node_out(r, 0, emit_binary(r, OP_MUL, chain(r, OP_ADD), add_float(r, 1.0f / (float)onnx_of(r)->n_in)));
}

/* ---- powers, remainders, shifts ---- */
static int32_t less(struct build *r, int32_t a, int32_t b)
{
    return emit(r, OP_LESS, NULL, TYPE_BOOL, 2, (int32_t[]){a, b});
}

static int32_t choose(struct build *r, int32_t condition, int32_t a, int32_t b)
{
    return emit(r, OP_SELECT_V2, NULL, tensor_at(r, a)->type, 3, (int32_t[]){condition, a, b});
}

/* In floats; of integers rounded, as they are exact up to 2^24. */
void onnx_pow(struct build *r)
{
    int32_t x = node_in(r, 0), y = cast(r, node_in(r, 1), TYPE_F32);
    enum mote_type type = tensor_at(r, x)->type;

    x = power(r, cast(r, x, TYPE_F32), y);
    node_out(r, 0, type == TYPE_F32 ? x : cast(r, emit_unary(r, OP_ROUND, x), type));
}

/* a - b (a / b), cut off toward 0; the remainder of fmod. */
static int32_t remainder_of(struct build *r, int32_t a, int32_t b)
{
    bool floats = tensor_at(r, a)->type == TYPE_F32;
    int32_t quotient = emit_binary(r, OP_DIV, a, b);

    if (floats)
        quotient = cast(r, cast(r, quotient, TYPE_S32), TYPE_F32);
    return emit_binary(r, OP_SUB, a, emit_binary(r, OP_MUL, quotient, b));
}

/* Without fmod the remainder has the divisor's sign. */
void onnx_mod(struct build *r)
{
    int32_t a = node_in(r, 0), b = node_in(r, 1), zero, rest, differ;
    enum mote_type type = tensor_at(r, a)->type, in = type == TYPE_F32 ? TYPE_F32 : TYPE_S32;

    a = cast(r, a, in), b = cast(r, b, in), zero = add_zero(r, in);
    rest = remainder_of(r, a, b);
    if (node_int(r, "fmod", 0) == 0) {
        differ = emit(r, OP_NOT_EQUAL, NULL, TYPE_BOOL, 2, (int32_t[]){less(r, rest, zero), less(r, b, zero)});
        differ = emit(r, OP_LOGICAL_AND, NULL, TYPE_BOOL, 2,
                      (int32_t[]){differ, emit(r, OP_NOT_EQUAL, NULL, TYPE_BOOL, 2, (int32_t[]){rest, zero})});
        rest = choose(r, differ, emit_binary(r, OP_ADD, rest, b), rest);
    }
    node_out(r, 0, cast(r, rest, type));
}

/* Products with powers of two, or quotients. */
void onnx_bit_shift(struct build *r)
{
    int32_t a = node_in(r, 0), b = node_in(r, 1), *powers = add_indices(r, 31), table, by;
    enum mote_type type = tensor_at(r, a)->type;
    bool left = strcmp(node_string(r, "direction", ""), "LEFT") == 0;

    for (int i = 0; i < 31 && r->status == MOTE_OK; i++)
        powers[i] = (int32_t)1 << i;
    table = add_const(r, TYPE_S32, 1, (int64_t[]){31}, powers);
    by = emit_binary(r, OP_GATHER, table, cast(r, b, TYPE_S32));
    node_out(r, 0, cast(r, emit_binary(r, left ? OP_MUL : OP_DIV, cast(r, a, TYPE_S32), by), type));
}
