/* SPDX-License-Identifier: Apache-2.0 */
/* What the products of batches of matrices share. Output row r is row r % out_h of matrix r / out_h; `batch` [rank][3]
 * is {dimension, stride in a, stride in b}, outermost first, in elements: where an output matrix finds its operands. A
 * stride of 0 repeats an operand. Within a matrix, an element of a is at row * a_row + k * a_k, one of b at
 * k * b_k + column * b_column, so that a transposed operand is another pair of steps. */
#ifndef MOTE_MATRICES_H
#define MOTE_MATRICES_H

#include "../../kernel.h"
#include "strides.h"

#define MOTE_MATRICES_PARAMS(F)                                                                                        \
    F(rows, 1, INT32_MAX, "output rows of all matrices")                                                               \
    F(rank, 1, MOTE_RANK_MAX, "dimensions of the batch: lines of batch")                                               \
    F(out_h, 1, INT32_MAX, "output rows of a matrix")                                                                  \
    F(out_w, 1, INT32_MAX, "output columns")                                                                           \
    F(depth, 1, INT32_MAX, "products in a sum")                                                                        \
    F(a_len, 1, INT32_MAX, "elements of a")                                                                            \
    F(a_row, 0, INT32_MAX, "elements of a from one output row to the next")                                            \
    F(a_k, 0, INT32_MAX, "elements of a from one product to the next")                                                 \
    F(b_len, 1, INT32_MAX, "elements of b")                                                                            \
    F(b_k, 0, INT32_MAX, "elements of b from one product to the next")                                                 \
    F(b_column, 0, INT32_MAX, "elements of b from one output column to the next")

/* Where the operands of matrix m begin. */
static inline void mote_matrix_at(const MOTE_FLASH int32_t *batch, int32_t rank, int32_t m, int32_t *a, int32_t *b)
{
    *a = *b = 0;
    for (int32_t d = rank - 1; d >= 0; d--) {
        const MOTE_FLASH int32_t *line = batch + 3 * d;

        *a += m % line[0] * line[1];
        *b += m % line[0] * line[2];
        m /= line[0];
    }
}

/* No element of a matrix is beyond `len` elements, from wherever the batch has it begin. */
static inline bool mote_matrices_reach(const int32_t *batch, int32_t rank, int32_t column, int32_t n, int32_t n_step,
                                       int32_t k, int32_t k_step, int32_t len)
{
    int64_t last = (int64_t)(n - 1) * n_step, end = (int64_t)(k - 1) * k_step;

    if (last >= len || end >= len || last + end >= len)
        return false;
    return mote_strides_reach(batch, rank, 3, column, len - last - end);
}

#endif
