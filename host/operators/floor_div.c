/* SPDX-License-Identifier: Apache-2.0 */
/* FLOOR_DIV and FLOOR_MOD, of floats and of integers, which no scale belongs to. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/floor_div_f32.h"
#include "mote/kernels/elementwise/floor_div_s32.h"

/* int8 and int16 as int32. */
static enum mote_status lower_narrow(struct lowering *l, const struct op *op, int32_t function, const struct frame *at)
{
    const struct graph *g = l->graph;
    const struct tensor *out = op_out(g, op, 0);
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), out);
    const struct mote_floor_div_s32 p = {.function = function, BROADCAST_FIELDS(b)};
    int32_t args[4];

    for (int k = 0; k < 2; k++) {
        if (op_in(g, op, k)->quant.n > 0)
            return fail(at, MOTE_ERR_QUANT,
                        "input %d is quantized: the reference divides what is stored, not what it means; compute it in "
                        "float, between DEQUANTIZE and QUANTIZE",
                        k);
        TRY(lower_as_s32(l, op, k, &args[k], at));
    }
    args[2] = lower_const(l, "shape", TYPE_S32, b.shape, (size_t)b.rank * sizeof b.shape[0], false);
    args[3] = lower_scratch(l, TYPE_S32, (size_t)tensor_elements(out) * 4);
    TRY(lower_step(l, KERNEL_floor_div_s32, &p, args, at));
    return lower_from_s32(l, op, args[3], at);
}

static enum mote_status lower_floored(struct lowering *l, const struct op *op, int32_t function, const struct frame *at)
{
    /* One list of fields for both. */
    _Static_assert(sizeof(struct mote_floor_div_s32) == sizeof(struct mote_floor_div_f32), "the same fields");
    const struct graph *g = l->graph;
    const enum mote_type type = op_in(g, op, 0)->type;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct mote_floor_div_f32 p = {.function = function, BROADCAST_FIELDS(b)};

    if (type != TYPE_F32 && type != TYPE_S32 && type != TYPE_S8 && type != TYPE_S16)
        return refuse_type(at, g, op->in[0], "s8, s16, s32 and f32");
    TRY(want_type(at, g, op->in[1], type));
    TRY(want_type(at, g, op->out[0], type));
    if (type == TYPE_S8 || type == TYPE_S16)
        return lower_narrow(l, op, function, at);
    return lower_broadcast(l, op, type == TYPE_F32 ? KERNEL_floor_div_f32 : KERNEL_floor_div_s32, &p, &b, at);
}

static enum mote_status lower_floor_div(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_floored(l, op, MOTE_FLOOR_DIV, at);
}

static enum mote_status lower_floor_mod(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_floored(l, op, MOTE_FLOOR_MOD, at);
}

const struct operator operator_floor_div = {.infer = infer_broadcast, .lower = lower_floor_div};
const struct operator operator_floor_mod = {.infer = infer_broadcast, .lower = lower_floor_mod};
