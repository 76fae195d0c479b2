/* SPDX-License-Identifier: Apache-2.0 */
/* QUANTIZE: float to int8, uint8 or int16, or from one integer type to another with other parameters. */
#include <math.h>

#include "host/operators/unary.h"
#include "mote/kernels/elementwise/quantize_f32_s16.h"
#include "mote/kernels/elementwise/quantize_f32_s8.h"
#include "mote/kernels/elementwise/requantize.h"
#include "mote/kernels/elementwise/requantize_s8.h"

/* uint8 is int8 with the top bit flipped: through int8, then on as with scales that are equal. Both are exact. */
static enum mote_status lower_float_to_u8(struct lowering *l, const struct op *op, struct mote_quantize_f32_s8 *p,
                                          const struct frame *at)
{
    const struct tensor *out = op_out(l->graph, op, 0);
    int32_t s8 = lower_scratch(l, TYPE_S8, (size_t)tensor_bytes(out)), zero = p->zero;
    struct mote_requantize flip = {.rows = p->rows,
                                   .len = p->len,
                                   .in_type = TYPE_S8,
                                   .out_type = TYPE_U8,
                                   .in_zero = zero + INT8_MIN,
                                   .out_zero = zero};

    quantize_multiplier(1.0, &flip.mult, &flip.shift);
    p->zero += INT8_MIN;
    TRY(lower_step(l, KERNEL_quantize_f32_s8, p, (int32_t[]){lower_tensor(l, op->in[0]), s8}, at));
    return lower_step(l, KERNEL_requantize, &flip, (int32_t[]){s8, lower_tensor(l, op->out[0])}, at);
}

static enum mote_status lower_from_float(struct lowering *l, const struct op *op, const struct frame *at)
{
    enum mote_type to = op_out(l->graph, op, 0)->type;
    struct row_split split = split_rows(op_in(l->graph, op, 0));
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};
    struct mote_quantize_f32_s8 p = {.rows = split.rows, .len = split.len};
    float scale;

    /* One list of fields for both; only the range of `zero` differs. */
    _Static_assert(sizeof(struct mote_quantize_f32_s8) == sizeof(struct mote_quantize_f32_s16), "the same fields");
    if (to != TYPE_S8 && to != TYPE_U8 && to != TYPE_S16)
        return fail(at, MOTE_ERR_UNSUPPORTED, "from f32 to %s: only s8, u8 and s16 are there", type_name(to));
    TRY(want_quant(at, l->graph, op, op->out[0], to, &scale, &p.zero));
    p.scale = float_bits(scale);
    if (to == TYPE_U8)
        return lower_float_to_u8(l, op, &p, at);
    return lower_step(l, to == TYPE_S8 ? KERNEL_quantize_f32_s8 : KERNEL_quantize_f32_s16, &p, args, at);
}

/* The pairs that the reference has. */
static bool can_requantize(enum mote_type from, enum mote_type to)
{
    switch (from) {
    case TYPE_S8:
        return to == TYPE_S8 || to == TYPE_U8 || to == TYPE_S16 || to == TYPE_S32;
    case TYPE_U8:
        return to == TYPE_S8;
    case TYPE_S16:
        return to == TYPE_S8 || to == TYPE_S16 || to == TYPE_S32;
    case TYPE_S32:
        return to == TYPE_S8 || to == TYPE_S16;
    default:
        return false;
    }
}

/* As a concatenation of uint8 takes inputs of other scales (docs/EXACT.md), in float, each operation rounded. */
static enum mote_status lower_rescale_u8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct unary_s8 u;
    int8_t table[256];
    volatile float inverse, scale, bias;

    TRY(want_unary_s8(l, op, &u, at));
    inverse = 1.0f / u.out_scale;
    scale = u.in_scale * inverse;
    bias = -(float)(u.in_zero - INT8_MIN) * scale;
    for (int32_t i = 0; i < 256; i++) {
        volatile float product = (float)i * scale, sum = product + bias;

        table[i] = saturate_u8(roundf(sum) + (float)(u.out_zero - INT8_MIN));
    }
    return lower_table_s8(l, op, table, at);
}

static enum mote_status lower_from_integer(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct row_split split = split_rows(in);
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};
    int32_t in_zero, out_zero, mult, shift;
    float in_scale, out_scale;

    if (op->uint8)
        return lower_rescale_u8(l, op, at);
    if (!can_requantize(in->type, out->type))
        return fail(at, MOTE_ERR_UNSUPPORTED, "from %s to %s is not there", type_name(in->type), type_name(out->type));
    TRY(want_quant(at, l->graph, op, op->in[0], in->type, &in_scale, &in_zero));
    TRY(want_quant(at, l->graph, op, op->out[0], out->type, &out_scale, &out_zero));
    TRY(want_multiplier(at, (double)in_scale / (double)out_scale, &mult, &shift));
    if (in->type == TYPE_S8 && out->type == TYPE_S8)
        return lower_step(l, KERNEL_requantize_s8,
                          &(struct mote_requantize_s8){.rows = split.rows,
                                                       .len = split.len,
                                                       .in_zero = in_zero,
                                                       .out_zero = out_zero,
                                                       .mult = mult,
                                                       .shift = shift},
                          args, at);
    return lower_step(l, KERNEL_requantize,
                      &(struct mote_requantize){.rows = split.rows,
                                                .len = split.len,
                                                .in_type = (int32_t)in->type,
                                                .out_type = (int32_t)out->type,
                                                .in_zero = in_zero,
                                                .out_zero = out_zero,
                                                .mult = mult,
                                                .shift = shift},
                      args, at);
}

static enum mote_status lower_quantize(struct lowering *l, const struct op *op, const struct frame *at)
{
    return op_in(l->graph, op, 0)->type == TYPE_F32 ? lower_from_float(l, op, at) : lower_from_integer(l, op, at);
}

const struct operator operator_quantize = {
    .infer = infer_same,
    .lower = lower_quantize,
};
