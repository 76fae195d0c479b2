/* SPDX-License-Identifier: Apache-2.0 */
/* BANDS: sums of frequencies, in float: of each channel the weights of some that are side by side. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/bands_f32.h"

static enum mote_status infer_bands(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    (void)m;
    TRY(want_rank(at, op_in(g, op, 2), "first frequencies", 1, 1));
    return infer_frames(at, g, op, 0, op_in(g, op, 2)->dims[0]);
}

static int32_t number(const struct tensor *t, int32_t i)
{
    int32_t x;

    memcpy(&x, t->data + (size_t)i * sizeof x, sizeof x);
    return x;
}

/* {first frequency, how many}, as the kernel has them. */
static enum mote_status make_spans(const struct lowering *l, const struct op *op, const struct mote_bands_f32 *p,
                                   uint16_t *spans, const struct frame *at)
{
    const struct tensor *firsts = op_in(l->graph, op, 2), *widths = op_in(l->graph, op, 3);
    int64_t weights = 0;

    for (int32_t c = 0; c < p->channels; c++) {
        int64_t first = number(firsts, c), width = number(widths, c);

        if (first < 0 || width < 0 || first + width > p->len)
            return fail(at, MOTE_ERR_VALUE, "channel %d: %lld frequencies from %lld on are not all there", (int)c,
                        (long long)width, (long long)first);
        weights += width;
        spans[2 * c] = (uint16_t)first;
        spans[2 * c + 1] = (uint16_t)width;
    }
    if (weights != p->weights)
        return fail(at, MOTE_ERR_SHAPE, "the channels have %lld frequencies together, but %d weights",
                    (long long)weights, (int)p->weights);
    return MOTE_OK;
}

static enum mote_status lower_bands(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct graph *g = l->graph;

    TRY(want_type(at, g, op->in[0], TYPE_F32));
    TRY(want_type(at, g, op->out[0], TYPE_F32));
    TRY(want_table(at, g, op, 1, TYPE_F32, "weights"));
    TRY(want_table(at, g, op, 2, TYPE_S32, "first frequencies"));
    TRY(want_table(at, g, op, 3, TYPE_S32, "widths"));

    struct frames f = frames_of(op_in(g, op, 0));
    struct mote_bands_f32 p = {.rows = f.rows,
                               .len = f.len,
                               .channels = (int32_t)op_in(g, op, 2)->dims[0],
                               .weights = (int32_t)op_in(g, op, 1)->dims[0]};

    if (op_in(g, op, 3)->dims[0] != p.channels)
        return fail(at, MOTE_ERR_SHAPE, "%d channels have %lld widths", (int)p.channels,
                    (long long)op_in(g, op, 3)->dims[0]);
    if (f.len > MOTE_DIM_MAX || p.channels > MOTE_DIM_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%d frequencies, %d channels: %d are the most", (int)f.len,
                    (int)p.channels, MOTE_DIM_MAX);

    size_t bytes = (size_t)p.channels * 2 * sizeof(uint16_t);
    uint16_t *spans = pool_alloc(l->model->pool, bytes);

    TRY(make_spans(l, op, &p, spans, at));

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1]),
                      lower_const(l, "spans", TYPE_U16, spans, bytes, true), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_bands_f32, &p, args, at);
}

const struct operator operator_bands = {
    .infer = infer_bands,
    .lower = lower_bands,
    .scales = {.form = FORM_FLOAT, .features = true},
};
