/* SPDX-License-Identifier: Apache-2.0 */
#include "host/operators/pool.h"

#include <math.h>

#include "mote/kernels/pool/pool_2d_f32.h"
#include "mote/kernels/pool/pool_2d_s16.h"

static struct window rows_of(const struct pool_opts *o, const struct tensor *in)
{
    return window_fit(o->padding, in->dims[1], o->filter_h, o->stride_h, 1, o->pad_top, o->pad_bottom);
}

static struct window columns_of(const struct pool_opts *o, const struct tensor *in)
{
    return window_fit(o->padding, in->dims[2], o->filter_w, o->stride_w, 1, o->pad_left, o->pad_right);
}

enum mote_status infer_pool(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct pool_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0);

    (void)m;
    TRY(want_rank(at, in, "input", 4, 4));
    return infer_set(at, op_out(g, op, 0), 4,
                     (int64_t[]){in->dims[0], rows_of(o, in).out, columns_of(o, in).out, in->dims[3]});
}

/* A window that lies in the padding altogether has no mean and no maximum. */
static bool every_window_has_elements(const struct window *w, int64_t in, int64_t filter, int64_t stride)
{
    return w->pad_before < filter && (w->out - 1) * stride - w->pad_before < in;
}

enum mote_status pool_windows(const struct graph *g, const struct op *op, struct window *y, struct window *x,
                              const struct frame *at)
{
    const struct pool_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0);

    *y = rows_of(o, in);
    *x = columns_of(o, in);
    assert(y->out >= 1 && x->out >= 1);
    if (!every_window_has_elements(y, in->dims[1], o->filter_h, o->stride_h) ||
        !every_window_has_elements(x, in->dims[2], o->filter_w, o->stride_w))
        return fail(at, MOTE_ERR_SHAPE, "a window lies in the padding altogether: reduce the padding");
    return MOTE_OK;
}

bool pool_is_global(const struct pool_opts *o, const struct tensor *in, const struct window *y, const struct window *x)
{
    return y->out == 1 && x->out == 1 && o->filter_h - y->pad_before >= in->dims[1] &&
           o->filter_w - x->pad_before >= in->dims[2];
}

enum mote_status pool_range_s8(const struct graph *g, const struct op *op, int32_t *lo, int32_t *hi,
                               const struct frame *at)
{
    const struct pool_opts *o = op->opts;
    float in_scale, out_scale;
    int32_t in_zero, out_zero;

    TRY(want_quant(at, g, op, op->in[0], TYPE_S8, &in_scale, &in_zero));
    TRY(want_quant(at, g, op, op->out[0], TYPE_S8, &out_scale, &out_zero));
    return activation_range_s8(op_out(g, op, 0), o->activation, lo, hi, at);
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

enum mote_status lower_pool_2d_s16(struct lowering *l, const struct op *op, bool average, const struct frame *at)
{
    const struct pool_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct window y, x;
    float in_scale, out_scale;

    TRY(want_symmetric(at, l->graph, op, op->in[0], &in_scale));
    TRY(want_symmetric(at, l->graph, op, op->out[0], &out_scale));
    TRY(pool_windows(l->graph, op, &y, &x, at));
    if (average && smaller(o->filter_h, in->dims[1]) * smaller(o->filter_w, in->dims[2]) > MOTE_POOL_2D_S16_WINDOW_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "a window of more than %d elements: average in two steps",
                    MOTE_POOL_2D_S16_WINDOW_MAX);

    struct mote_pool_2d_s16 p = {POOL_GEOMETRY(in, out, o, y, x), .average = average};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    TRY(activation_range_s16(out, o->activation, &p.lo, &p.hi, at));
    return lower_step(l, KERNEL_pool_2d_s16, &p, args, at);
}

enum mote_status lower_pool_2d_f32(struct lowering *l, const struct op *op, bool average, const struct frame *at)
{
    const struct pool_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct window y, x;

    TRY(want_type(at, l->graph, op->in[0], TYPE_F32));
    TRY(want_type(at, l->graph, op->out[0], TYPE_F32));
    TRY(pool_windows(l->graph, op, &y, &x, at));

    struct mote_pool_2d_f32 p = {POOL_GEOMETRY(in, out, o, y, x), .average = average};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    activation_range_f32(o->activation, &p.lo, &p.hi);
    return lower_step(l, KERNEL_pool_2d_f32, &p, args, at);
}
