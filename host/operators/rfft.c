/* SPDX-License-Identifier: Apache-2.0 */
/* RFFT: spectra of frames, with zeros behind them up to fft_length samples. */
#include "host/operators/signal.h"
#include "host/operators/turns.h"
#include "mote/kernels/signal/rfft_f32.h"
#include "mote/kernels/signal/rfft_s16.h"

static enum mote_status infer_rfft(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct rfft_opts *o = op->opts;

    (void)m;
    TRY(want_option(at, "fft_length", o->fft_length, 4, 8192));
    return infer_frames(at, g, op, 0, (int64_t)o->fft_length + 2);
}

#define FLOATS_MAX 4096 /* samples */

static enum mote_status lower_rfft(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct rfft_opts *o = op->opts;
    const struct graph *g = l->graph;
    enum mote_type type = op_in(g, op, 0)->type;

    if (type != TYPE_F32)
        TRY(want_type(at, g, op->in[0], TYPE_S16));
    TRY(want_type(at, g, op->out[0], type));

    /* One list of fields for both. */
    _Static_assert(sizeof(struct mote_rfft_s16) == sizeof(struct mote_rfft_f32), "the same fields");
    struct frames f = frames_of(op_in(g, op, 0));
    struct mote_rfft_s16 p = {.rows = f.rows, .in_len = f.len, .length = o->fft_length};

    if ((o->fft_length & (o->fft_length - 1)) != 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "fft_length is %d: powers of two are there", (int)o->fft_length);
    if (type == TYPE_F32)
        TRY(want_option(at, "fft_length", o->fft_length, 4, FLOATS_MAX));
    if (f.len > o->fft_length)
        return fail(at, MOTE_ERR_SHAPE, "a frame has %d samples, more than fft_length, %d", (int)f.len,
                    (int)o->fft_length);

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_turns(l, o->fft_length, type, false),
                      lower_tensor(l, op->out[0])};

    return lower_step(l, type == TYPE_F32 ? KERNEL_rfft_f32 : KERNEL_rfft_s16, &p, args, at);
}

const struct operator operator_rfft = {
    .infer = infer_rfft,
    .lower = lower_rfft,
    .scales = {.form = FORM_FLOAT, .features = true},
};
