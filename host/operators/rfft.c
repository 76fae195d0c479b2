/* SPDX-License-Identifier: Apache-2.0 */
/* RFFT: spectra of frames, with zeros behind them up to fft_length samples. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/rfft_f32.h"
#include "mote/kernels/signal/rfft_s16.h"

#include <math.h>

static enum mote_status infer_rfft(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct rfft_opts *o = op->opts;

    (void)m;
    TRY(want_option(at, "fft_length", o->fft_length, 4, 8192));
    return infer_frames(at, g, op, 0, (int64_t)o->fft_length + 2);
}

#define FLOATS_MAX 4096 /* samples */

/* As the reference rounds them; floats to the nearest. */
struct turns {
    int16_t *s16; /* one of them is there */
    float *f32;
};

static void put_turn(struct turns *to, double half_turns)
{
    const double pi = 3.14159265358979323846, re = cos(-pi * half_turns), im = sin(-pi * half_turns);

    if (to->f32 != NULL) {
        *to->f32++ = (float)re;
        *to->f32++ = (float)im;
        return;
    }
    assert(to->s16 != NULL);
    *to->s16++ = (int16_t)floor(0.5 + INT16_MAX * re);
    *to->s16++ = (int16_t)floor(0.5 + INT16_MAX * im);
}

static void put_turns(struct turns *to, int32_t n)
{
    for (int32_t m = mote_rfft_s16_smallest(n); m < n; m *= 4)
        for (int32_t k = 0; k < m; k++)
            for (int32_t i = 1; i <= 3; i++)
                put_turn(to, 2.0 * (k * i) / (4 * m));
    for (int32_t k = 1; k <= n / 2; k++)
        put_turn(to, (double)k / n + 0.5);
}

static int32_t lower_turns(struct lowering *l, int32_t length, enum mote_type type)
{
    const bool floats = type == TYPE_F32;
    const size_t bytes = (size_t)mote_rfft_s16_turns(length) * 2 * (floats ? sizeof(float) : sizeof(int16_t));
    void *table = pool_alloc(l->model->pool, bytes);
    struct turns to = {.s16 = floats ? NULL : table, .f32 = floats ? table : NULL};

    assert(mote_rfft_s16_turns(length) == mote_rfft_f32_turns(length));
    put_turns(&to, length / 2);
    assert((const char *)(floats ? (void *)to.f32 : (void *)to.s16) == (const char *)table + bytes);
    return lower_const(l, "turns", type, table, bytes, true);
}

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

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_turns(l, o->fft_length, type), lower_tensor(l, op->out[0])};

    return lower_step(l, type == TYPE_F32 ? KERNEL_rfft_f32 : KERNEL_rfft_s16, &p, args, at);
}

const struct operator operator_rfft = {
    .infer = infer_rfft,
    .lower = lower_rfft,
    .scales = {.form = FORM_FLOAT, .features = true},
};
