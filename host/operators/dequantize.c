/* SPDX-License-Identifier: Apache-2.0 */
/* DEQUANTIZE: int8, uint8 or int16 to float; and a float16 constant, which is widened here. */
#include "host/graph/half.h"
#include "host/operators/elementwise.h"
#include "mote/kernels/move/copy.h"
#include "mote/kernels/elementwise/dequantize_f32.h"
#include "mote/kernels/elementwise/dequantize_s8_f32.h"

static enum mote_status lower_half(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    int64_t n = tensor_elements(in);
    float *wide = pool_array(l->pool, (size_t)n, sizeof *wide);
    struct mote_copy p = {.rows = 1, .row_bytes = (int32_t)tensor_bytes(out)};

    for (int64_t i = 0; i < n; i++)
        wide[i] = half_value((uint16_t)(in->data[2 * i] | in->data[2 * i + 1] << 8));

    int32_t args[] = {lower_const(l, in->name, TYPE_F32, wide, (size_t)n * sizeof *wide, true),
                      lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_copy, &p, args, at);
}

static enum mote_status lower_dequantize(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct row_split split = split_rows(in);
    int32_t args[2], zero;
    float scale;

    if (in->type == TYPE_F16 && in->data != NULL && out->type == TYPE_F32)
        return lower_half(l, op, at);
    if ((in->type != TYPE_S8 && in->type != TYPE_U8 && in->type != TYPE_S16) || out->type != TYPE_F32)
        return fail(at, MOTE_ERR_UNSUPPORTED, "from %s to %s: only s8, u8, s16 and constants of f16 to f32 are there",
                    type_name(in->type), type_name(out->type));
    TRY(want_quant(at, l->graph, op, op->in[0], in->type, &scale, &zero));
    args[0] = lower_tensor(l, op->in[0]);
    args[1] = lower_tensor(l, op->out[0]);
    if (in->type == TYPE_S8)
        return lower_step(l, KERNEL_dequantize_s8_f32,
                          &(struct mote_dequantize_s8_f32){
                              .rows = split.rows, .len = split.len, .scale = float_bits(scale), .zero = zero},
                          args, at);
    return lower_step(l, KERNEL_dequantize_f32,
                      &(struct mote_dequantize_f32){.rows = split.rows,
                                                    .len = split.len,
                                                    .in_type = (int32_t)in->type,
                                                    .scale = float_bits(scale),
                                                    .zero = zero},
                      args, at);
}

const struct operator operator_dequantize = {
    .infer = infer_same,
    .lower = lower_dequantize,
};
