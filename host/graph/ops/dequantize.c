/* SPDX-License-Identifier: Apache-2.0 */
/* DEQUANTIZE: int8, uint8 or int16 to float. */
#include "host/graph/ops/elementwise.h"
#include "kernels/dequantize_f32.h"
#include "kernels/dequantize_s8_f32.h"

enum mote_status infer_dequantize(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    (void)m;
    return infer_same(g, op, at);
}

int64_t macs_dequantize(const struct graph *g, const struct op *op)
{
    (void)g;
    (void)op;
    return 0;
}

enum mote_status lower_dequantize(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct row_split split = split_rows(in);
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])}, zero;
    float scale;

    if ((in->type != TYPE_S8 && in->type != TYPE_U8 && in->type != TYPE_S16) || out->type != TYPE_F32)
        return fail(at, MOTE_ERR_UNSUPPORTED, "from %s to %s: only s8, u8 and s16 to f32 are there",
                    type_name(in->type), type_name(out->type));
    TRY(want_quant(at, l->graph, op, op->in[0], in->type, &scale, &zero));
    if (in->type == TYPE_S8)
        return lower_step(l, KERNEL_dequantize_s8_f32,
                          &(struct mote_dequantize_s8_f32){.rows = split.rows,
                                                           .len = split.len,
                                                           .in_ring = split.rows,
                                                           .out_ring = split.rows,
                                                           .scale = float_bits(scale),
                                                           .zero = zero},
                          args, split.rows, at);
    return lower_step(l, KERNEL_dequantize_f32,
                      &(struct mote_dequantize_f32){.rows = split.rows,
                                                    .len = split.len,
                                                    .in_ring = split.rows,
                                                    .out_ring = split.rows,
                                                    .in_type = (int32_t)in->type,
                                                    .scale = float_bits(scale),
                                                    .zero = zero},
                      args, split.rows, at);
}
