/* SPDX-License-Identifier: Apache-2.0 */
/* FILTER_BANK_SPECTRAL_SUBTRACTION: channels without their noise, whose estimate is a state, and that estimate after
 * each frame. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/spectral_subtraction.h"

static enum mote_status infer_subtraction(const struct model *m, struct graph *g, const struct op *op,
                                          const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);

    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(infer_set(at, op_out(g, op, 1), in->rank, in->dims));
    return infer_same(m, g, op, at);
}

static enum mote_status check_options(const struct filter_bank_spectral_subtraction_opts *o, const struct frame *at)
{
    TRY(want_option(at, "smoothing", o->smoothing, 0, INT32_MAX));
    TRY(want_option(at, "one_minus_smoothing", o->one_minus_smoothing, 0, INT32_MAX));
    TRY(want_option(at, "alternate_smoothing", o->alternate_smoothing, 0, INT32_MAX));
    TRY(want_option(at, "alternate_one_minus_smoothing", o->alternate_one_minus_smoothing, 0, INT32_MAX));
    TRY(want_option(at, "min_signal_remaining", o->min_signal_remaining, 0, INT32_MAX));
    TRY(want_option(at, "smoothing_bits", o->smoothing_bits, 0, 31));
    return want_option(at, "spectral_subtraction_bits", o->spectral_subtraction_bits, 0, 31);
}

static enum mote_status check_noise(const struct graph *g, const struct op *op, const struct frame *at)
{
    const struct tensor *noise = op_in(g, op, 1);
    int32_t channels = frames_of(op_in(g, op, 0)).len;
    struct frame here = frame_tensor(at, g, op->in[1]);

    TRY(want_type(at, g, op->in[1], TYPE_U32));
    if (!noise->state)
        return fail(&here, MOTE_ERR_VALUE, "it is no state: the estimate of the noise must keep its value");
    if (tensor_elements(noise) != channels)
        return fail(&here, MOTE_ERR_SHAPE, "it has %lld elements, the input %d channels",
                    (long long)tensor_elements(noise), (int)channels);
    return MOTE_OK;
}

static enum mote_status lower_subtraction(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct filter_bank_spectral_subtraction_opts *o = op->opts;
    const struct graph *g = l->graph;

    TRY(check_options(o, at));
    TRY(want_type(at, g, op->in[0], TYPE_U32));
    TRY(want_type(at, g, op->out[0], TYPE_U32));
    TRY(want_type(at, g, op->out[1], TYPE_U32));
    TRY(check_noise(g, op, at));

    struct frames f = frames_of(op_in(g, op, 0));
    struct mote_spectral_subtraction p = {
        .rows = f.rows,
        .len = f.len,
        .smoothing = o->smoothing,
        .one_minus_smoothing = o->one_minus_smoothing,
        .alternate_smoothing = o->alternate_smoothing,
        .alternate_one_minus_smoothing = o->alternate_one_minus_smoothing,
        .min_signal_remaining = o->min_signal_remaining,
        .smoothing_bits = o->smoothing_bits,
        .bits = o->spectral_subtraction_bits,
        .clamping = o->clamping,
    };
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1]), lower_tensor(l, op->out[0]),
                      lower_tensor(l, op->out[1])};

    return lower_step(l, KERNEL_spectral_subtraction, &p, args, at);
}

const struct operator operator_filter_bank_spectral_subtraction = {
    .infer = infer_subtraction,
    .lower = lower_subtraction,
};
