/* SPDX-License-Identifier: Apache-2.0 */
/* LOG_SOFTMAX over the last dimension. In int8 the exponentials are SOFTMAX's; the logarithm of their sum is the
 * device's. */
#include <math.h>

#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/log_softmax_f32.h"
#include "mote/kernels/elementwise/log_softmax_s8.h"

static enum mote_status infer_log_softmax(const struct model *m, struct graph *g, const struct op *op,
                                          const struct frame *at)
{
    TRY(want_rank(at, op_in(g, op, 0), "input", 1, RANK_MAX));
    return infer_same(m, g, op, at);
}

/* From distances to 26 fraction bits and back. */
struct scaling {
    int32_t mult, shift, back_mult, back_shift, radius;
};

/* `scale` times 2^26 is more than 1. */
static struct scaling scaling_of(float scale)
{
    struct scaling s;
    double radius;

    quantize_multiplier(fmin((double)scale * (1 << 26), 2147483647.0), &s.mult, &s.shift);
    radius = floor(31.0 * (1 << 26) / (double)(INT64_C(1) << s.shift));
    quantize_multiplier((double)(INT64_C(1) << (31 - s.shift)) / (double)s.mult, &s.back_mult, &s.back_shift);
    s.radius = (int32_t)fmin(radius, 255);
    if (s.shift > MOTE_SHIFT_MAX) /* then the radius is 0, and so is the only distance */
        s.shift = MOTE_SHIFT_MAX;
    return s;
}

static enum mote_status lower_log_softmax_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0);
    struct row_split split = split_rows(in);
    int32_t table[SOFTMAX_TABLE_MAX], zero, n;
    struct scaling s;
    float scale;

    TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S8, &scale, &zero)); /* which one: host/graph/scales.h */
    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &scale, &zero));
    n = softmax_table(1, scale, table);
    if (n == 0)
        return fail(at, MOTE_ERR_QUANT, "the input's scale %g is too small", (double)scale);
    s = scaling_of(scale);

    int32_t depth = (int32_t)in->dims[in->rank - 1];
    struct mote_log_softmax_s8 p = {
        .rows = split.rows,
        .groups = depth > 0 ? split.len / depth : 0,
        .depth = depth,
        .n_table = n,
        .radius = s.radius,
        .mult = s.mult,
        .shift = s.shift,
        .back_mult = s.back_mult,
        .back_shift = s.back_shift,
    };
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_const(l, "exponentials", TYPE_S32, table, (size_t)n * sizeof table[0], false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_log_softmax_s8, &p, args, at);
}

static enum mote_status lower_log_softmax_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0);
    struct row_split split = split_rows(in);

    TRY(want_type(at, l->graph, op->out[0], TYPE_F32));

    int32_t depth = (int32_t)in->dims[in->rank - 1];
    struct mote_log_softmax_f32 p = {
        .rows = split.rows,
        .groups = depth > 0 ? split.len / depth : 0,
        .depth = depth,
    };
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_log_softmax_f32, &p, args, at);
}

static enum mote_status lower_log_softmax(struct lowering *l, const struct op *op, const struct frame *at)
{
    TRY(want_rank(at, op_in(l->graph, op, 0), "input", 1, RANK_MAX));
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_log_softmax_s8(l, op, at);
    case TYPE_F32:
        return lower_log_softmax_f32(l, op, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8 and f32");
    }
}

const struct operator operator_log_softmax = {
    .infer = infer_log_softmax,
    .lower = lower_log_softmax,
    .scales = {.form = FORM_FIXED, .fixed_scale = 1.0f / 16, .fixed_zero = 127},
};
