/* SPDX-License-Identifier: Apache-2.0 */
/* Max pools that say where they found the largest, and what puts values back there. (unpool.c) */
#ifndef MOTE_ONNX_UNPOOL_H
#define MOTE_ONNX_UNPOOL_H

#include "host/import/window.h"

/* Flat indices that a MaxPool of the model computes, and of what. */
struct onnx_pooled {
    int32_t graph, indices;
    struct spatial s;
    bool by_rows; /* the last dimension counts first */
};

/* The outputs of a MaxPool of x, [N][C][…], with the flat indices. */
void max_pool_and_indices(struct build *r, int32_t x, const struct spatial *s);
/* x [N][C][…] where a MaxPool found it in what it read, whose shape this has: windows of `kernel`, side by side, or, of
 * indices that are an input of the model, in the windows alone. Fails where another operator or another MaxPool
 * made the indices. */
int32_t unpool_computed(struct build *r, int32_t x, int32_t indices, const int64_t *kernel);

#endif
