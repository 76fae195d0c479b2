/* SPDX-License-Identifier: Apache-2.0 */
/* MAX_POOL_2D: input and output NHWC, of one quantization. */
#include <math.h>

#include "host/plan/lower.h"
#include "kernels/max_pool_2d_s8.h"

static struct window rows_of(const struct pool_opts *o, const struct tensor *in)
{
    return window_fit(o->padding, in->dims[1], o->filter_h, o->stride_h, 1, o->pad_top, o->pad_bottom);
}

static struct window columns_of(const struct pool_opts *o, const struct tensor *in)
{
    return window_fit(o->padding, in->dims[2], o->filter_w, o->stride_w, 1, o->pad_left, o->pad_right);
}

enum mote_status infer_max_pool_2d(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct pool_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0);

    (void)m;
    TRY(want_rank(at, in, "input", 4, 4));
    return infer_set(at, op_out(g, op, 0), 4,
                     (int64_t[]){in->dims[0], rows_of(o, in).out, columns_of(o, in).out, in->dims[3]});
}

int64_t macs_max_pool_2d(const struct graph *g, const struct op *op)
{
    (void)g;
    (void)op;
    return 0;
}

/* A window that lies in the padding altogether has no maximum. */
static bool every_window_has_elements(const struct window *w, int64_t in, int64_t filter, int64_t stride)
{
    return w->pad_before < filter && (w->out - 1) * stride - w->pad_before < in;
}

enum mote_status lower_max_pool_2d(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct pool_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct window y = rows_of(o, in), x = columns_of(o, in);
    float in_scale, out_scale;
    int32_t in_zero, out_zero, lo, hi;

    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &in_scale, &in_zero));
    TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S8, &out_scale, &out_zero));
    if (in_zero != out_zero || fabsf(in_scale - out_scale) > 1.0e-6)
        return fail(at, MOTE_ERR_QUANT, "input and output are quantized differently: (%g, %d) and (%g, %d)", in_scale,
                    (int)in_zero, out_scale, (int)out_zero);
    if (!every_window_has_elements(&y, in->dims[1], o->filter_h, o->stride_h) ||
        !every_window_has_elements(&x, in->dims[2], o->filter_w, o->stride_w))
        return fail(at, MOTE_ERR_SHAPE, "a window lies in the padding altogether: reduce the padding");
    TRY(activation_range_s8(out, o->activation, &lo, &hi, at));

    struct mote_max_pool_2d_s8 p = {
        .batch = (int32_t)in->dims[0],
        .in_h = (int32_t)in->dims[1],
        .in_w = (int32_t)in->dims[2],
        .channels = (int32_t)in->dims[3],
        .in_ring = (int32_t)(in->dims[0] * in->dims[1]),
        .out_h = (int32_t)out->dims[1],
        .out_w = (int32_t)out->dims[2],
        .out_ring = (int32_t)(out->dims[0] * out->dims[1]),
        .kernel_h = o->filter_h,
        .kernel_w = o->filter_w,
        .stride_h = o->stride_h,
        .stride_w = o->stride_w,
        .pad_top = (int32_t)y.pad_before,
        .pad_left = (int32_t)x.pad_before,
        .lo = lo,
        .hi = hi,
    };
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_max_pool_2d_s8, &p, args, p.out_ring, at);
}
