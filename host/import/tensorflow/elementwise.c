/* SPDX-License-Identifier: Apache-2.0 */
/* What goes element by element, with broadcasting; activations. */
#include "host/import/activation.h"
#include "host/import/power.h"
#include "host/import/tensorflow/ops.h"

/* ---- activations ---- */
static void unary(struct build *r, enum op_id id) { tf_out(r, 0, emit_unary(r, id, tf_in(r, 0))); }

void tf_relu(struct build *r) { unary(r, OP_RELU); }

void tf_relu6(struct build *r) { unary(r, OP_RELU6); }

void tf_leaky_relu(struct build *r) { tf_out(r, 0, leaky_relu(r, tf_in(r, 0), tf_float(r, "alpha", 0.2f))); }

void tf_elu(struct build *r) { unary(r, OP_ELU); }

void tf_selu(struct build *r)
{
    tf_out(r, 0, times(r, elu(r, tf_in(r, 0), 1.67326319217681884765625f, 1), 1.05070102214813232421875f));
}

void tf_softplus(struct build *r) { tf_out(r, 0, softplus(r, tf_in(r, 0))); }

void tf_softsign(struct build *r) { tf_out(r, 0, softsign(r, tf_in(r, 0))); }

void tf_sigmoid(struct build *r) { unary(r, OP_LOGISTIC); }

void tf_tanh(struct build *r) { unary(r, OP_TANH); }

void tf_softmax(struct build *r) { tf_out(r, 0, softmax_last(r, OP_SOFTMAX, tf_in(r, 0))); }

void tf_log_softmax(struct build *r) { tf_out(r, 0, softmax_last(r, OP_LOG_SOFTMAX, tf_in(r, 0))); }

/* ---- one operand ---- */
void tf_exp(struct build *r) { unary(r, OP_EXP); }

void tf_log(struct build *r) { unary(r, OP_LOG); }

void tf_log1p(struct build *r) { tf_out(r, 0, emit_unary(r, OP_LOG, plus(r, tf_in(r, 0), 1))); }

void tf_expm1(struct build *r) { tf_out(r, 0, plus(r, emit_unary(r, OP_EXP, tf_in(r, 0)), -1)); }

void tf_sqrt(struct build *r) { unary(r, OP_SQRT); }

void tf_rsqrt(struct build *r) { unary(r, OP_RSQRT); }

void tf_sin(struct build *r) { unary(r, OP_SIN); }

void tf_cos(struct build *r) { unary(r, OP_COS); }

void tf_atan(struct build *r) { unary(r, OP_ATAN); }

void tf_erf(struct build *r) { unary(r, OP_ERF); }

void tf_floor(struct build *r) { unary(r, OP_FLOOR); }

void tf_ceil(struct build *r) { unary(r, OP_CEIL); }

void tf_round(struct build *r) { unary(r, OP_ROUND); }

void tf_logical_not(struct build *r) { unary(r, OP_LOGICAL_NOT); }

void tf_reciprocal(struct build *r) { tf_out(r, 0, emit_binary(r, OP_DIV, add_float(r, 1), tf_in(r, 0))); }

/* ---- two operands ---- */
/* Small integers are computed as int32, whose lowest bits are theirs. */
static int32_t arithmetic(struct build *r, enum op_id id, int32_t a, int32_t b)
{
    const enum mote_type type = tensor_at(r, a)->type;

    if (type == TYPE_F32 || type == TYPE_S32)
        return emit_binary(r, id, a, b);
    return cast(r, emit_binary(r, id, cast(r, a, TYPE_S32), cast(r, b, TYPE_S32)), type);
}

static void binary(struct build *r, enum op_id id)
{
    int32_t a = tf_in(r, 0), b = tf_in(r, 1);

    tf_out(r, 0, arithmetic(r, id, a, b));
}

void tf_add(struct build *r) { binary(r, OP_ADD); }

void tf_sub(struct build *r) { binary(r, OP_SUB); }

void tf_mul(struct build *r) { binary(r, OP_MUL); }

void tf_div(struct build *r) { binary(r, OP_DIV); }

void tf_floor_div(struct build *r) { binary(r, OP_FLOOR_DIV); }

