/* SPDX-License-Identifier: Apache-2.0 */
#include "host/graph/scales.h"

#include <float.h>
#include <math.h>

struct quant_s8 quant_of_range(struct range r)
{
    double lo = r.min < 0 ? (double)r.min : 0, hi = r.max > 0 ? (double)r.max : 0, zero;
    float scale = (float)((hi - lo) / 255);

    assert(hi >= lo);
    if (!(scale >= FLT_MIN && scale <= FLT_MAX))
        return (struct quant_s8){1, 0};
    zero = round(-128 - lo / (double)scale);
    return (struct quant_s8){scale, zero < -128 ? -128 : zero > 127 ? 127 : (int32_t)zero};
}

/* Symmetric, from -32767 to 32767. */
struct quant_s8 quant_of_range_s16(struct range r)
{
    float scale = (float)(fmax(-(double)r.min, (double)r.max) / INT16_MAX);

    return (struct quant_s8){scale >= FLT_MIN ? scale : 1, 0};
}

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

bool op_keeps_values(enum op_id id)
{
    return op_info[id].is->scales.form == FORM_SAME && id != OP_AVERAGE_POOL_2D && id != OP_RESIZE_BILINEAR &&
           id != OP_RELU6;
}

/* ---- the head ---- */
enum { HEAD = 1, TO_FEATURES = 2, OF_FEATURES = 4 }; /* HEAD: made of inputs and constants, without weights */

static bool scales_by_constants(const struct graph *g, const struct op *op)
{
    const bool is_binary = op->id == OP_MUL || op->id == OP_ADD || op->id == OP_SUB;

    return op->id == OP_BATCH_NORM ||
           (is_binary && (g->tensors[op->in[0]].data != NULL || g->tensors[op->in[1]].data != NULL));
}

/* What all inputs that are computed have in common. */
static uint8_t flags_of_inputs(const struct graph *g, const struct op *op, const uint8_t *tensors)
{
    uint8_t flags = HEAD | TO_FEATURES | OF_FEATURES;

    for (int32_t k = 0; k < op->n_in; k++)
        if (op->in[k] != TENSOR_ABSENT && g->tensors[op->in[k]].data == NULL)
            flags &= tensors[op->in[k]];
    return flags;
}

static uint8_t flags_of(const struct graph *g, const struct op *op, const uint8_t *tensors)
{
    const struct operator* is = op_info[op->id].is;
    const uint8_t in = flags_of_inputs(g, op, tensors);
    const bool passes = is->scales.form == FORM_FLOAT || op_keeps_values(op->id) || scales_by_constants(g, op);

    if ((in & HEAD) == 0 || is->linear != NULL || is->scales.form == FORM_RECURRENT)
        return 0;
    if (is->scales.features)
        return HEAD | TO_FEATURES | OF_FEATURES;
    return HEAD | (passes ? in & OF_FEATURES : 0);
}

bool *float_head(struct pool *pool, const struct graph *g)
{
    uint8_t *tensors = pool_array(pool, (size_t)g->n_tensors + 1, sizeof *tensors);
    bool *stays = pool_array(pool, (size_t)g->n_ops + 1, sizeof *stays);

    for (int32_t i = 0; i < g->n_inputs; i++)
        if (g->tensors[g->inputs[i]].type == TYPE_F32)
            tensors[g->inputs[i]] = HEAD;
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_out && g->ops[i].id != OP_NOP; k++)
            tensors[g->ops[i].out[k]] = flags_of(g, &g->ops[i], tensors);
    for (int32_t i = g->n_ops - 1; i >= 0; i--) {
        const struct op *op = &g->ops[i];
        uint8_t flags = 0;

        for (int32_t k = 0; k < op->n_out && op->id != OP_NOP; k++)
            flags |= tensors[op->out[k]];
        stays[i] = (flags & HEAD) != 0 && (flags & (TO_FEATURES | OF_FEATURES)) != 0;
        for (int32_t k = 0; k < op->n_in && (flags & TO_FEATURES) != 0; k++)
            if (op->in[k] != TENSOR_ABSENT && (tensors[op->in[k]] & HEAD) != 0)
                tensors[op->in[k]] |= TO_FEATURES;
    }
    return stays;
}

bool float_head_reads(const bool *stays, const struct op *ops, int32_t n, int32_t tensor)
{
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < ops[i].n_in && stays[i]; k++)
            if (ops[i].in[k] == tensor)
                return true;
    return false;
}

static enum mote_status want_same(const struct graph *g, int32_t tensor, const struct tensor *as,
                                  const struct frame *at)
{
    const struct tensor *t = tensor == TENSOR_ABSENT ? NULL : &g->tensors[tensor];
    struct frame here;

    if (!t || t->type != as->type || t->type == TYPE_F32 || quant_same(&t->quant, &as->quant) ||
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
    const struct op_scales *want = &op_info[op->id].is->scales;
    const struct tensor *out = op_out(g, op, 0);

    if (out->type != TYPE_S8 || out->quant.n != 1 || op->uint8 ||
        (out->quant.scale[0] == want->fixed_scale && out->quant.zero[0] == want->fixed_zero))
        return MOTE_OK;
    return fail(at, MOTE_ERR_QUANT, "the output's scale is %g and its zero point %d, not 1/%g and %d",
                (double)out->quant.scale[0], out->quant.zero[0], 1 / (double)want->fixed_scale, want->fixed_zero);
}

enum mote_status want_scales(const struct graph *g, const struct op *op, const struct frame *at)
{
    if (op_info[op->id].is->scales.form == FORM_SAME || op->id == OP_READ_VARIABLE || op->id == OP_ASSIGN_VARIABLE)
        return want_one(g, op, at);
    return op_info[op->id].is->scales.form == FORM_FIXED ? want_fixed(g, op, at) : MOTE_OK;
}
