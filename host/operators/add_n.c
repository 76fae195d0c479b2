/* SPDX-License-Identifier: Apache-2.0 */
/* ADD_N: the sum of two or more tensors of one shape; int8 of one quantization. */
#include "host/operators/elementwise.h"
#include "host/operators/strided.h"
#include "mote/kernels/elementwise/add_n_s8.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/binary_s32.h"

#include <math.h>

static enum mote_status infer_add_n(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct tensor *first = op_in(g, op, 0);
    char shape[96], first_shape[96];

    for (int k = 1; k < op->n_in; k++)
        if (!shape_equal(op_in(g, op, k), first))
            return fail(at, MOTE_ERR_SHAPE, "input %d is %s, the first one %s", k, shape_text(op_in(g, op, k), shape),
                        shape_text(first, first_shape));
    return infer_same(m, g, op, at);
}

static enum mote_status lower_pair(struct lowering *l, const struct tensor *x, int32_t a, int32_t b, int32_t out,
                                   const struct frame *at)
{
    const struct broadcast walk = broadcast_of(x, x, x);
    const struct mote_binary_f32 p = {
        .function = MOTE_BINARY_ADD, BROADCAST_FIELDS(walk), .lo = float_bits(-INFINITY), .hi = float_bits(INFINITY)};
    int32_t args[] = {a, b, TENSOR_ABSENT, out};

    if (x->type == TYPE_S32)
        return lower_by_binary_s32(l, MOTE_BINARY_S32_ADD, &walk, a, b, out, at);
    args[2] = lower_const(l, "shape", TYPE_S32, walk.shape, (size_t)walk.rank * sizeof walk.shape[0], false);
    return lower_step(l, KERNEL_binary_f32, &p, args, at);
}

/* One to the next, of floats or int32. */
static enum mote_status lower_in_turn(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *x = op_in(l->graph, op, 0);
    int32_t sum = lower_tensor(l, op->in[0]);

    for (int k = 1; k < op->n_in; k++) {
        int32_t a = sum, b = lower_tensor(l, op->in[k]);

        sum = k == op->n_in - 1 ? lower_tensor(l, op->out[0]) : lower_scratch(l, x->type, (size_t)tensor_bytes(x));
        TRY(lower_pair(l, x, a, b, sum, at));
    }
    return MOTE_OK;
}

/* One after the other, in scratch memory. */
static enum mote_status lower_stacked(struct lowering *l, const struct op *op, int32_t to, const struct frame *at)
{
    const int64_t len = tensor_elements(op_out(l->graph, op, 0));

    for (int k = 0; k < op->n_in; k++) {
        struct walk w = walk_dense(1, &len);

        w.out_at = k * len;
        TRY(lower_walk(l, &w, lower_tensor(l, op->in[k]), to, at));
    }
    return MOTE_OK;
}

/* The reference begins its sum with minus the zero point, where it means 0. */
static enum mote_status lower_sum_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct graph *g = l->graph;
    const int64_t len = tensor_elements(op_out(g, op, 0));
    struct mote_add_n_s8 p = {.n = op->n_in, .len = (int32_t)len};
    int32_t zero, args[2];
    float scale, out_scale;

    TRY(want_quant(at, g, op, op->in[0], TYPE_S8, &scale, &zero));
    TRY(want_quant(at, g, op, op->out[0], TYPE_S8, &out_scale, &p.out_zero));
    for (int k = 1; k < op->n_in; k++)
        if (op_in(g, op, k)->quant.n != 1 || op_in(g, op, k)->quant.scale[0] != scale ||
            op_in(g, op, k)->quant.zero[0] != zero)
            return fail(at, MOTE_ERR_QUANT,
                        "input %d has another quantization than the first one: put a QUANTIZE before it", k);
    p.zero = -(op->n_in + 1) * zero;
    TRY(want_multiplier(at, 2 * (double)scale / ((1 << (MOTE_ADD_N_S8_LEFT_SHIFT + 1)) * (double)out_scale),
                        &p.out_mult, &p.out_shift));
    if (p.out_shift > 0)
        return fail(at, MOTE_ERR_QUANT, "the output's scale is too small beside the inputs'");
    args[0] = lower_scratch(l, TYPE_S8, (size_t)(op->n_in * len));
    TRY(lower_stacked(l, op, args[0], at));
    args[1] = lower_tensor(l, op->out[0]);
    return lower_step(l, KERNEL_add_n_s8, &p, args, at);
}

static enum mote_status lower_add_n(struct lowering *l, const struct op *op, const struct frame *at)
{
    const enum mote_type type = op_in(l->graph, op, 0)->type;

    if (type != TYPE_S8 && type != TYPE_S32 && type != TYPE_F32)
        return refuse_type(at, l->graph, op->in[0], "s8, s32 and f32");
    for (int k = 1; k < op->n_in; k++)
        TRY(want_type(at, l->graph, op->in[k], type));
    TRY(want_type(at, l->graph, op->out[0], type));
    return type == TYPE_S8 ? lower_sum_s8(l, op, at) : lower_in_turn(l, op, at);
}

const struct operator operator_add_n = {.infer = infer_add_n, .lower = lower_add_n};
