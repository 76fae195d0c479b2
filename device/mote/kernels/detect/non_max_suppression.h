/* SPDX-License-Identifier: Apache-2.0 */
/* non_max_suppression: of the boxes of each class those that score most and do not overlap.
 *
 *   boxes     [batches][boxes][4]        float: two opposite corners, y, x, y, x; centered: x and y of the middle,
 *                                        width, height
 *   scores    [batches][classes][boxes]  float
 *   memory    [boxes]                    float, scratch
 *   chosen    [rows][3]                  int32: batch, class and box of each one that was taken, rows = batches *
 *                                        classes * most; behind them all is -1
 *
 * A class' boxes, with `scored` those that score more than score_threshold, are taken from the greatest score on (the
 * first one of equals), as long as they overlap with none before by more than iou_threshold, the intersection's share
 * of the union; at most `most`. A box without area overlaps with none; a score that is no number is not taken. Batches
 * and in them classes follow each other. ONNX's NonMaxSuppression, as ONNX Runtime computes it, but for the rows behind
 * those that were taken, which it has not got. chosen must not overlap with the others.
 * No libm. Cannot fail: the ranges and need_non_max_suppression() hold.
 * Cost: for each class a comparison for each box and each one taken, and 20 operations where that is a candidate. */
#ifndef MOTE_NON_MAX_SUPPRESSION_H
#define MOTE_NON_MAX_SUPPRESSION_H

#include "../../kernel.h"

#define MOTE_NON_MAX_SUPPRESSION_PARAMS(F)                                                                             \
    F(batches, 1, MOTE_DIM_MAX, "images")                                                                              \
    F(classes, 1, MOTE_DIM_MAX, "classes")                                                                             \
    F(boxes, 1, MOTE_DIM_MAX, "boxes of an image")                                                                     \
    F(most, 1, MOTE_DIM_MAX, "boxes to be taken of a class")                                                           \
    F(centered, 0, 1, "1: boxes are middle and size; 0: two corners")                                                  \
    F(scored, 0, 1, "1: there is a least score")                                                                       \
    F(score_threshold, INT32_MIN, INT32_MAX, "what a score must exceed, a float's bits")                               \
    F(iou_threshold, INT32_MIN, INT32_MAX, "greatest overlap, a float's bits")

#define MOTE_NON_MAX_SUPPRESSION_ARGS(A)                                                                               \
    A(boxes, F32, IN)                                                                                                  \
    A(scores, F32, IN)                                                                                                 \
    A(memory, F32, SCRATCH)                                                                                            \
    A(chosen, S32, OUT)

#define MOTE_NON_MAX_SUPPRESSION_ROWS(R)                                                                               \
    R(boxes, NULL, MOTE_ALL_ROWS)                                                                                      \
    R(scores, NULL, MOTE_ALL_ROWS)                                                                                     \
    R(chosen, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(non_max_suppression, MOTE_NON_MAX_SUPPRESSION_PARAMS)
MOTE_COST(non_max_suppression,
          (double)p->batches * p->classes *
              (p->boxes * (20.0 + 20.0 * (p->most < p->boxes ? p->most : p->boxes)) + 3.0 * p->most))
MOTE_ROWS(non_max_suppression, MOTE_NON_MAX_SUPPRESSION_ARGS, MOTE_NON_MAX_SUPPRESSION_ROWS)

void mote_non_max_suppression(const struct mote_non_max_suppression *p, const float *boxes, const float *scores,
                              float *memory, int32_t *chosen, int32_t first, int32_t count);

#endif
