/* SPDX-License-Identifier: Apache-2.0 */
/* BATCH_TO_SPACE_ND: batches become pictures: batch (k * B + b) has pixel k of each block of picture b. Then the border
 * is cut off. */
#include "host/operators/blocks.h"

static enum mote_status infer_batch_to_space_nd(const struct model *m, struct graph *g, const struct op *op,
                                                const struct frame *at)
{
    int64_t dims[RANK_MAX];
    struct blocks b;

    (void)m;
    TRY(find_blocks(g, op, &b, at));
    memcpy(dims, b.in, sizeof dims);
    for (int i = 0; i < b.n; i++) {
        if (dims[0] % b.block[i] != 0)
            return fail(at, MOTE_ERR_SHAPE, "%lld batches are no blocks", (long long)b.in[0]);
        dims[0] /= b.block[i];
        dims[1 + i] = dims[1 + i] * b.block[i] - b.border[i][0] - b.border[i][1];
    }
    return infer_set(at, op_out(g, op, 0), b.rank, dims);
}

static enum mote_status lower_batch_to_space_nd(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    int32_t pictures = lower_tensor(l, op->out[0]);
    struct walk walk, border;
    struct blocks b;
    bool cut;

    TRY(find_blocks(l->graph, op, &b, at));
    memcpy(b.batches, b.in, sizeof b.batches);
    memcpy(b.pixels, out->dims, sizeof b.pixels);
    for (int i = 0; i < b.n; i++)
        b.pixels[1 + i] += b.border[i][0] + b.border[i][1];
    if (in->type != out->type || type_bits(in->type) < 8)
        return fail(at, MOTE_ERR_TYPE, "the input is %s and the output %s: whole bytes of one type are wanted",
                    type_name(in->type), type_name(out->type));
    cut = blocks_have_border(&b);
    if (cut)
        pictures = lower_pictures(l, &b, in->type);
    walk = blocks_walk(&b);
    walk = walk_reversed(&walk);
    TRY(lower_walk(l, &walk, lower_tensor(l, op->in[0]), pictures, at));
    if (!cut)
        return MOTE_OK;
    border = blocks_border_walk(&b);
    border = walk_reversed(&border);
    return lower_walk(l, &border, pictures, lower_tensor(l, op->out[0]), at);
}

const struct operator operator_batch_to_space_nd = {
    .infer = infer_batch_to_space_nd,
    .lower = lower_batch_to_space_nd,
    .scales = {.form = FORM_SAME, .wide = true},
};
