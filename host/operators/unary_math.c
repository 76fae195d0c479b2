/* SPDX-License-Identifier: Apache-2.0 */
/* NEG, LOG, SIN, COS, CEIL, FLOOR and ROUND, of floats, NEG of int32, too. And ERF and ATAN, which the reference has
 * not. */
#include "host/operators/unary.h"
#include "mote/kernels/elementwise/binary_s32.h"
#include "mote/kernels/elementwise/unary_math_f32.h"

#include <math.h>

enum mote_status lower_unary_math_f32(struct lowering *l, const struct op *op, int32_t function, const struct frame *at)
{
    const struct tensor *x = op_in(l->graph, op, 0);
    struct row_split split = split_rows(x);
    struct mote_unary_math_f32 p = {.rows = split.rows, .len = split.len, .function = function};

    if (x->type != TYPE_F32)
        return refuse_type(at, l->graph, op->in[0], "f32");
    TRY(want_type(at, l->graph, op->out[0], TYPE_F32));

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_unary_math_f32, &p, args, at);
}

#define LOWER(name, NAME)                                                                                              \
    static enum mote_status lower_##name(struct lowering *l, const struct op *op, const struct frame *at)              \
    {                                                                                                                  \
        return lower_unary_math_f32(l, op, MOTE_UNARY_MATH_##NAME, at);                                                \
    }

LOWER(log, LOG)
LOWER(sin, SIN)
LOWER(cos, COS)
LOWER(ceil, CEIL)
LOWER(floor, FLOOR)
LOWER(round, ROUND)
LOWER(erf, ERF)
LOWER(atan, ATAN)

enum mote_status lower_negative_s32(struct lowering *l, const struct op *op, int32_t in, int32_t out,
                                    const struct frame *at)
{
    const struct tensor scalar = {.rank = 0};
    const struct broadcast walk = broadcast_of(&scalar, op_in(l->graph, op, 0), op_out(l->graph, op, 0));
    int32_t zero = lower_const(l, "zero", TYPE_S32, &(int32_t){0}, 4, false);

    return lower_by_binary_s32(l, MOTE_BINARY_S32_SUB, &walk, zero, in, out, at);
}

static enum mote_status lower_neg(struct lowering *l, const struct op *op, const struct frame *at)
{
    if (op_in(l->graph, op, 0)->type == TYPE_F32)
        return lower_unary_math_f32(l, op, MOTE_UNARY_MATH_NEG, at);
    if (op_in(l->graph, op, 0)->type != TYPE_S32)
        return refuse_type(at, l->graph, op->in[0], "s32 and f32");
    TRY(want_type(at, l->graph, op->out[0], TYPE_S32));
    return lower_negative_s32(l, op, lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0]), at);
}

/* ---- training ---- */
static float slope_erf(float x, float y)
{
    (void)y;
    return 1.1283792f * expf(-x * x);
}

static float slope_atan(float x, float y)
{
    (void)y;
    return 1 / (1 + x * x);
}

static float slope_neg(float x, float y)
{
    (void)x;
    (void)y;
    return -1;
}

static float slope_log(float x, float y)
{
    (void)y;
    return 1 / x;
}

static float slope_sin(float x, float y)
{
    (void)y;
    return cosf(x);
}

static float slope_cos(float x, float y)
{
    (void)y;
    return -sinf(x);
}

const struct operator operator_neg = {
    .infer = infer_same,
    .lower = lower_neg,
    .slope = slope_neg,
};

const struct operator operator_log = {
    .infer = infer_same,
    .lower = lower_log,
    .slope = slope_log,
};

const struct operator operator_sin = {
    .infer = infer_same,
    .lower = lower_sin,
    .slope = slope_sin,
};

const struct operator operator_cos = {
    .infer = infer_same,
    .lower = lower_cos,
    .slope = slope_cos,
};

const struct operator operator_ceil = {.infer = infer_same, .lower = lower_ceil};
const struct operator operator_floor = {.infer = infer_same, .lower = lower_floor};
const struct operator operator_round = {.infer = infer_same, .lower = lower_round};

const struct operator operator_erf = {
    .infer = infer_same,
    .lower = lower_erf,
    .slope = slope_erf,
};

const struct operator operator_atan = {
    .infer = infer_same,
    .lower = lower_atan,
    .slope = slope_atan,
};
