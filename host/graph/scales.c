/* SPDX-License-Identifier: Apache-2.0 */
#include "host/graph/scales.h"

#include <math.h>

#include "host/graph/op_info.h"

const struct op_scales op_scales[OP_LIMIT] = {
    [OP_CONV_2D] = {.form = FORM_LINEAR},
    [OP_DEPTHWISE_CONV_2D] = {.form = FORM_LINEAR},
    [OP_FULLY_CONNECTED] = {.form = FORM_LINEAR},
    [OP_TRANSPOSE_CONV] = {.form = FORM_LINEAR},
    [OP_ABS] = {.form = FORM_OWN},
    [OP_ADD] = {.form = FORM_OWN},
    [OP_ARG_MAX] = {.form = FORM_OWN},
    [OP_BATCH_MATMUL] = {.form = FORM_OWN},
    [OP_DIV] = {.form = FORM_OWN},
    [OP_HARD_SWISH] = {.form = FORM_OWN},
    [OP_LEAKY_RELU] = {.form = FORM_OWN},
    [OP_MEAN] = {.form = FORM_OWN},
    [OP_MUL] = {.form = FORM_OWN},
    [OP_PRELU] = {.form = FORM_OWN},
    [OP_RELU] = {.form = FORM_OWN},
    [OP_RSQRT] = {.form = FORM_OWN},
    [OP_SQUARED_DIFFERENCE] = {.form = FORM_OWN},
    [OP_SUB] = {.form = FORM_OWN},
    [OP_SUM] = {.form = FORM_OWN},
    [OP_AVERAGE_POOL_2D] = {.form = FORM_SAME},
    [OP_BATCH_TO_SPACE_ND] = {.form = FORM_SAME},
    [OP_CONCATENATION] = {.form = FORM_SAME},
    [OP_DEPTH_TO_SPACE] = {.form = FORM_SAME},
    [OP_EXPAND_DIMS] = {.form = FORM_SAME},
    [OP_GATHER] = {.form = FORM_SAME},
    [OP_MAXIMUM] = {.form = FORM_SAME},
    [OP_MAX_POOL_2D] = {.form = FORM_SAME},
    [OP_MINIMUM] = {.form = FORM_SAME},
    [OP_MIRROR_PAD] = {.form = FORM_SAME},
    [OP_PACK] = {.form = FORM_SAME},
    [OP_PAD] = {.form = FORM_SAME},
    [OP_REDUCE_MAX] = {.form = FORM_SAME},
    [OP_RELU6] = {.form = FORM_SAME},
    [OP_RESHAPE] = {.form = FORM_SAME},
    [OP_RESIZE_BILINEAR] = {.form = FORM_SAME},
    [OP_RESIZE_NEAREST_NEIGHBOR] = {.form = FORM_SAME},
    [OP_SLICE] = {.form = FORM_SAME},
    [OP_SPACE_TO_BATCH_ND] = {.form = FORM_SAME},
    [OP_SPACE_TO_DEPTH] = {.form = FORM_SAME},
    [OP_SPLIT] = {.form = FORM_SAME},
    [OP_SPLIT_V] = {.form = FORM_SAME},
    [OP_SQUEEZE] = {.form = FORM_SAME},
    [OP_STRIDED_SLICE] = {.form = FORM_SAME},
    [OP_TRANSPOSE] = {.form = FORM_SAME},
    [OP_UNPACK] = {.form = FORM_SAME},
    [OP_L2_NORMALIZATION] = {FORM_FIXED, 1.0f / 128, 0},
    [OP_LOG_SOFTMAX] = {FORM_FIXED, 1.0f / 16, 127},
    [OP_LOGISTIC] = {FORM_FIXED, 1.0f / 256, -128},
    [OP_SOFTMAX] = {FORM_FIXED, 1.0f / 256, -128},
    [OP_TANH] = {FORM_FIXED, 1.0f / 128, 0},
    [OP_UNIDIRECTIONAL_SEQUENCE_LSTM] = {.form = FORM_LSTM},
    /* SVDF wants calibration of what is inside it. */
};

bool quant_same(const struct quant *a, const struct quant *b)
{
    if (a->n != b->n)
        return false;
    for (int32_t i = 0; i < a->n; i++) {
        double difference = fabs((double)a->scale[i] - (double)b->scale[i]);

        if (a->zero[i] != b->zero[i] || difference > 1e-6 || difference * 256 > (double)a->scale[i])
            return false;
    }
    return true;
}

static enum mote_status want_same(const struct graph *g, int32_t tensor, const struct tensor *as,
                                  const struct frame *at)
{
    const struct tensor *t = tensor == TENSOR_ABSENT ? NULL : &g->tensors[tensor];
    struct frame here;

    if (!t || t->type != as->type || quant_same(&t->quant, &as->quant) ||
        (t->quant.n == 0 && (t->type == TYPE_S32 || t->type == TYPE_S64))) /* a list of axes or indices */
        return MOTE_OK;
    here = frame_tensor(at, g, tensor);
    if (t->quant.n != 1 || as->quant.n != 1)
        return fail(&here, MOTE_ERR_QUANT, "it has %d scales and the operator's output %d; its bytes are not converted",
                    t->quant.n, as->quant.n);
    return fail(&here, MOTE_ERR_QUANT,
                "it has scale %g and zero point %d, the operator's output %g and %d: put a QUANTIZE between them",
                (double)t->quant.scale[0], t->quant.zero[0], (double)as->quant.scale[0], as->quant.zero[0]);
}

static enum mote_status want_one(const struct graph *g, const struct op *op, const struct frame *at)
{
    for (int32_t k = 0; k < op->n_in; k++)
        TRY(want_same(g, op->in[k], op_out(g, op, 0), at));
    for (int32_t k = 1; k < op->n_out; k++)
        TRY(want_same(g, op->out[k], op_out(g, op, 0), at));
    return MOTE_OK;
}

static enum mote_status want_fixed(const struct graph *g, const struct op *op, const struct frame *at)
{
    const struct op_scales *want = &op_scales[op->id];
    const struct tensor *out = op_out(g, op, 0);

    if (out->type != TYPE_S8 || out->quant.n != 1 ||
        (out->quant.scale[0] == want->fixed_scale && out->quant.zero[0] == want->fixed_zero))
        return MOTE_OK;
    return fail(at, MOTE_ERR_QUANT, "the output's scale is %g and its zero point %d, not 1/%g and %d",
                (double)out->quant.scale[0], out->quant.zero[0], 1 / (double)want->fixed_scale, want->fixed_zero);
}

enum mote_status want_scales(const struct graph *g, const struct op *op, const struct frame *at)
{
    if (op_scales[op->id].form == FORM_SAME || op->id == OP_READ_VARIABLE || op->id == OP_ASSIGN_VARIABLE)
        return want_one(g, op, at);
    return op_scales[op->id].form == FORM_FIXED ? want_fixed(g, op, at) : MOTE_OK;
}
