/* SPDX-License-Identifier: Apache-2.0 */
/* REDUCE_MIN: the smallest elements over axes, of int8 and floats as the greatest of numbers in the opposite order.
 * REDUCE_ALL: of bools, the smallest as numbers. */
#include "host/operators/reduce.h"
#include "host/operators/unary.h"
#include "mote/kernels/elementwise/cast.h"
#include "mote/kernels/pool/reduce_f32.h"
#include "mote/kernels/pool/reduce_max_s8.h"

static enum mote_status lower_greatest(struct lowering *l, const struct reduction *r, enum mote_type type, int32_t in,
                                       int32_t out, const struct frame *at)
{
    const struct mote_reduce_f32 f32 = {.function = MOTE_REDUCE_MAX, REDUCTION_FIELDS(*r)};
    const struct mote_reduce_max_s8 s8 = {REDUCTION_FIELDS(*r)};
    const int32_t args[] = {in, out};

    return type == TYPE_F32 ? lower_step(l, KERNEL_reduce_f32, &f32, args, at)
                            : lower_step(l, KERNEL_reduce_max_s8, &s8, args, at);
}

/* From a value of the operator's input to one of its output, of `type`. */
static enum mote_status lower_smallest(struct lowering *l, const struct op *op, enum mote_type type, int32_t in,
                                       int32_t out, const struct frame *at)
{
    const int64_t n = tensor_elements(op_in(l->graph, op, 0)), kept = tensor_elements(op_out(l->graph, op, 0));
    const size_t size = (size_t)type_bits(type) / 8;
    struct reduction r;
    int32_t flipped, greatest;

    TRY(want_reduction(l->graph, op, &r, at));
    flipped = lower_scratch(l, type, (size_t)n * size);
    greatest = lower_scratch(l, type, (size_t)kept * size);
    TRY(lower_flipped(l, type, n, in, flipped, at));
    TRY(lower_greatest(l, &r, type, flipped, greatest, at));
    return lower_flipped(l, type, kept, greatest, out, at);
}

static enum mote_status lower_reduce_min(struct lowering *l, const struct op *op, const struct frame *at)
{
    const enum mote_type type = op_in(l->graph, op, 0)->type;
    float scale;
    int32_t zero, in;

    if (type == TYPE_S16 || type == TYPE_S32)
        return lower_reduce_extreme(l, op, true, at);
    if (type != TYPE_S8 && type != TYPE_F32)
        return refuse_type(at, l->graph, op->in[0], "s8, s16, s32 and f32");
    TRY(want_type(at, l->graph, op->out[0], type));
    if (type == TYPE_S8) {
        TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &scale, &zero));
        TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S8, &scale, &zero));
    }
    in = lower_tensor(l, op->in[0]);
    return lower_smallest(l, op, type, in, lower_tensor(l, op->out[0]), at);
}

static enum mote_status lower_cast(struct lowering *l, enum mote_type from, enum mote_type to, int64_t n, int32_t in,
                                   int32_t out, const struct frame *at)
{
    const struct mote_cast p = {.rows = 1, .len = (int32_t)n, .in_type = (int32_t)from, .out_type = (int32_t)to};

    return lower_step(l, KERNEL_cast, &p, (int32_t[]){in, out}, at);
}

static enum mote_status lower_reduce_all(struct lowering *l, const struct op *op, const struct frame *at)
{
    const int64_t n = tensor_elements(op_in(l->graph, op, 0)), kept = tensor_elements(op_out(l->graph, op, 0));
    int32_t bytes, smallest;

    if (op_in(l->graph, op, 0)->type != TYPE_BOOL)
        return refuse_type(at, l->graph, op->in[0], "bool");
    TRY(want_type(at, l->graph, op->out[0], TYPE_BOOL));
    bytes = lower_scratch(l, TYPE_S8, (size_t)n);
    smallest = lower_scratch(l, TYPE_S8, (size_t)kept);
    TRY(lower_cast(l, TYPE_BOOL, TYPE_S8, n, lower_tensor(l, op->in[0]), bytes, at));
    TRY(lower_smallest(l, op, TYPE_S8, bytes, smallest, at));
    return lower_cast(l, TYPE_S8, TYPE_BOOL, kept, smallest, lower_tensor(l, op->out[0]), at);
}

const struct operator operator_reduce_min = {
    .infer = infer_reduce,
    .lower = lower_reduce_min,
    .scales = {.form = FORM_SAME, .wide = true},
};

const struct operator operator_reduce_all = {.infer = infer_reduce, .lower = lower_reduce_all};
