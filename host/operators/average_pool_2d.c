/* SPDX-License-Identifier: Apache-2.0 */
/* AVERAGE_POOL_2D: input and output NHWC, of one quantization. */
#include "host/gradient/gradient.h"
#include "host/operators/pool.h"
#include "host/operators/reduce.h"
#include "mote/kernels/pool/average_pool_2d_s8.h"
#include "mote/kernels/pool/average_pool_2d_u8.h"
#include "mote/kernels/pool/mean_rows_f32.h"
#include "mote/kernels/pool/mean_rows_s8.h"

static enum mote_status infer_average_pool_2d(const struct model *m, struct graph *g, const struct op *op,
                                              const struct frame *at)
{
    return infer_pool(m, g, op, at);
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static enum mote_status lower_global_s8(struct lowering *l, const struct op *op, int32_t lo, int32_t hi,
                                        const struct frame *at)
{
    const int64_t *dims = op_in(l->graph, op, 0)->dims;
    struct mote_mean_rows_s8 p = {.batch = (int32_t)dims[0],
                                  .in_h = (int32_t)dims[1],
                                  .in_w = (int32_t)dims[2],
                                  .channels = (int32_t)dims[3],
                                  .divisor = (int32_t)(dims[1] * dims[2]),
                                  .lo = lo,
                                  .hi = hi};

    return lower_mean_rows_s8(l, op, &p, at);
}

/* Whether one of the windows along a dimension, cut to the image, has an even number of elements there. */
static bool any_is_even(const struct window *w, int64_t in, int64_t filter, int64_t stride)
{
    for (int64_t i = 0; i < w->out; i++) {
        int64_t from = i * stride - w->pad_before, to = smaller(from + filter, in);

        if ((to - (from < 0 ? 0 : from)) % 2 == 0)
            return true;
    }
    return false;
}

/* Means of uint8 that lie in the middle of two bytes are rounded up, those of int8 away from 0. */
static bool has_ties(const struct pool_opts *o, const struct tensor *in, const struct window *y, const struct window *x)
{
    return any_is_even(y, in->dims[1], o->filter_h, o->stride_h) ||
           any_is_even(x, in->dims[2], o->filter_w, o->stride_w);
}

static enum mote_status lower_average_pool_2d_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct pool_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct window y, x;
    int32_t lo, hi;
    bool rounds_up;

    TRY(pool_range_s8(l->graph, op, &lo, &hi, at));
    TRY(pool_windows(l->graph, op, &y, &x, at));
    if (smaller(o->filter_h, in->dims[1]) * smaller(o->filter_w, in->dims[2]) > MOTE_AVERAGE_POOL_2D_S8_WINDOW_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "a window of more than %d elements: average in two steps",
                    MOTE_AVERAGE_POOL_2D_S8_WINDOW_MAX);
    rounds_up = op->uint8 && has_ties(o, in, &y, &x);
    if (!rounds_up && pool_is_global(o, in, &y, &x))
        return lower_global_s8(l, op, lo, hi, at);

    struct mote_average_pool_2d_s8 p = {POOL_GEOMETRY(in, out, o, y, x), .lo = lo, .hi = hi};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    /* One list of parameters for both. */
    _Static_assert(sizeof p == sizeof(struct mote_average_pool_2d_u8), "the same fields");
    return lower_step(l, rounds_up ? KERNEL_average_pool_2d_u8 : KERNEL_average_pool_2d_s8, &p, args, at);
}

static enum mote_status lower_average_pool_2d_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0);
    const struct pool_opts *o = op->opts;
    struct window y, x;

    TRY(want_type(at, l->graph, op->in[0], TYPE_F32));
    TRY(want_type(at, l->graph, op->out[0], TYPE_F32));
    TRY(pool_windows(l->graph, op, &y, &x, at));
    if (!pool_is_global(o, in, &y, &x))
        return lower_pool_2d_f32(l, op, true, at);

    struct mote_mean_rows_f32 p = {.batch = (int32_t)in->dims[0],
                                   .in_h = (int32_t)in->dims[1],
                                   .in_w = (int32_t)in->dims[2],
                                   .channels = (int32_t)in->dims[3],
                                   .number = float_bits((float)in->dims[1] * (float)in->dims[2])};

    activation_range_f32(o->activation, &p.lo, &p.hi);
    return lower_mean_rows_f32(l, op, &p, at);
}

static enum mote_status lower_average_pool_2d(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_average_pool_2d_s8(l, op, at);
    case TYPE_S16:
        return lower_pool_2d_s16(l, op, true, at);
    case TYPE_F32:
        return lower_average_pool_2d_f32(l, op, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

static enum mote_status gradient_average_pool_2d(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)at;
    gradient_give(b, op.in[0], gradient_apply(b, OP_AVERAGE_POOL_2D_GRAD, 2, (int32_t[]){d, op.in[0]}, op.opts));
    return MOTE_OK;
}

const struct operator operator_average_pool_2d = {
    .infer = infer_average_pool_2d,
    .lower = lower_average_pool_2d,
    .scales = {.form = FORM_SAME, .wide = true},
    .fuses = true,
    .gradient = gradient_average_pool_2d,
};
