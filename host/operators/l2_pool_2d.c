/* SPDX-License-Identifier: Apache-2.0 */
/* L2_POOL_2D, of floats: the square root of the mean of the squares in a window; input and output NHWC. */
#include "host/operators/elementwise.h"
#include "host/operators/pool.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/unary_f32.h"
#include "mote/kernels/pool/pool_2d_f32.h"

#include <math.h>

static enum mote_status lower_squares(struct lowering *l, int64_t n, int32_t in, int32_t out, const struct frame *at)
{
    const struct mote_binary_f32 p = {.function = MOTE_BINARY_MUL,
                                      .rows = 1,
                                      .rank = 1,
                                      .a_len = (int32_t)n,
                                      .b_len = (int32_t)n,
                                      .out_len = (int32_t)n,
                                      .lo = float_bits(-INFINITY),
                                      .hi = float_bits(INFINITY)};
    int32_t shape[] = {(int32_t)n, 1, 1};
    int32_t args[] = {in, in, lower_const(l, "shape", TYPE_S32, shape, sizeof shape, false), out};

    return lower_step(l, KERNEL_binary_f32, &p, args, at);
}

static enum mote_status lower_roots(struct lowering *l, int32_t function, int activation, int64_t n, int32_t in,
                                    int32_t out, const struct frame *at)
{
    struct mote_unary_f32 p = {.rows = 1, .len = (int32_t)n, .function = function};

    activation_range_f32(activation, &p.lo, &p.hi);
    return lower_step(l, KERNEL_unary_f32, &p, (int32_t[]){in, out}, at);
}

static enum mote_status lower_l2_pool_2d(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct pool_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    const int64_t n = tensor_elements(in), kept = tensor_elements(out);
    const bool clamps = o->activation != ACTIVATION_NONE;
    struct window y, x;
    int32_t squares, means, roots, last;

    if (in->type != TYPE_F32)
        return refuse_type(at, l->graph, op->in[0], "f32");
    TRY(want_type(at, l->graph, op->out[0], TYPE_F32));
    TRY(pool_windows(l->graph, op, &y, &x, at));

    const struct mote_pool_2d_f32 p = {POOL_GEOMETRY(in, out, o, y, x), .average = true, .lo = float_bits(-INFINITY),
                                       .hi = float_bits(INFINITY)};

    squares = lower_scratch(l, TYPE_F32, (size_t)n * 4);
    means = lower_scratch(l, TYPE_F32, (size_t)kept * 4);
    last = lower_tensor(l, op->out[0]);
    roots = clamps ? lower_scratch(l, TYPE_F32, (size_t)kept * 4) : last;
    TRY(lower_squares(l, n, lower_tensor(l, op->in[0]), squares, at));
    TRY(lower_step(l, KERNEL_pool_2d_f32, &p, (int32_t[]){squares, means}, at));
    TRY(lower_roots(l, MOTE_UNARY_SQRT, ACTIVATION_NONE, kept, means, roots, at));
    return clamps ? lower_roots(l, MOTE_UNARY_CLAMP, o->activation, kept, roots, last, at) : MOTE_OK;
}

const struct operator operator_l2_pool_2d = {
    .infer = infer_pool,
    .lower = lower_l2_pool_2d,
    .fuses = true,
};
