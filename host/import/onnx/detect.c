/* SPDX-License-Identifier: Apache-2.0 */
/* NonMaxSuppression: how many boxes a class may have and both thresholds are constants. How many rows come out is known
 * only when it runs, so that the output has as many as there can be, and rows of -1 behind those that are there. */
#include "host/import/onnx/ops.h"

enum { BOXES, SCORES, MOST, IOU_THRESHOLD, SCORE_THRESHOLD };

void onnx_non_max_suppression(struct build *r)
{
    const int32_t in[] = {node_in(r, BOXES), node_in(r, SCORES)};
    struct non_max_suppression_opts o = {.center_point_box = node_int(r, "center_point_box", 0) != 0};
    int64_t most = 0;
    int n = 0;

    if (node_has(r, MOST))
        const_ints(r, onnx_of(r)->in[MOST], "max_output_boxes_per_class", 1, &n, &most);
    if (r->status == MOTE_OK && most < 1)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "max_output_boxes_per_class is %lld: there would be no box",
                   (long long)most);
    o.max_boxes_per_class = saturate_s32(most);
    if (node_has(r, IOU_THRESHOLD))
        o.iou_threshold = const_float(r, onnx_of(r)->in[IOU_THRESHOLD], "iou_threshold");
    o.has_score_threshold = node_has(r, SCORE_THRESHOLD);
    if (o.has_score_threshold)
        o.score_threshold = const_float(r, onnx_of(r)->in[SCORE_THRESHOLD], "score_threshold");
    node_out(r, 0, emit(r, OP_NON_MAX_SUPPRESSION, &o, TYPE_S32, 2, in));
}
