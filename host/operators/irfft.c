/* SPDX-License-Identifier: Apache-2.0 */
/* IRFFT: frames of fft_length samples of their spectra, the frequencies up to half of them. */
#include "host/operators/signal.h"
#include "host/operators/turns.h"
#include "mote/kernels/signal/irfft_f32.h"
#include "mote/kernels/signal/irfft_s16.h"
#include "mote/kernels/signal/irfft_s32.h"

#define WORDS_MAX 4096 /* samples of 32 bits */

static enum mote_status infer_irfft(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct rfft_opts *o = op->opts;

    (void)m;
    TRY(want_option(at, "fft_length", o->fft_length, 4, 8192));
    return infer_frames(at, g, op, 0, o->fft_length);
}

static enum mote_status kernel_of(enum mote_type type, int32_t length, enum kernel_id *kernel, const struct frame *at)
{
    switch (type) {
    case TYPE_S16:
        *kernel = KERNEL_irfft_s16;
        return MOTE_OK;
    case TYPE_S32:
        *kernel = KERNEL_irfft_s32;
        return want_option(at, "fft_length", length, 4, WORDS_MAX);
    case TYPE_F32:
        *kernel = KERNEL_irfft_f32;
        return want_option(at, "fft_length", length, 4, WORDS_MAX);
    default:
        return fail(at, MOTE_ERR_UNSUPPORTED, "its input is %s, not s16, s32 or f32", type_name(type));
    }
}

static enum mote_status lower_irfft(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct rfft_opts *o = op->opts;
    const struct graph *g = l->graph;
    const enum mote_type type = op_in(g, op, 0)->type;
    const struct frames f = frames_of(op_in(g, op, 0));
    enum kernel_id kernel = KERNEL_irfft_s16;

    TRY(kernel_of(type, o->fft_length, &kernel, at));
    TRY(want_type(at, g, op->out[0], type));
    if ((o->fft_length & (o->fft_length - 1)) != 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "fft_length is %d: powers of two are there", (int)o->fft_length);
    if (f.len != o->fft_length + 2)
        return fail(at, MOTE_ERR_SHAPE, "a spectrum has %d numbers, not fft_length and 2, %d", (int)f.len,
                    (int)o->fft_length + 2);

    /* One list of fields for all. */
    _Static_assert(sizeof(struct mote_irfft_s16) == sizeof(struct mote_irfft_f32), "the same fields");
    _Static_assert(sizeof(struct mote_irfft_s16) == sizeof(struct mote_irfft_s32), "the same fields");
    const struct mote_irfft_s16 p = {.rows = f.rows, .length = o->fft_length};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_turns(l, o->fft_length, type, true),
                      lower_tensor(l, op->out[0])};

    return lower_step(l, kernel, &p, args, at);
}

const struct operator operator_irfft = {
    .infer = infer_irfft,
    .lower = lower_irfft,
    .scales = {.form = FORM_FLOAT, .features = true},
};
