/* SPDX-License-Identifier: Apache-2.0 */
/* Losses: what a label selects is gathered. */
#include "host/import/onnx/ops.h"

/* [N][D…] labels of [N][C][D…] scores. */
struct labels {
    int rank;
    int64_t dims[RANK_MAX];
    int32_t classes; /* those that are ignored are 0 */
    int32_t ignored; /* bools, or TENSOR_ABSENT: none is */
};

static int32_t choose(struct build *r, int32_t condition, int32_t a, int32_t b)
{
    return emit(r, OP_SELECT_V2, NULL, tensor_at(r, a)->type, 3, (int32_t[]){condition, a, b});
}

static void read_labels(struct build *r, int32_t x, int32_t labels, struct labels *l)
{
    const struct tensor t = *tensor_at(r, x), values = *tensor_at(r, labels);
    int64_t ignored = node_int(r, "ignore_index", 0);

    *l = (struct labels){.rank = values.rank, .classes = labels, .ignored = TENSOR_ABSENT};
    if (r->status == MOTE_OK && (values.type != TYPE_S32 || t.rank < 2 || values.rank != t.rank - 1))
        build_fail(r, MOTE_ERR_SHAPE, "labels of %d dimensions for scores of %d", values.rank, t.rank);
    for (int d = 0; d < l->rank && r->status == MOTE_OK; d++) {
        l->dims[d] = values.dims[d];
        if (l->dims[d] != t.dims[d == 0 ? 0 : d + 1])
            build_fail(r, MOTE_ERR_SHAPE, "labels of another shape than the scores");
    }
    if (!node_attr(r, "ignore_index"))
        return;
    l->ignored = emit(r, OP_EQUAL, NULL, TYPE_BOOL, 2, (int32_t[]){labels, add_ints(r, 1, &ignored)});
    l->classes = choose(r, l->ignored, add_zero(r, TYPE_S32), labels);
}

/* What each label's score counts: its class's weight, or 1; 0 if it is ignored. */
static int32_t label_weights(struct build *r, const struct labels *l, int32_t weights)
{
    int32_t counts =
        weights == TENSOR_ABSENT ? add_ones(r, l->rank, l->dims) : emit_binary(r, OP_GATHER, weights, l->classes);

    return l->ignored == TENSOR_ABSENT ? counts : choose(r, l->ignored, add_float(r, 0), counts);
}

/* The score of a label is behind those of the images and the classes before it. */
static int32_t scores_of_labels(struct build *r, const struct labels *l, int32_t x)
{
    const struct tensor t = *tensor_at(r, x);
    int64_t inner = 1, n, all = tensor_elements(&t);
    int32_t *first, places;

    for (int d = 1; d < l->rank; d++)
        inner *= l->dims[d];
    n = l->rank > 0 ? l->dims[0] * inner : 1;
    first = add_indices(r, n);
    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++)
        first[i] = (int32_t)(i / inner * t.dims[1] * inner + i % inner);
    places = emit_binary(r, OP_MUL, l->classes, add_ints(r, 1, &inner));
    places = emit_binary(r, OP_ADD, places, add_const(r, TYPE_S32, l->rank, l->dims, first));
    return emit_binary(r, OP_GATHER, reshape(r, x, 1, &all), places);
}

static int32_t sum_of_all(struct build *r, int32_t x)
{
    int64_t axes[RANK_MAX];
    int rank = tensor_at(r, x)->rank;

    for (int d = 0; d < rank; d++)
        axes[d] = d;
    return reduce(r, OP_SUM, x, rank, axes, false);
}

static int32_t likelihood_loss(struct build *r, int32_t x, int32_t labels, int32_t weights)
{
    const char *reduction = node_string(r, "reduction", "mean");
    int32_t counts, loss;
    struct labels l;

    read_labels(r, x, labels, &l);
    counts = label_weights(r, &l, weights);
    loss = emit_binary(r, OP_MUL, emit_binary(r, OP_MUL, scores_of_labels(r, &l, x), counts), add_float(r, -1));
    if (strcmp(reduction, "none") == 0)
        return loss;
    loss = sum_of_all(r, loss);
    return strcmp(reduction, "sum") == 0 ? loss : emit_binary(r, OP_DIV, loss, sum_of_all(r, counts));
}

void onnx_negative_log_likelihood_loss(struct build *r)
{
    node_out(r, 0, likelihood_loss(r, node_in(r, 0), node_in(r, 1), node_in_or(r, 2, TENSOR_ABSENT)));
}

void onnx_softmax_cross_entropy_loss(struct build *r)
{
    int32_t x = node_in(r, 0);
    int last = tensor_at(r, x)->rank - 1;

    if (r->status == MOTE_OK && last < 1)
        build_fail(r, MOTE_ERR_SHAPE, "scores without classes");
    if (r->status != MOTE_OK)
        return;
    x = transpose_move(r, emit_unary(r, OP_LOG_SOFTMAX, transpose_move(r, x, 1, last)), last, 1);
    node_out(r, 0, likelihood_loss(r, x, node_in(r, 1), node_in_or(r, 2, TENSOR_ABSENT)));
    node_out(r, 1, x);
}
