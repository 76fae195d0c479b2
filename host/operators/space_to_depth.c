/* SPDX-License-Identifier: Apache-2.0 */
/* SPACE_TO_DEPTH: [B, H * b, W * b, C] to [B, H, W, b * b * C]: a block of b by b pixels becomes the channels of one.
 */
#include "host/operators/strided.h"

static enum mote_status infer_space_to_depth(const struct model *m, struct graph *g, const struct op *op,
                                             const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t b = ((const struct block_opts *)op->opts)->block_size;

    (void)m;
    TRY(want_rank(at, in, "input", 4, 4));
    if (b < 1 || b > INT16_MAX || in->dims[1] % b != 0 || in->dims[2] % b != 0)
        return fail(at, MOTE_ERR_SHAPE, "%lldx%lld pixels are no blocks of size %lld", (long long)in->dims[1],
                    (long long)in->dims[2], (long long)b);
    return infer_set(at, op_out(g, op, 0), 4,
                     (const int64_t[]){in->dims[0], in->dims[1] / b, in->dims[2] / b, in->dims[3] * b * b});
}

static enum mote_status lower_space_to_depth(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0);
    int64_t b = ((const struct block_opts *)op->opts)->block_size, w = in->dims[2] / b, bc = in->dims[3] * b;
    struct walk walk = {
        .rank = 4,
        .dims = {
            {in->dims[0] * (in->dims[1] / b), b * w * bc, w * b * bc}, {w, bc, b * bc}, {b, w * bc, bc}, {bc, 1, 1}}};

    return lower_walk_op(l, &walk, op, at);
}

const struct operator operator_space_to_depth = {
    .infer = infer_space_to_depth,
    .lower = lower_space_to_depth,
    .scales = {.form = FORM_SAME, .wide = true},
};
