/* SPDX-License-Identifier: Apache-2.0 */
/* SPACE_TO_BATCH_ND: pictures with a border of real zero around, taken apart: batch (k * B + b) has pixel k of each
 * block. */
#include "host/operators/blocks.h"
#include "host/operators/elementwise.h"

static enum mote_status infer_space_to_batch_nd(const struct model *m, struct graph *g, const struct op *op,
                                                const struct frame *at)
{
    int64_t dims[RANK_MAX];
    struct blocks b;

    (void)m;
    TRY(find_blocks(g, op, &b, at));
    memcpy(dims, b.in, sizeof dims);
    for (int i = 0; i < b.n; i++) {
        dims[0] *= b.block[i];
        dims[1 + i] += b.border[i][0] + b.border[i][1];
        if (dims[1 + i] % b.block[i] != 0)
            return fail(at, MOTE_ERR_SHAPE, "%lld pixels with their border are no blocks of %lld",
                        (long long)dims[1 + i], (long long)b.block[i]);
        dims[1 + i] /= b.block[i];
    }
    return infer_set(at, op_out(g, op, 0), b.rank, dims);
}

static enum mote_status lower_bordered(struct lowering *l, const struct op *op, const struct blocks *b, int32_t *out,
                                       const struct frame *at)
{
    struct walk fill = {.rank = 1}, inside = blocks_border_walk(b);
    int32_t zero;

    TRY(lower_real_zero(l, op, &zero, at));
    *out = lower_pictures(l, b, op_in(l->graph, op, 0)->type);
    fill.dims[0] = (struct walk_dim){1, 0, 1};
    for (int d = 0; d < b->rank; d++)
        fill.dims[0].dim *= b->pixels[d];
    TRY(lower_walk(l, &fill, zero, *out, at));
    return lower_walk(l, &inside, lower_tensor(l, op->in[0]), *out, at);
}

static enum mote_status lower_space_to_batch_nd(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    int32_t pictures = lower_tensor(l, op->in[0]);
    struct blocks b;
    struct walk walk;

    TRY(find_blocks(l->graph, op, &b, at));
    memcpy(b.batches, out->dims, sizeof b.batches);
    memcpy(b.pixels, b.in, sizeof b.pixels);
    for (int i = 0; i < b.n; i++)
        b.pixels[1 + i] += b.border[i][0] + b.border[i][1];
    if (in->type != out->type || type_bits(in->type) < 8)
        return fail(at, MOTE_ERR_TYPE, "the input is %s and the output %s: whole bytes of one type are wanted",
                    type_name(in->type), type_name(out->type));
    if (blocks_have_border(&b))
        TRY(lower_bordered(l, op, &b, &pictures, at));
    walk = blocks_walk(&b);
    return lower_walk(l, &walk, pictures, lower_tensor(l, op->out[0]), at);
}

const struct operator operator_space_to_batch_nd = {
    .infer = infer_space_to_batch_nd,
    .lower = lower_space_to_batch_nd,
    .scales = {.form = FORM_SAME, .wide = true},
};