void tf_floor_mod(struct build *r) { binary(r, OP_FLOOR_MOD); }

void tf_maximum(struct build *r) { binary(r, OP_MAXIMUM); }

void tf_minimum(struct build *r) { binary(r, OP_MINIMUM); }

void tf_squared_difference(struct build *r) { binary(r, OP_SQUARED_DIFFERENCE); }

void tf_add_n(struct build *r)
{
    int32_t x = tf_in(r, 0);

    for (int i = 1; i < tf_inputs(r); i++)
        x = arithmetic(r, OP_ADD, x, tf_in(r, i));
    tf_out(r, 0, x);
}

/* Of integers by arithmetic. */
void tf_neg(struct build *r)
{
    int32_t x = tf_in(r, 0);
    const enum mote_type type = tensor_at(r, x)->type;

    tf_out(r, 0, type == TYPE_F32 ? emit_unary(r, OP_NEG, x) : arithmetic(r, OP_SUB, add_zero(r, type), x));
}

void tf_abs(struct build *r)
{
    int32_t x = tf_in(r, 0);
    const enum mote_type type = tensor_at(r, x)->type;

    tf_out(r, 0,
           type == TYPE_F32 ? emit_unary(r, OP_ABS, x)
                            : arithmetic(r, OP_MAXIMUM, x, arithmetic(r, OP_SUB, add_zero(r, type), x)));
}

void tf_square(struct build *r)
{
    int32_t x = tf_in(r, 0);

    tf_out(r, 0, tensor_at(r, x)->type == TYPE_F32 ? emit_unary(r, OP_SQUARE, x) : arithmetic(r, OP_MUL, x, x));
}

void tf_pow(struct build *r)
{
    int32_t x = tf_in(r, 0), y = tf_in(r, 1);

    if (r->status == MOTE_OK && tensor_at(r, x)->type != TYPE_F32)
        build_fail(r, MOTE_ERR_TYPE, "a power of %s, not of floats", type_name(tensor_at(r, x)->type));
    tf_out(r, 0, power(r, x, y));
}

void tf_clip_by_value(struct build *r)
{
    int32_t x = tf_in(r, 0), low = tf_in(r, 1), high = tf_in(r, 2);

    tf_out(r, 0, arithmetic(r, OP_MINIMUM, arithmetic(r, OP_MAXIMUM, x, low), high));
}

/* ---- comparisons and choices ---- */
static void compare(struct build *r, enum op_id id)
{
    int32_t in[] = {tf_in(r, 0), tf_in(r, 1)};

    tf_out(r, 0, emit(r, id, NULL, TYPE_BOOL, 2, in));
}

void tf_equal(struct build *r) { compare(r, OP_EQUAL); }

void tf_not_equal(struct build *r) { compare(r, OP_NOT_EQUAL); }

void tf_less(struct build *r) { compare(r, OP_LESS); }

void tf_less_equal(struct build *r) { compare(r, OP_LESS_EQUAL); }

void tf_greater(struct build *r) { compare(r, OP_GREATER); }

void tf_greater_equal(struct build *r) { compare(r, OP_GREATER_EQUAL); }

void tf_logical_and(struct build *r) { compare(r, OP_LOGICAL_AND); }

void tf_logical_or(struct build *r) { compare(r, OP_LOGICAL_OR); }

static void choose(struct build *r, int32_t condition)
{
    int32_t a = tf_in(r, 1), b = tf_in(r, 2);

    tf_out(r, 0, emit(r, OP_SELECT_V2, NULL, tensor_at(r, a)->type, 3, (int32_t[]){condition, a, b}));
}

void tf_select_v2(struct build *r) { choose(r, tf_in(r, 0)); }

/* A condition of one dimension chooses along the first one. */
void tf_select(struct build *r)
{
    int32_t condition = tf_in(r, 0);
    const int rank = tensor_at(r, tf_in(r, 1))->rank;
    const struct tensor t = *tensor_at(r, condition);
    int64_t dims[RANK_MAX];

    for (int d = 0; d < rank; d++)
        dims[d] = d == 0 ? t.dims[0] : 1;
    choose(r, t.rank == 1 && rank > 1 ? reshape(r, condition, rank, dims) : condition);
}
