/* SPDX-License-Identifier: Apache-2.0 */
/* Normalizations. */
#include "host/import/onnx/ops.h"

enum { X, SCALE, BIAS, MEAN, VARIANCE };

/* [C] as it is broadcast over [N][C][…]. */
static int32_t per_channel(struct onnx *r, int32_t x, int rank)
{
    int64_t dims[RANK_MAX];

    for (int d = 0; d < rank; d++)
        dims[d] = 1;
    dims[0] = tensor_at(r, x)->dims[0];
    return reshape(r, x, rank - 1, dims);
}

/* Statistics that are not known yet. */
static int32_t normalize(struct onnx *r, float epsilon)
{
    int rank = tensor_at(r, r->in[X])->rank;
    int32_t variance = emit_binary(r, OP_ADD, r->in[VARIANCE], add_float(r, epsilon));
    int32_t scale = emit_binary(r, OP_MUL, r->in[SCALE], emit_unary(r, OP_RSQRT, variance));
    int32_t centered = emit_binary(r, OP_SUB, r->in[X], per_channel(r, r->in[MEAN], rank));

    return emit_binary(r, OP_ADD, emit_binary(r, OP_MUL, centered, per_channel(r, scale, rank)),
                       per_channel(r, r->in[BIAS], rank));
}

static bool all_const(const struct onnx *r)
{
    for (int i = SCALE; i <= VARIANCE; i++)
        if (!is_const(r, r->in[i]))
            return false;
    return true;
}

void onnx_batch_normalization(struct onnx *r)
{
    struct batch_norm_opts opts = {.epsilon = node_float(r, "epsilon", 1e-5f)};
    int32_t x = node_in(r, X), in[5];
    int rank = tensor_at(r, x)->rank;

    for (int i = SCALE; i <= VARIANCE; i++) {
        const struct tensor *t = tensor_at(r, node_in(r, i));

        if (r->status == MOTE_OK && (rank < 2 || t->rank != 1 || t->dims[0] != tensor_at(r, x)->dims[1]))
            onnx_fail(r, MOTE_ERR_SHAPE, "input %d is not one number a channel", i);
    }
    if (node_int(r, "training_mode", 0) != 0 || node_wants(r, 1))
        onnx_fail(r, MOTE_ERR_UNSUPPORTED, "a batch normalization in training mode");
    if (r->status != MOTE_OK)
        return;
    if (!all_const(r)) {
        node_out(r, 0, normalize(r, opts.epsilon));
        return;
    }
    memcpy(in, r->in, sizeof in);
    in[X] = transpose_move(r, x, 1, rank - 1);
    node_out(r, 0, transpose_move(r, emit(r, OP_BATCH_NORM, &opts, TYPE_NONE, 5, in), rank - 1, 1));
}
