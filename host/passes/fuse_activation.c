/* SPDX-License-Identifier: Apache-2.0 */
/* A clamp that is an operator of its own joins the operator that makes its input. Such a clamp is a RELU or RELU6, or a
 * pool of 1x1 windows with a fused activation. Exact where input and output are quantized alike, or both float: then
 * both clamp the same stored values, and one of the two ranges must be what is common to both. (Of floats, NaN and the
 * sign of zero may come out otherwise: a pool drops them, a clamp does not.) */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"
#include "host/operators/quantization.h"

static bool is_pool_of_one(const struct graph *g, const struct op *op)
{
    const struct pool_opts *o = op->opts;

    return (op->id == OP_AVERAGE_POOL_2D || op->id == OP_MAX_POOL_2D) && o->filter_h == 1 && o->filter_w == 1 &&
           o->stride_h == 1 && o->stride_w == 1 && shape_equal(op_in(g, op, 0), op_out(g, op, 0));
}

/* The activation that an operator is, if it is nothing else; -1 if it is more. */
static int clamp_of(const struct graph *g, const struct op *op)
{
    if (op->id == OP_RELU)
        return ACTIVATION_RELU;
    if (op->id == OP_RELU6)
        return ACTIVATION_RELU6;
    return op->id != OP_NOP && is_pool_of_one(g, op) ? *op_activation(op) : -1;
}

/* The ends of the range that an activation leaves a tensor, as numbers that compare like its stored values. */
static bool range_of(const struct tensor *t, int activation, float *lo, float *hi)
{
    QUIET(at);
    int32_t least, most;

    if (t->type == TYPE_F32) {
        activation_range_f32(activation, &least, &most);
        memcpy(lo, &least, sizeof *lo);
        memcpy(hi, &most, sizeof *hi);
        return true;
    }
    if (activation_range_s8(t, activation, &least, &most, &at) != MOTE_OK)
        return false;
    *lo = (float)least;
    *hi = (float)most;
    return true;
}

/* The activation, one of the two, that clamps a tensor like both; -1 if there is none. */
static int common_activation(const struct tensor *t, int first, int second)
{
    float lo[2], hi[2], both_lo, both_hi;

    if (!range_of(t, first, &lo[0], &hi[0]) || !range_of(t, second, &lo[1], &hi[1]))
        return -1;
    both_lo = lo[0] > lo[1] ? lo[0] : lo[1];
    both_hi = hi[0] < hi[1] ? hi[0] : hi[1];
    if (lo[0] == both_lo && hi[0] == both_hi)
        return first;
    return lo[1] == both_lo && hi[1] == both_hi ? second : -1;
}

static bool is_clampable(const struct tensor *t)
{
    return t->type == TYPE_F32 || (t->type == TYPE_S8 && t->quant.n == 1);
}

static void join(struct graph *g, int32_t i, int clamp)
{
    struct op *op = &g->ops[i];
    int32_t producer = graph_producer(g, op->in[0]);
    const struct tensor *in = op_in(g, op, 0), *out = op_out(g, op, 0);
    opt_activation *fused;
    int both;

    if (producer < 0 || !is_clampable(in) || out->type != in->type || !quant_equal(&in->quant, &out->quant) ||
        !tensor_is_internal(g, op->in[0]) || graph_uses(g, op->in[0]) != 1)
        return;
    fused = op_activation(&g->ops[producer]);
    both = fused ? common_activation(in, *fused, clamp) : -1;
    if (both >= 0 && op_bypass(g, i))
        *fused = both;
}

enum mote_status pass_fuse_activation(struct model *m, struct graph *g, const struct frame *at)
{
    (void)m;
    (void)at;
    for (int32_t i = 0; i < g->n_ops; i++) {
        int clamp = clamp_of(g, &g->ops[i]);

        if (clamp >= 0)
            join(g, i, clamp);
    }
    return MOTE_OK;
}
