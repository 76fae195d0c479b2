/* SPDX-License-Identifier: Apache-2.0 */
/* Legalization: operators that change no byte disappear. Requantizing twice is left alone: each step rounds, and one
 * step would round differently. */
#include "host/graph/op_info.h"
#include "host/graph/scales.h"
#include "host/passes/passes.h"

#include <math.h>

/* DEQUANTIZE then QUANTIZE with the same parameters: the reference multiplies and divides in float, so it is asked for
 * every value whether it comes back. */
static bool returns_every_value(float scale, int32_t zero)
{
    for (int32_t q = INT8_MIN; q <= INT8_MAX; q++) {
        volatile float real = scale * (float)(q - zero), quotient = real / scale; /* volatile: rounded to float */

        if (!isfinite(quotient) || (int32_t)roundf(quotient) + zero != q)
            return false;
    }
    return true;
}

/* QUANTIZE of DEQUANTIZE: the quantization reads what the dequantization read. */
static bool skip_dequantize(struct graph *g, int32_t i)
{
    struct op *op = &g->ops[i];
    int32_t producer = graph_producer(g, op->in[0]);
    const struct tensor *in, *out = op_out(g, op, 0);

    if (producer < 0 || g->ops[producer].id != OP_DEQUANTIZE || op_in(g, op, 0)->type != TYPE_F32)
        return false;
    in = op_in(g, &g->ops[producer], 0);
    if (in->state || in->type != TYPE_S8 || out->type != TYPE_S8 || in->quant.n != 1 ||
        !quant_equal(&in->quant, &out->quant) || !returns_every_value(in->quant.scale[0], in->quant.zero[0]))
        return false;
    op->in[0] = g->ops[producer].in[0];
    return true;
}

/* RESHAPE of RESHAPE: the second one reads what the first one read. */
static bool skip_reshape(struct graph *g, int32_t i)
{
    struct op *op = &g->ops[i];
    int32_t producer = graph_producer(g, op->in[0]);

    if (producer < 0 || g->ops[producer].id != OP_RESHAPE || op_in(g, op, 0)->state ||
        !quant_same(&op_in(g, &g->ops[producer], 0)->quant, &op_in(g, op, 0)->quant) ||
        op_in(g, &g->ops[producer], 0)->state)
        return false;
    op->in[0] = g->ops[producer].in[0];
    return true;
}

/* The dimensions that are not 1 keep their order, so the bytes stay where they are. */
static bool keeps_order(const struct graph *g, const struct op *op)
{
    const struct tensor *in = op_in(g, op, 0), *perm = op_in(g, op, 1);
    int64_t last = -1;

    if (!perm->data || (perm->type != TYPE_S32 && perm->type != TYPE_S64) || tensor_elements(perm) != in->rank)
        return false;
    for (int32_t k = 0; k < in->rank; k++) {
        int64_t dim = const_int(perm, k);

        if (dim < 0 || dim >= in->rank)
            return false;
        if (in->dims[dim] == 1)
            continue;
        if (dim < last)
            return false;
        last = dim;
    }
    return true;
}

/* To the output's shape, which is known. One whose scales are to be refused stays, to be refused by its own name. */
static bool become_reshape(struct model *m, struct graph *g, struct op *op)
{
    if (op_in(g, op, 0)->type != op_out(g, op, 0)->type || want_scales(g, op, NULL) != MOTE_OK)
        return false;
    op->id = OP_RESHAPE;
    op->opts = NULL;
    op_set_inputs(m, op, 1, op->in);
    return true;
}

static bool legalize_op(struct model *m, struct graph *g, int32_t i)
{
    struct op *op = &g->ops[i];

    switch (op->id) {
    case OP_QUANTIZE:
        return op_bypass(g, i) || skip_dequantize(g, i);
    case OP_RESHAPE:
        return op_bypass(g, i) || skip_reshape(g, i);
    case OP_PAD:
    case OP_MIRROR_PAD:
    case OP_SLICE:
    case OP_CAST:
        return op_bypass(g, i); /* the same shape: no padding, the whole box */
    case OP_DROPOUT:            /* a trained network drops nothing */
        return op_bypass(g, i) || become_reshape(m, g, op);
    case OP_CONCATENATION:
        return op->n_in == 1 && ((struct concatenation_opts *)op->opts)->activation == ACTIVATION_NONE &&
               op_bypass(g, i);
    case OP_TRANSPOSE:
        return keeps_order(g, op) && become_reshape(m, g, op);
    case OP_SQUEEZE:
    case OP_EXPAND_DIMS:
        return become_reshape(m, g, op);
    default:
        return false;
    }
}

enum mote_status pass_legalize(struct model *m, struct graph *g, const struct frame *at)
{
    bool changed = true;

    (void)at;
    while (changed) { /* each change removes an operator, or a step of a chain of them */
        changed = false;
        for (int32_t i = 0; i < g->n_ops; i++)
            changed |= legalize_op(m, g, i);
    }
    return MOTE_OK;
}
