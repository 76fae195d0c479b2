/* SPDX-License-Identifier: Apache-2.0 */
/* EMBEDDING_LOOKUP: the rows of the second input in the order of the first, the indices. Of int8 rows what is gathered
 * is dequantized where the output is float. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/dequantize_s8_f32.h"
#include "mote/kernels/move/gather.h"

static enum mote_status infer_embedding_lookup(const struct model *m, struct graph *g, const struct op *op,
                                               const struct frame *at)
{
    const struct tensor *indices = op_in(g, op, 0), *in = op_in(g, op, 1);
    int64_t dims[RANK_MAX];

    (void)m;
    TRY(want_rank(at, indices, "list of indices", 1, 1));
    TRY(want_rank(at, in, "table", 2, RANK_MAX));
    assert(indices && in);
    memcpy(dims, in->dims, sizeof dims);
    dims[0] = indices->dims[0];
    return infer_set(at, op_out(g, op, 0), in->rank, dims);
}

static enum mote_status lower_gathered(struct lowering *l, const struct op *op, int32_t out, const struct frame *at)
{
    const struct tensor *indices = op_in(l->graph, op, 0), *in = op_in(l->graph, op, 1);
    struct mote_gather p = {.batches = 1,
                            .outer = 1,
                            .length = (int32_t)in->dims[0],
                            .indices = (int32_t)indices->dims[0],
                            .chunk = (int32_t)(tensor_bytes(in) / in->dims[0])};
    int32_t from = lower_tensor(l, op->in[1]);
    int32_t args[] = {from, lower_tensor(l, op->in[0]), out};

    return lower_step(l, KERNEL_gather, &p, args, at);
}

static enum mote_status lower_dequantized(struct lowering *l, const struct op *op, const struct frame *at)
{
    const int64_t n = tensor_elements(op_out(l->graph, op, 0));
    struct mote_dequantize_s8_f32 p = {.rows = 1, .len = (int32_t)n};
    int32_t rows, args[2];
    float scale;

    TRY(want_quant(at, l->graph, op, op->in[1], TYPE_S8, &scale, &p.zero));
    if (p.zero != 0)
        return fail(at, MOTE_ERR_QUANT, "the table's zero point is %d, not 0", p.zero);
    p.scale = float_bits(scale);
    rows = lower_scratch(l, TYPE_S8, (size_t)n);
    TRY(lower_gathered(l, op, rows, at));
    args[0] = rows;
    args[1] = lower_tensor(l, op->out[0]);
    return lower_step(l, KERNEL_dequantize_s8_f32, &p, args, at);
}

static enum mote_status lower_embedding_lookup(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 1), *out = op_out(l->graph, op, 0);

    TRY(want_type(at, l->graph, op->in[0], TYPE_S32));
    TRY(want_indices(at, op_in(l->graph, op, 0), in->dims[0]));
    if (in->type == TYPE_S8 && out->type == TYPE_F32)
        return lower_dequantized(l, op, at);
    TRY(want_type(at, l->graph, op->out[0], in->type));
    if (type_bits(in->type) < 8)
        return refuse_type(at, l->graph, op->in[1], "types of whole bytes");
    return lower_gathered(l, op, lower_tensor(l, op->out[0]), at);
}

const struct operator operator_embedding_lookup = {
    .infer = infer_embedding_lookup,
    .lower = lower_embedding_lookup,
    .scales = {.form = FORM_SAME, .wide = true},
};
