/* SPDX-License-Identifier: Apache-2.0 */
/* L2_NORMALIZATION: the last dimension divided by its Euclidean length. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/l2_normalization_f32.h"
#include "mote/kernels/elementwise/l2_normalization_s8.h"
#include "mote/kernels/elementwise/l2_normalization_u8.h"

static enum mote_status infer_l2_normalization(const struct model *m, struct graph *g, const struct op *op,
                                               const struct frame *at)
{
    TRY(want_rank(at, op_in(g, op, 0), "input", 1, RANK_MAX));
    return infer_same(m, g, op, at);
}

/* The sum of squares. */
static int64_t macs_l2_normalization(const struct graph *g, const struct op *op)
{
    return tensor_elements(op_in(g, op, 0));
}

/* The results have scale 1/128 and zero point 0. Of uint8 all is the same but how they are rounded. */
static enum mote_status lower_l2_normalization_s8(struct lowering *l, const struct op *op, int32_t rows, int32_t depth,
                                                  const struct frame *at)
{
    struct mote_l2_normalization_s8 p = {.rows = rows, .depth = depth};
    float in_scale, out_scale;
    int32_t out_zero;

    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &in_scale, &p.in_zero));
    TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S8, &out_scale, &out_zero));

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    _Static_assert(sizeof p == sizeof(struct mote_l2_normalization_u8), "the same fields");
    return lower_step(l, op->uint8 ? KERNEL_l2_normalization_u8 : KERNEL_l2_normalization_s8, &p, args, at);
}

static enum mote_status lower_l2_normalization(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0);
    int32_t depth = (int32_t)in->dims[in->rank - 1], rows = (int32_t)(tensor_elements(in) / depth);
    struct mote_l2_normalization_f32 p = {.rows = rows, .depth = depth};

    switch (in->type) {
    case TYPE_S8:
        return lower_l2_normalization_s8(l, op, rows, depth, at);
    case TYPE_F32:
        return lower_step(l, KERNEL_l2_normalization_f32, &p,
                          (int32_t[]){lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])}, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8 and f32");
    }
}

const struct operator operator_l2_normalization = {
    .infer = infer_l2_normalization,
    .macs = macs_l2_normalization,
    .lower = lower_l2_normalization,
    .scales = {.form = FORM_FIXED, .fixed_scale = 1.0f / 128, .fixed_zero = 0},
};
