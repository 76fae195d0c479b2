/* SPDX-License-Identifier: Apache-2.0 */
/* NON_MAX_SUPPRESSION: boxes [batches][boxes][4], scores [batches][classes][boxes]; batch, class and box of those that
 * were chosen, [batches * classes * as many as a class may have][3], behind them rows of -1. */
#include "host/operators/quantization.h"
#include "host/plan/build.h"
#include "mote/kernels/detect/non_max_suppression.h"

static int64_t most_of(const struct non_max_suppression_opts *o, int64_t boxes)
{
    return o->max_boxes_per_class < boxes ? o->max_boxes_per_class : boxes;
}

static enum mote_status infer_non_max_suppression(const struct model *m, struct graph *g, const struct op *op,
                                                  const struct frame *at)
{
    const struct tensor *boxes = op_in(g, op, 0), *scores = op_in(g, op, 1);
    const struct non_max_suppression_opts *o = op->opts;
    int64_t classes;

    (void)m;
    TRY(want_rank(at, boxes, "boxes", 3, 3));
    TRY(want_rank(at, scores, "scores", 3, 3));
    if (boxes->dims[0] != scores->dims[0] || boxes->dims[1] != scores->dims[2])
        return fail(at, MOTE_ERR_SHAPE, "%lld images of %lld boxes, and scores of %lld images of %lld boxes",
                    (long long)boxes->dims[0], (long long)boxes->dims[1], (long long)scores->dims[0],
                    (long long)scores->dims[2]);
    if (boxes->dims[2] != 4)
        return fail(at, MOTE_ERR_SHAPE, "a box has %lld numbers, not 4", (long long)boxes->dims[2]);
    if (o->max_boxes_per_class < 1)
        return fail(at, MOTE_ERR_VALUE, "a class may have %d boxes, not 1 or more", (int)o->max_boxes_per_class);
    classes = scores->dims[0] * scores->dims[1];
    if (classes > MOTE_DIM_MAX || classes * most_of(o, boxes->dims[1]) > MOTE_DIM_MAX)
        return fail(at, MOTE_ERR_SHAPE, "%lld classes of up to %lld boxes are more than %d rows", (long long)classes,
                    (long long)most_of(o, boxes->dims[1]), MOTE_DIM_MAX);
    return infer_set(at, op_out(g, op, 0), 2, (int64_t[]){classes * most_of(o, boxes->dims[1]), 3});
}

static enum mote_status lower_non_max_suppression(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *boxes = op_in(l->graph, op, 0), *scores = op_in(l->graph, op, 1);
    const struct non_max_suppression_opts *o = op->opts;

    TRY(want_type(at, l->graph, op->in[0], TYPE_F32));
    TRY(want_type(at, l->graph, op->in[1], TYPE_F32));
    TRY(want_type(at, l->graph, op->out[0], TYPE_S32));
    if (!(o->iou_threshold >= 0 && o->iou_threshold <= 1))
        return fail(at, MOTE_ERR_VALUE, "iou_threshold is %g, not 0 to 1", (double)o->iou_threshold);

    const struct mote_non_max_suppression p = {
        .batches = (int32_t)scores->dims[0],
        .classes = (int32_t)scores->dims[1],
        .boxes = (int32_t)boxes->dims[1],
        .most = (int32_t)most_of(o, boxes->dims[1]),
        .centered = o->center_point_box,
        .scored = o->has_score_threshold,
        .score_threshold = float_bits(o->score_threshold),
        .iou_threshold = float_bits(o->iou_threshold),
    };
    int32_t args[4] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1])};

    args[2] = lower_scratch(l, TYPE_F32, (size_t)p.boxes * 4);
    args[3] = lower_tensor(l, op->out[0]);
    return lower_step(l, KERNEL_non_max_suppression, &p, args, at);
}

const struct operator operator_non_max_suppression = {
    .infer = infer_non_max_suppression,
    .lower = lower_non_max_suppression,
};
