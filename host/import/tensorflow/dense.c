/* SPDX-License-Identifier: Apache-2.0 */
/* Products of matrices. With constant weights they are FULLY_CONNECTED, whose weights are [out][in]. */
#include "host/import/tensorflow/ops.h"

void tf_matmul(struct build *r)
{
    int32_t a = tf_in(r, 0), b = tf_in(r, 1);
    const bool turn_a = tf_bool(r, "transpose_a", false), turn_b = tf_bool(r, "transpose_b", false);

    if (r->status == MOTE_OK && (tensor_at(r, a)->rank != 2 || tensor_at(r, b)->rank != 2))
        build_fail(r, MOTE_ERR_SHAPE, "inputs of %d and %d dimensions, not of 2", tensor_at(r, a)->rank,
                   tensor_at(r, b)->rank);
    if (r->status != MOTE_OK)
        return;
    if (turn_a)
        a = tf_turned(r, a);
    if (is_const(r, b))
        a = emit_binary(r, OP_FULLY_CONNECTED, a, turn_b ? b : tf_turned(r, b));
    else
        a = emit(r, OP_BATCH_MATMUL, &(struct batch_matmul_opts){.adj_y = turn_b}, TYPE_NONE, 2, (int32_t[]){a, b});
    tf_out(r, 0, a);
}

void tf_batch_matmul(struct build *r)
{
    const struct batch_matmul_opts opts = {.adj_x = tf_bool(r, "adj_x", false), .adj_y = tf_bool(r, "adj_y", false)};
    int32_t in[] = {tf_in(r, 0), tf_in(r, 1)};

    tf_out(r, 0, emit(r, OP_BATCH_MATMUL, &opts, TYPE_NONE, 2, in));
}
