/* SPDX-License-Identifier: Apache-2.0 */
/* FRAME: of samples along the last dimension, frames that overlap: `size` samples every `step`, after `skip` that are
 * in none. */
#include "host/base/divisor.h"
#include "host/operators/signal.h"
#include "mote/kernels/signal/frame.h"

static enum mote_status check_options(const struct frame_opts *o, const struct frame *at)
{
    TRY(want_option(at, "size", o->size, 1, INT32_MAX));
    TRY(want_option(at, "step", o->step, 1, INT32_MAX));
    return want_option(at, "skip", o->skip, 0, INT32_MAX);
}

static enum mote_status infer_frame(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct frame_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0);
    int64_t dims[RANK_MAX], samples;

    (void)m;
    assert(in != NULL);
    TRY(check_options(o, at));
    TRY(want_rank(at, in, "input", 1, RANK_MAX - 1));
    memcpy(dims, in->dims, sizeof dims);
    samples = in->dims[in->rank - 1];
    if (samples != DIM_UNKNOWN && samples < (int64_t)o->skip + o->size)
        return fail(at, MOTE_ERR_SHAPE, "%lld samples are no frame of %d after %d", (long long)samples, (int)o->size,
                    (int)o->skip);
    dims[in->rank - 1] = samples == DIM_UNKNOWN ? samples : (samples - o->skip - o->size) / o->step + 1;
    dims[in->rank] = o->size;
    return infer_set(at, op_out(g, op, 0), in->rank + 1, dims);
}

/* A row is as many samples as frames begin and end at multiples of, so that those of a stream are few. */
static enum mote_status lower_frame(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct frame_opts *o = op->opts;
    const struct graph *g = l->graph;
    const struct tensor *in = op_in(g, op, 0), *out = op_out(g, op, 0);
    struct frames f = frames_of(in);
    int32_t unit = common_divisor(common_divisor(o->size, o->step), common_divisor(o->skip, f.len)),
            bits = type_bits(in->type);

    TRY(want_type(at, g, op->out[0], in->type));
    if (bits < 8)
        return fail(at, MOTE_ERR_UNSUPPORTED, "elements of %s have no bytes of their own", type_name(in->type));

    struct mote_frame p = {.batch = f.rows,
                           .in_h = f.len / unit,
                           .unit = unit * (bits / 8),
                           .out_h = (int32_t)out->dims[out->rank - 2],
                           .window = o->size / unit,
                           .stride = o->step / unit,
                           .skip = o->skip / unit};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_frame, &p, args, at);
}

const struct operator operator_frame = {
    .infer = infer_frame,
    .lower = lower_frame,
};
