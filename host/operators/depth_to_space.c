/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTH_TO_SPACE: [B, H, W, b * b * C] to [B, H * b, W * b, C]: the channels of a pixel become a block of b by b
 * pixels.
 */
#include "host/operators/strided.h"

static enum mote_status infer_depth_to_space(const struct model *m, struct graph *g, const struct op *op,
                                             const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t b = ((const struct block_opts *)op->opts)->block_size;

    (void)m;
    TRY(want_rank(at, in, "input", 4, 4));
    if (b < 1 || b > INT16_MAX || in->dims[3] % (b * b) != 0)
        return fail(at, MOTE_ERR_SHAPE, "%lld channels do not fill blocks of size %lld", (long long)in->dims[3],
                    (long long)b);
    return infer_set(at, op_out(g, op, 0), 4,
                     (const int64_t[]){in->dims[0], in->dims[1] * b, in->dims[2] * b, in->dims[3] / (b * b)});
}

static enum mote_status lower_depth_to_space(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0);
    int64_t b = ((const struct block_opts *)op->opts)->block_size, w = in->dims[2], bc = in->dims[3] / b;
    struct walk walk = {
        .rank = 4,
        .dims = {{in->dims[0] * in->dims[1], w * b * bc, b * w * bc}, {w, b * bc, bc}, {b, bc, w * bc}, {bc, 1, 1}}};

    return lower_walk_op(l, &walk, op, at);
}

const struct operator operator_depth_to_space = {
    .infer = infer_depth_to_space,
    .lower = lower_depth_to_space,
    .scales = {.form = FORM_SAME, .wide = true},
};
