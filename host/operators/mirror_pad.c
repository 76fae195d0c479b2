/* SPDX-License-Identifier: Apache-2.0 */
/* MIRROR_PAD: around the input, the input again, backwards; with the edge itself (symmetric) or without it (reflect).
 * Each dimension is cut into before, inside and after; each combination is a box that one walk copies. */
#include "host/operators/elementwise.h"
#include "host/operators/strided.h"

static enum mote_status find_paddings(const struct graph *g, const struct op *op, int64_t paddings[2 * RANK_MAX],
                                      const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t edge = ((const struct mirror_pad_opts *)op->opts)->symmetric ? 0 : 1, n;

    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_ints(at, g, op, 1, "list of paddings", 2 * in->rank, 2 * in->rank, &n, paddings));
    for (int64_t i = 0; i < n; i++)
        if (paddings[i] < 0 || paddings[i] > in->dims[i / 2] - edge)
            return fail(at, MOTE_ERR_VALUE, "padding of %lld elements at dimension %lld, which has %lld to mirror",
                        (long long)paddings[i], (long long)i / 2, (long long)(in->dims[i / 2] - edge));
    return MOTE_OK;
}

static enum mote_status infer_mirror_pad(const struct model *m, struct graph *g, const struct op *op,
                                         const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t paddings[2 * RANK_MAX], dims[RANK_MAX];

    (void)m;
    TRY(find_paddings(g, op, paddings, at));
    for (int d = 0; d < in->rank; d++)
        dims[d] = in->dims[d] + paddings[2 * d] + paddings[2 * d + 1];
    return infer_set(at, op_out(g, op, 0), in->rank, dims);
}

/* Dimension d's part of a box: 0 inside, 1 before, 2 after. False if there is nothing. */
static bool cut(struct walk *w, int d, int part, int64_t length, const int64_t padding[2], int64_t edge)
{
    struct walk_dim *dim = &w->dims[d];
    int64_t in = dim->in_stride, out = dim->out_stride;

    switch (part) {
    case 0:
        dim->dim = length;
        w->out_at += padding[0] * out;
        break;
    case 1:
        dim->dim = padding[0];
        dim->in_stride = -in;
        w->in_at += (padding[0] - 1 + edge) * in;
        break;
    default:
        dim->dim = padding[1];
        dim->in_stride = -in;
        w->in_at += (length - 1 - edge) * in;
        w->out_at += (padding[0] + length) * out;
        break;
    }
    return dim->dim > 0;
}

static enum mote_status lower_mirror_pad(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    int64_t edge = ((const struct mirror_pad_opts *)op->opts)->symmetric ? 0 : 1, paddings[2 * RANK_MAX], stride = 1;
    struct walk dense = walk_dense(in->rank, in->dims);
    int32_t boxes = 1;

    TRY(find_paddings(l->graph, op, paddings, at));
    for (int d = in->rank - 1; d >= 0; d--) {
        dense.dims[d].out_stride = stride;
        stride *= out->dims[d];
        boxes *= 3;
    }
    for (int32_t box = 0; box < boxes; box++) {
        struct walk w = dense;
        bool some = true;

        for (int32_t d = 0, rest = box; d < in->rank; d++, rest /= 3)
            some &= cut(&w, d, rest % 3, in->dims[d], &paddings[2 * d], edge);
        if (some)
            TRY(lower_walk_op(l, &w, op, at));
    }
    return MOTE_OK;
}

const struct operator operator_mirror_pad = {
    .infer = infer_mirror_pad,
    .lower = lower_mirror_pad,
    .scales = {.form = FORM_SAME, .wide = true},
};
