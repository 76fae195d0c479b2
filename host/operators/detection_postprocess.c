/* SPDX-License-Identifier: Apache-2.0 */
/* DETECTION_POSTPROCESS: codes of boxes [1][boxes][4 or more], scores [1][boxes][classes, and one for none], anchors
 * [boxes][4]; the boxes that were found [1][most][4], their classes and scores [1][most], how many [1]. */
#include "host/operators/quantization.h"
#include "host/plan/build.h"
#include "mote/kernels/detect/detection_postprocess.h"

static enum mote_status infer_detection_postprocess(const struct model *m, struct graph *g, const struct op *op,
                                                    const struct frame *at)
{
    const struct detection_postprocess_opts *o = op->opts;
    const int64_t most = o->max_detections;

    (void)m;
    TRY(want_rank(at, op_in(g, op, 0), "codes", 3, 3));
    TRY(want_rank(at, op_in(g, op, 1), "scores", 3, 3));
    TRY(want_rank(at, op_in(g, op, 2), "anchors", 2, 2));
    if (most < 1 || most > MOTE_DIM_MAX)
        return fail(at, MOTE_ERR_VALUE, "max_detections is %lld, not 1 to %d", (long long)most, MOTE_DIM_MAX);
    TRY(infer_set(at, op_out(g, op, 0), 3, (int64_t[]){1, most, 4}));
    TRY(infer_set(at, op_out(g, op, 1), 2, (int64_t[]){1, most}));
    TRY(infer_set(at, op_out(g, op, 2), 2, (int64_t[]){1, most}));
    return infer_set(at, op_out(g, op, 3), 1, (int64_t[]){1});
}

static enum mote_status check_shapes(const struct graph *g, const struct op *op, const struct frame *at)
{
    const struct detection_postprocess_opts *o = op->opts;
    const struct tensor *inputs[] = {op_in(g, op, 0), op_in(g, op, 1), op_in(g, op, 2)};
    const int64_t *codes, *scores, *anchors;

    assert(inputs[0] != NULL && inputs[1] != NULL && inputs[2] != NULL);
    codes = inputs[0]->dims;
    scores = inputs[1]->dims;
    anchors = inputs[2]->dims;
    if (codes[0] != 1 || scores[0] != 1)
        return fail(at, MOTE_ERR_UNSUPPORTED, "a batch of %lld; one image at a time", (long long)codes[0]);
    if (codes[1] != scores[1] || codes[1] != anchors[0])
        return fail(at, MOTE_ERR_SHAPE, "codes of %lld boxes, scores of %lld and %lld anchors", (long long)codes[1],
                    (long long)scores[1], (long long)anchors[0]);
    if (codes[2] < 4 || anchors[1] != 4)
        return fail(at, MOTE_ERR_SHAPE, "a box has %lld numbers and an anchor %lld, not 4", (long long)codes[2],
                    (long long)anchors[1]);
    if (scores[2] - o->num_classes < 0 || scores[2] - o->num_classes > 1)
        return fail(at, MOTE_ERR_SHAPE, "%lld scores of a box for %d classes", (long long)scores[2], o->num_classes);
    return MOTE_OK;
}

static enum mote_status check_options(const struct detection_postprocess_opts *o, const struct frame *at)
{
    if (!(o->nms_iou_threshold > 0 && o->nms_iou_threshold <= 1))
        return fail(at, MOTE_ERR_VALUE, "nms_iou_threshold is %g, not above 0 and at most 1",
                    (double)o->nms_iou_threshold);
    if (o->use_regular_nms ? o->detections_per_class < 1 : o->max_classes_per_detection < 1)
        return fail(at, MOTE_ERR_VALUE, "no detection may have a class");
    if (!o->use_regular_nms && o->max_classes_per_detection > 1 && o->num_classes > 1)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "max_classes_per_detection is %d: convert the network with 1, or with use_regular_nms",
                    o->max_classes_per_detection);
    return MOTE_OK;
}

static enum mote_status lower_detection_postprocess(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct detection_postprocess_opts *o = op->opts;
    const struct graph *g = l->graph;

    TRY(check_shapes(g, op, at));
    TRY(check_options(o, at));
    for (int k = 0; k < 3; k++)
        TRY(want_type(at, g, op->in[k], TYPE_F32));
    for (int k = 0; k < 4; k++)
        TRY(want_type(at, g, op->out[k], TYPE_F32));

    struct mote_detection_postprocess p = {
        .boxes = (int32_t)op_in(g, op, 0)->dims[1],
        .coords = (int32_t)op_in(g, op, 0)->dims[2],
        .width = (int32_t)op_in(g, op, 1)->dims[2],
        .classes = o->num_classes,
        .most = o->max_detections,
        .by_class = o->use_regular_nms,
        .per_class = o->use_regular_nms ? o->detections_per_class : 0,
        .score_threshold = float_bits(o->nms_score_threshold),
        .iou_threshold = float_bits(o->nms_iou_threshold),
        .y_scale = float_bits(o->y_scale),
        .x_scale = float_bits(o->x_scale),
        .h_scale = float_bits(o->h_scale),
        .w_scale = float_bits(o->w_scale),
    };
    int32_t args[8];

    for (int k = 0; k < 3; k++)
        args[k] = lower_tensor(l, op->in[k]);
    args[3] = lower_scratch(l, TYPE_F32, (size_t)p.boxes * 20);
    for (int k = 0; k < 4; k++)
        args[4 + k] = lower_tensor(l, op->out[k]);
    return lower_step(l, KERNEL_detection_postprocess, &p, args, at);
}

const struct operator operator_detection_postprocess = {
    .infer = infer_detection_postprocess,
    .lower = lower_detection_postprocess,
};
