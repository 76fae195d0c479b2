/* SPDX-License-Identifier: Apache-2.0 */
/* detection_postprocess: of many boxes around anchors, those that score most and do not overlap.
 *
 *   codes     [boxes][coords]   float: y, x, h, w of a box, as its anchor sees them; what comes behind them is not read
 *   scores    [boxes][width]    float: of `classes` classes; before them, where width is one more, of none of them
 *   anchors   [boxes][4]        float: y and x of the middle, height, width
 *   memory    [boxes][5]        float, scratch
 *   corners   [most][4]         float: of the boxes that were found, ymin, xmin, ymax, xmax
 *   found     [most]            float: their classes, from 0 on
 *   values    [most]            float: their scores, falling
 *   number    [1]               float: how many there are; behind them corners, found and values are 0
 *
 * A box is (y / y_scale * anchor height + anchor y, likewise x, exp(h / h_scale) * anchor height, likewise w). A class'
 * boxes that score score_threshold or more are taken from the greatest score on (the first one of equals), as long as
 * they overlap with none before by more than iou_threshold, the intersection's share of the union; at most `per_class`.
 * by_class 1: so for each class, and the `most` best of all classes; 0: a box has its best class, all are one class.
 * The reference's DETECTION_POSTPROCESS, near it (docs/EXACT.md): what it computes in double is computed in float here.
 * No libm. Cannot fail: the ranges and need_detection_postprocess() hold.
 * Cost: a comparison for each box and each one found, and 15 operations where that is a candidate still. */
#ifndef MOTE_DETECTION_POSTPROCESS_H
#define MOTE_DETECTION_POSTPROCESS_H

#include "../../kernel.h"

#define MOTE_DETECTION_POSTPROCESS_PARAMS(F)                                                                           \
    F(boxes, 1, MOTE_DIM_MAX, "boxes")                                                                                 \
    F(coords, 4, MOTE_DIM_MAX, "numbers of a box")                                                                     \
    F(width, 1, MOTE_DIM_MAX, "scores of a box")                                                                       \
    F(classes, 1, MOTE_DIM_MAX, "classes: the last scores")                                                            \
    F(most, 1, MOTE_DIM_MAX, "boxes to be found")                                                                      \
    F(by_class, 0, 1, "1: each class by itself; 0: each box by its best class")                                        \
    F(per_class, 0, INT32_MAX, "by_class: boxes to be found of a class")                                               \
    F(score_threshold, INT32_MIN, INT32_MAX, "least score, a float's bits")                                            \
    F(iou_threshold, INT32_MIN, INT32_MAX, "greatest overlap, a float's bits")                                         \
    F(y_scale, INT32_MIN, INT32_MAX, "units of y, a float's bits")                                                     \
    F(x_scale, INT32_MIN, INT32_MAX, "units of x, a float's bits")                                                     \
    F(h_scale, INT32_MIN, INT32_MAX, "units of h, a float's bits")                                                     \
    F(w_scale, INT32_MIN, INT32_MAX, "units of w, a float's bits")

#define MOTE_DETECTION_POSTPROCESS_ARGS(A)                                                                             \
    A(codes, F32, IN)                                                                                                  \
    A(scores, F32, IN)                                                                                                 \
    A(anchors, F32, IN)                                                                                                \
    A(memory, F32, SCRATCH)                                                                                            \
    A(corners, F32, OUT)                                                                                               \
    A(found, F32, OUT)                                                                                                 \
    A(values, F32, OUT)                                                                                                \
    A(number, F32, OUT)

#define MOTE_DETECTION_POSTPROCESS_ROWS(R)                                                                             \
    R(codes, NULL, MOTE_ALL_ROWS)                                                                                      \
    R(scores, NULL, MOTE_ALL_ROWS)                                                                                     \
    R(anchors, NULL, MOTE_ALL_ROWS)                                                                                    \
    R(corners, NULL, MOTE_EACH_ROW)                                                                                    \
    R(found, NULL, MOTE_EACH_ROW)                                                                                      \
    R(values, NULL, MOTE_EACH_ROW)                                                                                     \
    R(number, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(detection_postprocess, MOTE_DETECTION_POSTPROCESS_PARAMS)
MOTE_COST(detection_postprocess,
          p->boxes *(100.0 + p->classes +
                     (p->by_class ? (double)p->classes * (p->per_class < p->boxes ? p->per_class : p->boxes)
                                  : p->most)))
MOTE_ROWS(detection_postprocess, MOTE_DETECTION_POSTPROCESS_ARGS, MOTE_DETECTION_POSTPROCESS_ROWS)

void mote_detection_postprocess(const struct mote_detection_postprocess *p, const float *codes, const float *scores,
                                const float *anchors, float *memory, float *corners, float *found, float *values,
                                float *number, int32_t first, int32_t count);

#endif
