/* SPDX-License-Identifier: Apache-2.0 */
/* PRELU: what is below 0 is multiplied by the second input, alpha, which broadcasts. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/binary_s8.h"

static enum mote_status lower_prelu_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct binary q = {.function = MOTE_BINARY_S8_PRELU};
    float s[3];

    TRY(want_binary(l, op, TYPE_S8, &q, s, at));
    TRY(want_multiplier(at, (double)s[0] / (double)s[2], &q.a_mult, &q.a_shift));
    TRY(want_multiplier(at, (double)s[0] * (double)s[1] / (double)s[2], &q.out_mult, &q.out_shift));
    return lower_binary_s8(l, op, &q, at);
}

static enum mote_status lower_prelu(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_prelu_s8(l, op, at);
    case TYPE_F32:
        return lower_binary_f32(l, op, MOTE_BINARY_PRELU, ACTIVATION_NONE, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8 and f32");
    }
}

const struct operator operator_prelu = {
    .infer = infer_broadcast,
    .lower = lower_prelu,
    .scales = {.form = FORM_OWN},
};
