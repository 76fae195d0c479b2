/* SPDX-License-Identifier: Apache-2.0 */
/* Float operators have no scales: what is left to prepare are clamps and the bias. */
#include <float.h>

#include "host/plan/lower.h"
#include "host/plan/plan.h"

int32_t float_bits(float x)
{
    int32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Without an activation the reference clamps to the finite floats. */
void activation_range_f32(int activation, int32_t *lo, int32_t *hi)
{
    bool below = activation == ACTIVATION_RELU_N1_TO_1;
    bool none = activation != ACTIVATION_RELU && activation != ACTIVATION_RELU6 && !below;

    *lo = float_bits(none ? -FLT_MAX : below ? -1.0f : 0.0f);
    *hi = float_bits(none || activation == ACTIVATION_RELU ? FLT_MAX : below ? 1.0f : 6.0f);
}

enum mote_status refuse_type(const struct frame *at, const struct graph *g, int32_t tensor, const char *types)
{
    struct frame here = frame_tensor(at, g, tensor);

    return fail(&here, MOTE_ERR_TYPE, "the type is %s, the operator takes %s", type_name(g->tensors[tensor].type),
                types);
}

enum mote_status want_type(const struct frame *at, const struct graph *g, int32_t tensor, enum mote_type type)
{
    struct frame here;

    if (tensor == TENSOR_ABSENT)
        return fail(at, MOTE_ERR_SHAPE, "an input is missing");
    if (g->tensors[tensor].type == type)
        return MOTE_OK;
    here = frame_tensor(at, g, tensor);
    return fail(&here, MOTE_ERR_TYPE, "the type is %s, the operator wants %s here", type_name(g->tensors[tensor].type),
                type_name(type));
}

static enum mote_status want_floats(const struct graph *g, int32_t tensor, const char *what, int64_t elements,
                                    const struct frame *at)
{
    struct frame here;

    TRY(want_type(at, g, tensor, TYPE_F32));
    here = frame_tensor(at, g, tensor);
    if (tensor_elements(&g->tensors[tensor]) != elements)
        return fail(&here, MOTE_ERR_SHAPE, "the %s has %lld elements, not %lld", what,
                    (long long)tensor_elements(&g->tensors[tensor]), (long long)elements);
    return MOTE_OK;
}

enum mote_status lower_linear_f32(struct lowering *l, const struct op *op, int activation, int64_t channels, int64_t n,
                                  struct linear_f32 *out, const struct frame *at)
{
    const struct graph *g = l->graph;

    TRY(want_type(at, g, op->in[0], TYPE_F32));
    TRY(want_type(at, g, op->out[0], TYPE_F32));
    TRY(want_weights(at, g, op));
    TRY(want_floats(g, op->in[1], "tensor of weights", channels * n, at));
    out->weights = lower_tensor(l, op->in[1]);
    if (op_in(g, op, 2) != NULL) {
        TRY(want_const(at, g, op->in[2], "bias"));
        TRY(want_floats(g, op->in[2], "bias", channels, at));
        out->bias = lower_tensor(l, op->in[2]);
    } else {
        size_t bytes = (size_t)channels * sizeof(float);

        out->bias = lower_const(l, "bias", TYPE_F32, memset(pool_alloc(l->plan->pool, bytes), 0, bytes), bytes, true);
    }
    activation_range_f32(activation, &out->lo, &out->hi);
    return MOTE_OK;
}
