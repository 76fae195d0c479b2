/* SPDX-License-Identifier: Apache-2.0 */
/* COMPLEX_ABS: magnitudes of complex numbers, whose parts are side by side. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/spectrum_f32.h"

static enum mote_status infer_complex_abs(const struct model *m, struct graph *g, const struct op *op,
                                          const struct frame *at)
{
    (void)m;
    return infer_pairs(at, g, op);
}

static enum mote_status lower_complex_abs(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_spectrum(l, op, 0, frames_of(op_out(l->graph, op, 0)).len, true, at);
}

const struct operator operator_complex_abs = {
    .infer = infer_complex_abs,
    .lower = lower_complex_abs,
    .scales = {.form = FORM_FLOAT, .features = true},
};
