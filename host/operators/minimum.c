/* SPDX-License-Identifier: Apache-2.0 */
/* MINIMUM: the smaller of two elements. Stored values are compared, which have one scale
 * (host/graph/scales.h). */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/binary_s32.h"
#include "mote/kernels/elementwise/binary_s8.h"

static enum mote_status lower_minimum_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct binary q = {.function = MOTE_BINARY_S8_MINIMUM};
    float scales[3];

    TRY(want_binary(l, op, TYPE_S8, &q, scales, at));
    return lower_binary_s8(l, op, &q, at);
}

static enum mote_status lower_minimum(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_minimum_s8(l, op, at);
    case TYPE_S16:
        return lower_binary_s16(l, op, MOTE_BINARY_S32_MINIMUM, at);
    case TYPE_F32:
        return lower_binary_f32(l, op, MOTE_BINARY_MINIMUM, ACTIVATION_NONE, at);
    case TYPE_S32:
        return lower_binary_s32(l, op, MOTE_BINARY_S32_MINIMUM, ACTIVATION_NONE, at);
    case TYPE_S64:
        return lower_extreme_s64(l, op, false, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16, s32, s64 and f32");
    }
}

const struct operator operator_minimum = {
    .infer = infer_broadcast,
    .lower = lower_minimum,
    .scales = {.form = FORM_SAME, .wide = true},
};
